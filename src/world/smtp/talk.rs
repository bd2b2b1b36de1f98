//! One connection to a mail server, up to the go-ahead for TLS (RFC 5321 4.3.1, RFC 3207 4).
//!
//! Nothing is said before the server's first words: those who speak early are taken for senders of spam. What is "not
//! now" or "not you" is never taken for "no TLS", and no message is ever begun.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::SmtpConfig;
use super::proxy::{self, NoWay};
use crate::inquiry::Trouble;
use crate::transport::reply::Tone;
use crate::transport::{Reply, ReplyReader};

/// How a conversation ended.
#[derive(Debug)]
pub(super) enum Talk {
    /// The server said to go on: what comes next is TLS.
    GoAhead(Connection),
    /// It has no TLS for anybody: its first words, and what it said to STARTTLS where it offered it.
    NoTls { banner: String, refused: Option<String> },
}

/// A server that has not answered.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) trouble: Trouble,
    pub(super) words: String,
    pub(super) is_connected: bool,
    /// Whether a proxy on the way said nothing at all: the next connection would be waited for in vain as long.
    pub(super) is_proxy_mute: bool,
}

/// A connection on which the server awaits TLS.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) banner: String,
    /// Whether something stood in the clear behind the go-ahead.
    pub(super) injected: bool,
}

/// Talks to a server until it awaits TLS.
///
/// # Errors
/// When it has not answered: why, its words, and whether a connection came about.
pub(super) async fn talk(address: SocketAddr, config: &SmtpConfig) -> Result<Talk, Failed> {
    let stream = connect(address, config)
        .await
        .map_err(|(trouble, words, is_proxy_mute)| Failed {
            trouble,
            words,
            is_connected: false,
            is_proxy_mute,
        })?;
    let own = stream.local_addr().ok();
    let mut line = Line {
        stream,
        replies: ReplyReader::new(),
    };
    let banner = line.hear(config.banner).await?;
    if banner.tone() != Tone::Yes {
        return Err(line.leave(banner).await);
    }
    let name = match (&config.ehlo, own) {
        (Some(name), _) => name.to_string(),
        (None, Some(SocketAddr::V4(own))) => format!("[{}]", own.ip()),
        (None, Some(SocketAddr::V6(own))) => format!("[IPv6:{}]", own.ip()),
        (None, None) => "[127.0.0.1]".to_owned(),
    };
    line.say(&format!("EHLO {name}\r\n"), config.step).await?;
    let extensions = line.hear(config.step).await?;
    if extensions.tone() != Tone::Yes {
        return Err(line.leave(extensions).await);
    }
    if !extensions.offers("STARTTLS") {
        line.quit().await;
        return Ok(Talk::NoTls {
            banner: banner.words(),
            refused: None,
        });
    }
    line.say("STARTTLS\r\n", config.step).await?;
    let go_ahead = line.hear(config.step).await?;
    match go_ahead.tone() {
        Tone::Yes => Ok(Talk::GoAhead(Connection {
            injected: !line.replies.pending().is_empty(),
            stream: line.stream,
            banner: banner.words(),
        })),
        Tone::No => {
            line.quit().await;
            Ok(Talk::NoTls {
                banner: banner.words(),
                refused: Some(go_ahead.words()),
            })
        }
        // 454 is for a while (RFC 3207 4).
        Tone::Later | Tone::Other => Err(line.leave(go_ahead).await),
    }
}

/// Connects, straight or through the proxy.
async fn connect(address: SocketAddr, config: &SmtpConfig) -> Result<TcpStream, (Trouble, String, bool)> {
    let Some(proxy) = config.proxy else {
        let connected = timeout(config.step, TcpStream::connect(address)).await;
        let connected = connected.map_err(|_| (Trouble::Timeout, String::new(), false))?;
        return connected.map_err(|error| (Trouble::Network, error.to_string(), false));
    };
    let connected = proxy::connect(proxy, address, config.step).await;
    let named = |words: String| format!("socks5://{proxy} {words}");
    connected.map_err(|why| match why {
        NoWay::Server(words) => (Trouble::Network, words, false),
        NoWay::Family(words) => (Trouble::NoRoute, words, false),
        NoWay::Silent => (Trouble::Timeout, String::new(), false),
        NoWay::Proxy(words) => (Trouble::NoProxy, named(words), false),
        NoWay::Mute(words) => (Trouble::NoProxy, named(words), true),
    })
}

/// A connection on which replies are exchanged.
struct Line {
    stream: TcpStream,
    replies: ReplyReader,
}

impl Line {
    async fn say(&mut self, text: &str, patience: Duration) -> Result<(), Failed> {
        match timeout(patience, self.stream.write_all(text.as_bytes())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(connected(Trouble::Timeout, String::new())),
        }
    }

    /// The next reply, when it is whole within `patience`.
    async fn hear(&mut self, patience: Duration) -> Result<Reply, Failed> {
        let heard = timeout(patience, self.reply()).await;
        heard.unwrap_or_else(|_| Err(connected(Trouble::Timeout, String::new())))
    }

    async fn reply(&mut self) -> Result<Reply, Failed> {
        let mut octets = vec![0; 4096];
        let mut came = 0;
        loop {
            let read = self.replies.push(octets.get(..came).unwrap_or_default());
            match read {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(fault) => return Err(connected(Trouble::Malformed, fault.to_string())),
            }
            came = match self.stream.read(&mut octets).await {
                Ok(0) | Err(_) => return Err(closed()),
                Ok(came) => came,
            };
        }
    }

    /// Takes leave of a server that does not want us now.
    async fn leave(&mut self, reply: Reply) -> Failed {
        let trouble = match reply.tone() {
            Tone::Later => Trouble::Busy,
            Tone::No => Trouble::Refused,
            Tone::Yes | Tone::Other => Trouble::Malformed,
        };
        self.quit().await;
        connected(trouble, reply.words())
    }

    /// Says goodbye, and does not wait for an answer.
    async fn quit(&mut self) {
        let _ = timeout(Duration::from_secs(1), self.stream.write_all(b"QUIT\r\n")).await;
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }
}

/// Who closes before he answers has no place for us just now.
fn closed() -> Failed {
    connected(Trouble::Busy, "closed the connection".to_owned())
}

fn connected(trouble: Trouble, words: String) -> Failed {
    Failed {
        trouble,
        words,
        is_connected: true,
        is_proxy_mute: false,
    }
}
