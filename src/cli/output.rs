//! Standard output and what it is: a terminal of some width, or a pipe somebody may close at any time.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Failure;
use crate::report::Style;
use crate::report::text::escaped_json;

/// Writes `text` to standard output at once.
///
/// # Errors
/// [`Failure::ClosedPipe`] when the reader has gone, [`Failure::Output`] for anything else.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Output(error),
        })
}

/// `value` as one line of JSON that no terminal takes for anything else.
pub fn json_line(value: &impl serde::Serialize) -> String {
    escaped_json(&serde_json::to_string(value).unwrap_or_default()) + "\n"
}

/// Says something about the run itself, on standard error.
pub fn note(text: &str) {
    // A closed standard error is no reason to stop.
    let _ = writeln!(stderr().lock(), "{text}");
}

/// How standard output shows text: its width and colours when it is a terminal (and `NO_COLOR` is not set).
pub fn style() -> Style {
    if !stdout().is_terminal() {
        return Style::PLAIN;
    }
    let width = terminal_size::terminal_size().map_or(Style::PLAIN.width, |(width, _)| usize::from(width.0));
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    Style {
        width,
        colour: !refused && !dumb,
    }
}

/// Progress over many domains, on a terminal's standard error, once it has taken a second.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
}

impl Progress {
    /// How long work may take before progress is shown.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Progress over `total` domains; nothing is shown yet.
    pub fn new(total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} domains, {elapsed} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            shown: false,
        }
    }

    /// Shows the bar when the work has taken long and standard error is a terminal; call it now and then.
    pub fn tick(&mut self) {
        if !self.shown && self.started.elapsed() >= Self::PATIENCE && stderr().is_terminal() {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
    }

    /// One more domain is done; `text` (may be empty) is printed above the bar.
    ///
    /// # Errors
    /// As [`print`].
    pub fn done(&mut self, text: &str) -> Result<(), Failure> {
        self.bar.inc(1);
        self.tick();
        if text.is_empty() {
            return Ok(());
        }
        self.bar.suspend(|| print(text))
    }

    /// Says what is being waited for.
    pub fn say(&self, text: String) {
        self.bar.set_message(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
