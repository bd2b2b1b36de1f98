//! Worlds for the rules about DKIM.

use crate::keys::*;
use crate::rules::{Case, case, named, pair, probe};

fn spec(selectors: &str) -> String {
    format!("{{domain: a.nl, role: Mail, dkim: {{selectors: [{selectors}]}}}}")
}

fn s1(text: &str) -> String {
    format!("s1._domainkey.a.nl TXT {text}")
}

/// A pair about the text of one key record, managed as any key.
fn text(rule: &'static str, fires: &str, quiet: &str) -> Vec<Case> {
    pair(rule, spec("{name: s1, anyKey: true}"), s1(fires), s1(quiet))
}

/// A pair about the key alone.
fn key(rule: &'static str, fires: &str, quiet: &str) -> Vec<Case> {
    text(
        rule,
        &format!("v=DKIM1; p={fires}"),
        &format!("v=DKIM1; p={quiet}"),
    )
}

pub(crate) fn cases() -> Vec<Case> {
    let good = format!("v=DKIM1; p={RSA_2048}");
    let mut cases = of_one_record(&good);
    cases.extend(of_a_selector(&good));
    cases.extend(of_all_selectors(&good));
    cases.extend(of_the_node(&good));
    cases.extend(of_no_dkim(&good));
    cases
}

fn of_one_record(good: &str) -> Vec<Case> {
    let with = |tag: &str| format!("v=DKIM1; {tag}; p={RSA_2048}");
    [
        text("DKIM-002", &with("rsa"), good),
        text("DKIM-002", &with(" "), &with("k=rsa")),
        text("DKIM-002", &with("k-t=rsa"), &with("k_t=rsa")),
        text("DKIM-003", &with("k=rsa; k=rsa"), &with("k=rsa; K=rsa")),
        text("DKIM-004", &format!("\"{good}; \""), &format!("\"{good};\"")),
        text("DKIM-005", &format!("v=dkim1; p={RSA_2048}"), good),
        text(
            "DKIM-005",
            &format!("k=rsa; v=DKIM1; p={RSA_2048}"),
            &with("k=rsa"),
        ),
        text(
            "DKIM-005",
            &format!("\\\"v=DKIM1; p={RSA_2048}\\\""),
            &format!("p={RSA_2048}"),
        ),
        text("DKIM-006", &format!("k=rsa; p={RSA_2048}"), good),
        text("DKIM-007", "v=DKIM1; k=rsa", good),
        text("DKIM-008", "v=DKIM1; p=", good),
        vec![case(
            "DKIM-008",
            false,
            spec("{name: s1, state: Revoked}"),
            s1("v=DKIM1; p="),
        )],
        key("DKIM-009", &format!("{}%", &RSA_2048[..200]), RSA_2048),
        key("DKIM-009", &RSA_2048[..RSA_2048.len() - 1], RSA_2048),
        key("DKIM-010", RSA_2048_PKCS1, RSA_2048),
        key("DKIM-010", EC, RSA_2048),
        key("DKIM-010", &RSA_2048[..200], RSA_2048),
        key("DKIM-010", &format!("{RSA_2048}AAAA"), RSA_2048),
        text(
            "DKIM-011",
            &format!("v=DKIM1; k=ed25519; p={ED25519_SPKI}"),
            &format!("v=DKIM1; k=ed25519; p={ED25519}"),
        ),
        text(
            "DKIM-011",
            "v=DKIM1; k=ed25519; p=AAAA",
            &format!("v=DKIM1; k=ed25519; p={ED25519}"),
        ),
        text("DKIM-011", &with("k=ed25519"), good),
        text(
            "DKIM-012",
            &format!("v=DKIM1; p={ED25519}"),
            &format!("v=DKIM1; k=ed25519; p={ED25519}"),
        ),
        text("DKIM-013", &with("k=RSA"), &with("k=rsa")),
        key("DKIM-014", RSA_512, RSA_1024),
        key("DKIM-015", RSA_1024, RSA_2048),
        key("DKIM-016", RSA_4148, RSA_4096),
        key("DKIM-017", RSA_4096, RSA_2048),
        key("DKIM-018", RSA_EXPONENT_1, RSA_2048),
        key("DKIM-018", RSA_EXPONENT_2, RSA_2048),
        key("DKIM-018", RSA_FACTOR_7, RSA_2048),
        key("DKIM-019", RSA_ROCA, RSA_2048),
        key("DKIM-019", RFC_6376_EXAMPLE, RSA_1024),
        text(
            "DKIM-019",
            &format!("v=DKIM1; k=ed25519; p={RFC_8463_EXAMPLE}"),
            &format!("v=DKIM1; k=ed25519; p={ED25519}"),
        ),
        text("DKIM-023", &with("h=sha1"), &with("h=sha256")),
        text("DKIM-024", &with("h=sha1:sha256"), &with("h=sha256")),
        text("DKIM-025", &with("s=web"), &with("s=email")),
        text("DKIM-025", &with("s=web"), &with("s=tlsrpt")),
        text("DKIM-026", &with("s=tlsrpt"), &with("s=tlsrpt:email")),
        text("DKIM-027", &with("t=y"), &with("t=s")),
        text("DKIM-028", &with("t=s"), &with("t=y")),
        pair(
            "DKIM-028",
            spec("{name: s1, anyKey: true, flags: [StrictIdentity]}"),
            "s1._domainkey.a.nl TXT !SERVFAIL",
            s1(&with("t=s")),
        )
        .split_off(1),
        text("DKIM-029", &with("t=x"), &with("t=y:s")),
        text("DKIM-029", &with("h=sha512:sha256"), &with("h=sha1:sha256")),
        text("DKIM-029", &with("s=fax:email"), &with("s=*:tlsrpt")),
        text("DKIM-030", &with("g="), good),
        text("DKIM-031", &with("n=asked for by Jan"), good),
        text("DKIM-032", &with("d=a.nl; b=AAAA"), &with("x-note=1")),
        text("DKIM-033", "-----BEGIN PUBLIC KEY-----MIIB", good),
        key(
            "DKIM-033",
            "MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            RSA_2048,
        ),
        key(
            "DKIM-050",
            &format!("{} {}", &RSA_2048[..64], &RSA_2048[64..]),
            RSA_2048,
        ),
        key(
            "DKIM-050",
            &format!("{}\\013\\010\\009{}", &RSA_2048[..64], &RSA_2048[64..]),
            &format!("{}\\010{}", &RSA_2048[..64], &RSA_2048[64..]),
        ),
        text("DKIM-046", &with("k=mldsa44"), &with("k=rsa")),
    ]
    .concat()
}

fn of_a_selector(good: &str) -> Vec<Case> {
    let ed25519 = format!("v=DKIM1; k=ed25519; p={ED25519}");
    let other = format!("v=DKIM1; p={OTHER_RSA_2048}");
    let any = || spec("{name: s1, anyKey: true}");
    let alias = spec("{name: s1, cname: s1.gone.example}, {name: s2, anyKey: true}");
    let s2 = format!("s2._domainkey.a.nl TXT {good}");
    [
        pair(
            "DKIM-001",
            probe(["s_1"]),
            format!("s_1._domainkey.a.nl TXT {good}"),
            s1(good),
        ),
        pair("DKIM-001", spec("{name: s_1, anyKey: true}"), "", "")
            .into_iter()
            .take(1)
            .collect(),
        pair("DKIM-001", probe(["a..b"]), "", "")
            .into_iter()
            .take(1)
            .collect(),
        pair(
            "DKIM-047",
            any(),
            s1("s1.a-example.dkim.provider.example."),
            s1("hello"),
        ),
        pair("DKIM-047", named(["s1"]), s1("\"s1.provider.example\""), s1(good)),
        pair("DKIM-047", probe(["s1"]), s1("CNAME s1.provider.example"), ""),
        pair("DKIM-048", named(["s1"]), "", s1(good)),
        pair(
            "DKIM-048",
            named(["s1"]),
            "x.s1._domainkey.a.nl TXT x",
            s1(&ed25519),
        ),
        pair("DKIM-048", named(["s1"]), s1("hello"), s1("v=DKIM1; p=AAAA")),
        pair(
            "DKIM-048",
            named(["s1"]),
            s1("v=DKIM1; p="),
            "s1._domainkey.a.nl TXT !SERVFAIL",
        ),
        pair(
            "DKIM-048",
            named(["s1"]),
            "s1._domainkey.a.nl CNAME s1.p.example\np.example SOA x",
            format!("s1._domainkey.a.nl CNAME s1.p.example\ns1.p.example TXT {good}"),
        ),
        pair(
            "DKIM-048",
            named(["s1"]),
            "*.a.nl CNAME www.b.example\nwww.b.example A 192.0.2.1",
            s1(good),
        ),
        vec![case("DKIM-048", false, probe(["s1"]), "")],
        pair(
            "DKIM-021",
            any(),
            format!("{}\n{}", s1(good), s1(&ed25519)),
            format!("{}\n{}", s1(good), s1(&other)),
        ),
        pair(
            "DKIM-022",
            any(),
            format!("{}\n{}", s1(good), s1(&other)),
            s1(good),
        ),
        pair(
            "DKIM-022",
            any(),
            format!("{}\n{}", s1(good), s1("hello")),
            s1("hello"),
        ),
        pair(
            "DKIM-037",
            alias.clone(),
            format!("s1._domainkey.a.nl CNAME s1.gone.example\ngone.example SOA x\n{s2}"),
            format!("s1._domainkey.a.nl CNAME s1.gone.example\ns1.gone.example TXT {good}\n{s2}"),
        ),
        pair(
            "DKIM-038",
            alias,
            format!("s1._domainkey.a.nl CNAME s1.gone.example\nexample SOA x\n{s2}"),
            format!("s1._domainkey.a.nl CNAME s1.gone.example\ngone.example SOA x\n{s2}"),
        ),
        pair(
            "DKIM-038",
            spec("{name: s1, state: Revoked}"),
            "s1._domainkey.a.nl CNAME s1.gone.example\nexample SOA x",
            "s1._domainkey.a.nl CNAME s1.gone.example\ngone.example SOA !SERVFAIL",
        ),
    ]
    .concat()
}

fn of_all_selectors(good: &str) -> Vec<Case> {
    let two = spec("{name: s1, anyKey: true}, {name: s2, anyKey: true}");
    let ed25519 = s1(&format!("v=DKIM1; k=ed25519; p={ED25519}"));
    let s2 = format!("s2._domainkey.a.nl TXT {good}");
    [
        pair("DKIM-020", two.clone(), ed25519.clone(), format!("{ed25519}\n{s2}")),
        // What the second selector holds could not be asked.
        vec![case("DKIM-020", false, two.clone(), format!("{ed25519}\ns2._domainkey.a.nl TXT !SERVFAIL"))],
        // A probe is one selector among many nobody knows of.
        vec![case("DKIM-020", false, probe(["s1"]), ed25519)],
        vec![
            case("DKIM-044", true, spec("{name: s1, state: Revoked}"), ""),
            case("DKIM-044", false, spec("{name: s1, anyKey: true}"), ""),
            case("DKIM-044", false, "{domain: a.nl, role: Mail}", ""),
            case(
                "DKIM-044",
                false,
                "{domain: a.nl, role: Parked, dkim: {selectors: [{name: s1, state: Revoked}]}}",
                "",
            ),
        ],
        pair(
            "DKIM-045",
            two.clone(),
            format!("{}\n{s2}", s1(good)),
            format!("{}\n{s2}", s1(&format!("v=DKIM1; p={OTHER_RSA_2048}"))),
        ),
        // Two names of one record are one key by the provider's choice.
        vec![case(
            "DKIM-045",
            false,
            two,
            format!("s1._domainkey.a.nl CNAME k.p.example\ns2._domainkey.a.nl CNAME k.p.example\nk.p.example TXT {good}"),
        )],
    ]
    .concat()
}

/// A domain with mail, and nothing below `_domainkey`.
fn of_no_dkim(good: &str) -> Vec<Case> {
    let mx = "a.nl MX 10 mx.a.nl";
    let with = |more: &str| format!("{mx}\n{more}");
    let quiet = |subject, zone: String| case("DKIM-049", false, subject, zone);
    [
        pair("DKIM-049", probe(["s1"]), mx, with("_domainkey.a.nl EXISTS")),
        pair("DKIM-049", probe([]), mx, "a.nl MX 0 ."),
        pair("DKIM-049", named(["s1"]), mx, with(&s1(good))),
        pair(
            "DKIM-049",
            "{domain: a.nl, role: Mail}",
            mx,
            "a.nl TXT v=spf1 -all",
        ),
        vec![
            case(
                "DKIM-049",
                true,
                "{domain: a.nl, role: SendOnly, spf: {all: Fail}}",
                "a.nl EXISTS",
            ),
            quiet(probe(["s1"]), with("*.a.nl TXT hello")),
            quiet(probe(["s1"]), with("_domainkey.a.nl TXT !SERVFAIL")),
            quiet(probe(["s1"]), format!("{mx}\n{}\nDENY _domainkey.a.nl", s1(good))),
            quiet(spec("{name: s1, anyKey: true}").into(), mx.to_owned()),
            quiet("{domain: a.nl, role: ReceiveOnly}".into(), mx.to_owned()),
        ],
    ]
    .concat()
}

fn of_the_node(good: &str) -> Vec<Case> {
    let at = |label: &str, text: &str| format!("{label}_domainkey.a.nl TXT {text}");
    let any = || spec("{name: s1, anyKey: true}");
    [
        pair("DKIM-039", any(), at("", "o=~"), at("", "hello")),
        pair("DKIM-039", probe([]), at("", "t=y; o=-"), at("", good)),
        pair("DKIM-040", any(), at("_adsp.", "dkim=all"), at("_adsp.", "hello")),
        pair("DKIM-041", any(), at("*.", good), s1(good)),
        pair("DKIM-041", probe([]), at("*.", "v=DKIM1; p="), at("*.", "hello")),
        pair(
            "DKIM-041",
            "{domain: a.nl, role: Parked}",
            at("*.", good),
            at("*.", "v=DKIM1; p="),
        ),
        pair(
            "DKIM-042",
            any(),
            format!("{}\nDENY _domainkey.a.nl", s1(good)),
            s1(good),
        ),
        pair(
            "DKIM-042",
            any(),
            format!("{}\nDENY _domainkey.a.nl", s1(good)),
            "",
        )
        .split_off(1),
        pair(
            "DKIM-043",
            any(),
            at("_report.", "ra=a@b.nl; rp=100"),
            at("_report.", "ra=dkim; rp=100; rr=all"),
        ),
        pair(
            "DKIM-043",
            any(),
            at("_report.", "ra=dkim; rp=101"),
            at("_report.", "v=spf1 -all"),
        ),
    ]
    .concat()
}
