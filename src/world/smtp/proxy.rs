//! A way out through a SOCKS5 proxy, where port 25 is closed outward (RFC 1928).
//!
//! The address of the mail server is found out here and given to the proxy as an address: which host it is must not be the
//! proxy's to say, for DANE hangs on it.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connects to `address` through the proxy.
///
/// # Errors
/// `ConnectionRefused` where the proxy says that the server cannot be reached; whatever else is the proxy's own trouble.
pub(super) async fn connect(proxy: SocketAddr, address: SocketAddr) -> Result<TcpStream, Error> {
    let mut stream = TcpStream::connect(proxy).await?;
    // Version 5, and one way to say who we are: not at all.
    stream.write_all(&[5, 1, 0]).await?;
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen).await?;
    if chosen != [5, 0] {
        return Err(Error::new(
            ErrorKind::PermissionDenied,
            "the proxy wants to know who asks",
        ));
    }
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
    stream.write_all(&request).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [version, reply, _, kind] = head;
    if version != 5 {
        return Err(Error::new(
            ErrorKind::InvalidData,
            "the proxy does not speak SOCKS5",
        ));
    }
    if reply != 0 {
        return Err(Error::new(
            ErrorKind::ConnectionRefused,
            "the proxy cannot reach the server",
        ));
    }
    // The address the proxy uses, which nobody needs, and its port.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidData,
                "the proxy does not speak SOCKS5",
            ));
        }
    };
    let mut rest = vec![0; length + 2];
    stream.read_exact(&mut rest).await?;
    Ok(stream)
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
