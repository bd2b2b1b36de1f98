//! `zegel probe`: answers questions about mail servers to a zegel that cannot reach port 25 itself.
//!
//! ```text
//! controller ── TLS, a certificate on both sides ──▶ probe ── port 25 ──▶ mail servers
//!            {"probe": 1, "starttls": …} ──▶
//!            ◀── {"probe": 1, "waiting": true} … {"probe": 1, "fact": …}
//! ```
//!
//! It has no cluster and no judgement: it looks as the controller would, with the same pauses, the same memory and the same
//! refusal of private addresses, and says what it saw. It connects to whatever it is told, so nobody is heard who does not
//! show a certificate by the authority it was given. All it can take is bounded: so many handshakes and so many questions at
//! once, one question a connection, each step in its time. Whoever has shaken hands longest without an end makes room.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::recording::probe::{Asked, LineError, MAX_ASKED, Reason, Told};
use crate::world::{Identity, Renewed, World};

/// So many handshakes go on at once; the next one takes the place of the oldest.
const MOST_HANDSHAKES: usize = 64;

/// So many questions are answered at once; whoever comes then is asked to come back.
const MOST_QUESTIONS: usize = 256;

/// So long a handshake may take, a question until it is whole, and an answer until it is taken.
const STEP: Duration = Duration::from_secs(10);

/// This often it is said that an answer is still to come.
const STILL_AT_IT: Duration = Duration::from_secs(15);

/// Strangers who are turned away are told of in the log no more often than this.
const TOLD_OF_STRANGERS: Duration = Duration::from_secs(60);

/// A probe. Cloning shares all of it.
#[derive(Debug, Clone)]
pub struct Probe {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    world: World,
    tls: Renewed<ServerConfig>,
    questions: Semaphore,
    /// Who is shaking hands, the oldest first: dropping this ends it.
    handshakes: Mutex<VecDeque<oneshot::Sender<Infallible>>>,
    told_of_strangers: Mutex<Option<Instant>>,
}

impl Probe {
    /// One that looks through `world`, and is `identity` to those who ask.
    ///
    /// # Errors
    /// In words: which file cannot be used, and why.
    pub fn new(world: World, identity: Identity) -> Result<Self, String> {
        let inner = Inner {
            world,
            tls: Renewed::new(move || identity.server())?,
            questions: Semaphore::new(MOST_QUESTIONS),
            handshakes: Mutex::default(),
            told_of_strangers: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Answers, as long as this is waited for.
    pub async fn serve(&self, listener: TcpListener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((stream, from)) => {
                    let inner = self.inner.clone();
                    let place = inner.place();
                    tokio::spawn(async move { inner.meet(stream, from, place).await });
                }
                // A peer that went away, or no file descriptor left: neither is mended by hurry.
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

impl Inner {
    /// A place to shake hands; it is gone once the other end is dropped.
    fn place(&self) -> oneshot::Receiver<Infallible> {
        let mut places = self.handshakes.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place| !place.is_closed());
        while places.len() >= MOST_HANDSHAKES {
            places.pop_front();
        }
        let (place, gone) = oneshot::channel();
        places.push_back(place);
        gone
    }

    /// Shakes hands, hears one question and answers it.
    async fn meet(&self, stream: TcpStream, from: SocketAddr, gone: oneshot::Receiver<Infallible>) {
        let shaking = timeout(STEP, TlsAcceptor::from(self.tls.get()).accept(stream));
        let shaken = tokio::select! {
            shaken = shaking => shaken.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            _ = gone => Err(io::Error::other("others came")),
        };
        match shaken {
            Ok(stream) => {
                if let Err(error) = self.attend(stream, from).await {
                    tracing::debug!(%from, %error, "a question was not answered to its end");
                }
            }
            Err(error) => self.tell_of_a_stranger(from, &error),
        }
    }

    async fn attend(&self, stream: TlsStream<TcpStream>, from: SocketAddr) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let line = timeout(STEP, heard(&mut stream)).await??;
        let mut stream = stream.into_inner();
        let asked = match Asked::read(&line) {
            Ok(asked) => asked,
            Err(error) => {
                tracing::info!(%from, "a question was not understood: {error}");
                let reason = match error {
                    LineError::Version(_) => Reason::Version,
                    _ => Reason::Malformed,
                };
                return say(&mut stream, &Told::refused(reason, error.to_string()), true).await;
            }
        };
        let Ok(_place) = self.questions.try_acquire() else {
            let words = format!("{MOST_QUESTIONS} questions are being answered already: ask again later");
            return say(&mut stream, &Told::refused(Reason::Full, words), true).await;
        };
        tracing::debug!(%from, "asked for {}", asked.question);
        let floor = asked
            .max_age
            .and_then(|age: SignedDuration| self.world.now().checked_sub(age).ok());
        let mut looking = std::pin::pin!(self.world.ask_mail_server(&asked.question, floor));
        let fact = loop {
            tokio::select! {
                fact = &mut looking => break fact,
                () = sleep(STILL_AT_IT) => say(&mut stream, &Told::waiting(), false).await?,
            }
        };
        let answer = Told::answer(&asked.question, &fact, self.world.now());
        say(&mut stream, &answer, true).await
    }

    /// Anybody may knock: that is told now and then, for it may be one's own controller with the wrong certificate.
    fn tell_of_a_stranger(&self, from: SocketAddr, error: &io::Error) {
        let mut told = self
            .told_of_strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| told.elapsed() < TOLD_OF_STRANGERS) {
            return;
        }
        *told = Some(Instant::now());
        tracing::warn!(%from, %error, "somebody was turned away before he could ask: others in the next minute are not told of");
    }
}

/// The question's line.
async fn heard(stream: &mut BufReader<TlsStream<TcpStream>>) -> io::Result<String> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_ASKED).unwrap_or(u64::MAX);
    stream.take(limit).read_until(b'\n', &mut line).await?;
    match line.last() {
        Some(b'\n') => Ok(String::from_utf8_lossy(&line).into_owned()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a question has no end within {MAX_ASKED} octets"),
        )),
    }
}

/// Says a line, and takes leave where it is the last.
async fn say(stream: &mut TlsStream<TcpStream>, line: &str, is_last: bool) -> io::Result<()> {
    timeout(STEP, async {
        stream.write_all(line.as_bytes()).await?;
        stream.flush().await?;
        match is_last {
            true => stream.shutdown().await,
            false => Ok(()),
        }
    })
    .await?
}
