//! Zones with anything in them: records right, wrong and strange, for what must hold of all.

use proptest::prelude::*;

fn spf() -> impl Strategy<Value = String> {
    let term = prop::sample::select(vec![
        "mx",
        "a",
        "?mx",
        "ip4:192.0.2.1/32",
        "ip4:192.0.2.9/24",
        "-ip4:10.0.0.0/8",
        "ip6:2001:DB8::/32",
        "include:b.example",
        "~include:gone.example",
        "include:_spf.a.nl",
        "exists:%{i}.x.example",
        "ptr",
        "foo:bar",
        "ip4:1.2.3",
        "exp=e.a.nl",
        "x=y",
        "+all",
        "redirect=b.example",
        "a:%{d}/24//64",
    ]);
    let end = prop::sample::select(vec![
        "",
        "-all",
        "~all",
        "?all",
        "+all",
        "redirect=_spf.a.nl",
        "-ALL mx",
    ]);
    (prop::collection::vec(term, 0..6), end)
        .prop_map(|(terms, end)| format!("v=spf1 {} {end}", terms.join(" ")))
}

fn dmarc() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "p=none",
        "p=reject",
        "p=bad",
        "sp=quarantine",
        "np=reject",
        "t=y",
        "t=n",
        "psd=n",
        "psd=y",
        "adkim=s",
        "aspf=r",
        "pct=100",
        "pct=50",
        "rua=mailto:x@a.nl",
        "rua=mailto:x@b.example!10m,mailto:y@a.nl",
        "ruf=mailto:f@a.nl",
        "fo=1:d",
        "fo=q",
        "ri=1",
        "colour=red",
        "rua=https://a.nl/",
        "p",
        "",
    ]);
    prop::collection::vec(tag, 0..6).prop_map(|tags| format!("v=DMARC1; {}", tags.join("; ")))
}

fn dkim() -> impl Strategy<Value = String> {
    let key = "M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";
    let keys = [
        key,
        "",
        "AAAA",
        "%%%",
        "M+WOVwWymPU8 WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=",
    ]
    .map(str::to_owned)
    .to_vec();
    let tags = prop::sample::select(vec![
        "k=ed25519; ",
        "k=rsa; ",
        "",
        "k=ed25519; t=y; ",
        "k=ed25519; t=s:y; ",
        "h=sha1; ",
        "s=tlsrpt; ",
    ]);
    (tags, prop::sample::select(keys)).prop_map(|(tags, key)| format!("v=DKIM1; {tags}p={key}"))
}

/// A domain with anything in it.
pub(crate) fn zone() -> impl Strategy<Value = String> {
    let some = |owner: &'static str, text: BoxedStrategy<String>| {
        prop::collection::vec(text, 0..3).prop_map(move |texts| {
            texts
                .iter()
                .map(|text| format!("{owner} TXT {text}\n"))
                .collect::<String>()
        })
    };
    let mx = prop::sample::select(vec![
        "",
        "a.nl MX 0 .\n",
        "a.nl MX 10 m.a.nl\nm.a.nl A 192.0.2.1\n",
        "a.nl A 192.0.2.1\n",
    ]);
    let alias = prop::sample::select(vec![
        "",
        "s2._domainkey.a.nl CNAME gone.example\n",
        "s2._domainkey.a.nl CNAME s1._domainkey.a.nl\n",
        "_spf.a.nl TXT v=spf1 ip4:192.0.2.0/24 -all\n",
        "_spf.a.nl CNAME b.example\n",
        "a.nl TXT !SERVFAIL\n",
        "*._domainkey.a.nl TXT v=DKIM1; p=\n",
        "*.a.nl CNAME b.example\n",
        "*.a.nl TXT v=spf1 -all\n",
        "*._domainkey.a.nl CNAME gone.example\n",
        "_dmarc.nl TXT v=DMARC1; p=reject; psd=y\n",
    ]);
    let base = "a.nl EXISTS\nb.example TXT v=spf1 ip4:203.0.113.0/24 -all\n";
    (
        some("a.nl", spf().boxed()),
        some("_dmarc.a.nl", dmarc().boxed()),
        some("s1._domainkey.a.nl", dkim().boxed()),
        mx,
        alias,
    )
        .prop_map(move |(spf, dmarc, dkim, mx, alias)| format!("{base}{spf}{dmarc}{dkim}{mx}{alias}"))
}
