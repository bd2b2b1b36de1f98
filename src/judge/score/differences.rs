//! Where Internet.nl's test and the RFCs, or what Zegel says by them, part: told by name, and only where it matters here.

use super::criteria::{self, Criterion};
use super::hosts::{MAX_HOSTS, MxStatus};
use super::mark::{Category, Mark, Status};
use crate::judge::Verdict;
use crate::records::Standard;
use crate::rules::Severity;

/// One way in which they part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name, for machines and for `docs/internet-nl.md`.
    pub name: &'static str,
    /// What Internet.nl does, in a sentence.
    pub internet_nl: String,
    /// What the RFCs, and Zegel by them, say instead.
    pub instead: String,
}

/// All that part here.
pub(super) fn all(
    categories: &[Category],
    mx: Option<MxStatus>,
    beyond: usize,
    verdict: &Verdict,
) -> Vec<Difference> {
    let seen = Seen { categories, verdict };
    let mut all = Vec::new();
    let mut add = |applies: bool, name, internet_nl: &str, instead: &str| {
        if applies {
            all.push(Difference {
                name,
                internet_nl: internet_nl.to_owned(),
                instead: instead.to_owned(),
            });
        }
    };
    add(
        mx == Some(MxStatus::NullMxWithOtherMx),
        "null-mx-beside-others",
        "It warns of a null MX beside another, tests no mail server, and takes no points.",
        "Senders may give up at once (RFC 7505 3): MX-002 is an error.",
    );
    add(
        mx == Some(MxStatus::NoMx) && seen.says(&["MX-006"]),
        "no-mx",
        "Without an MX it tests no mail server.",
        "Senders deliver to the domain's own address then (RFC 5321 5.1): MX-006.",
    );
    let more =
        format!("It tests {MAX_HOSTS} hosts of the MX, the first by name, and not the {beyond} others.");
    add(
        beyond > 0,
        "ten-hosts",
        &more,
        "Mail goes to any of them, by preference (RFC 5321 5.1).",
    );
    grammar(&seen, &mut add);
    let dkim = seen.mark(&criteria::DKIM);
    add(
        dkim.is_some_and(is_passed) && seen.says(&["DKIM-049", "DKIM-044", "DKIM-041", "DKIM-048"]),
        "dkim-by-existence",
        "Any answer at _domainkey but NXDOMAIN is DKIM to it; it looks at no selector and no key.",
        "Receivers need a key at the selector of a signature (RFC 6376 3.6): the DKIM findings say what was found.",
    );
    add(
        dkim.is_some_and(|mark| mark.verdict == "bad") && seen.says(&["DKIM-042"]),
        "dkim-denied",
        "It finds no DKIM, for the name servers deny _domainkey.",
        "Receivers find the keys below all the same; that their parent is denied is the fault (RFC 8020): DKIM-042.",
    );
    dane(&seen, &mut add);
    let key = seen.mark(&criteria::KEY);
    add(
        key.is_some_and(|mark| mark.status == Status::Warning),
        "phase-out-keys",
        "A key of RSA with 2048 bits is to be phased out, and has all points.",
        "The Dutch government's own measurement takes nothing but passed: there it counts as not met.",
    );
    let policies = [Standard::MtaSts, Standard::TlsRpt];
    add(
        verdict.findings.iter().any(|finding| {
            policies.contains(&finding.rule.standard) && finding.severity <= Severity::Warning
        }),
        "mta-sts",
        "It tests neither MTA-STS nor TLS-RPT.",
        "What is wrong with them is told among the findings (RFC 8461, RFC 8460).",
    );
    all
}

/// Of the texts of DMARC and SPF.
fn grammar(seen: &Seen<'_>, add: &mut impl FnMut(bool, &'static str, &str, &str)) {
    let (dmarc, policy) = (seen.mark(&criteria::DMARC), seen.mark(&criteria::DMARC_POLICY));
    let denied =
        dmarc.is_some_and(|mark| mark.status == Status::Failed && mark.seen.starts_with("no record"));
    add(
        (denied && !seen.says(&["DMARC-042", "SEC-015"]) && !seen.lacks(Standard::Dmarc))
            || seen.says(&["DMARC-036"]),
        "organizational-domain",
        "It asks at the domain, and then at the organizational domain of the public suffix list.",
        "Receivers walk up the tree, name by name (RFC 9989 4.10): they may find another record, or one at all.",
    );
    add(
        policy.is_some_and(|mark| mark.verdict == "bad"),
        "dmarc-grammar",
        "It refuses a DMARC record that does not hold to the grammar to the letter, and gives it no points.",
        "Receivers leave out tags they do not know, and need no p (RFC 9989 4.7): the DMARC findings say what they do.",
    );
    let passes = policy.is_some_and(is_passed);
    add(
        passes && seen.says(&["DMARC-008", "DMARC-026", "DMARC-027"]),
        "weaker-parts",
        "It looks neither at pct, nor at np, nor at sp where the record is the domain's own.",
        "They decide what happens to a part of the mail, and to names below (RFC 9989 4.7).",
    );
    add(
        policy.is_some_and(|mark| mark.verdict == "external"),
        "reports-elsewhere",
        "A destination that does not agree to get the reports is a warning, and takes no points.",
        "No report is sent there (RFC 9990 4): nobody sees what becomes of the mail.",
    );
    let spf = seen.mark(&criteria::SPF_POLICY);
    let counts = spf.is_some_and(|mark| mark.verdict == "max-lookups");
    let passes = spf.is_some_and(is_passed);
    add(
        (passes && seen.says(&["SPF-040", "SPF-044", "SPF-045"])) || (counts && !seen.says(&["SPF-040"])),
        "spf-lookups",
        "It counts terms by words in them, and holds the count against 10 only before it follows the next record.",
        "The limit is on a, mx, ptr, exists, include and redirect as they are met, and on queries that find nothing (RFC 7208 4.6.4).",
    );
    add(
        passes && seen.has_error(Standard::Spf) && !seen.says(&["SPF-040", "SPF-044", "SPF-045"]),
        "spf-grammar",
        "It takes two redirects, terms behind all, a second version, and does not look behind macros.",
        "What receivers make of the record is told by the SPF findings (RFC 7208).",
    );
}

/// Of DANE.
fn dane(seen: &Seen<'_>, add: &mut impl FnMut(bool, &'static str, &str, &str)) {
    let (exists, valid) = (seen.mark(&criteria::DANE), seen.mark(&criteria::DANE_VALID));
    let partly = exists.is_some_and(|mark| mark.status == Status::Failed) && valid.is_some();
    add(
        partly || seen.says(&["DANE-011"]),
        "partial-dane",
        "DANE at some hosts of the MX has fewer points than DANE at none.",
        "It protects mail to those hosts all the same; an attacker steers to the others (RFC 7672 2.2.1): DANE-011.",
    );
    let is_in_doubt = valid.is_some_and(|mark| mark.status == Status::Unknown) && seen.says(&["DANE-018"]);
    add(
        is_in_doubt || valid.is_some_and(is_passed) && seen.says(&["DANE-018", "DANE-012"]),
        "dane-names",
        "It asks ldns-dane to compare no names; whether that spares usage 2 too depends on which ldns-dane it runs (1.8.3 spares \
         usage 3 alone).",
        "Senders compare names under usage 2, the mail domain's and those of aliases as well (RFC 7672 3.2.2).",
    );
    let by_itself = seen.mark(&criteria::TRUST);
    add(
        by_itself.is_some_and(|mark| mark.status == Status::Info),
        "public-trust",
        "That a certificate leads to no public root takes no points.",
        "Senders that keep to MTA-STS do not deliver then (RFC 8461 4.2); those with DANE do.",
    );
}

fn is_passed(mark: &Mark) -> bool {
    mark.status == Status::Passed
}

struct Seen<'s> {
    categories: &'s [Category],
    verdict: &'s Verdict,
}

impl<'s> Seen<'s> {
    fn mark(&self, criterion: &Criterion) -> Option<&'s Mark> {
        let mut marks = self.categories.iter().flat_map(|category| &category.marks);
        marks.find(|mark| mark.criterion.id == criterion.id)
    }

    /// Whether one of these rules is broken.
    fn says(&self, rules: &[&str]) -> bool {
        let mut findings = self.verdict.findings.iter();
        findings.any(|finding| rules.contains(&finding.rule.id))
    }

    fn has_error(&self, standard: Standard) -> bool {
        let mut findings = self.verdict.findings.iter();
        findings.any(|finding| finding.rule.standard == standard && finding.severity == Severity::Error)
    }

    /// Whether a question of the standard got no answer.
    fn lacks(&self, standard: Standard) -> bool {
        let mut unanswered = self.verdict.unanswered.iter();
        unanswered.any(|one| one.standards.contains(standard))
    }
}
