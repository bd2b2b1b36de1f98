//! Rules about where reports go.

use super::Who::{Observer, Spec};
use super::{I, NL, Row, SUB, W};

#[rustfmt::skip] // A row is a line.
pub(super) const REPORTS: &[Row] = &[
    ("DRPT-001", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=dmarc@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl"),
    ("DRPT-002", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=https://voorbeeld.nl/x", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl"),
    ("DRPT-003", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dm!arc@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dm%21arc@voorbeeld.nl"),
    ("DRPT-003", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:postmaster=reports@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:postmaster%3Dreports@voorbeeld.nl"),
    ("DRPT-004", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl!10m", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl"),
    ("DRPT-004", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl!10q", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:d!10q@voorbeeld.nl"),
    ("DRPT-005", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbéeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@xn--voorbeld-f1a.nl"),
    ("DRPT-006", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl"),
    ("DRPT-006", I, Spec("voorbeeld.nl", "role: Parked"), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; rua=mailto:a@ander.nl"),
    ("DRPT-007", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl,mailto:b@voorbeeld.nl,mailto:c@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl,mailto:b@voorbeeld.nl"),
    ("DRPT-008", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl,mailto:a@Voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl; ruf=mailto:a@voorbeeld.nl"),
    ("DRPT-009", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-009", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT !SERVFAIL"),
    ("DRPT-009", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl"),
    ("DRPT-010", I, SUB, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl A 192.0.2.1", "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl"),
    ("DRPT-011", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-012", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1; p=none\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-013", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\n*._report._dmarc.ander.nl TXT v=DMARC1;\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-014", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\n*._report._dmarc.ander.nl TXT v=DMARC1;\nderde.nl._report._dmarc.ander.nl TXT v=DMARC1;\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\n*._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-015", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;\nvoorbeeld.nl._report._dmarc.ander.nl TXT hello\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1;"),
    ("DRPT-016", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1; rua=mailto:a@derde.nl\nander.nl A 192.0.2.1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nvoorbeeld.nl._report._dmarc.ander.nl TXT v=DMARC1; rua=mailto:b@ander.nl"),
    ("DRPT-017", W, NL, TOO_LONG, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl"),
    ("DRPT-018", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl MX 0 .", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl MX 10 mail.ander.nl"),
    ("DRPT-018", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl TXT hello", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl AAAA 2001:db8::1"),
    ("DRPT-018", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl\nander.nl ANY !TIMEOUT"),
    ("DRPT-019", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl\nvoorbeeld.nl MX 0 .", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl\nvoorbeeld.nl MX 10 mail.voorbeeld.nl"),
    ("DRPT-019", W, Spec("voorbeeld.nl", "role: Parked"), "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; rua=mailto:a@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; rua=mailto:a@ander.nl\nander.nl MX 0 ."),
    ("DRPT-020", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@ander.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@ander.nl"),
    ("DRPT-020", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@voorbeeld.nl", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DRPT-021", W, Observer("co.uk"), "_dmarc.co.uk TXT v=DMARC1; p=none; psd=y; ruf=mailto:a@nic.uk", "_dmarc.co.uk TXT v=DMARC1; p=none; psd=y; rua=mailto:a@nic.uk"),
    ("DRPT-022", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@voorbeeld.nl; fo=all", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@voorbeeld.nl; fo=1:d:s"),
    ("DRPT-022", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@voorbeeld.nl; fo=0:1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; ruf=mailto:a@voorbeeld.nl; fo=D"),
    ("DRPT-022", I, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; fo=1", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none"),
    ("DRPT-023", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc-rua@dmarc.service.gov.uk", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@service.gov.uk"),
    ("DRPT-024", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl?subject=x", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl"),
    ("DRPT-026", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl.", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl"),
    ("DRPT-026", W, NL, "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl; ruf=mailto:b@voorbeeld.nl.", "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl; ruf=mailto:b@voorbeeld.nl"),
];

/// A host of 228 octets: with `voorbeeld.nl._report._dmarc.` in front it is no name any more.
const TOO_LONG: &str = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.nl\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.nl A 192.0.2.1";
