//! A box between the controller and the API server that forgets connections, as a NAT or a load balancer does: what is
//! written on one goes nowhere, and nobody ever closes it.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// The box; it ends with the runtime.
pub struct Middlebox {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Connections with a lower number are forgotten.
    forgotten: AtomicUsize,
    opened: AtomicUsize,
    /// No connection that is opened now is ever forwarded.
    dark: AtomicBool,
}

impl Middlebox {
    /// A box that forwards to `server`.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<State>::default();
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.opened.fetch_add(1, Ordering::SeqCst);
                if shared.dark.load(Ordering::SeqCst) {
                    // Held open and never spoken to.
                    shared.forgotten.fetch_max(number + 1, Ordering::SeqCst);
                }
                tokio::spawn(join(stream, server, number, shared.clone()));
            }
        });
        Self { address, state }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets every connection there is; new ones are forwarded.
    pub fn forget(&self) {
        let opened = self.state.opened.load(Ordering::SeqCst);
        self.state.forgotten.fetch_max(opened, Ordering::SeqCst);
    }

    /// Forgets every connection there is, and those to come until [`Self::light`].
    pub fn go_dark(&self) {
        self.state.dark.store(true, Ordering::SeqCst);
        self.forget();
    }

    /// New connections are forwarded again.
    pub fn light(&self) {
        self.state.dark.store(false, Ordering::SeqCst);
    }
}

async fn join(client: TcpStream, server: SocketAddr, number: usize, state: Arc<State>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    tokio::join!(
        pass_on(client_read, server_write, number, &state),
        pass_on(server_read, client_write, number, &state),
    );
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, state: &State) {
    let mut octets = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut octets).await;
        let forgotten = number < state.forgotten.load(Ordering::SeqCst);
        match read {
            // Even the end is not passed on; both halves stay open, so that nobody hears of it.
            _ if forgotten && !matches!(read, Ok(1..)) => std::future::pending().await,
            Ok(1..) if forgotten => {}
            Ok(count @ 1..) => {
                if to.write_all(&octets[..count]).await.is_err() {
                    return;
                }
            }
            Ok(0) | Err(_) => return,
        }
    }
}
