//! SPF checks a second, on one core, from facts in memory: Zegel beside mail-auth, and pyspf where Python has it.
//!
//! ```text
//! cargo run --release -- FLEET_DIR [PYTHON]
//! ```
//!
//! FLEET_DIR holds recorded domains (`nl-municipalities.json`, `spf-include-targets.json`). Every domain with a record is
//! checked for an address nobody authorises, so that the whole record is walked. What is not recorded is answered "no
//! data" to all three. pyspf parses every record anew in every check; Zegel and mail-auth are measured both so and with
//! what was parsed kept beside the answers, as their own caches hold it. Rounds alternate; medians are printed, by the
//! processor's time of the one thread. Results
//! are not compared: mail-auth's cache cannot say "no data" of an address, and it has no limit on void lookups.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::Spf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnsError, DnssecStatus, Error, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, Txt,
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use zegel::inquiry::{Answer, Dns, Fact, Facts, Inquiry, Kind, Made, Rdata, Security, Source};
use zegel::judge::spf::{Client, evaluate};
use zegel::name::Name;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77));
const ROUNDS: usize = 21;

/// The answers of so many domains are made at once: few enough to be at hand still when they are read.
const AT_ONCE: usize = 16;

struct World {
    domains: Vec<String>,
    txt: BTreeMap<String, String>,
    mx: BTreeMap<String, Vec<String>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let fleet = arguments.next().ok_or("usage: zegel-peers FLEET_DIR [PYTHON]")?;
    let world = World::read(Path::new(&fleet))?;
    let (mut zegel, mail_auth) = (Zegel::new(&world)?, MailAuth::new(&world)?);
    // What is not recorded is noted once, before anything is measured.
    for domain in &world.domains {
        zegel.check(domain);
    }
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        rates[0].push(zegel.rate_unread(&world));
        rates[1].push(mail_auth.rate_unread(&world));
        rates[2].push(rate(&world, |domain| Zegel::of(domain, &zegel.facts)));
        rates[3].push(rate(&world, |domain| mail_auth.check(domain, &mail_auth.txt)));
    }
    let rates = rates.map(median);
    let ours = rates[0];
    println!(
        "{} domains, {ROUNDS} rounds each, medians, one core",
        world.domains.len()
    );
    for (who, rate) in [
        "zegel, parsing in each check",
        "mail-auth, parsing in each check",
        "zegel, what was parsed kept",
        "mail-auth, what was parsed kept",
    ]
    .iter()
    .zip(rates)
    {
        println!("{who:<34} {rate:>9.0} checks/s   {:.2}", rate / ours);
    }
    if let Some(python) = arguments.next() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pyspf_rate.py");
        let output = Command::new(python).arg(script).arg(&fleet).output()?;
        let rate: f64 = String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse()
            .map_err(|_| format!("pyspf did not run: {}", String::from_utf8_lossy(&output.stderr)))?;
        println!(
            "{:<34} {rate:>9.0} checks/s   {:.4}",
            "pyspf, parsing in each check",
            rate / ours
        );
    }
    Ok(())
}

fn rate(world: &World, mut check: impl FnMut(&str) -> String) -> f64 {
    let began = cpu();
    for domain in &world.domains {
        std::hint::black_box(check(domain));
    }
    world.domains.len() as f64 / (cpu() - began).as_secs_f64()
}

/// How long this thread has run: others on the machine take none of it.
fn cpu() -> Duration {
    let ran = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(ran.tv_sec.unsigned_abs(), u32::try_from(ran.tv_nsec).unwrap_or_default())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

impl World {
    fn read(fleet: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let json = |file: &str| -> Result<Value, Box<dyn std::error::Error>> {
            Ok(serde_json::from_str(&std::fs::read_to_string(fleet.join(file))?)?)
        };
        let mut world = Self {
            domains: Vec::new(),
            txt: BTreeMap::new(),
            mx: BTreeMap::new(),
        };
        for (name, target) in json("spf-include-targets.json")?
            .as_object()
            .ok_or("no targets")?
        {
            world.txt.insert(
                name.to_lowercase(),
                target["txt"].as_str().unwrap_or_default().to_owned(),
            );
        }
        for entry in json("nl-municipalities.json")?
            .as_array()
            .ok_or("no municipalities")?
        {
            let domain = entry["domain"].as_str().ok_or("no domain")?.to_owned();
            let Some(spf) = entry["spf"].as_str().filter(|spf| !spf.is_empty()) else {
                continue;
            };
            world.txt.insert(domain.clone(), spf.to_owned());
            let hosts = entry["mx"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            world
                .mx
                .insert(domain.clone(), hosts.map(str::to_owned).collect());
            world.domains.push(domain);
        }
        Ok(world)
    }
}

/// Zegel over a map of facts; what a check asks and the world does not know is noted as no data, once.
struct Zegel {
    facts: Facts,
}

impl Zegel {
    fn new(world: &World) -> Result<Self, Box<dyn std::error::Error>> {
        let mut facts = Facts::new();
        for (name, text) in &world.txt {
            let records = vec![Rdata::Txt(zegel::inquiry::Txt::split(text.as_bytes()))];
            facts.insert(Dns::new(name.parse()?, Kind::Txt), fact(Answer::Records(records)));
        }
        for (name, hosts) in &world.mx {
            let mx = |host: &String| {
                Ok(Rdata::Mx {
                    preference: 10,
                    exchange: host.parse()?,
                })
            };
            let records = hosts
                .iter()
                .map(mx)
                .collect::<Result<Vec<_>, zegel::name::NameError>>()?;
            facts.insert(
                Dns::new(name.parse::<Name>()?, Kind::Mx),
                fact(Answer::Records(records)),
            );
        }
        Ok(Self { facts })
    }

    /// Checks a domain, and notes what was asked in vain.
    fn check(&mut self, domain: &str) {
        loop {
            let mut inquiry = Inquiry::new(&self.facts);
            evaluate(&client(domain), &mut inquiry);
            let open = inquiry.open();
            if open.is_empty() {
                return;
            }
            for question in open.iter().filter_map(|question| question.dns()) {
                self.facts.insert(question.clone(), fact(Answer::NoData));
            }
        }
    }

    /// What a check of a domain asks, answered by facts nobody has read yet.
    fn unread(&self, domain: &str) -> Facts {
        let mut inquiry = Inquiry::new(&self.facts);
        evaluate(&client(domain), &mut inquiry);
        let asked = inquiry.asked().filter_map(|(question, _)| question.dns());
        let facts =
            asked.filter_map(|question| Some((question.clone(), (**self.facts.get(question)?).clone())));
        facts.collect()
    }

    /// Checks a second by answers that have just come: each is parsed in the check that wants it. Nobody's time is taken
    /// for throwing away what was parsed.
    fn rate_unread(&self, world: &World) -> f64 {
        let mut ran = Duration::ZERO;
        for domains in world.domains.chunks(AT_ONCE) {
            let unread: Vec<Facts> = domains.iter().map(|domain| self.unread(domain)).collect();
            let began = cpu();
            for (domain, facts) in domains.iter().zip(&unread) {
                std::hint::black_box(Self::of(domain, facts));
            }
            ran += cpu() - began;
        }
        world.domains.len() as f64 / ran.as_secs_f64()
    }

    /// A check by what is known.
    fn of(domain: &str, facts: &Facts) -> String {
        let evaluation = evaluate(&client(domain), &mut Inquiry::new(facts));
        evaluation.result.to_string()
    }
}

fn client(domain: &str) -> Client {
    let sender = format!("postmaster@{domain}");
    Client::new(
        ADDRESS,
        &sender,
        domain,
        "receiver.example",
        Timestamp::UNIX_EPOCH,
    )
}

fn fact(answer: Answer) -> Fact {
    let seen_at = Timestamp::UNIX_EPOCH;
    Fact {
        outcome: Ok(answer),
        security: Security::NotAsked,
        source: Source {
            ttl: 3600,
            ..Source::default()
        },
        seen_at,
        expires_at: seen_at + SignedDuration::from_hours(1),
        made: Made::default(),
    }
}

/// A cache that holds the whole world: what is not in it does not exist.
struct Whole<K, V> {
    known: HashMap<K, V>,
    otherwise: V,
}

impl<K: Eq + Hash, V: Clone> ResolverCache<K, V> for Whole<K, V> {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        Some(self.known.get(name).unwrap_or(&self.otherwise).clone())
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

/// Texts that are parsed whenever they are asked for, and what was parsed.
struct Parsing {
    texts: HashMap<Box<str>, String>,
    parsed: RefCell<Vec<Txt>>,
}

impl ResolverCache<Box<str>, Txt> for Parsing {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        let txt = self.texts.get(name).map_or_else(missing, |text| parse(text));
        self.parsed.borrow_mut().push(txt.clone());
        Some(txt)
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

fn parse(text: &str) -> Txt {
    Spf::parse(text.as_bytes()).map_or_else(Txt::Error, |spf| Txt::Spf(Arc::new(spf)))
}

fn missing() -> Txt {
    Txt::Error(Error::Dns(DnsError::InvalidRecordType))
}

struct MailAuth {
    texts: Parsing,
    authenticator: MessageAuthenticator,
    runtime: tokio::runtime::Runtime,
    txt: Whole<Box<str>, Txt>,
    mx: Whole<Box<str>, RecordSet<MX>>,
    v4: Whole<Box<str>, RecordSet<Ipv4Addr>>,
    v6: Whole<Box<str>, RecordSet<std::net::Ipv6Addr>>,
    ptr: Whole<IpAddr, RecordSet<Box<str>>>,
}

impl MailAuth {
    fn new(world: &World) -> Result<Self, Box<dyn std::error::Error>> {
        let txt = world
            .txt
            .iter()
            .map(|(name, text)| (format!("{name}.").into(), parse(text)));
        let texts = world
            .txt
            .iter()
            .map(|(name, text)| (format!("{name}.").into(), text.clone()));
        let mx = world.mx.iter().map(|(name, hosts)| {
            let exchanges = hosts.iter().map(|host| host.as_str().into()).collect();
            (
                format!("{name}.").into(),
                set(vec![MX {
                    exchanges,
                    preference: 10,
                }]),
            )
        });
        Ok(Self {
            texts: Parsing {
                texts: texts.collect(),
                parsed: RefCell::default(),
            },
            authenticator: MessageAuthenticator::new_system_conf().map_err(|error| error.to_string())?,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            txt: Whole {
                known: txt.collect(),
                otherwise: missing(),
            },
            mx: Whole {
                known: mx.collect(),
                otherwise: set(Vec::new()),
            },
            v4: Whole {
                known: HashMap::new(),
                otherwise: set(Vec::new()),
            },
            v6: Whole {
                known: HashMap::new(),
                otherwise: set(Vec::new()),
            },
            ptr: Whole {
                known: HashMap::new(),
                otherwise: set(Vec::new()),
            },
        })
    }

    /// Checks a second where texts are parsed in each, as those of Zegel are.
    fn rate_unread(&self, world: &World) -> f64 {
        let mut ran = Duration::ZERO;
        for domains in world.domains.chunks(AT_ONCE) {
            let began = cpu();
            for domain in domains {
                std::hint::black_box(self.check(domain, &self.texts));
            }
            ran += cpu() - began;
            self.texts.parsed.borrow_mut().clear();
        }
        world.domains.len() as f64 / ran.as_secs_f64()
    }

    fn check(&self, domain: &str, txt: &impl ResolverCache<Box<str>, Txt>) -> String {
        let sender = format!("postmaster@{domain}");
        let parameters = Parameters {
            params: SpfParameters::verify_mail_from(ADDRESS, domain, "receiver.example", &sender),
            cache_txt: Some(txt),
            cache_mx: Some(&self.mx),
            cache_ptr: Some(&self.ptr),
            cache_ipv4: Some(&self.v4),
            cache_ipv6: Some(&self.v6),
        };
        let output = self.runtime.block_on(self.authenticator.check_host(parameters));
        format!("{:?}", output.result()).to_lowercase()
    }
}

fn set<T>(records: Vec<T>) -> RecordSet<T> {
    RecordSet {
        rrset: records.into(),
        dnssec_status: DnssecStatus::Indeterminate,
    }
}
