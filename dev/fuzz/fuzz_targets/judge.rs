//! The judgement over arbitrary facts: any answers to any questions end in a verdict within the bounds.
#![no_main]

use std::collections::HashMap;

use arbitrary::{Arbitrary, Unstructured};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use zegel::inquiry::{
    Answer, Dns, Fact, Kind, Made, MAX_QUESTIONS, Rdata, Security, Source, Trouble, Txt, Unproven, settle_from,
};
use zegel::intent::Intent;
use zegel::judge::judge;
use zegel::name::Name;

/// Intents of every kind; the first byte chooses.
const SPECS: &[&str] = &[
    "{domain: a.nl, role: Mail}",
    "{domain: a.nl, role: Parked}",
    "{domain: a.nl, role: ReceiveOnly, dmarc: {aggregateReports: ['mailto:d@b.nl']}}",
    "{domain: a.nl, role: SendOnly, spf: {mechanisms: [mx, 'include:b.nl'], all: Fail}}",
    "{domain: x.a.nl, role: Mail, spf: {redirect: b.nl, alsoAt: [{name: '*', all: Fail}]}, dmarc: {inherit: true}}",
    "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s, anyKey: true}, {name: t, cname: b.nl}, {name: u, state: Revoked}]}, dmarc: {cname: b.nl, atLeast: Reject}}",
    "{domain: a.nl, role: Mail, dane: {required: true}, mx: {hosts: [{preference: 10, host: mail.a.nl}]}, tlsRpt: {reports: ['mailto:t@a.nl']}, dnssec: {required: true}}",
    "{domain: a.nl, role: Mail, dane: {hosts: [{name: mail.a.nl, records: ['3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']}]}, mtaSts: {mode: Enforce, mx: [mail.a.nl]}, tls: {level: Any}}",
];

/// TLSA records: right ones, one of nothing, and what is none.
const TLSA: &[&str] = &[
    "3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "3 1 1 ab",
    "2 0 0 3000",
    "x",
];

const CAA: &[&str] = &["0 issue \"ca.example\"", "0 issue \";\"", "128 x \"y\"", ""];

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let Ok(choice) = u8::arbitrary(&mut input) else { return };
    let intent = match SPECS.get(usize::from(choice) % (SPECS.len() + 1)) {
        Some(spec) => Intent::from_spec(&serde_saphyr::from_str(spec).expect("a spec")).expect("an intent"),
        None => Intent::observe("a.nl".parse().expect("a name"), vec!["s".to_owned()], Vec::new()),
    };
    let mut asked: HashMap<Dns, Fact> = HashMap::new();
    let (verdict, facts) = settle_from(
        |question| asked.entry(question.clone()).or_insert_with(|| fact(question, &mut input)).clone(),
        |inquiry| judge(&intent, inquiry, Timestamp::UNIX_EPOCH),
    );
    assert!(facts.len() <= MAX_QUESTIONS);
    assert_eq!(verdict.records.len(), intent.wanted.len());
    for finding in &verdict.findings {
        assert!(!finding.message.is_empty() && !finding.fix.is_empty());
    }
});

fn fact(question: &Dns, input: &mut Unstructured<'_>) -> Fact {
    let seen_at = Timestamp::UNIX_EPOCH;
    let ttl = u32::from(input.arbitrary::<u16>().unwrap_or(0));
    let outcome = match input.arbitrary::<u8>().unwrap_or(0) % 8 {
        0 => Ok(Answer::NxDomain),
        1 => Ok(Answer::NoData),
        2 => Err(Trouble::ServFail),
        _ => match rdatas(question.kind, input) {
            records if records.is_empty() => Ok(Answer::NoData),
            records => Ok(Answer::Records(records)),
        },
    };
    let chain = if input.arbitrary::<u8>().unwrap_or(0) > 200 { vec![name(input)] } else { Vec::new() };
    let beside = if input.arbitrary::<u8>().unwrap_or(0) > 240 { Some(name(input)) } else { None };
    Fact {
        outcome,
        security: match input.arbitrary::<u8>().unwrap_or(0) % 3 {
            0 => Security::Secure,
            1 => Security::NotAsked,
            _ => Security::Insecure { at: question.name.clone(), why: Unproven::Unsigned },
        },
        source: Source { chain, ttl, beside, ..Source::default() },
        seen_at,
        expires_at: seen_at + SignedDuration::from_secs(ttl.into()),
        made: Made::default(),
    }
}

fn rdatas(kind: Kind, input: &mut Unstructured<'_>) -> Vec<Rdata> {
    let count = input.arbitrary::<u8>().unwrap_or(0) % 12;
    (0..count)
        .map(|_| match kind {
            Kind::A => Rdata::A(input.arbitrary::<u32>().unwrap_or(0).into()),
            Kind::Aaaa => Rdata::Aaaa(input.arbitrary::<u128>().unwrap_or(0).into()),
            Kind::Mx => Rdata::Mx { preference: input.arbitrary().unwrap_or(0), exchange: name(input) },
            Kind::Cname => Rdata::Cname(name(input)),
            Kind::Ns => Rdata::Ns(name(input)),
            Kind::Ptr => Rdata::Ptr(name(input)),
            Kind::Soa => Rdata::Soa(None),
            Kind::Tlsa => shown(TLSA, input),
            Kind::Caa => shown(CAA, input),
            _ => Rdata::Txt(Txt { strings: vec![text(input)] }),
        })
        .collect()
}

fn shown(some: &[&str], input: &mut Unstructured<'_>) -> Rdata {
    Rdata::Shown(some[usize::from(input.arbitrary::<u8>().unwrap_or(0)) % some.len()].into())
}

/// Text that often begins like a record, so that the fuzzer gets past the version.
fn text(input: &mut Unstructured<'_>) -> Vec<u8> {
    let heads: [&[u8]; 8] = [
        b"",
        b"v=spf1 ",
        b"v=DMARC1; ",
        b"v=DKIM1; p=",
        b"v=spf1 include:a.nl ",
        b"v=spf1 redirect=",
        b"v=STSv1; id=",
        b"v=TLSRPTv1; rua=",
    ];
    let head = heads[usize::from(input.arbitrary::<u8>().unwrap_or(0)) % heads.len()];
    let length = usize::from(input.arbitrary::<u8>().unwrap_or(0));
    let rest = input.bytes(length.min(input.len())).unwrap_or_default();
    [head, rest].concat()
}

fn name(input: &mut Unstructured<'_>) -> Name {
    const NAMES: &[&str] = &[".", "a.nl", "b.nl", "c.b.nl", "_dmarc.a.nl", "localhost", "mail.a.nl"];
    match input.arbitrary::<u8>().unwrap_or(0) {
        choice @ 0..200 => NAMES[usize::from(choice) % NAMES.len()].parse().expect("a name"),
        _ => {
            let labels: Vec<Vec<u8>> = (0..input.arbitrary::<u8>().unwrap_or(0) % 6)
                .map(|_| input.bytes(3.min(input.len())).unwrap_or_default().to_vec())
                .filter(|label| !label.is_empty())
                .collect();
            Name::from_labels(labels).unwrap_or_else(|_| Name::root())
        }
    }
}
