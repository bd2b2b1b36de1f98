//! `/livez` and `/metrics` in a flood: however many come and say nothing, whoever asks is answered, and what the port
//! takes stays bounded. A process of its own, for its descriptors and its memory are counted.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::timeout;
use zegel::serve::{Served, serve};

/// So many come, or as many as there are descriptors for: both ends are in this process.
const FLOOD: usize = 2000;

/// What the server may hold of them, with room for what the runtime opens.
const MOST_HELD: usize = 64 + 32;

/// What serving them may take.
const MOST_MEMORY_KIB: usize = 64 * 1024;

/// One flood at a time: what one test opens would be counted by the other.
static FLOODED: Mutex<()> = Mutex::const_new(());

/// How long a kubelet waits by default.
const PROBE: Duration = Duration::from_secs(1);

/// A number in a file of `/proc/self`, behind this word.
fn counted(file: &str, word: &str) -> Option<usize> {
    let text = std::fs::read_to_string(format!("/proc/self/{file}")).ok()?;
    let line = text.lines().find(|line| line.starts_with(word))?;
    line.trim_start_matches(word)
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn descriptors() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

/// The status line.
async fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: zegel\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// Asks as a kubelet does: three tries, a second each.
async fn probe(address: SocketAddr, path: &str) {
    let mut seen = Vec::new();
    for _ in 0..3 {
        match timeout(PROBE, ask(address, path)).await {
            Ok(Ok(status)) if status == "HTTP/1.1 200 OK" => return,
            other => seen.push(other),
        }
    }
    panic!("{path} is not answered: {seen:?}");
}

/// A connection that says half a request and then nothing.
async fn say_half(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost:").await?;
    Ok(stream)
}

async fn started() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = Served::new(Registry::default(), Box::new(|| Ok(())), Box::new(|| Ok(())));
    tokio::spawn(serve(listener, Arc::new(served)));
    Ok(address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_slow_connections_keep_no_probe_out_and_take_little() -> io::Result<()> {
    let _alone = FLOODED.lock().await;
    let address = started().await?;
    probe(address, "/livez").await;
    let open = descriptors();
    let memory = counted("status", "VmRSS:");
    let allowed = counted("limits", "Max open files").unwrap_or(1024);
    let many = FLOOD.min(allowed.saturating_sub(open.unwrap_or(64) + 2 * MOST_HELD));

    let mut held = Vec::new();
    for number in 0..many {
        held.push(say_half(address).await?);
        if number % 200 == 0 {
            probe(address, "/livez").await;
        }
    }
    for path in ["/livez", "/readyz", "/metrics"] {
        probe(address, path).await;
    }
    if let (Some(before), Some(now)) = (open, descriptors()) {
        assert!(
            now <= before + many + MOST_HELD,
            "{before}, {many} of the flood, now {now}"
        );
    }
    if let (Some(before), Some(now)) = (memory, counted("status", "VmRSS:")) {
        assert!(now <= before + MOST_MEMORY_KIB, "{before} KiB, now {now} KiB");
    }
    Ok(())
}

/// They do not stop coming: each probe stands among hundreds that come at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_that_goes_on_keeps_no_probe_out() -> io::Result<()> {
    let _alone = FLOODED.lock().await;
    let address = started().await?;
    let over = Arc::new(AtomicBool::new(false));
    let came = Arc::new(AtomicUsize::new(0));
    for _ in 0..100 {
        let (over, came) = (over.clone(), came.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let Ok(mut stream) = say_half(address).await else {
                    continue;
                };
                came.fetch_add(1, Ordering::Relaxed);
                // Stays until the server ends it.
                let mut octet = [0];
                let _ = stream.read(&mut octet).await;
            }
        });
    }
    for _ in 0..20 {
        probe(address, "/livez").await;
    }
    timeout(Duration::from_secs(20), async {
        while came.load(Ordering::Relaxed) < FLOOD {
            probe(address, "/livez").await;
        }
    })
    .await?;
    over.store(true, Ordering::Relaxed);
    Ok(())
}
