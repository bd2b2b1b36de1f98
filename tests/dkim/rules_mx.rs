//! Worlds for the rules about MX.

use crate::rules::{Case, case, pair, probe};

const GOOD: &str = "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25\nmail.a.nl AAAA 2001:db8::25";

pub(crate) fn cases() -> Vec<Case> {
    let looked = |rule, fires: &str, quiet: &str| pair(rule, probe([]), fires, quiet);
    let mail = |host: &str| format!("a.nl MX 10 {host}");
    let closed = "a.nl MX 0 .\na.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject";
    [
        looked("MX-001", "a.nl MX 0 .\na.nl MX 10 .", "a.nl MX 0 ."),
        looked("MX-002", "a.nl MX 0 .\na.nl MX 10 mail.a.nl", "a.nl MX 0 ."),
        looked("MX-003", "a.nl MX 10 .", "a.nl MX 0 ."),
        pair("MX-004", "{domain: a.nl, role: Mail}", "a.nl MX 0 .", GOOD),
        looked(
            "MX-004",
            "a.nl MX 0 .\na.nl TXT v=spf1 ip4:192.0.2.1 -all",
            "a.nl MX 0 .\na.nl TXT v=spf1 -all",
        ),
        vec![case(
            "MX-004",
            false,
            "{domain: a.nl, role: Parked}",
            "a.nl MX 0 .",
        )],
        looked("MX-005", "a.nl MX 0 .", "a.nl MX 0 .\na.nl A 192.0.2.80"),
        looked("MX-005", "a.nl MX 0 .", "a.nl MX 0 .\na.nl AAAA !SERVFAIL"),
        looked("MX-006", "a.nl A 192.0.2.80", "a.nl TXT x"),
        vec![case(
            "MX-006",
            false,
            "{domain: a.nl, role: Parked}",
            "a.nl A 192.0.2.80",
        )],
        looked("MX-007", &mail("192.0.2.25"), GOOD),
        looked(
            "MX-008",
            &format!(
                "{}\nmail.a.nl CNAME m.p.example\nm.p.example A 192.0.2.25",
                mail("mail.a.nl")
            ),
            GOOD,
        ),
        looked("MX-009", &mail("mail.a.nl"), GOOD),
        looked(
            "MX-009",
            &mail("mail.a.nl"),
            &format!("{}\nmail.a.nl A !SERVFAIL", mail("mail.a.nl")),
        ),
        looked("MX-010", &mail("localhost"), GOOD),
        looked("MX-010", &mail("mail.office.local"), GOOD),
        looked(
            "MX-010",
            &format!("{}\nmail.a.nl A 10.0.0.1", mail("mail.a.nl")),
            GOOD,
        ),
        looked(
            "MX-010",
            &format!("{}\nmail.a.nl AAAA fd00::1", mail("mail.a.nl")),
            GOOD,
        ),
        looked(
            "MX-010",
            &format!("{}\nmail.a.nl A 100.64.0.1", mail("mail.a.nl")),
            GOOD,
        ),
        looked("MX-011", &mail("mail_1.a.nl"), GOOD),
        looked("MX-011", &mail("-mail.a.nl"), GOOD),
        looked("MX-013", &format!("{GOOD}\na.nl MX 20 mail.a.nl"), GOOD),
        looked("MX-014", GOOD, &format!("{GOOD}\nmail.a.nl A 192.0.2.26")),
        looked(
            "MX-014",
            GOOD,
            &format!("{GOOD}\na.nl MX 20 m2.a.nl\nm2.a.nl A 192.0.2.26"),
        ),
        looked(
            "MX-015",
            &format!("{}\nmail.a.nl A 192.0.2.25", mail("mail.a.nl")),
            GOOD,
        ),
        looked(
            "MX-016",
            &format!("{}\nexample SOA x", mail("mx.gone.example")),
            &mail("mail.a.nl"),
        ),
        looked(
            "MX-017",
            &format!("{closed}; rua=mailto:x@b.nl,mailto:dmarc@A.nl!10m"),
            &format!("{closed}; rua=mailto:x@b.nl"),
        ),
        looked("MX-018", "a.nl MX 0 .", closed),
        looked(
            "MX-018",
            "a.nl MX 0 .\na.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=none",
            closed,
        ),
        pair(
            "MX-019",
            "{domain: a.nl, role: ReceiveOnly}",
            "a.nl A 192.0.2.80",
            GOOD,
        ),
        pair(
            "MX-019",
            "{domain: a.nl, role: ReceiveOnly}",
            "a.nl MX 0 .",
            "a.nl MX !SERVFAIL",
        ),
        vec![case("MX-019", false, probe([]), "a.nl A 192.0.2.80")],
    ]
    .concat()
}
