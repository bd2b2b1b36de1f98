//! Everything that can be told of where an answer came from.

use super::*;

fn disbelieved(kind: Kind) -> impl Strategy<Value = Disbelieved> {
    let chain = prop::collection::vec(names(), 0..3);
    let answer = outcomes(kind).prop_map(Result::ok);
    (chain, answer).prop_map(|(chain, answer)| Disbelieved { chain, answer })
}

pub(super) fn sources(kind: Kind) -> impl Strategy<Value = Source> {
    let soa =
        (names(), any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(owner, serial, minimum, ttl)| Soa {
            owner,
            serial,
            minimum,
            ttl,
        });
    (
        prop::option::of((any::<std::net::IpAddr>(), any::<u16>()).prop_map(std::net::SocketAddr::from)),
        any::<bool>(),
        prop::collection::vec(names(), 0..3),
        prop::option::of(names()),
        any::<u32>(),
        prop::option::of(soa),
        prop::option::of(trusts()),
        prop::option::of(directs()),
        prop::option::of(times()),
        prop::option::of((any::<u16>(), "[ -~]*")),
        prop::option::of(disbelieved(kind)),
    )
        .prop_map(
            |(
                server,
                authoritative,
                chain,
                beside,
                ttl,
                soa,
                trust,
                direct,
                heard_at,
                explained,
                disbelieved,
            )| {
                Source {
                    server,
                    authoritative,
                    chain,
                    beside,
                    ttl,
                    soa,
                    trust: trust.map(Box::new),
                    direct: direct.map(Box::new),
                    heard_at: heard_at.map(Box::new),
                    explained: explained
                        .map(|(code, text)| Box::new(ExtendedError::new(code, text.as_bytes()))),
                    disbelieved: disbelieved.map(Box::new),
                }
            },
        )
}

fn directs() -> impl Strategy<Value = Direct> {
    let glue = prop::collection::vec((names(), any::<std::net::IpAddr>()), 0..3);
    let referral = (names(), prop::collection::vec(names(), 0..3), glue)
        .prop_map(|(owner, servers, glue)| Referral { owner, servers, glue });
    (
        prop::option::of("[ -~]*"),
        any::<u32>(),
        any::<bool>(),
        prop::option::of(any::<u16>()),
        prop::option::of(referral),
        ends(),
    )
        .prop_map(
            |(nsid, rtt, recursion_available, rcode, referral, signed)| Direct {
                nsid,
                rtt: std::time::Duration::from_micros(rtt.into()),
                recursion_available,
                rcode,
                referral,
                signed,
            },
        )
}
