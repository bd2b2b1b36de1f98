//! OpenMetrics turned into the text format 0.0.4, line by line. Pure.
//!
//! What differs of what is served here: 0.0.4 names a counter with its `_total` in HELP and TYPE too, knows no units and
//! no end.

use std::fmt::{self, Write};

/// Writes on what it is given, in the other format.
pub(super) struct Classic<W> {
    inner: W,
    /// What was written since the last end of a line.
    line: String,
    /// A line of HELP, which waits for the type of what it helps with.
    help: Option<String>,
}

impl<W: Write> Classic<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            line: String::new(),
            help: None,
        }
    }

    /// A whole line, its end included.
    fn pass_on(&mut self) -> fmt::Result {
        let line = std::mem::take(&mut self.line);
        if line.starts_with("# HELP ") {
            self.help = Some(line);
            return Ok(());
        }
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let counted = described.trim_end().strip_suffix(" counter");
            if let Some(help) = self.help.take() {
                match counted.and_then(|name| help.strip_prefix("# HELP ")?.strip_prefix(name)) {
                    Some(rest) => write!(self.inner, "# HELP {}_total{rest}", counted.unwrap_or_default())?,
                    None => self.inner.write_str(&help)?,
                }
            }
            return match counted {
                Some(name) => writeln!(self.inner, "# TYPE {name}_total counter"),
                None => self.inner.write_str(&line),
            };
        }
        if line.starts_with("# UNIT ") || line.trim_end() == "# EOF" {
            return Ok(());
        }
        self.inner.write_str(&line)
    }
}

impl<W: Write> Write for Classic<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive('\n') {
            self.line.push_str(part);
            if part.ends_with('\n') {
                self.pass_on()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::gauge::Gauge;
    use prometheus_client::metrics::histogram::Histogram;
    use prometheus_client::registry::{Registry, Unit};

    use super::*;

    #[test]
    fn a_counter_is_named_in_full_and_the_rest_stays() {
        let mut registry = Registry::with_prefix("zegel");
        registry.register("passes", "Passes", Counter::<u64>::default());
        registry.register(
            "leader",
            "Whether it leads; a counter it is not",
            Gauge::<i64>::default(),
        );
        registry.register_with_unit("size", "Octets", Unit::Bytes, Gauge::<i64>::default());
        registry.register("pass_seconds", "How long", Histogram::new([1.0]));
        let mut written = String::new();
        encode(&mut Classic::new(&mut written), &registry).unwrap();
        let wanted = "\
# HELP zegel_passes_total Passes.
# TYPE zegel_passes_total counter
zegel_passes_total 0
# HELP zegel_leader Whether it leads; a counter it is not.
# TYPE zegel_leader gauge
zegel_leader 0
# HELP zegel_size_bytes Octets.
# TYPE zegel_size_bytes gauge
zegel_size_bytes 0
# HELP zegel_pass_seconds How long.
# TYPE zegel_pass_seconds histogram
zegel_pass_seconds_sum 0.0
zegel_pass_seconds_count 0
zegel_pass_seconds_bucket{le=\"1.0\"} 0
zegel_pass_seconds_bucket{le=\"+Inf\"} 0
";
        assert_eq!(written, wanted);
    }
}
