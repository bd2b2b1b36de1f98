//! Standard output and what it is: a terminal of some width, or a pipe somebody may close at any time.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::Failure;
use super::args::When;
use crate::report::{Style, json};

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

/// `value` as one line of JSON behind the envelope every command's JSON has.
pub fn json_line(at: Timestamp, value: &impl serde::Serialize) -> String {
    json::line(at, value) + "\n"
}

/// The same with an outcome.
pub fn judged_line(at: Timestamp, outcome: &'static str, value: &impl serde::Serialize) -> String {
    let judged = json::Judged { outcome, body: value };
    json_line(at, &judged)
}

/// Says something about the run itself, on standard error.
pub fn note(text: &str) {
    // A closed standard error is no reason to stop.
    let _ = writeln!(stderr().lock(), "{text}");
}

/// How standard output shows text: the width of the terminal, and colours where it shows some or somebody asked.
pub fn style(color: When) -> Style {
    let terminal = stdout().is_terminal();
    let columns = terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0));
    Style {
        width: columns.unwrap_or(Style::PLAIN.width),
        colour: coloured(color, terminal, |name| std::env::var(name).ok()),
        ..Style::PLAIN
    }
}

/// Whether text is coloured: what the flag says, else the variables people set for all programs, else whether it goes to
/// a terminal that shows colour. `NO_COLOR` outweighs `CLICOLOR_FORCE`: who asks for none has a reason.
fn coloured(color: When, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let zero = |name| variable(name).is_some_and(|value| value == "0");
    match color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if set("CLICOLOR_FORCE") && !zero("CLICOLOR_FORCE") => true,
        When::Auto => terminal && !zero("CLICOLOR") && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Progress over many domains, on a terminal's standard error, once it has taken a second.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
    wanted: bool,
}

impl Progress {
    /// How long work may take before progress is shown.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Progress over `total` domains; nothing is shown yet, and never where nobody `wanted` it.
    pub fn new(total: usize, wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} domains, {elapsed} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            shown: false,
            wanted,
        }
    }

    /// Shows the bar when the work has taken long and standard error is a terminal; call it now and then.
    pub fn tick(&mut self) {
        if self.wanted && !self.shown && self.started.elapsed() >= Self::PATIENCE && stderr().is_terminal() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_outweighs_the_environment_and_that_the_terminal() {
        for (color, terminal, environment, colour) in [
            (When::Auto, true, &[][..], true),
            (When::Auto, false, &[], false),
            (When::Auto, true, &[("NO_COLOR", "1")], false),
            (When::Auto, true, &[("NO_COLOR", "")], true),
            (When::Auto, true, &[("TERM", "dumb")], false),
            (When::Auto, true, &[("CLICOLOR", "0")], false),
            (When::Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (When::Auto, false, &[("CLICOLOR_FORCE", "0")], false),
            (
                When::Auto,
                false,
                &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
                false,
            ),
            (When::Always, false, &[("NO_COLOR", "1")], true),
            (When::Never, true, &[("CLICOLOR_FORCE", "1")], false),
        ] {
            let variable = |name: &str| {
                let set = environment.iter().find(|(set, _)| *set == name);
                set.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(
                coloured(color, terminal, variable),
                colour,
                "{color:?} {terminal} {environment:?}"
            );
        }
    }
}
