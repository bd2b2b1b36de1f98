//! SPF as Internet.nl tests it: how the record ends, and what its includes and its redirect lead to.
//!
//! Queries are counted in the test's own way: by words of the terms, all of a record's at once, and held against the limit
//! only when the next record is about to be asked for. Where that differs from RFC 7208 4.6.4, SPF's own room is right.

use super::hosts::texts;
use super::mark::{Counts, Gap, LESS, Mark, Range, Status, Why};
use super::{criteria, spf_text};
use crate::inquiry::{Inquiry, Trouble};
use crate::name::Name;

/// What the test finds of SPF.
pub(super) struct Spf {
    /// The one record, or none; else why that is not known.
    pub(super) found: Result<Option<String>, Trouble>,
    count: usize,
    outcome: Outcome,
    points: Range,
    seen: String,
}

/// What became of a record and what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Valid,
    Syntax,
    All,
    Include,
    Redirect,
    Lookups,
    Unknown(Trouble),
}

impl Outcome {
    fn verdict(self) -> &'static str {
        match self {
            Self::Valid => "good",
            Self::Syntax => "bad",
            Self::All => "all",
            Self::Include => "include",
            Self::Redirect => "redirect",
            Self::Lookups => "max-lookups",
            Self::Unknown(_) => "",
        }
    }
}

impl Spf {
    pub(super) fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        let nothing = |found, count| Self {
            found,
            count,
            outcome: Outcome::Syntax,
            points: Range::just(0),
            seen: String::new(),
        };
        let found = match texts(inquiry, domain) {
            Ok(found) => found,
            Err(why) => return nothing(Err(why), 0),
        };
        let records = found.beginning("v=spf1");
        let [text] = records.as_slice() else {
            return nothing(Ok(None), records.len());
        };
        let mut walk = Walk {
            left: MAX_LOOKUPS,
            seen: String::new(),
        };
        let (outcome, points) = walk.judge(domain.as_str(), text, false, inquiry);
        Self {
            found: Ok(Some((*text).clone())),
            count: 1,
            outcome,
            points,
            seen: walk.seen,
        }
    }

    /// Whether the record does enough.
    pub(super) fn is_valid(&self) -> bool {
        self.outcome == Outcome::Valid
    }

    pub(super) fn marks(&self) -> [Mark; 2] {
        let (exists, policy) = (&criteria::SPF, &criteria::SPF_POLICY);
        let found = match &self.found {
            Err(why) => {
                return [
                    Mark::unanswered(exists, "TXT", *why),
                    Mark::unanswered(policy, "TXT", *why),
                ];
            }
            Ok(Some(text)) => Mark::good(exists, format!("{text:?}")),
            Ok(None) => {
                let nothing = Mark::not_tested(policy, "", "no record to judge").counting(Counts::Yes);
                let found = match self.count {
                    0 => "no record".to_owned(),
                    count => format!("{count} records"),
                };
                return [Mark::bad(exists, "bad", found), nothing];
            }
        };
        let status = match self.outcome {
            Outcome::Valid => Status::Passed,
            Outcome::Unknown(_) => Status::Unknown,
            _ => Status::Failed,
        };
        let said = Mark::new(policy, status, self.outcome.verdict(), 0, self.seen.clone());
        let gap = Gap::new(Why::Said(self.seen.clone()));
        let said = said.lacking(self.points, vec![gap]);
        [found, said]
    }
}

/// So many terms that ask may stand in all records, as the test counts.
const MAX_LOOKUPS: i32 = 10;

/// The walk along includes and redirects.
struct Walk {
    left: i32,
    /// What is wrong, in a clause; at the record where it is.
    seen: String,
}

impl Walk {
    /// What becomes of one record.
    fn judge(
        &mut self,
        domain: &str,
        text: &str,
        is_included: bool,
        inquiry: &mut Inquiry<'_>,
    ) -> (Outcome, Range) {
        let full = Range::just(criteria::SPF_POLICY.points);
        let Some(terms) = spf_text::terms(text) else {
            self.tell(format!(
                "{text:?} of {domain} does not hold to the grammar of RFC 7208 12"
            ));
            return (Outcome::Syntax, Range::just(0));
        };
        if terms.is_empty() {
            self.tell(format!("the record of {domain} has no term, and so ends in ?all"));
            return (Outcome::All, Range::just(LESS));
        }
        let (mut follow, mut redirects, mut all) = (Vec::new(), Vec::new(), None);
        for term in &terms {
            if term.starts_with("redirect") {
                redirects.push(term);
                self.left -= 1;
            } else if term.contains("include:") {
                follow.push(term);
                self.left -= 1;
            } else if ["mx", "ptr", "exists"].iter().any(|word| term.contains(word)) || term == "a" {
                self.left -= 1;
            } else if term.ends_with("all") && term.len() < 5 {
                all = Some(term);
                break;
            }
        }
        let lets_in =
            all.is_some_and(|all| all.starts_with(['+', 'a']) || (!is_included && all.starts_with('?')));
        if lets_in || (!is_included && redirects.is_empty() && all.is_none()) {
            self.tell(match all {
                Some(all) => format!("the record of {domain} ends in {all}"),
                None => format!("the record of {domain} has neither all nor redirect"),
            });
            return (Outcome::All, Range::just(LESS));
        }
        for term in follow {
            let next = term.split(':').nth(1).unwrap_or_default();
            let judged = self.follow(next, Outcome::Include, inquiry);
            if judged.0 != Outcome::Valid {
                return judged;
            }
        }
        // Only the first redirect is followed.
        let redirect = redirects.iter().find(|term| term.contains("redirect="));
        if let Some(term) = redirect.filter(|_| all.is_none()) {
            let next = term.split('=').nth(1).unwrap_or_default();
            return self.follow(next, Outcome::Redirect, inquiry);
        }
        (Outcome::Valid, full)
    }

    /// What becomes of the record of another domain; what is wrong there counts as `bad` here.
    fn follow(&mut self, next: &str, bad: Outcome, inquiry: &mut Inquiry<'_>) -> (Outcome, Range) {
        let next = next.trim();
        if self.left < 0 {
            self.tell("more than 10 terms that ask, as Internet.nl counts them".to_owned());
            return (Outcome::Lookups, Range::just(LESS));
        }
        if next.contains('{') {
            return (Outcome::Valid, Range::just(criteria::SPF_POLICY.points));
        }
        let found = match next.parse::<Name>() {
            Ok(name) => texts(inquiry, &name),
            Err(_) => {
                self.tell(format!("{next} is no name"));
                return (bad, Range::just(LESS));
            }
        };
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                self.tell(format!("{next} TXT: {why}"));
                return (Outcome::Unknown(why), Range::new(0, criteria::SPF_POLICY.points));
            }
        };
        if found.all.is_empty() {
            self.tell(format!("{next} has no TXT record"));
            return (bad, Range::just(LESS));
        }
        let records = found.beginning("v=spf1");
        let [text] = records.as_slice() else {
            self.tell(format!("{next} has {} SPF records", records.len()));
            return (bad, Range::just(0));
        };
        match self.judge(next, text, bad == Outcome::Include, inquiry) {
            kept @ (Outcome::Valid | Outcome::Lookups | Outcome::Unknown(_), _) => kept,
            (_, points) => (bad, points),
        }
    }

    fn tell(&mut self, what: String) {
        if self.seen.is_empty() {
            self.seen = what;
        }
    }
}

/// Whether an SPF record is `v=spf1 -all`, with an explanation before or behind at most.
pub(super) fn sends_nothing(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("v=spf1").filter(|rest| rest.starts_with(' ')) else {
        return false;
    };
    // A blank at the end is one too many.
    if rest.ends_with(' ') {
        return false;
    }
    let explains = |word: &str| word.strip_prefix("exp=").is_some_and(|rest| !rest.is_empty());
    let fails = |word: &str| word == "-all" || word == "-all;";
    let words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [all] => fails(all),
        [first, second] => explains(first) && fails(second) || fails(first) && explains(second),
        [first, all, last] => explains(first) && fails(all) && explains(last),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_lets_nobody_send_is_told_to_the_letter() {
        for (text, nothing) in [
            ("v=spf1 -all", true),
            ("v=spf1  -all;", true),
            ("v=spf1 exp=e.nl -all", true),
            ("v=spf1 -all exp=e.nl", true),
            ("v=spf1 -all ", false),
            ("V=spf1 -all", false),
            ("v=spf1 -ALL", false),
            ("v=spf1 ~all", false),
            ("v=spf1 mx -all", false),
        ] {
            assert_eq!(sends_nothing(text), nothing, "{text}");
        }
    }
}
