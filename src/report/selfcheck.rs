//! What `zegel selfcheck` found out about an installation, as text and as JSON. Pure.

use serde::{Serialize, Serializer};

use super::text::{hanging, harmless, width};
use super::{Colour, Outcome, Style};

/// All that was checked; the JSON of `zegel selfcheck --output json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SelfcheckReport {
    /// Each check, in the order in which they are to be mended.
    pub checks: Vec<Check>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was checked: `CRD`, `Rights`, `Lease`, `DNS`, `DNSSEC`.
    pub check: &'static str,
    /// `ok`, `wrong`, `unknown`; `None`, in JSON `skipped`: nobody asked for it.
    #[serde(serialize_with = "as_word")]
    pub outcome: Option<Outcome>,
    /// What was seen.
    pub message: String,
    /// What to do; null where there is nothing.
    pub fix: Option<String>,
}

/// The word of an outcome, or of a check nobody asked for.
fn word(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("skipped", Outcome::as_str)
}

fn as_word<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*outcome))
}

impl Check {
    /// As it should be.
    pub fn fine(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Some(Outcome::Fine), message, None)
    }

    /// Wrong, and what to do about it.
    pub fn wrong(check: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(check, Some(Outcome::Wrong), message, Some(fix.into()))
    }

    /// It could not be found out.
    pub fn unknown(check: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(check, Some(Outcome::Unknown), message, Some(fix.into()))
    }

    /// Nobody asked for it; why.
    pub fn skipped(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, None, message, None)
    }

    fn new(
        check: &'static str,
        outcome: Option<Outcome>,
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Self {
        Self {
            check,
            outcome,
            message: message.into(),
            fix,
        }
    }
}

impl SelfcheckReport {
    /// The worst of them: one that is wrong outweighs one that is not known.
    pub fn outcome(&self) -> Outcome {
        let any = |outcome: Outcome| self.checks.iter().any(|check| check.outcome == Some(outcome));
        match (any(Outcome::Wrong), any(Outcome::Unknown)) {
            (true, _) => Outcome::Wrong,
            (false, true) => Outcome::Unknown,
            (false, false) => Outcome::Fine,
        }
    }

    /// A line a check, and below it what to do.
    pub fn text(&self, style: Style) -> String {
        let columns = style.columns();
        let mut out = String::new();
        for check in &self.checks {
            let outcome = word(check.outcome);
            let label = format!("{outcome:7}  {:6}  ", check.check);
            let indent = " ".repeat(width(&label));
            let mut said = hanging(&label, &harmless(&check.message), columns);
            if let Some(fix) = &check.fix {
                said.push_str(&hanging(&format!("{indent}fix: "), &harmless(fix), columns));
            }
            let colour = match check.outcome {
                Some(Outcome::Fine) => Colour::Green,
                Some(Outcome::Wrong | Outcome::Nonexistent) => Colour::Red,
                Some(Outcome::Unknown) => Colour::Yellow,
                None => Colour::Dim,
            };
            let rest = said.split_off(outcome.len());
            out.push_str(&style.paint(colour, said));
            out.push_str(&rest);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(checks: &[Check]) -> SelfcheckReport {
        SelfcheckReport {
            checks: checks.to_vec(),
        }
    }

    #[test]
    fn wrong_outweighs_unknown_and_what_is_skipped_counts_for_nothing() {
        let fine = Check::fine("CRD", "served");
        let wrong = Check::wrong("Lease", "nobody holds it", "look");
        let unknown = Check::unknown("DNSSEC", "no answer", "look");
        let skipped = Check::skipped("Lease", "not asked for");
        for (checks, outcome) in [
            (vec![fine.clone(), skipped], Outcome::Fine),
            (vec![fine.clone(), unknown.clone()], Outcome::Unknown),
            (vec![unknown, wrong, fine], Outcome::Wrong),
        ] {
            assert_eq!(report(&checks).outcome(), outcome);
        }
    }

    #[test]
    fn a_check_is_a_line_and_what_to_do_stands_below() {
        let report = report(&[
            Check::fine("CRD", "maildomains.zegel.dev is served"),
            Check::wrong(
                "DNS",
                "192.0.2.53:53 gives no answer\x1b[2J",
                "name another with --resolver",
            ),
        ]);
        assert_eq!(
            report.text(Style::PLAIN),
            "ok       CRD     maildomains.zegel.dev is served\n\
             wrong    DNS     192.0.2.53:53 gives no answer\\027[2J\n\
             \x20                fix: name another with --resolver\n"
        );
    }
}
