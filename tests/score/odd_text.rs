//! Odd records of DMARC and SPF: what Internet.nl's grammars make of them. The expectations are worked out from its rules, not
//! from this program.

use zegel::judge::score::{Range, Score, criteria};

use crate::world::{Seen, mark};

/// The score of the domain with these lines in place of its own.
fn auth(lines: &str) -> Score {
    let seen = Seen::perfect()
        .without("a.nl TXT")
        .without("_dmarc")
        .without("s1._domainkey");
    lines
        .lines()
        .fold(seen, |seen, line| seen.with(line.trim()))
        .score()
        .0
}

#[test]
fn a_policy_of_dmarc_is_read_to_the_letter() {
    for (text, exists, policy) in [
        ("v=DMARC1;p=reject", "good", "good"),
        ("v=DMARC1; p=reject;", "good", "good"),
        ("v=DMARC1; P=REJECT; RUA=mailto:x@a.nl", "good", "good"),
        ("\"v=DMARC1; p=\" \"reject\"", "good", "good"),
        (
            "v=DMARC1; p=reject; sp=none; np=none; adkim=s; aspf=r; fo=1:d:s; rf=afrf; ri=3600; pct=100; psd=n; t=n",
            "good",
            "good",
        ),
        ("v=DMARC1 ; p = reject", "good", "good"),
        (
            "v=DMARC1; p=reject; rua=mailto:x@a.nl!10m,mailto:y@a.nl",
            "good",
            "good",
        ),
        ("v=DMARC1; p=quarantine; rua=https://a.nl/reports", "good", "good"),
        ("v=dmarc1; p=reject", "good", "bad"),
        ("\"v=DMARC1; p=reject \"", "good", "bad"),
        ("v=DMARC1; p=reject;; rua=mailto:x@a.nl", "good", "bad"),
        ("v=DMARC1; p=reject; p=none", "good", "bad"),
        ("v=DMARC1; sp=reject; p=reject", "good", "bad"),
        ("v=DMARC1; p=reject; pct=1000", "good", "bad"),
        ("v=DMARC1; p=reject; rua=x@a.nl", "good", "bad"),
        ("v=DMARC1; p=reject; rua=mailto:x@a.nl!10m!5", "good", "bad"),
        ("v=DMARC1, p=reject", "good", "bad"),
        ("v=DMARC1; p=monitor", "good", "bad"),
        ("v=DMARC1; p=none; rua=mailto:x@a.nl", "good", "policy"),
        ("\" v=DMARC1; p=reject\"", "bad", ""),
        ("v=DMARC 1; p=reject", "bad", ""),
    ] {
        let score = auth(&format!("a.nl TXT v=spf1 mx -all\n_dmarc.a.nl TXT {text}"));
        let found = (
            mark(&score, &criteria::DMARC).verdict,
            mark(&score, &criteria::DMARC_POLICY).verdict,
        );
        assert_eq!(found, (exists, policy), "{text}");
    }
}

#[test]
fn a_policy_of_spf_is_read_by_its_grammar_and_by_its_end() {
    for (lines, policy, points) in [
        ("a.nl TXT V=SPF1 MX -ALL", "good", 10),
        ("a.nl TXT v=spf1 v=spf1 mx -all", "good", 10),
        ("a.nl TXT v=spf1 ptr exists:%{i}.c.nl -all", "good", 10),
        ("a.nl TXT v=spf1 foo=bar -all", "good", 10),
        ("a.nl TXT v=spf1 a:b.nl/24//64 ip6:2001:db8::/32 -all", "good", 10),
        ("a.nl TXT \"v=spf1 mx\" \" -all\"", "good", 10),
        ("a.nl TXT v=spf1 foo:bar -all", "bad", 0),
        ("a.nl TXT v=spf1 ipv4:9.9.9.9 -all", "bad", 0),
        ("a.nl TXT v=spf1 ip4: 9.9.9.9 -all", "bad", 0),
        ("a.nl TXT v=spf1 ip4:9.9.9.300 -all", "bad", 0),
        ("a.nl TXT v=spf1 ip4:9.9.9.9/33 -all", "bad", 0),
        ("a.nl TXT v=spf1 mx, -all", "bad", 0),
        (
            "a.nl TXT v=spf1 redirect=c.nl ?all\nc.nl TXT v=spf1 -all",
            "all",
            2,
        ),
        (
            "a.nl TXT v=spf1 redirect=c.nl\nc.nl TXT v=spf1 include:d.nl ~all\nd.nl TXT v=spf1 ?all",
            "good",
            10,
        ),
        (
            "a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 include:d.nl -all\nd.nl TXT v=spf1 +all",
            "include",
            2,
        ),
        (
            "a.nl TXT v=spf1 include:c.nl -all\nc.nl CNAME d.nl\nd.nl TXT v=spf1 -all",
            "good",
            10,
        ),
    ] {
        let score = auth(&format!("_dmarc.a.nl TXT v=DMARC1; p=reject\n{lines}"));
        let found = mark(&score, &criteria::SPF_POLICY);
        assert_eq!(
            (found.verdict, found.points),
            (policy, Range::just(points)),
            "{lines}"
        );
    }
}
