//! TLSA records are adopted where senders take them: at the end of an alias, or at the host of the MX itself (RFC 7672 2.2.2).

use zegel::inquiry::{Security, Unproven};

use crate::facts::{World, name};
use crate::{adopted, checked};

#[test]
fn the_records_that_are_adopted_are_those_that_senders_take() {
    let key = |octet: u8| format!("3 1 1 {}", format!("{octet:02x}").repeat(32));
    let (one, two) = (key(1), key(2));
    let unsigned = || Security::Insecure {
        at: name("u.nl"),
        why: Unproven::Unsigned,
    };
    let hosts = "m.a.nl CNAME mx1.a.nl\nn.a.nl CNAME mx1.a.nl\nmx1.a.nl A 192.0.2.25\nfar.a.nl CNAME mx.b.nl\nmx.b.nl A 192.0.2.26\n\
                 out.a.nl CNAME x.u.nl\nx.u.nl A 192.0.2.27";
    for (what, zone, hosts_adopted, remark) in [
        (
            "at the host",
            format!("a.nl MX 10 mx1.a.nl\n_25._tcp.mx1.a.nl TLSA {one}"),
            &["mx1.a.nl"][..],
            "",
        ),
        (
            "at the end of an alias",
            format!("a.nl MX 10 m.a.nl\n_25._tcp.mx1.a.nl TLSA {one}"),
            &["mx1.a.nl"],
            "",
        ),
        (
            "at the alias alone",
            format!("a.nl MX 10 m.a.nl\n_25._tcp.m.a.nl TLSA {one}"),
            &["m.a.nl"],
            "",
        ),
        (
            "at both: the end counts",
            format!("a.nl MX 10 m.a.nl\n_25._tcp.mx1.a.nl TLSA {one}\n_25._tcp.m.a.nl TLSA {two}"),
            &["mx1.a.nl"],
            "",
        ),
        (
            "two aliases of one host",
            format!("a.nl MX 10 m.a.nl\na.nl MX 20 n.a.nl\n_25._tcp.mx1.a.nl TLSA {one}"),
            &["mx1.a.nl"],
            "",
        ),
        (
            "an alias and its end",
            format!("a.nl MX 10 m.a.nl\na.nl MX 20 mx1.a.nl\n_25._tcp.mx1.a.nl TLSA {one}"),
            &["mx1.a.nl"],
            "",
        ),
        (
            "out of what is signed",
            format!("a.nl MX 10 out.a.nl\n_25._tcp.out.a.nl TLSA {one}\n_25._tcp.x.u.nl TLSA {two}"),
            &["out.a.nl"],
            "",
        ),
        (
            "at a provider's end",
            format!("a.nl MX 10 far.a.nl\n_25._tcp.mx.b.nl TLSA {one}"),
            &[],
            "mx.b.nl: its records are those of whoever runs it",
        ),
        (
            "no answer at the end",
            "a.nl MX 10 m.a.nl\n_25._tcp.mx1.a.nl TLSA !SERVFAIL".to_owned(),
            &[],
            "mx1.a.nl: not answered",
        ),
        ("none anywhere", "a.nl MX 10 m.a.nl".to_owned(), &[], ""),
    ] {
        let world = World::new(&format!("{zone}\n{hosts}"))
            .worth("nl", Security::Secure)
            .worth("u.nl", unsigned());
        let adopted = adopted(&world, "a.nl");
        checked(&world, &adopted);
        let block = adopted.spec.dane.iter().flat_map(|block| &block.hosts);
        let found: Vec<&str> = block.map(|host| host.name.as_str()).collect();
        assert_eq!(found, hosts_adopted, "{what}: {:#?}", adopted.remarks);
        assert!(
            remark.is_empty() || adopted.remarks.iter().any(|one| one.contains(remark)),
            "{what}: {:#?}",
            adopted.remarks
        );
    }
}
