//! One answer of `/metrics`: made while it is sent, piece by piece, on a thread of its own.
//!
//! A large fleet's metrics are megabytes of text. They are never one string, and the thread that answers probes and carries
//! passes does not write them: another that may be held up does, and waits where the reader is slow. A reader that goes
//! away ends it. Were the making to fail in the middle, the connection breaks off: nobody takes a part for the whole.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::accept::{Format, Wish};
use super::classic::Classic;

/// An answer is handed over in pieces of about this size.
pub(super) const PIECE: usize = 64 * 1024;
/// So many pieces wait for a slow reader.
const WAITING: usize = 2;

/// The answer; `place` is given up when the last piece is handed over, or the connection ends.
pub(super) fn answer(registry: Arc<Registry>, wish: Wish, place: OwnedSemaphorePermit) -> Response {
    let (pieces, handed) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = make(&registry, wish, Pieces::new(pieces.clone())) {
            // Whoever read is gone, or is to see that this was not all.
            let _ = pieces.blocking_send(Err(error));
        }
    });
    let body = stream::unfold((handed, place), |(mut handed, place)| async move {
        let piece = handed.recv().await?;
        Some((piece, (handed, place)))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(wish.format.media_type()));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    if wish.gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn make(registry: &Registry, wish: Wish, pieces: Pieces) -> io::Result<()> {
    match wish.gzip {
        true => {
            let mut packed = GzEncoder::new(pieces, Compression::fast());
            write(registry, wish.format, &mut packed)?;
            packed.finish()?.flush()
        }
        false => {
            let mut pieces = pieces;
            write(registry, wish.format, &mut pieces)?;
            pieces.flush()
        }
    }
}

fn write(registry: &Registry, format: Format, to: impl Write) -> io::Result<()> {
    // Thousands of short words: gathered before each is packed for itself.
    let mut text = Text(io::BufWriter::with_capacity(PIECE, to));
    match format {
        Format::OpenMetrics => encode(&mut text, registry),
        Format::Classic => encode(&mut Classic::new(&mut text), registry),
    }
    .map_err(io::Error::other)?;
    text.0.flush()
}

/// Text as octets.
struct Text<W: Write>(W);

impl<W: Write> fmt::Write for Text<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_all(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Octets gathered to pieces, which are handed over one by one.
struct Pieces {
    to: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn new(to: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self {
            to,
            piece: Vec::new(),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(octets);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        self.to
            .blocking_send(Ok(piece))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use prometheus_client::collector::Collector;
    use prometheus_client::encoding::DescriptorEncoder;
    use prometheus_client::metrics::counter::Counter;
    use tokio::sync::Semaphore;

    use super::*;

    fn many() -> Registry {
        let mut registry = Registry::default();
        for number in 0..5000 {
            registry.register(
                format!("counter_{number}"),
                "x".repeat(40),
                Counter::<u64>::default(),
            );
        }
        registry
    }

    async fn answered(registry: Registry, wish: Wish) -> (Response<()>, Result<Vec<u8>, axum::Error>) {
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let (head, body) = answer(Arc::new(registry), wish, place).into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await;
        (Response::from_parts(head, ()), body.map(|body| body.to_vec()))
    }

    #[tokio::test]
    async fn packed_it_is_the_same_text_and_much_less() {
        for format in [Format::OpenMetrics, Format::Classic] {
            let (head, plain) = answered(many(), Wish { format, gzip: false }).await;
            assert_eq!(head.headers()[CONTENT_TYPE], format.media_type());
            assert!(!head.headers().contains_key(CONTENT_ENCODING));
            let (head, packed) = answered(many(), Wish { format, gzip: true }).await;
            assert_eq!(head.headers()[CONTENT_ENCODING], "gzip");
            assert_eq!(head.headers()[VARY], "accept, accept-encoding");
            let (plain, packed) = (plain.unwrap(), packed.unwrap());
            let mut unpacked = Vec::new();
            GzDecoder::new(packed.as_slice())
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
            assert!(
                packed.len() * 10 < plain.len(),
                "{} of {}",
                packed.len(),
                plain.len()
            );
        }
    }

    /// Gives up after some series.
    #[derive(Debug)]
    struct Broken;

    impl Collector for Broken {
        fn encode(&self, _: DescriptorEncoder<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }

    #[tokio::test]
    async fn what_breaks_off_in_the_middle_is_not_taken_for_the_whole() {
        for gzip in [false, true] {
            let mut registry = many();
            registry.register_collector(Box::new(Broken));
            let format = Format::OpenMetrics;
            let (_, body) = answered(registry, Wish { format, gzip }).await;
            assert!(body.is_err());
        }
    }

    #[tokio::test]
    async fn a_reader_that_goes_away_ends_the_making_and_gives_the_place_back() {
        let places = Arc::new(Semaphore::new(1));
        let registry = Arc::new(many());
        let wish = Wish {
            format: Format::OpenMetrics,
            gzip: false,
        };
        for _ in 0..5 {
            let place = places.clone().acquire_owned().await.unwrap();
            drop(answer(registry.clone(), wish, place));
        }
        while Arc::strong_count(&registry) > 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(places.available_permits(), 1);
    }
}
