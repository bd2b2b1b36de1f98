//! One domain's SPF in depth, as `zegel spf` prints it. Pure.
//!
//! For one client: the result, the term that decided, and the path to it. For nobody in particular: the tree of all
//! records an evaluation can reach, with what every term costs.

use super::Style;
use super::text::{hanging, harmless};
use crate::judge::spf::{Analysis, Evaluation, Identity, MAX_LOOKUPS, MAX_VOIDS, Node, TermCost};

/// A name as it is printed: one of which nothing would be seen stands in quotes.
pub fn shown(name: &str) -> String {
    let shown = harmless(name);
    if shown.trim().is_empty() {
        return format!("{shown:?}");
    }
    shown
}

/// What a person reads of an evaluation at `domain`, with a `note` about what was asked.
pub fn evaluation(domain: &str, evaluation: &Evaluation, note: Option<&str>, style: Style) -> String {
    let columns = style.columns();
    let mut out = format!("{}: {}\n", shown(domain), evaluation.result);
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
        // An error decides by itself: the term is only where it was met.
        let label = match evaluation.problem {
            None => "decided by",
            Some(_) => "stopped at",
        };
        line(label, mechanism);
    }
    if !evaluation.path.is_empty() {
        let path: Vec<String> = evaluation.path.iter().map(|name| shown(name)).collect();
        line("path", &path.join(" > "));
    }
    if let Some(problem) = &evaluation.problem {
        let kind = problem.kind.map(|kind| format!(" {kind}")).unwrap_or_default();
        line(
            "problem",
            &format!("{}{kind}: {}", shown(&problem.name), problem.why),
        );
    }
    for meant in &evaluation.near_misses {
        line("meant", &meant.text);
        line("", &format!("no record: {}", meant.why));
    }
    if let Some(explanation) = &evaluation.explanation {
        line("explanation", explanation);
    }
    let cost = format!(
        "{}, {}",
        lookups(evaluation.lookups, false, ""),
        voids(evaluation.voids, false)
    );
    line("cost", &cost);
    if let Some(note) = note {
        line("note", note);
    }
    out
}

/// What a person reads of a domain's whole tree; of one nobody is evaluated by, why not.
pub fn analysis(analysis: &Analysis, style: Style) -> String {
    let columns = style.columns();
    let domain = format!("{}: ", shown(&analysis.domain));
    let Some(problem) = &analysis.problem else {
        let mut out = hanging(&domain, &counts(analysis), columns);
        branch(&analysis.tree, 1, columns, &mut out);
        return out;
    };
    let mut out = hanging(&domain, &harmless(problem), columns);
    if let Some(record) = &analysis.record {
        out.push_str(&hanging("  ", &harmless(record), columns));
    }
    for meant in &analysis.near_misses {
        out.push_str(&hanging("  meant: ", &harmless(&meant.text), columns));
        out.push_str(&hanging("  no record: ", &harmless(&meant.why), columns));
    }
    out
}

/// What an evaluation costs, and how many pass.
fn counts(analysis: &Analysis) -> String {
    let Analysis {
        lookups: found,
        ipv4_addresses,
        ..
    } = analysis;
    format!(
        "{}, {} at best; {}; {ipv4_addresses} IPv4 {}",
        lookups(found.worst, found.lower_bound, " at worst"),
        found.best,
        voids(analysis.voids, analysis.voids_lower_bound),
        if *ipv4_addresses == 1 {
            "address passes"
        } else {
            "addresses pass"
        }
    )
}

/// How many terms query DNS, beside the limit.
fn lookups(count: u32, lower_bound: bool, when: &str) -> String {
    let at_least = if lower_bound { "at least " } else { "" };
    if count > MAX_LOOKUPS {
        return format!("{at_least}{count} terms that query DNS{when}, at most {MAX_LOOKUPS} are allowed");
    }
    format!("{at_least}{count} of {MAX_LOOKUPS} terms that query DNS{when}")
}

/// How many of them find nothing, beside the limit.
fn voids(count: u32, lower_bound: bool) -> String {
    let or_more = if lower_bound { " or more" } else { "" };
    if count > MAX_VOIDS {
        return format!("{count}{or_more} that find nothing, at most {MAX_VOIDS} are allowed");
    }
    format!("{count}{or_more} of {MAX_VOIDS} that find nothing")
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
