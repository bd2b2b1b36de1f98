//! One domain's SPF in depth, as `zegel spf` prints it. Pure.
//!
//! For one client: the result, the term that decided, and the path to it. For nobody in particular: the tree of all
//! records an evaluation can reach, with what every term costs.

use std::fmt::Write;

use super::Style;
use super::text::{hanging, harmless};
use crate::judge::spf::{Analysis, Evaluation, Identity, Node, TermCost};

/// What a person reads of an evaluation at `domain`.
pub fn evaluation(domain: &str, evaluation: &Evaluation, style: Style) -> String {
    let columns = style.columns();
    let mut out = format!("{}: {}\n", harmless(domain), evaluation.result);
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

/// What a person reads of a domain's whole tree.
pub fn analysis(analysis: &Analysis, style: Style) -> String {
    let columns = style.columns();
    let more = if analysis.lookups.lower_bound {
        " or more"
    } else {
        ""
    };
    let head = format!(
        "{} of 10 terms that query DNS at worst{more}, {} at best; {} of 2 that find nothing; {} IPv4 addresses pass",
        analysis.lookups.worst, analysis.lookups.best, analysis.voids, analysis.ipv4_addresses
    );
    let mut out = hanging(&format!("{}: ", harmless(&analysis.domain)), &head, columns);
    branch(&analysis.tree, 1, columns, &mut out);
    out
}

/// One record and all below it; the walk that made the tree bounds its depth.
fn branch(node: &Node, depth: usize, columns: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    if let Some(record) = &node.record {
        out.push_str(&hanging(&indent, &harmless(record), columns));
    }
    if let Some(problem) = &node.problem {
        out.push_str(&hanging(&format!("{indent}! "), &harmless(problem), columns));
    }
    for term in node.terms.iter().filter(|term| is_worth_a_line(term)) {
        let mut notes = String::new();
        let repeated = term.target.as_ref().is_some_and(|target| target.repeated);
        for (holds, note) in [
            (term.void, ", finds nothing"),
            (term.unreachable, ", never reached"),
            (repeated, ", shown above"),
        ] {
            notes.push_str(if holds { note } else { "" });
        }
        let line = format!("{}{notes}", harmless(&term.term));
        out.push_str(&hanging(
            &format!("{indent}{:>3}  ", term.lookups),
            &line,
            columns,
        ));
        if let Some(target) = term.target.as_ref().filter(|target| !target.repeated) {
            branch(target, depth + 3, columns, out);
        }
    }
}

/// Terms that ask nothing and are reached stand in the record already.
fn is_worth_a_line(term: &TermCost) -> bool {
    term.lookups > 0 || term.void || term.unreachable || term.target.is_some()
}
