//! Manifests right and wrong, written by hand: each rule of the schema broken, and each bound just kept.

use serde_json::{Value, json};

/// A spec that breaks rules, and each rule it breaks: the field, and a part of the message.
pub(crate) struct Bad {
    pub(crate) spec: Value,
    pub(crate) says: &'static [(&'static str, &'static str)],
}

fn bad(spec: Value, says: &'static [(&'static str, &'static str)]) -> Bad {
    Bad { spec, says }
}

fn bad_domain(domain: &str, says: &'static [(&'static str, &'static str)]) -> Bad {
    bad(json!({"domain": domain, "role": "Mail"}), says)
}

/// A Mail domain with this beside domain and role.
fn bad_mail(rest: Value, says: &'static [(&'static str, &'static str)]) -> Bad {
    bad(with_role("Mail", rest), says)
}

fn with_role(role: &str, rest: Value) -> Value {
    let mut spec = json!({"domain": "voorbeeld.nl", "role": role});
    if let (Value::Object(spec), Value::Object(rest)) = (&mut spec, rest) {
        spec.extend(rest);
    }
    spec
}

fn selector(rest: Value) -> Value {
    let mut selector = json!({"name": "s1"});
    if let (Value::Object(selector), Value::Object(rest)) = (&mut selector, rest) {
        selector.extend(rest);
    }
    json!({"dkim": {"selectors": [selector]}})
}

fn mx_host(preference: u32) -> Value {
    json!({"preference": preference, "host": "mx1.voorbeeld.nl"})
}

pub(crate) fn refused() -> Vec<Bad> {
    let label_64 = format!("{}.nl", "a".repeat(64));
    let long = format!("{}nl", "a.".repeat(126));
    let mut all = vec![
        // the domain's name
        bad_domain("Voorbeeld.nl", &[("spec.domain", "lower case")]),
        bad_domain("voorbeeld.nl.", &[("spec.domain", "without a trailing dot")]),
        bad_domain("voorbéeld.nl", &[("spec.domain", "A-labels")]),
        bad_domain("voorbeeld..nl", &[("spec.domain", "no domain name")]),
        bad_domain("192.0.2.1", &[("spec.domain", "name the domain its mail")]),
        bad_domain("10.1", &[("spec.domain", "name the domain its mail")]),
        bad_domain("5", &[("spec.domain", "name the domain its mail")]),
        bad_domain("a.nl.1", &[("spec.domain", "name the domain its mail")]),
        bad_domain("192.0.2.0/24", &[("spec.domain", "no domain name")]),
        bad_domain("2001:db8::1", &[("spec.domain", "no domain name")]),
        bad_domain("[192.0.2.1]", &[("spec.domain", "no domain name")]),
        bad_domain("nl", &[("spec.domain", "one label")]),
        bad_domain("localhost", &[("spec.domain", "one label")]),
        bad_domain("xn--p1ai", &[("spec.domain", "one label")]),
        bad_domain("_dmarc", &[("spec.domain", "one label")]),
        bad_domain("2.0.192.in-addr.arpa", &[("spec.domain", "reverse zone")]),
        bad_domain("in-addr.arpa", &[("spec.domain", "reverse zone")]),
        bad_domain("8.b.d.0.1.0.0.2.ip6.arpa", &[("spec.domain", "reverse zone")]),
        bad_domain("_dmarc.voorbeeld.nl", &[("spec.domain", "underscore")]),
        bad_domain("s1._domainkey.voorbeeld.nl", &[("spec.domain", "underscore")]),
        bad_domain("_25._tcp.mx.voorbeeld.nl", &[("spec.domain", "underscore")]),
        bad_domain("_dmarc.nl", &[("spec.domain", "underscore")]),
        bad_domain("a._tcp", &[("spec.domain", "underscore")]),
        bad_domain("_spf.voorbeeld.nl", &[("spec.domain", "underscore")]),
        bad_domain(".nl", &[("spec.domain", "no domain name")]),
        bad_domain("-a.nl", &[("spec.domain", "no domain name")]),
        bad_domain("a-.nl", &[("spec.domain", "no domain name")]),
        bad_domain("a b.nl", &[("spec.domain", "no domain name")]),
        bad_domain("*.nl", &[("spec.domain", "no domain name")]),
        bad_domain(&label_64, &[("spec.domain", "no domain name")]),
        bad_domain(
            "",
            &[
                ("spec.domain", "may not be empty"),
                ("spec.domain", "no domain name"),
            ],
        ),
        bad_domain(&long, &[("spec.domain", "253")]),
        // Several things wrong with one name are said at once.
        bad_domain(
            "Voorbeeld.nl.",
            &[(
                "spec.domain",
                "write the domain in lower case; write the domain without a trailing dot",
            )],
        ),
        bad_domain(
            "_dmarc.voorb..ld.é",
            &[(
                "spec.domain",
                "as DNS does; a label that begins with an underscore",
            )],
        ),
        bad_domain(
            "NL",
            &[(
                "spec.domain",
                "lower case; one label is a top-level domain or a host's own name",
            )],
        ),
        // durations
        bad_mail(json!({"interval": "9s"}), &[("spec.interval", "at least 10s")]),
        bad_mail(json!({"interval": "1d"}), &[("spec.interval", "90s, 15m")]),
        bad_mail(json!({"interval": "30m1h"}), &[("spec.interval", "90s, 15m")]),
        bad_mail(
            json!({"interval": "8761h", "staleAfter": "8760h"}),
            &[
                ("spec.interval", "a year"),
                ("spec.staleAfter", "at least interval"),
            ],
        ),
        bad_mail(
            json!({"settleWindow": "8760h1s", "staleAfter": "99999h"}),
            &[("spec.settleWindow", "a year"), ("spec.staleAfter", "a year")],
        ),
        bad_mail(
            json!({"staleAfter": "6 hours"}),
            &[("spec.staleAfter", "90s, 15m")],
        ),
        bad_mail(
            json!({"settleWindow": "-5m"}),
            &[("spec.settleWindow", "90s, 15m")],
        ),
        bad_mail(
            json!({"staleAfter": "59m"}),
            &[("spec.staleAfter", "at least interval")],
        ),
        bad_mail(
            json!({"interval": "2h", "staleAfter": "1h59m59s"}),
            &[("spec.staleAfter", "at least interval")],
        ),
        // spf
        bad_mail(
            json!({"spf": {"mechanisms": ["mx"]}}),
            &[("spec.spf", "exactly one of all and redirect")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "redirect": "a.nl"}}),
            &[("spec.spf", "exactly one of all and")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "alsoAt": [{"name": "_spf1"}]}}),
            &[("spec.spf.alsoAt[0]", "exactly one of all and redirect")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": ["mx", ""]}}),
            &[("spec.spf.mechanisms[1]", "may not be empty")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": ["a".repeat(256)]}}),
            &[("spec.spf.mechanisms[0]", "255")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": vec!["mx"; 257]}}),
            &[("spec.spf.mechanisms", "256")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "alsoAt": [
                {"name": "a", "all": "Fail"}, {"name": "a", "all": "Fail"}
            ]}}),
            &[("spec.spf.alsoAt[1]", "its name is that of entry [0]")],
        ),
        // dkim
        bad_mail(
            json!({"dkim": {"selectors": []}}),
            &[("spec.dkim.selectors", "may not be empty")],
        ),
        bad_mail(
            selector(json!({})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"anyKey": false})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"anyKey": true, "cname": "a.nl"})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"state": "Published"})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"state": "Revoked", "publicKey": "MIIB"})),
            &[("spec.dkim.selectors[0]", "no key may stand there")],
        ),
        bad_mail(
            selector(json!({"cname": "a.nl", "flags": ["Testing"]})),
            &[("spec.dkim.selectors[0]", "no place beside cname")],
        ),
        bad_mail(
            selector(json!({"publicKey": "A".repeat(8193)})),
            &[("spec.dkim.selectors[0].publicKey", "8192")],
        ),
        bad_mail(
            json!({"dkim": {"selectors": [
                {"name": "s1", "anyKey": true}, {"name": "s1", "anyKey": true}
            ]}}),
            &[("spec.dkim.selectors[1]", "its name is that of entry [0]")],
        ),
        bad_mail(
            selector(json!({"cname": "a.nl", "publicKey": "MIIB", "flags": ["Testing"]})),
            &[(
                "spec.dkim.selectors[0]",
                "or state: Revoked; flags have no place beside cname",
            )],
        ),
        bad_mail(
            selector(json!({"state": "Revoked", "cname": "a.nl", "flags": ["Testing"]})),
            &[("spec.dkim.selectors[0]", "may stand there; flags have no place")],
        ),
        // mx
        bad_mail(
            json!({"mx": {}}),
            &[("spec.mx", "exactly one of hosts and none: true")],
        ),
        bad_mail(
            json!({"mx": {"none": false}}),
            &[("spec.mx", "exactly one of hosts and none: true")],
        ),
        bad_mail(
            json!({"mx": {"none": true}}),
            &[("spec.mx", "choose role Parked")],
        ),
        bad(
            with_role("SendOnly", json!({"spf": {"all": "Fail"}, "mx": {"none": true}})),
            &[("spec.mx", "RFC 7505 4.2")],
        ),
        bad(
            with_role("Parked", json!({"mx": {"hosts": [mx_host(10)]}})),
            &[("spec.mx", "takes no mail")],
        ),
        bad_mail(
            json!({"mx": {"hosts": [mx_host(65536)]}}),
            &[("spec.mx.hosts[0].preference", "65535")],
        ),
        bad_mail(
            json!({"mx": {"hosts": [mx_host(10), mx_host(20)]}}),
            &[("spec.mx.hosts[1]", "its host is that of entry [0]")],
        ),
        // mtaSts
        bad_mail(
            json!({"mtaSts": {"mode": "Enforce"}}),
            &[("spec.mtaSts", "an mx block with hosts")],
        ),
        bad_mail(
            json!({"mtaSts": {"mode": "Testing", "mx": []}, "mx": {"hosts": [mx_host(1)], "none": true}}),
            &[("spec.mx", "exactly one")],
        ),
        bad(
            with_role("Parked", json!({"mtaSts": {"mode": "Testing"}})),
            &[("spec.mtaSts", "only mode None")],
        ),
        bad_mail(
            json!({"mtaSts": {"mode": "Enforce", "mx": ["mx.a.nl"], "maxAge": "1h30m"}}),
            &[("spec.mtaSts.maxAge", "one unit")],
        ),
        bad_mail(
            json!({"mtaSts": {"mode": "Enforce", "mx": ["mx.a.nl"], "id": "2026-01-01"}}),
            &[("spec.mtaSts.id", "letters and digits")],
        ),
        bad_mail(
            json!({"mtaSts": {"mode": "enforce", "mx": ["mx.a.nl"]}}),
            &[("spec.mtaSts.mode", "Enforce")],
        ),
        // tlsRpt
        bad_mail(
            json!({"tlsRpt": {"reports": []}}),
            &[("spec.tlsRpt.reports", "at least 1")],
        ),
        bad_mail(json!({"tlsRpt": {}}), &[("spec.tlsRpt.reports", "")]),
        // dane
        bad_mail(json!({"dane": {}}), &[("spec.dane", "or required: true")]),
        bad_mail(
            json!({"dane": {"hosts": [], "required": false}}),
            &[("spec.dane", "or required: true")],
        ),
        bad(
            with_role("Parked", json!({"dane": {"required": true}})),
            &[("spec.dane", "takes no mail")],
        ),
        bad_mail(
            json!({"dane": {"hosts": [{"name": "mx.a.nl", "records": []}]}}),
            &[("spec.dane.hosts[0].records", "at least 1")],
        ),
        // tls
        bad(
            with_role("Parked", json!({"tls": {"level": "Any"}})),
            &[("spec.tls", "no mail server to look at")],
        ),
        // dmarc
        bad_mail(
            json!({"dmarc": {}}),
            &[("spec.dmarc", "exactly one of policy, inherit: true and cname")],
        ),
        bad_mail(
            json!({"dmarc": {"inherit": false}}),
            &[("spec.dmarc", "exactly one of policy")],
        ),
        bad_mail(
            json!({"dmarc": {"policy": "Reject", "cname": "a.nl"}}),
            &[("spec.dmarc", "exactly one of policy")],
        ),
        bad_mail(
            json!({"dmarc": {"policy": "Reject", "inherit": true, "atLeast": "None", "testing": true}}),
            &[(
                "spec.dmarc",
                "inherit: true and cname; a record's fields have no place beside inherit or cname: the record stands elsewhere; \
                 atLeast goes with cname only",
            )],
        ),
        bad_mail(
            json!({"dmarc": {"aggregateReports": ["mailto:a@a.nl"]}}),
            &[("spec.dmarc", "exactly one of policy")],
        ),
        bad_mail(
            json!({"dmarc": {"policy": "Reject", "atLeast": "None"}}),
            &[("spec.dmarc", "atLeast goes with cname only")],
        ),
        bad_mail(
            json!({"dmarc": {"inherit": true, "testing": true}}),
            &[("spec.dmarc", "no place beside inherit or cname")],
        ),
        bad_mail(
            json!({"dmarc": {"cname": "a.nl", "aggregateReports": ["mailto:a@a.nl"]}}),
            &[("spec.dmarc", "no place beside inherit or cname")],
        ),
        // roles
        bad(
            with_role("SendOnly", json!({})),
            &[("spec.spf", "SendOnly needs an spf block")],
        ),
    ];
    for role in ["ReceiveOnly", "Parked"] {
        let mut with = |rest: Value, says| all.push(bad(with_role(role, rest), says));
        with(
            json!({"spf": {"all": "Fail"}}),
            &[("spec.spf", "take no spf block")],
        );
        with(
            selector(json!({"anyKey": true})),
            &[("spec.dkim", "only DKIM selectors with state Revoked")],
        );
        with(
            json!({"dmarc": {"policy": "Reject", "cname": "a.nl"}}),
            &[
                ("spec.dmarc", "take in dmarc only policy Reject"),
                ("spec.dmarc", "exactly one of policy"),
            ],
        );
        for dmarc in [
            json!({"policy": "None"}),
            json!({"policy": "Quarantine", "subdomainPolicy": "Reject"}),
            json!({"testing": true}),
            json!({"publicSuffix": "Yes"}),
            json!({"alignment": {"spf": "Strict"}}),
            json!({"inherit": true}),
            json!({"cname": "a.nl"}),
        ] {
            with(
                json!({"dmarc": dmarc}),
                &[("spec.dmarc", "take in dmarc only policy Reject")],
            );
        }
    }
    all
}

pub(crate) fn accepted() -> Vec<Value> {
    let many = |count: usize, make: &dyn Fn(usize) -> Value| (0..count).map(make).collect::<Vec<_>>();
    let key = "A".repeat(8192);
    let mut all = vec![
        json!({"domain": "co.uk", "role": "Mail"}),
        json!({"domain": "xn--vorbeeld-d1a.nl", "role": "Mail"}),
        json!({"domain": "1.nl", "role": "Mail"}),
        json!({"domain": "arpa.nl", "role": "Mail"}),
        json!({"domain": "a.in-addr.nl", "role": "Mail"}),
        json!({"domain": "we_ird.a-b.1.nl", "role": "Mail"}),
        json!({"domain": format!("{}.nl", "a".repeat(63)), "role": "Mail"}),
        with_role(
            "Mail",
            json!({"interval": "10s", "staleAfter": "10s", "settleWindow": "0s"}),
        ),
        with_role("Mail", json!({"interval": "8760h", "staleAfter": "8760h"})),
        with_role(
            "Mail",
            json!({"dmarc": {"policy": "None", "inherit": false, "testing": true}}),
        ),
        with_role(
            "Mail",
            json!({"dmarc": {"cname": "a.nl", "atLeast": "Reject", "testing": false}}),
        ),
        with_role("SendOnly", json!({"spf": {"redirect": "%{d}._spf.voorbeeld.nl"}})),
        with_role("Mail", json!({"mx": {"hosts": [mx_host(0)], "none": false}})),
        with_role(
            "Parked",
            json!({"mx": {"none": true}, "mtaSts": {"mode": "None"}}),
        ),
        with_role("Mail", json!({"mtaSts": {"mode": "None"}})),
        with_role(
            "Mail",
            json!({"mtaSts": {"mode": "Testing"}, "mx": {"hosts": [mx_host(1)]}}),
        ),
        with_role("Mail", json!({"dane": {"required": true, "hosts": []}})),
        with_role(
            "Mail",
            json!({"tlsRpt": {"reports": many(16, &|n| json!(format!("mailto:a{n}@a.nl")))}}),
        ),
        with_role(
            "Mail",
            json!({"mx": {"hosts": many(32, &|n| json!({"preference": 65535, "host": format!("mx{n}.voorbeeld.nl")}))}}),
        ),
        // The bounds themselves.
        with_role(
            "Mail",
            json!({
                "spf": {
                    "all": "Fail",
                    "mechanisms": vec!["a".repeat(255); 256],
                    "alsoAt": many(32, &|n| json!({"name": format!("_spf{n}"), "all": "Neutral"})),
                },
                "dkim": {"selectors": many(64, &|n| json!({"name": format!("s{n}"), "publicKey": key}))},
            }),
        ),
    ];
    for role in ["ReceiveOnly", "Parked"] {
        all.push(with_role(role, json!({})));
        all.push(with_role(role, selector(json!({"state": "Revoked"}))));
        all.push(with_role(role, json!({"dmarc": {
            "policy": "Reject", "subdomainPolicy": "None", "nonexistentSubdomainPolicy": "Reject",
            "aggregateReports": ["mailto:a@a.nl"], "failureReports": ["mailto:a@a.nl"], "failureOptions": ["1"],
            "testing": false, "inherit": false,
        }})));
    }
    all
}
