//! What a scraper wants to be served, read from its request (RFC 9110 sections 12.5.1 and 12.5.3). Pure.
//!
//! Two formats are written: OpenMetrics for those who ask for it, as Prometheus does, and else the text format 0.0.4.
//! Whoever names neither gets the latter, as from every Prometheus client: `curl | promtool check metrics` reads no other.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};

/// How the metrics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// The text format 0.0.4 of Prometheus.
    Classic,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

/// What one scraper wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) format: Format,
    pub(super) gzip: bool,
}

impl Wish {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accept = ranges(headers, &ACCEPT);
        let classic = weight(&accept, &["text/plain", "text/*"]);
        let open = weight(&accept, &["application/openmetrics-text", "application/*"]);
        let encoding = ranges(headers, &ACCEPT_ENCODING);
        Self {
            format: match open > 0 && open >= classic {
                true => Format::OpenMetrics,
                false => Format::Classic,
            },
            gzip: weight(&encoding, &["gzip", "x-gzip", "*"]) > 0,
        }
    }
}

impl Format {
    /// The media type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The entries of a header, in lower case and without parameters, each with its weight in thousandths.
fn ranges(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, u16)> {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let entries = values.flat_map(|value| value.split(','));
    entries
        .map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let range = parts.next().unwrap_or_default().to_ascii_lowercase();
            let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            (range, q.map_or(1000, thousandths))
        })
        .collect()
}

/// A weight as thousandths; what is none counts as 1.
fn thousandths(q: &str) -> u16 {
    match q.parse::<f64>() {
        Ok(q) if (0.0..=1.0).contains(&q) => (0..=1000)
            .rev()
            .find(|n| f64::from(*n) <= q * 1000.0)
            .unwrap_or(0),
        _ => 1000,
    }
}

/// The weight of the first of these ranges, the most exact first, that is named; 0 when none is.
fn weight(ranges: &[(String, u16)], wanted: &[&str]) -> u16 {
    let named = |wanted: &&str| ranges.iter().find(|(range, _)| range == wanted);
    wanted.iter().find_map(named).map_or(0, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(accept: &[&str], encoding: &str) -> Wish {
        let mut headers = HeaderMap::new();
        for accept in accept {
            headers.append(ACCEPT, accept.parse().unwrap());
        }
        headers.append(ACCEPT_ENCODING, encoding.parse().unwrap());
        Wish::of(&headers)
    }

    #[test]
    fn each_scraper_gets_the_format_it_prefers() {
        use Format::{Classic, OpenMetrics};
        for (accept, format) in [
            // Prometheus 2.5 and later, 3.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OpenMetrics,
            ),
            // Prometheus before 2.5.
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
                Classic,
            ),
            ("text/plain", Classic),
            ("TEXT/Plain; version=0.0.4", Classic),
            ("text/*", Classic),
            (
                "text/plain;q=0.4, application/openmetrics-text; q=0.8",
                OpenMetrics,
            ),
            ("application/openmetrics-text;q=0, text/plain;q=0.001", Classic),
            ("application/openmetrics-text", OpenMetrics),
            ("application/openmetrics-text, text/plain", OpenMetrics),
            ("application/*, text/*;q=0.5", OpenMetrics),
            // curl, a browser, one who wants what is not served, and what is no list at all.
            ("*/*", Classic),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Classic,
            ),
            ("application/json", Classic),
            ("application/openmetrics-text;q=0", Classic),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                Classic,
            ),
            ("", Classic),
            (";;,,q=", Classic),
            ("text/plain;q=much, application/openmetrics-text", OpenMetrics),
        ] {
            assert_eq!(wish(&[accept], "").format, format, "{accept}");
        }
        assert_eq!(wish(&[], "").format, Classic, "no header");
        assert_eq!(
            wish(&["text/plain;q=0.5", "application/openmetrics-text"], "").format,
            OpenMetrics
        );
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for (encoding, gzip) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("x-gzip", true),
            ("*", true),
            ("", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000, *", false),
            ("br, zstd", false),
        ] {
            assert_eq!(wish(&[], encoding).gzip, gzip, "{encoding}");
        }
    }
}
