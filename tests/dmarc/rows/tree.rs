//! Rules about the policy that applies and where it comes from.

use super::Who::{Observer, Spec};
use super::{E, I, NL, Row, SUB, W};

#[rustfmt::skip] // A row is a line.
pub(super) const TREE: &[Row] = &[
    ("DMARC-020", E, Observer("co.uk"), "_dmarc.co.uk TXT v=DMARC1; p=none", "_dmarc.co.uk TXT v=DMARC1; p=none; psd=y"),
    ("DMARC-021", I, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; psd=n", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; psd=u"),
    ("DMARC-022", E, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; psd=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; psd=n"),
    ("DMARC-022", E, Observer("voorbeeld.co.uk"), "_dmarc.voorbeeld.co.uk TXT v=DMARC1; p=none; psd=y", "_dmarc.co.uk TXT v=DMARC1; p=none; psd=y"),
    ("DMARC-023", W, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; sp=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; sp=none"),
    ("DMARC-024", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-025", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject\n*.voorbeeld.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject"),
    ("DMARC-025", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject\n*.voorbeeld.nl TXT v=spf1 -all", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; np=reject\n*.voorbeeld.nl A 192.0.2.1"),
    ("DMARC-026", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject"),
    ("DMARC-027", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; np=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject"),
    ("DMARC-028", W, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=none"),
    ("DMARC-029", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine; t=y"),
    ("DMARC-029", W, SUB, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; t=y"),
    ("DMARC-029", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; t=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=x; rua=mailto:a@voorbeeld.nl"),
    ("DMARC-029", W, SUB, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; p=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-029", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; p=reject"),
    ("DMARC-029", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=x; rua=mailto:a@voorbeeld.nl"),
    ("DMARC-030", W, Spec("voorbeeld.nl", "role: Mail, dmarc: {policy: Reject}, dkim: {selectors: [{name: oud, state: Revoked}]}", ), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-031", I, Spec("voorbeeld.nl", "role: Mail"), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine"),
    ("DMARC-033", I, Observer("a.b.c.d.e.f.g.voorbeeld.nl"), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.a.b.c.d.e.f.g.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-034", W, Observer("a.b.c.d.e.f.voorbeeld.nl"), "_dmarc.a.b.c.d.e.f.voorbeeld.nl TXT v=DMARC1; p=none; psd=n", "_dmarc.a.b.c.d.e.f.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-035", I, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; psd=n\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-036", W, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; psd=n", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DMARC-037", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject\n_dmarc.nl TXT v=DMARC1; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; psd=n\n_dmarc.nl TXT v=DMARC1; p=none"),
    ("DMARC-038", I, NL, "_dmarc.nl TXT v=DMARC1; p=none; psd=y", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.nl TXT v=DMARC1; p=none; psd=y"),
    ("DMARC-039", E, NL, "_dmarc.voorbeeld.nl CNAME here.example\nhere.example TXT x", "_dmarc.voorbeeld.nl CNAME here.example\nhere.example TXT v=DMARC1; p=none"),
    ("DMARC-040", I, SUB, "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\na.voorbeeld.nl A 192.0.2.1"),
    ("DMARC-048", E, NL, "_dmarc.voorbeeld.nl CNAME x.gone.example", "_dmarc.voorbeeld.nl CNAME x.there.example\nthere.example A 192.0.2.1"),
    ("DMARC-042", E, NL, "voorbeeld.nl A 192.0.2.1", "_dmarc.nl TXT v=DMARC1; p=none; psd=y"),
    ("DMARC-042", E, NL, "_dmarc.voorbeeld.nl TXT hello", "_dmarc.voorbeeld.nl TXT !SERVFAIL"),
    ("DMARC-042", E, NL, "voorbeeld.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=dmarc1; p=none"),
    ("DMARC-043", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf1 -ALL", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf1 mx -all"),
    ("DMARC-043", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf1 exp=why.voorbeeld.nl -all", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf10 -all"),
    ("DMARC-043", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf1 -all ip4:192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\nvoorbeeld.nl TXT v=spf1 ~all"),
    ("DMARC-043", W, Spec("voorbeeld.nl", "role: Parked"), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject"),
    ("DMARC-047", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject\nzegel-no-such-name.voorbeeld.nl EXISTS\n*.voorbeeld.nl EXISTS", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; np=reject"),
];
