//! Rules about the text of the record.

use super::Who::Spec;
use super::{E, I, NL, Row, SUB, W, Who};

#[rustfmt::skip] // A row is a line.
pub(super) const TEXT: &[Row] = &[
    ("DMARC-001", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT hello"),
    ("DMARC-002", E, NL, "_dmarc.voorbeeld.nl TXT v=dmarc1; p=none", "_dmarc.voorbeeld.nl TXT V=DMARC1; p=none"),
    ("DMARC-002", E, NL, "_dmarc.voorbeeld.nl TXT p=none; v=DMARC1", "_dmarc.voorbeeld.nl TXT v=spf1 -all"),
    ("DMARC-003", E, NL, "_dmarc.voorbeeld.nl TXT \" v=DMARC1; p=none\"", "_dmarc.voorbeeld.nl TXT v = DMARC1 ; p = none"),
    ("DMARC-004", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1 p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1;p=none"),
    ("DMARC-005", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; hello", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; "),
    ("DMARC-005", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none;; sp=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=none"),
    ("DMARC-005", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; x1=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; x=y"),
    ("DMARC-006", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; P=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=none"),
    ("DMARC-007", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruaa=mailto:a@b.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; pct=1; ri=1"),
    ("DMARC-008", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; pct=20", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=y"),
    ("DMARC-008", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; pct=100", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-009", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rf=afrf; ri=3600", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; pct=5"),
    ("DMARC-010", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-010", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; rua=mailto:a@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=x"),
    ("DMARC-010", E, SUB, "_dmarc.voorbeeld.nl TXT v=DMARC1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-011", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; sp=none; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=none"),
    ("DMARC-012", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=rejected", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=REJECT"),
    ("DMARC-012", E, SUB, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=rejected", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=rejected"),
    ("DMARC-013", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; np=all", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; np=none"),
    ("DMARC-014", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=yes", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=N"),
    ("DMARC-015", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; adkim=strict", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; adkim=S; aspf=r"),
    ("DMARC-016", W, SPF_BELOW, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; aspf=s", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; adkim=s"),
    ("DMARC-016", W, SPF_BELOW, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; aspf=S", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; aspf=x"),
    ("DMARC-017", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; t=y"),
    ("DMARC-017", I, Spec("voorbeeld.nl", "role: Mail, dmarc: {policy: Reject, testing: true}", ), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-018", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=y"),
    ("DMARC-019", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; psd=no", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; psd=U"),
    ("DMARC-006", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ri=1; ri=2", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ri=1"),
    ("DMARC-008", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; pct=0", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-008", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; pct=20", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-008", I, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; pct=20\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; pct=20"),
    ("DMARC-017", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=x; sp=reject; t=y; rua=mailto:a@voorbeeld.nl"),
    ("DMARC-017", W, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=reject; t=y\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; t=y\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-049", E, NL, "_dmarc.voorbeeld.nl TXT \"v=DMARC1;\\010p=reject\"", "_dmarc.voorbeeld.nl TXT \"v=DMARC1;\\009p=reject\""),
    ("DMARC-049", E, NL, "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\\013\\010\"", "_dmarc.voorbeeld.nl TXT \"v\\010=DMARC1; p=reject\""),
    ("DMARC-050", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl;mailto:b@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl , mailto:b@voorbeeld.nl"),
    ("DMARC-050", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; fo=0,d,s", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; fo=0:d:s"),
    ("DMARC-050", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none, sp=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=none"),
    ("DMARC-050", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p:none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p = none"),
    ("DMARC-051", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none v=spf1 mx -all", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=spf1 mx -all"),
    ("DMARC-051", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; v=DKIM1; p=AAAA", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; n=DKIM1"),
    ("DMARC-052", E, NL, "_dmarc.voorbeeld.nl TXT voorbeeld.nl.dmarc.example", "_dmarc.voorbeeld.nl CNAME voorbeeld.nl.dmarc.example"),
    ("DMARC-052", E, NL, "_dmarc.voorbeeld.nl TXT IN CNAME voorbeeld.nl.dmarc.example.", "_dmarc.voorbeeld.nl TXT MS=voorbeeld.nl"),
    ("DMARC-044", I, NL, LONG, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-045", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; aspf=s", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; adkim=s"),
];

const SPF_BELOW: Who = Spec(
    "voorbeeld.nl",
    "role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: nieuws, mechanisms: [a], all: Fail}, {name: web, all: Fail}]}",
);

const LONG: &str = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
