//! What a mail server sends: replies, the first flight of a handshake, certificates; whole, and in pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::transport::{Certificate, Flight, FlightReader, Malformed, ReplyReader};

fn in_pieces(data: &[u8], size: usize) -> Result<Option<Flight>, Malformed> {
    let mut reader = FlightReader::new();
    for part in data.chunks(size) {
        if let Some(flight) = reader.push(part)? {
            return Ok(Some(flight));
        }
    }
    Ok(None)
}

fuzz_target!(|data: &[u8]| {
    let _ = Certificate::from_der(data);
    let mut replies = ReplyReader::new();
    let mut part = data;
    while let Ok(Some(reply)) = replies.push(part) {
        assert!(reply.words().chars().count() <= 120);
        part = b"";
    }
    let whole = in_pieces(data, data.len().max(1));
    if let Ok(Some(flight)) = &whole {
        for certificate in &flight.certificates {
            let _ = Certificate::from_der(certificate);
        }
        assert_eq!(in_pieces(data, 7), whole);
    }
});
