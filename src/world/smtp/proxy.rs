//! A way out through a SOCKS5 proxy, where port 25 is closed outward (RFC 1928).
//!
//! The address of the mail server is found out here and given to the proxy as an address: which host it is must not be the
//! proxy's to say, for DANE hangs on it.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Why no connection came about, in words where they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoWay {
    /// The proxy cannot reach the mail server.
    Server(String),
    /// The proxy reaches nothing at such an address.
    Family(String),
    /// The mail server did not answer it in time.
    Silent,
    /// It is the proxy itself.
    Proxy(String),
    /// The proxy takes what it is sent, or not even that, and says nothing.
    Mute(String),
}

/// Connects to `address` through the proxy, which gets this patience for itself, and the mail server the same.
///
/// # Errors
/// When none came about: whose doing that is.
pub(super) async fn connect(
    proxy: SocketAddr,
    address: SocketAddr,
    patience: Duration,
) -> Result<TcpStream, NoWay> {
    let greeted = timeout(patience, greet(proxy)).await;
    let mute = |_| NoWay::Mute("does not answer".to_owned());
    let mut stream = greeted.map_err(mute)?.map_err(NoWay::Proxy)?;
    let led = timeout(patience, lead(&mut stream, address)).await;
    led.unwrap_or(Err(NoWay::Silent))?;
    Ok(stream)
}

/// Connects to the proxy, and agrees with it that nobody says who he is.
async fn greet(proxy: SocketAddr) -> Result<TcpStream, String> {
    let stream = TcpStream::connect(proxy).await;
    let mut stream = stream.map_err(|error| format!("cannot be reached: {error}"))?;
    // Version 5, and one way to say who we are: not at all.
    let agreeing = async {
        stream.write_all(&[5, 1, 0]).await?;
        let mut chosen = [0; 2];
        stream.read_exact(&mut chosen).await?;
        Ok(chosen)
    };
    match agreeing.await.map_err(|error| words(&error))? {
        [5, 0] => Ok(stream),
        [5, _] => Err("wants a password, or another proof of who asks".to_owned()),
        _ => Err(OTHER.to_owned()),
    }
}

/// Has the proxy connect.
async fn lead(stream: &mut TcpStream, address: SocketAddr) -> Result<(), NoWay> {
    let mut request = vec![5, 1, 0];
    match address.ip() {
        IpAddr::V4(ip) => {
            request.push(1);
            request.extend(ip.octets());
        }
        IpAddr::V6(ip) => {
            request.push(4);
            request.extend(ip.octets());
        }
    }
    request.extend(address.port().to_be_bytes());
    let own = |error: Error| NoWay::Proxy(words(&error));
    stream.write_all(&request).await.map_err(own)?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.map_err(own)?;
    let [version, reply, _, kind] = head;
    if version != 5 {
        return Err(NoWay::Proxy(OTHER.to_owned()));
    }
    // RFC 1928 6: four of the replies are of the mail server, one of the kind of its address.
    let says = |what: &str| format!("{what} ({reply})");
    match reply {
        0 => {}
        3 => return Err(NoWay::Server(says("the proxy finds its network unreachable"))),
        4 => return Err(NoWay::Server(says("the proxy finds it unreachable"))),
        5 => return Err(NoWay::Server(says("it refused the proxy's connection"))),
        6 => return Err(NoWay::Server(says("it did not answer the proxy in time"))),
        8 => return Err(NoWay::Family(says("the proxy takes no addresses of this kind"))),
        1 => return Err(NoWay::Proxy(says("says that it failed"))),
        2 => return Err(NoWay::Proxy(says("refuses: not allowed by its rules"))),
        7 => return Err(NoWay::Proxy(says("does not know how to connect"))),
        _ => return Err(NoWay::Proxy(says("refuses, and does not say why"))),
    }
    // The address the proxy uses, which nobody needs, and its port.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await.map_err(own)?),
        _ => return Err(NoWay::Proxy(OTHER.to_owned())),
    };
    let mut rest = vec![0; length + 2];
    stream.read_exact(&mut rest).await.map_err(own)?;
    Ok(())
}

/// What somebody is who answers otherwise.
const OTHER: &str = "does not speak SOCKS5";

fn words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            "closed the connection".to_owned()
        }
        _ => format!("broke the connection: {error}"),
    }
}

/// Reads `socks5://192.0.2.1:1080`.
///
/// # Errors
/// When it is anything else: a proxy is given by address, because a name would need a resolver first.
pub(super) fn parse(text: &str) -> Result<SocketAddr, String> {
    let wanted = || {
        "want a SOCKS5 proxy by its address: socks5://192.0.2.1:1080, socks5://[2001:db8::1]:1080".to_owned()
    };
    let rest = text.strip_prefix("socks5://").ok_or_else(wanted)?;
    rest.strip_suffix('/')
        .unwrap_or(rest)
        .parse()
        .map_err(|_| wanted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_given_by_its_address() {
        for (text, address) in [
            ("socks5://192.0.2.1:1080", "192.0.2.1:1080"),
            ("socks5://[2001:db8::1]:1080/", "[2001:db8::1]:1080"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), address);
        }
        for text in [
            "192.0.2.1:1080",
            "socks5://proxy.example:1080",
            "socks5://192.0.2.1",
            "http://192.0.2.1:80",
            "",
        ] {
            assert!(parse(text).unwrap_err().contains("socks5://"), "{text}");
        }
    }
}
