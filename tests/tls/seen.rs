//! What mail servers are made to have said: a world of DNS, and sessions by address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use zegel::inquiry::{
    Approach, Closeness, Fact, Facts, Handshake, Made, Offered, PolicyFile, PolicySource, Security, Served,
    Session, Spoke, Starttls, Trouble, settle_facts,
};
use zegel::intent::Intent;
use zegel::judge::{Verdict, judge};
use zegel::name::Name;
use zegel::records::dane::Tlsa;
use zegel::transport::{
    Alert, Certificate, Flight, Group, KeyExchange, Probe, Reaction, Scheme, ServerHello, Step, Suite,
    Version,
};

use crate::facts::{World, name, now};

pub(crate) const ZONE: &str =
    "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.25\nmx1.a.nl AAAA 2001:db8::25\na.nl CAA 0 issue \"ca.example\"";

/// What mail servers say by address and closeness; whoever is not here is busy.
#[derive(Default, Clone)]
pub(crate) struct Servers {
    said: BTreeMap<(IpAddr, Closeness), Result<Session, Trouble>>,
    /// What they say of their certificates instead where they are asked for these hosts.
    said_for: BTreeMap<Name, Session>,
    /// Every question they were asked.
    pub(crate) asked: Arc<Mutex<Vec<Starttls>>>,
    profile: bool,
    /// What is served as the policy of MTA-STS; nothing without.
    policy: Option<String>,
    /// What those say that take nobody.
    words: String,
}

impl Servers {
    /// Both addresses of the zone say this of their certificates.
    pub(crate) fn all(session: &Session) -> Self {
        Self::default()
            .at("192.0.2.25", Closeness::Chain, Ok(session.clone()))
            .at("2001:db8::25", Closeness::Chain, Ok(session.clone()))
    }

    /// One address says this.
    pub(crate) fn at(mut self, address: &str, closeness: Closeness, said: Result<Session, Trouble>) -> Self {
        self.said.insert((address.parse().unwrap(), closeness), said);
        self
    }

    /// Whoever is asked for this host shows this.
    pub(crate) fn showing_for(mut self, host: &str, session: &Session) -> Self {
        self.said_for.insert(name(host), session.clone());
        self
    }

    /// All of the TLS is asked for too, and is this at both addresses.
    pub(crate) fn profile(self, session: &Session) -> Self {
        let both = self.at("192.0.2.25", Closeness::Profile, Ok(session.clone())).at(
            "2001:db8::25",
            Closeness::Profile,
            Ok(session.clone()),
        );
        Self {
            profile: true,
            ..both
        }
    }

    /// All of the TLS is asked for too, whoever answers.
    pub(crate) fn looking_closely(self) -> Self {
        Self {
            profile: true,
            ..self
        }
    }

    /// This is served as the policy of MTA-STS.
    pub(crate) fn serving(self, policy: &str) -> Self {
        Self {
            policy: Some(policy.to_owned()),
            ..self
        }
    }

    /// Who takes nobody says this.
    pub(crate) fn saying(self, words: &str) -> Self {
        Self {
            words: words.to_owned(),
            ..self
        }
    }

    /// Judges an intent in this world.
    pub(crate) fn judge(&self, zone: &str, intent: &Intent) -> Verdict {
        self.judge_in(&World::new(zone), intent)
    }

    /// The same where the answers of DNS are worth something.
    pub(crate) fn judge_in(&self, world: &World, intent: &Intent) -> Verdict {
        let facts = Facts::new().approaching(Approach {
            profile: self.profile,
            ..Approach::default()
        });
        let answer = |question: &zegel::inquiry::AnyQuestion, facts: &mut Facts| {
            if let Some(dns) = question.dns() {
                facts.insert(dns.clone(), world.answer(dns));
            }
            if let Some(asked) = question.of::<PolicyFile>() {
                let file = |body: &String| Served::File {
                    media_type: Some("text/plain".to_owned()),
                    body: body.clone().into_bytes(),
                };
                let missing = Served::Status {
                    code: 404,
                    location: None,
                };
                let fact: Fact<PolicyFile> = Fact {
                    outcome: Ok(self.policy.as_ref().map_or(missing, file)),
                    security: Security::NotAsked,
                    source: PolicySource { server: None },
                    seen_at: now(),
                    expires_at: now() + SignedDuration::from_hours(1),
                    made: Made::default(),
                };
                facts.insert(asked.clone(), fact);
            }
            if let Some(asked) = question.of::<Starttls>() {
                self.asked.lock().unwrap().push(asked.clone());
                let said = self.said.get(&(asked.address, asked.closeness)).cloned();
                let said = match self.said_for.get(&asked.host) {
                    Some(session) => Some(Ok(session.clone())),
                    None => said,
                };
                let fact: Fact<Starttls> = Fact {
                    outcome: said.unwrap_or(Err(Trouble::Busy)),
                    security: Security::NotAsked,
                    source: Spoke {
                        heard_at: None,
                        words: self.words.clone(),
                    },
                    seen_at: now(),
                    expires_at: now() + SignedDuration::from_hours(24),
                    made: Made::default(),
                };
                facts.insert(asked.clone(), fact);
            }
        };
        settle_facts(facts, answer, |inquiry| judge(intent, inquiry, now())).0
    }
}

/// A certificate for these names, valid in these years.
pub(crate) fn certificate(names: &[&str], years: (i32, i32)) -> Vec<u8> {
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mx1.a.nl");
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let mut root = CertificateParams::default();
    root.distinguished_name.push(DnType::CommonName, "A root");
    let (key, root_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let issuer = Issuer::new(root, root_key);
    params.signed_by(&key, &issuer).unwrap().der().to_vec()
}

/// The same, signed by an authority that a root signed: its own, the authority's, the root's.
pub(crate) fn chain(names: &[&str], years: (i32, i32)) -> Vec<Vec<u8>> {
    chain_of(names, None, [years, (2020, 2040), (2020, 2040)])
}

/// The same with a common name, and with years for each of the three.
pub(crate) fn chain_of(names: &[&str], common_name: Option<&str>, years: [(i32, i32); 3]) -> Vec<Vec<u8>> {
    let authority = |name: &str, years: (i32, i32)| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        (params, KeyPair::generate().unwrap())
    };
    let [years, of_between, of_root] = years;
    let (root, root_key) = authority("A root", of_root);
    let (between, between_key) = authority("An authority", of_between);
    let root_certificate = root.self_signed(&root_key).unwrap();
    let root = Issuer::new(root, root_key);
    let between_certificate = between.signed_by(&between_key, &root).unwrap();
    let between = Issuer::new(between, between_key);
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    if let Some(name) = common_name {
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
    }
    let own = params.signed_by(&KeyPair::generate().unwrap(), &between).unwrap();
    let all = [own, between_certificate, root_certificate];
    all.iter().map(|one| one.der().to_vec()).collect()
}

/// One for a host that signed itself, and may sign others or not.
pub(crate) fn signed_by_itself(host: &str, may_sign: bool) -> Vec<u8> {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.is_ca = match may_sign {
        true => IsCa::Ca(BasicConstraints::Unconstrained),
        false => IsCa::ExplicitNoCa,
    };
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
    let own = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    own.der().to_vec()
}

/// A TLSA record with the digest of nothing at all.
pub(crate) fn nothing(usage: u8, selector: u8, matching: u8) -> Tlsa {
    let algorithm = if matching == 1 {
        &digest::SHA256
    } else {
        &digest::SHA512
    };
    Tlsa {
        usage,
        selector,
        matching,
        data: digest::digest(algorithm, b"").as_ref().to_vec(),
    }
}

/// A record of TLSA about a certificate.
pub(crate) fn about(der: &[u8], usage: u8, selector: u8, matching: u8) -> Tlsa {
    let read = Certificate::from_der(der).unwrap();
    let thing = if selector == 0 {
        der.to_vec()
    } else {
        read.public_key_info
    };
    let digest = |algorithm| digest::digest(algorithm, &thing).as_ref().to_vec();
    Tlsa {
        usage,
        selector,
        matching,
        data: match matching {
            1 => digest(&digest::SHA256),
            2 => digest(&digest::SHA512),
            _ => thing,
        },
    }
}

/// One with RSA of 1024 bits, signed with SHA-1.
pub(crate) fn old_certificate() -> Vec<u8> {
    STANDARD.decode(OLD).unwrap()
}

const OLD: &str = "\
    MIIChzCCAW+gAwIBAgIUM27VSdPhBVcp5ELfWEWLMyjXETYwDQYJKoZIhvcNAQEFBQAwETEPMA0GA1UEAwwGQSByb290MCAXDTI2\
    MTEyNjIxMjEyMloYDzIwODEwODI5MjEyMTIyWjATMREwDwYDVQQDDAhteDEuYS5ubDCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC\
    gYEAtJOyn3RKxJKvrT3gWawLU8qVRdY3dikxStFJFlNUO2YA0rTYyOphHWBGeCW9enV3ATwYuvaFMMFKBKfgq7w2/Ixuugglux30\
    JYZVVSaC2LbRwkcQYw8YD98IsRg5I2UR3lLnUFILpr0hwB0+1/IrNOR/P4fTWU6bNmE7m8805PcCAwEAAaNXMFUwEwYDVR0RBAww\
    CoIIbXgxLmEubmwwHQYDVR0OBBYEFJU333kHoWXHO2Yp7R+lXggRLBAzMB8GA1UdIwQYMBaAFDA7T4iSgyzakHjw48dxzROyUWW3\
    MA0GCSqGSIb3DQEBBQUAA4IBAQBPfIDw6ryylTc1I2TfElVEaKJqm9rdlQvhj+Uh7UMqvuFsOsY7NK0RovDrde4ekJd/Fai5SjDz\
    +WO8EEBtdx9O2ql789UnV/9yoWawL/MiAP8KOpAHglpXbebVKF2rHg6HZo0QZQnF2UB6R8BOVFMcbAueZj0Xunt0bwPEf3NUp6X6\
    g6dKIS/pXBprxc12+JN6Syt4vZeTCT/jN26Dv5d74f96hzLANEDhuXHrgvVarts2MLuGbJkZ08phY+mV5vni7KTcCviY1gu/0s8L\
    W4VrT+mU4krgLL8FCsqEnVxcHV/rLUXR/6Aq+i1E0UJAAIEK6Vl16hTFijHfpkFj7hC8";

/// A server with nothing to be said of it: TLS 1.3 with the best suite, and no old version.
pub(crate) fn sound() -> Session {
    Session {
        banner: "220 mx1.a.nl ESMTP".to_owned(),
        offered: Offered::Yes,
        injected: false,
        handshake: Some(Ok(Handshake {
            version: Version::TLS13,
            suite: Suite(0x1302),
            group: Some(Group(29)),
            chain: vec![certificate(&["mx1.a.nl"], (2026, 2027))],
            trusted: Ok(()),
            proven: Ok(()),
        })),
        halt: None,
        steps: vec![refused(Probe::Version(Version::TLS11))],
        cut_short: None,
    }
}

/// The same with a change.
pub(crate) fn with(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = sound();
    change(&mut session);
    session
}

/// The same with a change of what the handshake showed.
pub(crate) fn with_handshake(change: impl FnOnce(&mut Handshake)) -> Session {
    with(|session| {
        if let Some(Ok(handshake)) = &mut session.handshake {
            change(handshake);
        }
    })
}

/// All of the TLS of a sound server that speaks TLS 1.2 too.
pub(crate) fn profile(more: &[Step]) -> Session {
    let mut session = with(|session| session.handshake = None);
    let hello = accepted(Probe::Version(Version::TLS12), Version::TLS12, 0xc030, |_| {});
    session.steps = [&[hello][..], more].concat();
    session
}

pub(crate) fn refused(probe: Probe) -> Step {
    Step {
        probe,
        suites: Vec::new(),
        reaction: Reaction::Alert(Alert(70)),
    }
}

/// A hello that was taken, by a server that does all else right but for a change.
pub(crate) fn accepted(probe: Probe, version: Version, suite: u16, change: impl FnOnce(&mut Flight)) -> Step {
    let mut flight = Flight {
        hello: Some(ServerHello {
            version,
            suite: Suite(suite),
            compresses: false,
            extended_master_secret: true,
            secure_renegotiation: true,
            group: None,
            is_retry: false,
        }),
        certificates: Vec::new(),
        asks_for_certificate: false,
        exchange: Some(KeyExchange::Ecdhe {
            group: Some(Group(29)),
            scheme: Some(Scheme(0x0804)),
        }),
        alert: None,
    };
    change(&mut flight);
    Step {
        probe,
        suites: vec![Suite(suite)],
        reaction: Reaction::Hello(Box::new(flight)),
    }
}
