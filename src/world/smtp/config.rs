//! How mail servers are looked at: the flags, and what they come to.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::proxy;
use super::remote::{Location, ProbeConfig};
use crate::duration;
use crate::name::Name;
use crate::world::identity::Identity;

/// How mail servers are looked at.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// The port they are connected to: 25, except where a test stands in for one.
    pub port: u16,
    /// The name that is said behind EHLO; `None`: the address of the connection (RFC 5321 4.1.3).
    pub ehlo: Option<Name>,
    /// The pause one address gets between two connections.
    pub pause: Duration,
    /// How long a server may take until its first words.
    pub banner: Duration,
    /// How long each later step of a conversation may take.
    pub step: Duration,
    /// Whether addresses of private networks are connected to.
    pub allow_private: bool,
    /// The SOCKS5 proxy they are connected to through.
    pub proxy: Option<SocketAddr>,
    /// The probe that looks at them for us; `None`: they are connected to from here.
    pub probe: Option<ProbeConfig>,
    /// How long one may wait there for a server's turn, beside its look: a probe has others to answer too.
    pub turn: Duration,
    /// How many servers are looked at at once.
    pub concurrency: NonZeroUsize,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self {
            port: 25,
            ehlo: None,
            pause: Duration::from_secs(30),
            banner: Duration::from_secs(30),
            step: Duration::from_secs(10),
            allow_private: false,
            proxy: None,
            probe: None,
            turn: Duration::from_secs(5 * 60),
            concurrency: NonZeroUsize::MIN.saturating_add(31),
        }
    }
}

/// The flags that say how mail servers are looked at, or who looks at them; the same for every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail servers")]
pub struct SmtpArgs {
    /// How they are looked at.
    #[command(flatten)]
    pub look: MailServerArgs,
    /// Who looks at them for us.
    #[command(flatten)]
    pub probe: ProbeArgs,
}

impl SmtpArgs {
    /// The configuration these flags ask for.
    pub fn config(&self) -> SmtpConfig {
        SmtpConfig {
            probe: self.probe.config(),
            ..self.look.config()
        }
    }
}

/// The flags that say how mail servers are looked at, for whoever does it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail servers")]
pub struct MailServerArgs {
    /// The host name said to mail servers behind EHLO: one whose address leads back to it [default: the address of the
    /// connection]
    #[arg(long, value_name = "NAME")]
    pub smtp_ehlo: Option<Name>,
    /// The pause one mail server's address gets between two connections: many servers take no more than two a minute
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse_flag)]
    pub smtp_pause: Duration,
    /// Connect to mail servers at addresses of private networks too: names say where, and anybody may write a name
    #[arg(long)]
    pub allow_private_targets: bool,
    /// Connect to mail servers through this SOCKS5 proxy, where port 25 is closed outward: socks5://IP:PORT
    #[arg(long, value_name = "URL", value_parser = proxy::parse)]
    pub smtp_proxy: Option<SocketAddr>,
    /// The port at which mail servers are looked at: for trials with servers of one's own
    #[arg(long, value_name = "PORT", default_value_t = 25, hide = true)]
    pub smtp_port: u16,
}

impl MailServerArgs {
    /// The configuration these flags ask for.
    pub fn config(&self) -> SmtpConfig {
        SmtpConfig {
            port: self.smtp_port,
            ehlo: self.smtp_ehlo.clone(),
            pause: self.smtp_pause,
            allow_private: self.allow_private_targets,
            proxy: self.smtp_proxy,
            ..SmtpConfig::default()
        }
    }
}

/// The flags that name a probe.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail servers")]
pub struct ProbeArgs {
    /// Have this probe (zegel probe) look at mail servers, where port 25 is closed outward; a name is looked up as the system does, not
    /// through --resolver
    #[arg(
        long,
        value_name = "HOST:PORT",
        requires_all = ["probe_ca", "probe_cert", "probe_key"],
        conflicts_with_all = ["smtp_proxy", "smtp_ehlo"]
    )]
    pub probe: Option<Location>,
    /// The authority the probe's certificate must come from, in PEM
    #[arg(long, value_name = "FILE", requires = "probe")]
    pub probe_ca: Option<PathBuf>,
    /// The certificate shown to the probe, in PEM
    #[arg(long, value_name = "FILE", requires = "probe")]
    pub probe_cert: Option<PathBuf>,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE", requires = "probe")]
    pub probe_key: Option<PathBuf>,
}

impl ProbeArgs {
    /// The probe these flags name: all of them, or none.
    pub fn config(&self) -> Option<ProbeConfig> {
        Some(ProbeConfig {
            at: self.probe.clone()?,
            identity: Identity {
                authority: self.probe_ca.clone()?,
                certificate: self.probe_cert.clone()?,
                key: self.probe_key.clone()?,
            },
        })
    }
}
