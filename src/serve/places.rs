//! The connections of the port, bounded in number and in time: whoever comes when all places are taken gets that of
//! whoever has had one longest.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

/// A listener whose connections are bounded in number and in time.
pub(super) struct Bounded {
    listener: TcpListener,
    most: usize,
    longest: Duration,
    /// Whoever has a place, the oldest first: dropping this ends the connection.
    places: VecDeque<oneshot::Sender<Infallible>>,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, most: usize, longest: Duration) -> Self {
        Self {
            listener,
            most,
            longest,
            places: VecDeque::new(),
        }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = loop {
            match self.listener.accept().await {
                Ok(accepted) => break accepted,
                // A peer that went away, or no file descriptor left: neither is mended by hurry.
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        };
        self.places.retain(|place| !place.is_closed());
        while self.places.len() >= self.most {
            self.places.pop_front();
        }
        let (place, gone) = oneshot::channel();
        self.places.push_back(place);
        let connection = Connection {
            stream,
            gone,
            end: Box::pin(sleep(self.longest)),
        };
        (connection, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when its time is over or its place is given to another.
pub(super) struct Connection {
    stream: TcpStream,
    gone: oneshot::Receiver<Infallible>,
    end: Pin<Box<Sleep>>,
}

impl Connection {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let gone = Pin::new(&mut self.gone).poll(context).is_ready();
        match gone || self.end.as_mut().poll(context).is_ready() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
