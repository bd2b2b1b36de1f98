//! What the world needs to know before it may ask: servers, bounds, and the flags that say so.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use hickory_resolver::system_conf::read_system_conf;

use super::cache::CacheBounds;
use super::fetching::{Authorities, PolicyConfig};
use super::smtp::SmtpConfig;
use crate::dnssec::Anchors;
use crate::duration;
use crate::name::Name;

/// How DNS is asked, and how much of it is remembered.
#[derive(Debug, Clone)]
pub struct Config {
    /// The recursive resolvers, in the order they are tried; empty means those of `/etc/resolv.conf`.
    pub resolvers: Vec<SocketAddr>,
    /// How long one try at one server may take; a TCP try after truncation gets as long again.
    pub timeout: Duration,
    /// How often a silent server is tried for one question.
    pub attempts: NonZeroU32,
    /// How many questions may be on the wire at once, over all domains.
    pub concurrency: NonZeroUsize,
    /// Whether DNSSEC is validated; `None`: required where a trust anchor is given, else by itself.
    pub dnssec: Option<Dnssec>,
    /// Validate DNSSEC from these keys down; `None`: from the root's.
    pub trust_anchor: Option<TrustAnchor>,
    /// What shows whether the resolver passes DNSSEC on: the start of authority of a name that is signed; `None`: of the
    /// zone where trust begins.
    pub dnssec_control: Option<Name>,
    /// A name known to be bogus, by which it is told whether the resolver validates; `None`: by what it says of itself (AD).
    pub dnssec_bogus_control: Option<Name>,
    /// The port at which authorities are asked: 53, except where a test stands in for one.
    pub authority_port: u16,
    /// Whether authorities are asked themselves, where they can be reached.
    pub ask_authorities: bool,
    /// How many questions a second one address of an authority gets at most.
    pub authority_rate: NonZeroU32,
    /// Whether questions are given up at once while no resolver answers, but for one now and then: for who looks again
    /// by himself.
    pub spare_the_silent: bool,
    /// What is remembered of answers.
    pub cache: CacheBounds,
    /// How mail servers are looked at.
    pub smtp: SmtpConfig,
    /// How policies of MTA-STS are fetched.
    pub policies: PolicyConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            resolvers: Vec::new(),
            timeout: Duration::from_secs(3),
            attempts: NonZeroU32::MIN.saturating_add(1),
            concurrency: NonZeroUsize::MIN.saturating_add(63),
            dnssec: None,
            trust_anchor: None,
            dnssec_control: None,
            dnssec_bogus_control: None,
            authority_port: 53,
            ask_authorities: true,
            authority_rate: NonZeroU32::MIN.saturating_add(9),
            spare_the_silent: false,
            cache: CacheBounds::default(),
            smtp: SmtpConfig::default(),
            policies: PolicyConfig::default(),
        }
    }
}

impl Config {
    /// The pause an authority's address gets between two messages.
    pub(super) fn pause(&self) -> Duration {
        Duration::from_secs(1) / self.authority_rate.get()
    }
}

/// Whether answers are validated (RFC 4035).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dnssec {
    /// Once the resolver is seen to pass signatures on; else answers are taken as they come.
    Auto,
    /// Always: what cannot be proven, and is not proven to be unsigned, is no answer.
    Require,
    /// Never.
    Off,
}

/// The keys DNSSEC validation starts from.
#[derive(Clone)]
pub struct TrustAnchor(pub(super) Anchors);

impl TrustAnchor {
    /// Reads DS and DNSKEY records in zone form: `. 172800 IN DNSKEY 257 3 8 AwEA…`.
    ///
    /// # Errors
    /// When the file cannot be read, or holds anything but such records, or none: with the line.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let failed = |why: String| ConfigError::TrustAnchor {
            path: path.to_owned(),
            why,
        };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        text.parse().map_err(failed)
    }
}

impl FromStr for TrustAnchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl fmt::Debug for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrustAnchor")
    }
}

/// Why DNS cannot be asked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The system has no resolver configured.
    #[error("/etc/resolv.conf names no resolver: name one with --resolver")]
    NoResolver,
    /// The system's configuration cannot be read.
    #[error("cannot read /etc/resolv.conf: {0}; name a resolver with --resolver")]
    SystemConfig(String),
    /// The authorities of policies cannot be used.
    #[error("the certificates of {} cannot be used: {why}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The probe could never be asked.
    #[error("the probe cannot be asked: {0}")]
    Probe(String),
    /// The trust anchor cannot be used.
    #[error("the trust anchor {} cannot be used: {why}", path.display())]
    TrustAnchor {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The flags that say how DNS is asked; the same for every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "DNS")]
pub struct DnsArgs {
    /// A recursive resolver to ask; repeat for more, tried in order [default: the system's]
    #[arg(long = "resolver", value_name = "IP[:PORT]", value_parser = parse_resolver)]
    pub resolvers: Vec<SocketAddr>,
    /// How long one try at one server may take
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = duration::parse_flag)]
    pub dns_timeout: Duration,
    /// How often a silent server is tried
    #[arg(long, value_name = "N", default_value = "2")]
    pub dns_attempts: NonZeroU32,
    /// How many questions may be on the wire at once
    #[arg(long, value_name = "N", default_value = "64")]
    pub dns_concurrency: NonZeroUsize,
    /// Whether DNSSEC is validated: auto, where the resolver passes signatures on [default: require with
    /// --trust-anchor, else auto]
    #[arg(long, value_name = "WHEN", value_enum)]
    pub dnssec: Option<Dnssec>,
    /// Validate DNSSEC from the DS and DNSKEY records in this file [default: the root's keys]
    #[arg(long, value_name = "FILE")]
    pub trust_anchor: Option<PathBuf>,
    /// The name whose signed start of authority shows whether the resolver passes DNSSEC on [default: where trust begins,
    /// so mostly the root]
    #[arg(long, value_name = "NAME")]
    pub dnssec_control: Option<Name>,
    /// A name known to be bogus: whether the resolver validates is told by whether it answers there [default: by what it says
    /// of itself]
    #[arg(long, value_name = "NAME")]
    pub dnssec_bogus_control: Option<Name>,
    /// Whether name servers are asked themselves: auto notices by itself where they cannot be reached (port 53 outward
    /// closed, no IPv6), off leaves them alone
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub authorities: AskAuthorities,
    /// How many questions a second one address of a name server gets at most
    #[arg(long, value_name = "N", default_value = "10")]
    pub authority_rate: NonZeroU32,
    /// The port at which name servers are asked: for trials with servers of one's own
    #[arg(long, value_name = "PORT", default_value_t = 53, hide = true)]
    pub authority_port: u16,
    /// The certificate authorities that policies of MTA-STS are fetched by, in PEM, in place of the public ones: for trials
    /// with a server of one's own
    #[arg(long, value_name = "FILE", hide = true)]
    pub policy_ca: Option<PathBuf>,
    /// The port at which policies are fetched: for trials with a server of one's own
    #[arg(long, value_name = "PORT", default_value_t = 443, hide = true)]
    pub policy_port: u16,
}

/// Whether name servers are asked themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum AskAuthorities {
    /// Where they can be reached.
    Auto,
    /// Never.
    Off,
}

impl DnsArgs {
    /// The configuration these flags ask for.
    ///
    /// # Errors
    /// When the trust anchor cannot be read.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let trust_anchor = self.trust_anchor.as_deref().map(TrustAnchor::from_file);
        let authorities = match &self.policy_ca {
            None => Authorities::Public,
            Some(path) => Authorities::from_file(path).map_err(|why| ConfigError::Authorities {
                path: path.clone(),
                why,
            })?,
        };
        Ok(Config {
            resolvers: self.resolvers.clone(),
            timeout: self.dns_timeout,
            attempts: self.dns_attempts,
            concurrency: self.dns_concurrency,
            dnssec: self.dnssec,
            trust_anchor: trust_anchor.transpose()?,
            dnssec_control: self.dnssec_control.clone(),
            dnssec_bogus_control: self.dnssec_bogus_control.clone(),
            ask_authorities: self.authorities == AskAuthorities::Auto,
            authority_rate: self.authority_rate,
            authority_port: self.authority_port,
            policies: PolicyConfig {
                authorities,
                port: self.policy_port,
            },
            ..Config::default()
        })
    }
}

/// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; the port is 53 when it is left out.
///
/// # Errors
/// When it is no address: resolvers are given by address, because a name would need a resolver first.
pub fn parse_resolver(text: &str) -> Result<SocketAddr, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match bare.unwrap_or(text).parse::<IpAddr>() {
        Ok(ip) => SocketAddr::new(ip, 53),
        Err(_) => text.parse().map_err(|_| {
            "want an IP address with an optional port: 192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53".to_owned()
        })?,
    };
    match is_one_server_s(address.ip()) {
        true => Ok(address),
        false => Err(
            "no server has this address: it stands for any (RFC 1122 3.2.1.3, RFC 4291 2.5.2) or for many at once".to_owned(),
        ),
    }
}

/// Whether one server can have an address, whatever network we are in: not an unspecified one, multicast, or broadcast. The
/// chart's schema says the same.
fn is_one_server_s(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    !address.is_unspecified() && !address.is_multicast() && !is_broadcast
}

/// The system's resolvers, each once and in order; search list and options do not concern us, names are absolute.
pub(super) fn system_resolvers() -> Result<Vec<SocketAddr>, ConfigError> {
    let (config, _) = read_system_conf().map_err(|error| ConfigError::SystemConfig(error.to_string()))?;
    let mut resolvers = Vec::new();
    for server in config.name_servers() {
        let port = server
            .connections
            .first()
            .map_or(53, |connection| connection.port);
        let address = SocketAddr::new(server.ip, port);
        if !resolvers.contains(&address) {
            resolvers.push(address);
        }
    }
    if resolvers.is_empty() {
        return Err(ConfigError::NoResolver);
    }
    Ok(resolvers)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        dns: DnsArgs,
    }

    #[test]
    fn the_flags_say_by_default_what_the_configuration_says_by_default() {
        let program = Program::parse_from(["zegel"]);
        let (flags, default) = (program.dns.config().unwrap(), Config::default());
        assert_eq!(format!("{flags:?}"), format!("{default:?}"));
    }

    #[test]
    fn a_resolver_is_an_address_with_or_without_port() {
        for (text, want) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
        ] {
            assert_eq!(parse_resolver(text).unwrap().to_string(), want, "{text}");
        }
        for text in ["dns.example", "192.0.2.1:x", "", "192.0.2.1:70000"] {
            assert!(parse_resolver(text).is_err(), "{text}");
        }
    }

    /// A question there is an outage for ever, or answered by whoever hears it.
    #[test]
    fn an_address_that_no_one_server_has_is_no_resolver_s() {
        for text in [
            "0.0.0.0",
            "0.0.0.0:53",
            "255.255.255.255",
            "224.0.0.251:5353",
            "239.255.255.250",
            "::",
            "[::]:53",
            "0:0:0:0:0:0:0:0",
            "::ffff:0.0.0.0",
            "ff02::fb",
            "[ff05::2]:53",
        ] {
            let why = parse_resolver(text).unwrap_err();
            assert!(why.starts_with("no server has this address"), "{text}: {why}");
        }
        for text in [
            "127.0.0.1",
            "::1",
            "10.0.0.10",
            "fe80::1",
            "fd00::53",
            "1.0.0.0",
            "223.255.255.255",
        ] {
            assert!(parse_resolver(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_trust_anchor_is_read_from_a_file_and_one_without_keys_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let missing = TrustAnchor::from_file(&path).unwrap_err().to_string();
        assert!(missing.contains("root.key"), "{missing}");
        let key = "l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=";
        std::fs::write(&path, format!("example.nl. 3600 IN DNSKEY 257 3 15 {key}\n")).unwrap();
        assert!(TrustAnchor::from_file(&path).is_ok());
        assert!("; nothing here, no DNSKEY\n".parse::<TrustAnchor>().is_err());
        assert!("example.nl. 60 IN A 192.0.2.1\n".parse::<TrustAnchor>().is_err());
    }
}
