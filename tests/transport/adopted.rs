//! What is adopted of a domain's MX, TLS-RPT, MTA-STS and DANE.

use zegel::adopt::{Adopted, adopt, live};
use zegel::intent::SelectorList;

use crate::facts::{World, name, now};

fn adopted(zone: &str) -> Adopted {
    World::new(zone).settle(|inquiry| {
        let none = SelectorList::none();
        let live = live::look(&name("a.nl"), &none, &none, inquiry);
        adopt(&live, inquiry, now())
    })
}

const KEY: &str = "3 1 1 abababababababababababababababababababababababababababababababab";

#[test]
fn what_dns_holds_is_proposed() {
    let adopted = adopted(&format!(
        "a.nl MX 20 mx2.b.nl\na.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\nmx2.b.nl A 192.0.2.2\n\
         _25._tcp.mx1.a.nl TLSA {KEY}\n_25._tcp.mx2.b.nl TLSA {KEY}\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl; x=y\n\
         _mta-sts.a.nl TXT v=STSv1; id=1\nmta-sts.a.nl A 192.0.2.1"
    ));
    let spec = &adopted.spec;
    let mx = spec.mx.as_ref().expect("an mx block");
    let hosts: Vec<(i32, &str)> = mx
        .hosts
        .iter()
        .map(|host| (host.preference, host.host.as_str()))
        .collect();
    assert_eq!(hosts, [(10, "mx1.a.nl"), (20, "mx2.b.nl")]);
    assert_eq!(
        spec.tls_rpt.as_ref().expect("a tlsRpt block").reports,
        ["mailto:tls@a.nl"]
    );
    let dane = spec.dane.as_ref().expect("a dane block");
    assert_eq!((dane.hosts.len(), dane.hosts[0].name.as_str()), (1, "mx1.a.nl"));
    assert_eq!(dane.hosts[0].records, [KEY]);
    assert_eq!(spec.mta_sts, None);
    for says in [
        "TLS-RPT: x=y has no place",
        "MTA-STS: not managed: the policy at https://mta-sts.a.nl/.well-known/mta-sts.txt could not be had",
        "DANE: mx2.b.nl: its records are those of",
    ] {
        assert!(
            adopted.remarks.iter().any(|remark| remark.contains(says)),
            "{says}: {:#?}",
            adopted.remarks
        );
    }
}

#[test]
fn what_a_manifest_cannot_say_is_a_remark() {
    for (zone, says) in [
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=tls@a.nl",
            "TLS-RPT: \"tls@a.nl\" has no scheme",
        ),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:a@a.nl\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl",
            "TLS-RPT: 2 records",
        ),
        ("_smtp._tls.a.nl TXT !SERVFAIL", "TLS-RPT: not answered"),
        ("_mta-sts.a.nl TXT !SERVFAIL", "MTA-STS: not answered"),
        ("a.nl MX 10 mx_1.a.nl", "MX: \"mx_1.a.nl\" is no host name"),
        (
            "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA 3 1 1 abab",
            "DANE: host mx1.a.nl: ",
        ),
        (
            "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA !TIMEOUT",
            "DANE: mx1.a.nl: not answered",
        ),
    ] {
        let adopted = adopted(zone);
        assert!(
            adopted.remarks.iter().any(|remark| remark.starts_with(says)),
            "{says}: {:#?}",
            adopted.remarks
        );
    }
}
