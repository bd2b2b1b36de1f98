//! Datagrams to one of our resolvers: many questions share a socket, and none is used for long.
//!
//! A socket for each question costs more than the question. So a few are open at once, each question takes one of them by
//! chance, and a socket that has carried [`USES`] questions or is [`AGE`] old takes no further one: it is closed with its
//! last answer, and the next has another port. Who wants to forge an answer from afar (RFC 5452) must guess port and
//! number as ever, and a port that was found out is worth nothing a moment later. What comes in is handed to the question
//! of its number; whether it is an answer to it is for the question to say.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use super::{UDP_BUFFER, network, unsent};
use crate::inquiry::Trouble;

/// So many sockets are open for new questions at once.
const OPEN: usize = 4;

/// So many questions are sent over one.
const USES: u32 = 128;

/// For so long.
const AGE: Duration = Duration::from_secs(5);

/// So many datagrams wait to be read by one question; whoever sends more has said enough.
const UNREAD: usize = 8;

/// The sockets to one server.
#[derive(Default)]
pub(super) struct Sockets {
    open: Mutex<Vec<Arc<Shared>>>,
}

/// A socket that several questions use. It is closed when the last of them lets it go.
struct Shared {
    line: Arc<Line>,
    opened: Instant,
    uses: AtomicU32,
    reader: AbortHandle,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// What the socket's reader and its questions have in common.
struct Line {
    socket: UdpSocket,
    waiting: Mutex<HashMap<u16, Inbox, foldhash::fast::RandomState>>,
    /// Nobody reads it any more: the runtime it was opened in is gone.
    is_dead: AtomicBool,
}

type Datagram = Result<Vec<u8>, Trouble>;

/// What came in for a question and was not read yet.
#[derive(Default)]
struct Inbox {
    unread: VecDeque<Datagram>,
    reader: Option<Waker>,
}

impl Inbox {
    /// What nobody waits for, or nobody has read, is lost like any datagram.
    fn put(&mut self, datagram: Datagram) {
        if self.unread.len() < UNREAD {
            self.unread.push_back(datagram);
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// A question that was sent: what comes in for it, until it is dropped.
pub(super) struct Hearing {
    shared: Arc<Shared>,
    id: u16,
}

impl Sockets {
    /// Sends a question, whose number is `id`, to the server.
    pub(super) async fn send(&self, server: SocketAddr, id: u16, encoded: &[u8]) -> Result<Hearing, Trouble> {
        let hearing = self.take(server, id)?;
        let socket = &hearing.shared.line.socket;
        socket.send(encoded).await.map_err(unsent)?;
        Ok(hearing)
    }

    /// A socket on which no other question has this number.
    fn take(&self, server: SocketAddr, id: u16) -> Result<Hearing, Trouble> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        open.retain(|shared| shared.is_fresh(now));
        let chosen = usize::try_from(chance() % OPEN as u64).unwrap_or_default();
        if let Some(hearing) = open.get(chosen).and_then(|shared| shared.expect(id)) {
            return Ok(hearing);
        }
        // Until here nothing was sent: what fails is the way from here, and none of the server's doing.
        let shared = Arc::new(Shared::open(server, now).map_err(|_| Trouble::NoRoute)?);
        if open.len() < OPEN {
            open.push(shared.clone());
        }
        drop(open);
        shared.expect(id).ok_or(Trouble::Network)
    }
}

impl Shared {
    fn open(server: SocketAddr, now: Instant) -> io::Result<Self> {
        let local = match server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        // The system picks a port by chance.
        let socket = std::net::UdpSocket::bind(local)?;
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        let line = Arc::new(Line {
            socket: UdpSocket::from_std(socket)?,
            waiting: Mutex::default(),
            is_dead: AtomicBool::new(false),
        });
        let reader = tokio::spawn(Reader(line.clone()).read());
        Ok(Self {
            line,
            opened: now,
            uses: AtomicU32::new(0),
            reader: reader.abort_handle(),
        })
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.uses.load(Ordering::Relaxed) < USES
            && now.duration_since(self.opened) < AGE
            && !self.line.is_dead.load(Ordering::Relaxed)
    }

    /// Waits for what comes in under this number; `None` while another question has it.
    fn expect(self: &Arc<Self>, id: u16) -> Option<Hearing> {
        match self.line.waiting().entry(id) {
            Entry::Occupied(_) => return None,
            Entry::Vacant(place) => place.insert(Inbox::default()),
        };
        self.uses.fetch_add(1, Ordering::Relaxed);
        Some(Hearing {
            shared: self.clone(),
            id,
        })
    }
}

impl Line {
    fn waiting(&self) -> MutexGuard<'_, HashMap<u16, Inbox, foldhash::fast::RandomState>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_out(&self, datagram: &[u8]) {
        let [high, low, ..] = datagram else { return };
        let mut waiting = self.waiting();
        if let Some(question) = waiting.get_mut(&u16::from_be_bytes([*high, *low])) {
            question.put(Ok(datagram.to_vec()));
        }
    }

    /// What befalls the socket befalls all its questions: nobody listens at the other end, or nothing leads there.
    fn fail(&self, trouble: Trouble) {
        for question in self.waiting().values_mut() {
            question.put(Err(trouble));
        }
    }

    /// What came in under this number; `None` once nobody reads the socket any more.
    fn next(&self, id: u16, context: &Context<'_>) -> Poll<Option<Datagram>> {
        let mut waiting = self.waiting();
        let Some(inbox) = waiting.get_mut(&id) else {
            return Poll::Ready(None);
        };
        if let Some(datagram) = inbox.unread.pop_front() {
            return Poll::Ready(Some(datagram));
        }
        if self.is_dead.load(Ordering::Relaxed) {
            return Poll::Ready(None);
        }
        inbox.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Reads what comes in, as long as the socket is open.
struct Reader(Arc<Line>);

impl Reader {
    async fn read(self) {
        let mut buffer = vec![0; UDP_BUFFER];
        loop {
            match self.0.socket.recv(&mut buffer).await {
                Ok(length) => self.0.hand_out(buffer.get(..length).unwrap_or_default()),
                Err(error) => self.0.fail(network(error)),
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // With the book in hand, so that nobody begins to wait in between.
        let mut waiting = self.0.waiting();
        self.0.is_dead.store(true, Ordering::Relaxed);
        waiting.values_mut().for_each(Inbox::wake);
    }
}

impl Hearing {
    /// The next datagram under the question's number, until `end`.
    pub(super) async fn next(&mut self, end: Instant) -> Datagram {
        let (line, id) = (&self.shared.line, self.id);
        match timeout_at(end, poll_fn(|context| line.next(id, context))).await {
            Err(_) => Err(Trouble::Timeout),
            // Its reader is gone, with the runtime it was in.
            Ok(None) => Err(Trouble::Network),
            Ok(Some(datagram)) => datagram,
        }
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.shared.line.waiting().remove(&self.id);
    }
}

/// A number nobody can guess.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    async fn server() -> UdpSocket {
        UdpSocket::bind("127.0.0.1:0").await.expect("a free port")
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[tokio::test]
    async fn each_question_hears_what_bears_its_number_and_nothing_else() {
        let server = server().await;
        let address = server.local_addr().unwrap();
        let sockets = Sockets::default();
        let mut hearings = Vec::new();
        for id in 0..200_u16 {
            hearings.push(sockets.send(address, id, &id.to_be_bytes()).await.unwrap());
        }
        let mut buffer = [0; 16];
        let mut from = Vec::new();
        for _ in 0..200 {
            from.push(
                server
                    .recv_from(&mut buffer)
                    .await
                    .map(|(_, from)| (buffer[1], from))
                    .unwrap(),
            );
        }
        // In the other order, each twice, and with what belongs to nobody between.
        for (id, from) in from.iter().rev() {
            for octets in [&[0, *id, 1][..], &[9, *id, 2], &[0, *id, 3], &[0]] {
                server.send_to(octets, from).await.unwrap();
            }
        }
        for (id, hearing) in (0..200_u8).zip(&mut hearings) {
            assert_eq!(hearing.next(soon()).await, Ok(vec![0, id, 1]));
            assert_eq!(hearing.next(soon()).await, Ok(vec![0, id, 3]));
        }
    }

    #[tokio::test]
    async fn no_socket_is_used_for_long_and_few_are_open() {
        let server = server().await;
        let address = server.local_addr().unwrap();
        let sockets = Sockets::default();
        let many = USES * 40;
        let mut ports: HashMap<u16, u32> = HashMap::new();
        // One question of each socket is kept, and the socket open with it: a port that is free again the system may give out
        // anew, and then a port would be two sockets.
        let mut kept = Vec::new();
        let mut buffer = [0; 16];
        for n in 0..many {
            let id = n as u16;
            let hearing = sockets.send(address, id, &id.to_be_bytes()).await.unwrap();
            let (_, from) = server.recv_from(&mut buffer).await.unwrap();
            let uses = ports.entry(from.port()).or_default();
            *uses += 1;
            if *uses == 1 {
                kept.push(hearing);
            }
            assert!(sockets.open.lock().unwrap().len() <= OPEN);
        }
        assert!(ports.values().all(|&uses| uses <= USES), "{ports:?}");
        assert!(
            ports.len() < 100,
            "sockets are shared: {} for {many}",
            ports.len()
        );
    }

    #[tokio::test]
    async fn two_questions_of_one_number_have_two_ports() {
        let server = server().await;
        let address = server.local_addr().unwrap();
        let sockets = Sockets::default();
        let mut hearings = Vec::new();
        let mut ports = BTreeSet::new();
        let mut buffer = [0; 16];
        for _ in 0..3 * OPEN {
            hearings.push(sockets.send(address, 7, &[0, 7]).await.unwrap());
            ports.insert(server.recv_from(&mut buffer).await.unwrap().1.port());
        }
        assert_eq!(ports.len(), 3 * OPEN);
    }

    #[tokio::test]
    async fn a_socket_nobody_listens_to_says_so_to_all_its_questions() {
        let address = server().await.local_addr().unwrap();
        let sockets = Sockets::default();
        let mut hearing = sockets.send(address, 1, &[0, 1]).await.unwrap();
        assert_eq!(hearing.next(soon()).await, Err(Trouble::Network));
    }

    #[test]
    fn a_runtime_that_ended_takes_its_sockets_along() {
        let sockets = Sockets::default();
        let address = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = address.local_addr().unwrap();
        for id in 0..3 {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let sent = runtime.block_on(sockets.send(address, id, &[0, 1]));
            assert!(sent.is_ok());
        }
    }
}
