//! A probe that looks at mail servers for us, from where port 25 is open.
//!
//! It is asked the same question and gives the same fact, over TLS with certificates on both sides. One connection has one
//! question; the probe says every few seconds that it is still at it, so that a dead one is told from a slow mail server; it has as long as the longest look, and a wait for its turn.
//! A probe that cannot be asked is nobody's fault but ours: it is said once, and for a while nobody tries again.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use crate::inquiry::Trouble;
use crate::recording::probe::{Answer, Asked, MAX_TOLD, Reason, Told};
use crate::world::identity::{Identity, Renewed};

/// Until a connection stands, certificates shown and seen.
const CONNECT: Duration = Duration::from_secs(10);

/// Until the question is on its way.
const TELL: Duration = Duration::from_secs(10);

/// What comes on top of the time a look takes there: how long a question may be on its way, and a little.
pub(super) const ON_THE_WAY: Duration = Duration::from_secs(30);

/// So long may be silence; a probe says every 15 seconds that it is still at it.
const SILENCE: Duration = Duration::from_secs(60);

/// A probe that could not be asked is not asked again for so long.
const LEFT_ALONE: Duration = Duration::from_secs(30);

/// Where a probe is, and who we are to it.
#[derive(Debug, Clone)]
pub struct ProbeConfig {
    /// Its host and port.
    pub at: Location,
    /// The files.
    pub identity: Identity,
}

/// A host, by name or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    host: String,
    port: u16,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || {
            format!(
                "want the host and port of a probe: probe.voorbeeld.nl:8625, 192.0.2.25:8625, [2001:db8::25]:8625; found {text:?}"
            )
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(wanted)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wanted)?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        // An IPv6 address without brackets leaves open where its port begins.
        let is_open = bare.is_none() && host.contains(':');
        if is_open || ServerName::try_from(host).is_err() {
            return Err(wanted());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

/// A probe, as it is asked.
#[derive(Debug)]
pub(super) struct Remote {
    at: Location,
    tls: Renewed<ClientConfig>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Why it could not be asked, since it last could.
    silent: Option<String>,
    /// Whether it ever answered a question.
    has_answered: bool,
    left_alone_until: Option<Instant>,
}

/// Why the probe gave no answer.
#[derive(Debug)]
pub(super) struct NoAnswer {
    pub(super) trouble: Trouble,
    pub(super) words: String,
}

impl Remote {
    pub(super) fn new(config: ProbeConfig) -> Result<Self, String> {
        let identity = config.identity;
        Ok(Self {
            at: config.at,
            tls: Renewed::new(move || identity.client())?,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why it cannot be asked, where that was found out.
    pub(super) fn silent(&self) -> Option<String> {
        self.state().silent.clone()
    }

    /// Whether it ever answered.
    pub(super) fn has_answered(&self) -> bool {
        self.state().has_answered
    }

    /// Whether it is not worth asking now.
    pub(super) fn is_left_alone(&self) -> bool {
        let until = self.state().left_alone_until;
        until.is_some_and(|until| until > Instant::now())
    }

    /// Asks it; no look takes longer there than `longest`, whatever it says.
    pub(super) async fn ask(&self, asked: &Asked, longest: Duration) -> Result<Answer, NoAnswer> {
        let told = self.exchange(asked, longest).await;
        let mut state = self.state();
        match told {
            Ok(told) => {
                state.left_alone_until = None;
                state.has_answered |= told.is_ok();
                if state.silent.take().is_some() {
                    tracing::info!(probe = %self.at, "the probe answers again");
                }
                told
            }
            Err(why) => {
                let words = format!("{}: {why}", self.at);
                state.left_alone_until = Some(Instant::now() + LEFT_ALONE);
                if state.silent.replace(words.clone()).is_none() {
                    tracing::warn!(probe = %self.at, reason = Trouble::NoProbe.reason(), "the probe cannot be asked: {why}");
                }
                Err(NoAnswer {
                    trouble: Trouble::NoProbe,
                    words,
                })
            }
        }
    }

    /// The outer error is of the probe as a whole, in words; the inner one of this question alone.
    async fn exchange(&self, asked: &Asked, longest: Duration) -> Result<Result<Answer, NoAnswer>, String> {
        let server = ServerName::try_from(self.at.host.clone()).map_err(|error| error.to_string())?;
        let connecting = async {
            let stream = TcpStream::connect((self.at.host.as_str(), self.at.port)).await;
            let stream = stream.map_err(|error| format!("no connection can be made: {error}"))?;
            let connected = TlsConnector::from(self.tls.get()).connect(server, stream).await;
            connected.map_err(|error| words(&error))
        };
        let connected = timeout(CONNECT, connecting).await;
        let mut stream = connected.map_err(|_| "no connection came about in 10 seconds".to_owned())??;
        tell(&mut stream, &asked.to_line()).await?;
        let told = timeout(longest, told(BufReader::new(stream), asked)).await;
        told.unwrap_or_else(|_| {
            Err("it says that it is still at it, for longer than any look takes".to_owned())
        })
    }
}

/// What a probe says in the end.
async fn told<S: tokio::io::AsyncRead + Unpin>(
    mut stream: BufReader<S>,
    asked: &Asked,
) -> Result<Result<Answer, NoAnswer>, String> {
    loop {
        let line = timeout(SILENCE, line(&mut stream)).await;
        let line = line.map_err(|_| "it has said nothing for a minute".to_owned())??;
        match Told::read(&line).map_err(|error| error.to_string())? {
            Told::Waiting => {}
            Told::Answer(answer) if answer.question == asked.question => return Ok(Ok(*answer)),
            Told::Answer(answer) => {
                return Err(format!(
                    "asked for {}, it answered for {}",
                    asked.question, answer.question
                ));
            }
            Told::Refused(refused) if refused.reason == Reason::Full => {
                return Ok(Err(NoAnswer {
                    trouble: Trouble::Limit,
                    words: clean(&refused.words),
                }));
            }
            Told::Refused(refused) => {
                return Err(format!("it does not answer: {}", clean(&refused.words)));
            }
        }
    }
}

/// Puts the question, whole.
async fn tell<S: tokio::io::AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Result<(), String> {
    let telling = async {
        stream.write_all(line.as_bytes()).await?;
        stream.flush().await
    };
    let told = timeout(TELL, telling).await;
    let told = told.map_err(|_| "it has not taken the question in 10 seconds".to_owned())?;
    told.map_err(|error| words(&error))
}

/// The next line, whole.
async fn line<S: tokio::io::AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Result<String, String> {
    let mut octets = Vec::new();
    let limit = u64::try_from(MAX_TOLD).unwrap_or(u64::MAX);
    let read = stream.take(limit).read_until(b'\n', &mut octets).await;
    read.map_err(|error| words(&error))?;
    match octets.last() {
        Some(b'\n') => String::from_utf8(octets).map_err(|_| "its answer is no text".to_owned()),
        _ if octets.len() >= MAX_TOLD => Err(format!("its answer is longer than {MAX_TOLD} octets")),
        _ => Err("it closed the connection before its answer".to_owned()),
    }
}

/// Somebody else's words on one line, cut.
fn clean(words: &str) -> String {
    let words = words.chars().filter(|char| !char.is_control());
    words.take(200).collect()
}

/// What went wrong, and whose certificate it was.
fn words(error: &io::Error) -> String {
    use AlertDescription as Alert;
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(why)) => {
            let why = match why {
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    "it does not come from the authority of --probe-ca".to_owned()
                }
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "it has expired".to_owned()
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is not for the host of --probe".to_owned()
                }
                other => other.to_string(),
            };
            format!("its certificate is not accepted: {why}")
        }
        Some(Error::AlertReceived(
            alert @ (Alert::UnknownCA
            | Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::DecryptError),
        )) => format!("it does not accept our certificate (--probe-cert): it says {alert:?}"),
        Some(Error::AlertReceived(alert)) => format!("it ended the connection, and says {alert:?}"),
        Some(inner) => format!("it does not speak TLS as a probe does: {inner}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it closed the connection before its answer".to_owned()
        }
        None => format!("the connection broke: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody who takes the connection, and nothing that is said over it.
    #[tokio::test(start_paused = true)]
    async fn who_takes_no_question_is_waited_for_no_longer_than_a_step() {
        let began = Instant::now();
        let (mut ours, theirs) = tokio::io::duplex(16);
        let said = tell(&mut ours, &format!("{}\n", "a".repeat(400)))
            .await
            .unwrap_err();
        assert!(said.contains("not taken the question in 10 seconds"), "{said}");
        assert_eq!(began.elapsed(), TELL);
        drop(theirs);
        // Who hangs up is told apart, and who takes it is told all of it.
        let said = tell(&mut ours, "a\n").await.unwrap_err();
        assert!(said.contains("the connection broke"), "{said}");
        let (mut ours, mut theirs) = tokio::io::duplex(16);
        let (told, taken) = tokio::join!(tell(&mut ours, "a question of 24 octets\n"), async {
            let mut taken = vec![0; 24];
            theirs.read_exact(&mut taken).await.map(|_| taken)
        });
        assert_eq!((told, taken.unwrap().last()), (Ok(()), Some(&b'\n')));
    }

    #[test]
    fn a_probe_is_given_by_host_and_port() {
        for (text, shown) in [
            ("probe.voorbeeld.nl:8625", "probe.voorbeeld.nl:8625"),
            ("192.0.2.25:8625", "192.0.2.25:8625"),
            ("[2001:db8::25]:8625", "[2001:db8::25]:8625"),
        ] {
            assert_eq!(text.parse::<Location>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "probe.voorbeeld.nl",
            "probe.voorbeeld.nl:",
            "probe.voorbeeld.nl:0",
            "probe.voorbeeld.nl:70000",
            ":8625",
            "2001:db8::25:8625",
            "https://probe.voorbeeld.nl:8625",
        ] {
            let said = text.parse::<Location>().unwrap_err();
            assert!(
                said.contains("want the host and port") && said.contains(text),
                "{said}"
            );
        }
    }
}
