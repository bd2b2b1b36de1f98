//! One SPF evaluation as `zegel spf` prints it: the result, the term that decided, and the path to it. Pure.

use std::fmt::Write;

use super::Style;
use super::text::{hanging, harmless};
use crate::judge::spf::{Evaluation, Identity};
use crate::name::Name;

/// What a person reads of an evaluation at `domain`.
pub fn evaluation(domain: &Name, evaluation: &Evaluation, style: Style) -> String {
    let columns = style.columns();
    let mut out = format!("{domain}: {}\n", evaluation.result);
    let mut line = |label: &str, text: &str| {
        out.push_str(&hanging(&format!("  {label:<12}"), &harmless(text), columns));
    };
    line(
        "identity",
        match evaluation.identity {
            Identity::MailFrom => "mailfrom",
            Identity::Helo => "helo: there was no sender",
        },
    );
    if let Some(mechanism) = &evaluation.mechanism {
        line("decided by", mechanism);
    }
    if !evaluation.path.is_empty() {
        line("path", &evaluation.path.join(" > "));
    }
    if let Some(problem) = &evaluation.problem {
        let kind = problem.kind.map(|kind| format!(" {kind}")).unwrap_or_default();
        line("problem", &format!("{}{kind}: {}", problem.name, problem.why));
    }
    if let Some(explanation) = &evaluation.explanation {
        line("explanation", explanation);
    }
    let mut cost = String::new();
    let _ = write!(
        cost,
        "{} of 10 terms that query DNS, {} of 2 that find nothing",
        evaluation.lookups, evaluation.voids
    );
    line("cost", &cost);
    out
}
