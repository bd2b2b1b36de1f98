//! One hand-made hello on a connection, and what the server does with it.

use std::time::Duration;

use aws_lc_rs::rand;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::talk::Connection;
use crate::inquiry::Trouble;
use crate::transport::{FlightReader, Offer, Reaction};

/// Sends a hello and hears the server's first flight, within `patience`.
pub(super) async fn try_hello(
    mut connection: Connection,
    offer: &Offer,
    patience: Duration,
) -> Result<Reaction, Trouble> {
    let mut random = [0; 32];
    // Where there is no chance to be had, the same octets do: nothing is kept secret by them.
    let _ = rand::fill(&mut random);
    let heard = timeout(patience, hear(&mut connection, offer, random)).await;
    // An alert that says goodbye, so that the server need not wonder (RFC 8446 6.1).
    let farewell = [21, 3, 1, 0, 2, 1, 0];
    let _ = timeout(Duration::from_secs(1), connection.stream.write_all(&farewell)).await;
    let _ = timeout(Duration::from_secs(1), connection.stream.shutdown()).await;
    heard.map_err(|_| Trouble::Timeout)
}

async fn hear(connection: &mut Connection, offer: &Offer, random: [u8; 32]) -> Reaction {
    if connection
        .stream
        .write_all(&offer.to_octets(random))
        .await
        .is_err()
    {
        return Reaction::Closed;
    }
    let mut reader = FlightReader::new();
    let mut octets = vec![0; 8192];
    loop {
        let came = match connection.stream.read(&mut octets).await {
            Ok(0) | Err(_) => return Reaction::Closed,
            Ok(came) => came,
        };
        match reader.push(octets.get(..came).unwrap_or_default()) {
            Ok(None) => {}
            Ok(Some(flight)) => return Reaction::to(offer, flight),
            Err(malformed) => return Reaction::Malformed(malformed),
        }
    }
}
