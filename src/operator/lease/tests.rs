//! The Lease against an API server of one object, whose answers come late or never; time passes at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Method, Request, Response};
use kube::client::Body;
use serde_json::{Value, json};
use tower::service_fn;

use super::*;

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Answered at once.
    Prompt,
    /// Done at once, answered late.
    Late(Duration),
    /// Never heard of again: the connection is half-open.
    Lost,
    /// Another writes this holder just before.
    Overtaken(&'static str),
}

/// An API server with one Lease; `fate` says what becomes of the call of this number, counted from zero.
fn api(lease: Option<Value>, fate: impl Fn(usize, &Method) -> Fate + Send + Sync + 'static) -> Client {
    let stored = Arc::new(Mutex::new(lease));
    let calls = Arc::new(AtomicUsize::new(0));
    let fate = Arc::new(fate);
    let service = service_fn(move |request: Request<Body>| {
        let (stored, calls, fate) = (stored.clone(), calls.clone(), fate.clone());
        async move {
            let (head, body) = request.into_parts();
            let fate = fate(calls.fetch_add(1, Ordering::Relaxed), &head.method);
            if let Fate::Lost = fate {
                std::future::pending::<()>().await;
            }
            let body = body.collect_bytes().await.unwrap();
            if let Fate::Overtaken(holder) = fate {
                overtake(&mut stored.lock().unwrap(), holder);
            }
            let (code, answer) = respond(&mut stored.lock().unwrap(), &head.method, &body);
            if let Fate::Late(by) = fate {
                sleep(by).await;
            }
            let answer = Body::from(serde_json::to_vec(&answer).unwrap());
            Ok::<_, kube::Error>(Response::builder().status(code).body(answer).unwrap())
        }
    });
    Client::new(service, "zegel-system")
}

fn respond(stored: &mut Option<Value>, method: &Method, body: &[u8]) -> (u16, Value) {
    let failure = |code: u16, reason: &str| json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": reason});
    let version = |lease: &Value| lease["metadata"]["resourceVersion"].clone();
    match (method, stored.clone()) {
        (&Method::GET, Some(lease)) => (200, lease),
        (&Method::GET, None) => (404, failure(404, "NotFound")),
        (&Method::POST, Some(_)) => (409, failure(409, "Conflict")),
        (_, before) => {
            let mut lease: Value = serde_json::from_slice(body).unwrap();
            if before
                .as_ref()
                .is_some_and(|before| version(before) != version(&lease))
            {
                return (409, failure(409, "Conflict"));
            }
            let last = before.map_or(0, |before| version(&before).as_str().unwrap().parse().unwrap());
            lease["metadata"]["resourceVersion"] = json!(i32::to_string(&(last + 1)));
            *stored = Some(lease.clone());
            (200, lease)
        }
    }
}

fn overtake(stored: &mut Option<Value>, holder: &str) {
    if let Some(lease) = stored {
        let version: i32 = lease["metadata"]["resourceVersion"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        lease["metadata"]["resourceVersion"] = json!((version + 1).to_string());
        lease["spec"]["holderIdentity"] = json!(holder);
    }
}

fn held_by(holder: &str) -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "zegel", "namespace": "zegel-system", "resourceVersion": "1"},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15},
    })
}

fn lease(api: Client) -> Lease {
    let options = LeaseOptions {
        namespace: "zegel-system".to_owned(),
        name: "zegel".to_owned(),
        duration: Duration::from_secs(15),
    };
    Lease::new(api, options, "us".to_owned(), Arc::default())
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_holder_counts_from_the_write_that_took_the_lease() {
    let late = Duration::from_millis(2500);
    // The write that takes it is done at once, and its answer comes late; from then on nobody answers.
    let api = api(None, move |_, method| match *method {
        Method::GET => Fate::Prompt,
        Method::POST => Fate::Late(late),
        _ => Fate::Lost,
    });
    let lease = lease(api);
    let began = Instant::now();
    let taken = lease.acquire().await;
    assert_eq!(began.elapsed(), late, "the answer was late");
    assert!(lease.leadership.holds());
    let lost = lease.keep(taken).await;
    assert!(matches!(lost, Error::LeaseLost { .. }), "{lost}");
    assert!(
        began.elapsed() <= Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert!(
        !lease.leadership.holds(),
        "a pass that is still under way writes nothing"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_was_held_up_does_not_write_when_the_time_is_over() {
    let lease = lease(api(None, |_, _| Fate::Prompt));
    lease.acquire().await;
    assert!(lease.leadership.holds());
    // Nobody renews, and nobody noticed.
    sleep(Duration::from_secs(11)).await;
    assert!(!lease.leadership.holds());
}

#[tokio::test(start_paused = true)]
async fn a_standby_whose_connections_are_dead_takes_over_from_a_leader_that_was_killed() {
    // Three calls go nowhere, the first of them and two in the midst of waiting.
    let api = api(Some(held_by("killed")), |call, _| match call {
        0 | 3 | 4 => Fate::Lost,
        _ => Fate::Prompt,
    });
    let lease = lease(api);
    let began = Instant::now();
    lease.acquire().await;
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_connection_dies_renews_on_another_and_keeps_the_lease() {
    let api = api(None, |call, _| match call % 7 {
        2 => Fate::Lost,
        _ => Fate::Prompt,
    });
    let lease = lease(api);
    let taken = lease.acquire().await;
    let kept = timeout(Duration::from_secs(600), lease.keep(taken)).await;
    assert!(kept.is_err(), "{kept:?}");
}

#[tokio::test(start_paused = true)]
async fn what_another_wrote_in_between_is_no_renewal() {
    // Reading, taking, reading; then somebody is faster with each write of ours.
    let robbed = api(None, |call, method| match (call, method) {
        (3.., &Method::PUT) => Fate::Overtaken("another"),
        _ => Fate::Prompt,
    });
    let robbed = lease(robbed);
    let began = Instant::now();
    let taken = robbed.acquire().await;
    let lost = robbed.keep(taken).await;
    assert!(lost.to_string().contains("another holds it"), "{lost}");
    assert!(
        began.elapsed() <= Duration::from_secs(3),
        "at the first renewal: {:?}",
        began.elapsed()
    );
    // One that shares it writes it too: ours follows at once, and counts.
    let shared = api(None, |call, method| match (call % 3, method) {
        (0, &Method::PUT) => Fate::Overtaken("us"),
        _ => Fate::Prompt,
    });
    let shared = lease(shared);
    let taken = shared.acquire().await;
    let kept = timeout(Duration::from_secs(600), shared.keep(taken)).await;
    assert!(kept.is_err(), "{kept:?}");
}

#[tokio::test(start_paused = true)]
async fn giving_back_ends_in_time_although_nobody_answers() {
    let lease = lease(api(Some(held_by("us")), |_, _| Fate::Lost));
    let began = Instant::now();
    assert!(lease.release().await.is_err());
    assert!(began.elapsed() <= RELEASE_WITHIN, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn giving_back_on_a_dead_connection_is_tried_on_another() {
    let lease = lease(api(Some(held_by("us")), |call, _| match call {
        0 => Fate::Lost,
        _ => Fate::Prompt,
    }));
    assert!(lease.release().await.is_ok());
}
