//! The exchange over a lane that exists nowhere else: what is written here once holds for every lane.

use std::collections::BTreeMap;
use std::net::IpAddr;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::*;
use crate::name::Name;

/// How long anybody waits for a stranger's turn.
const WAIT: Duration = Duration::from_secs(3);

/// A lane of its own: what somebody calls back when called by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Call {
    name: Name,
    far: Option<IpAddr>,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a call for {}", self.name)
    }
}

impl Lane for Call {
    type Answer = u32;
    type Source = &'static str;

    const NAME: &'static str = "call";

    fn name(&self) -> &Name {
        &self.name
    }

    fn label(&self) -> &'static str {
        "aloud"
    }

    fn outcome(_: &u32) -> &'static str {
        "Echo"
    }

    fn size(_: Option<&u32>, _: &&'static str) -> usize {
        0
    }

    fn destination(&self) -> Option<IpAddr> {
        self.far
    }
}

/// Counts the calls for each name, and holds back what it heard until it is let go.
#[derive(Default)]
struct Valley {
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    calls: BTreeMap<Name, u32>,
    now: usize,
    peak: usize,
    held: bool,
    silent: bool,
}

impl Put for Valley {
    type Lane = Call;

    async fn put(&self, question: &Call, _: Option<Timestamp>) -> Heard<Call> {
        let mut state = self.state.subscribe();
        self.state.send_modify(|state| {
            *state.calls.entry(question.name.clone()).or_default() += 1;
            state.now += 1;
            state.peak = state.peak.max(state.now);
        });
        let calls = match state.wait_for(|state| !state.held).await {
            Ok(state) if !state.silent => state.calls.get(&question.name).copied(),
            _ => None,
        };
        self.state.send_modify(|state| state.now -= 1);
        Heard {
            outcome: calls.ok_or(Trouble::Network),
            security: Security::NotAsked,
            source: "the hill",
            ttl: 60,
            seen_at: None,
        }
    }

    fn patience(&self, _: &Call) -> Duration {
        Duration::from_millis(500)
    }
}

/// An exchange with this many places and a clock that the test sets.
struct Stage {
    calls: Exchange<Valley>,
    time: Arc<Mutex<Timestamp>>,
}

impl Stage {
    fn new(at_once: usize) -> Self {
        let time = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let hands = time.clone();
        let clock: Clock = Arc::new(move || *hands.lock().unwrap());
        let places = Places::new(at_once, Duration::ZERO, WAIT);
        Self {
            calls: Exchange::new(Valley::default(), places, CacheBounds::default(), clock),
            time,
        }
    }

    fn forward(&self, seconds: i64) {
        *self.time.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    fn now(&self) -> Timestamp {
        *self.time.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        self.calls.put().state.send_modify(change);
    }

    async fn until(&self, wished: impl FnMut(&State) -> bool) {
        let mut state = self.calls.put().state.subscribe();
        state.wait_for(wished).await.unwrap();
    }

    fn peak(&self) -> usize {
        self.calls.put().state.borrow().peak
    }
}

fn call(name: &str) -> Call {
    Call {
        name: name.parse().unwrap(),
        far: None,
    }
}

#[tokio::test]
async fn an_answer_is_remembered_for_as_long_as_it_holds_and_asked_past_when_it_is_too_old() {
    let stage = Stage::new(4);
    let asked = call("a.nl");
    let first = stage.calls.ask(&asked, None).await;
    assert_eq!((&first.outcome, first.source), (&Ok(1), "the hill"));
    stage.forward(59);
    assert_eq!(stage.calls.ask(&asked, None).await, first);
    assert_eq!(stage.calls.ask(&asked, Some(stage.now())).await.outcome, Ok(2));
    stage.forward(60);
    assert_eq!(stage.calls.ask(&asked, None).await.outcome, Ok(3));
    assert_eq!(stage.calls.metrics().cache_hits.get(), 1);
}

#[tokio::test]
async fn a_failure_is_kept_beside_what_still_holds() {
    let stage = Stage::new(4);
    let asked = call("a.nl");
    stage.calls.ask(&asked, None).await;
    stage.change(|state| state.silent = true);
    let confirmation = stage.forward_and_ask(&asked, 1).await;
    assert_eq!(confirmation.outcome, Err(Trouble::Network));
    assert_eq!(stage.calls.ask(&asked, None).await.outcome, Ok(1));
}

impl Stage {
    async fn forward_and_ask(&self, question: &Call, seconds: i64) -> Arc<Fact<Call>> {
        self.forward(seconds);
        self.calls.ask(question, Some(self.now())).await
    }
}

#[tokio::test]
async fn many_askers_are_one_question_and_no_more_are_out_than_there_are_places() {
    let stage = Stage::new(3);
    stage.change(|state| state.held = true);
    let names: Vec<Call> = (0..40).map(|n| call(&format!("n{}.nl", n % 8))).collect();
    let askers = names.iter().map(|name| stage.calls.ask(name, None));
    let (facts, ()) = tokio::join!(futures::future::join_all(askers), async {
        stage.until(|state| state.now == 3).await;
        assert_eq!(stage.calls.metrics().in_flight.get(), 3);
        stage.change(|state| state.held = false);
    });
    assert!(facts.iter().all(|fact| fact.outcome == Ok(1)));
    assert_eq!((stage.calls.metrics().coalesced.get(), stage.peak()), (32, 3));
}

#[tokio::test]
async fn at_the_deadline_what_was_sent_is_late_and_what_was_not_was_never_asked() {
    let stage = Stage::new(1);
    stage.change(|state| state.held = true);
    let open = [call("a.nl"), call("b.nl")].map(AnyQuestion::from);
    let end = Instant::now() + Duration::from_millis(50);
    let facts = stage.calls.answer(&open, &Freshness::any(), end).await;
    let mut troubles: Vec<_> = facts.iter().filter_map(|(_, fact)| fact.trouble()).collect();
    troubles.sort();
    assert_eq!(troubles, [Trouble::Limit, Trouble::Timeout]);
}

#[tokio::test]
async fn what_takes_longer_than_its_lane_has_patience_for_is_given_up() {
    let stage = Stage::new(1);
    stage.change(|state| state.held = true);
    let fact = stage.calls.ask(&call("a.nl"), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Timeout));
}

#[tokio::test]
async fn a_stranger_is_asked_one_thing_at_a_time() {
    let stage = Stage::new(8);
    let far = Some([192, 0, 2, 1].into());
    let open: Vec<AnyQuestion> = (0..20)
        .map(|n| {
            Call {
                far,
                ..call(&format!("n{n}.nl"))
            }
            .into()
        })
        .collect();
    let end = Instant::now() + Duration::from_secs(30);
    let facts = stage.calls.answer(&open, &Freshness::any(), end).await;
    assert!(facts.iter().all(|(_, fact)| fact.outcome == Ok(1)));
    assert_eq!((facts.len(), stage.peak()), (20, 1));
}

/// A wave goes out in one task, and still each of its questions for itself.
#[tokio::test]
async fn of_a_wave_that_nobody_waits_for_any_more_what_was_sent_is_heard_and_the_rest_is_never_put() {
    let stage = Stage::new(1);
    stage.change(|state| state.held = true);
    let open = [call("a.nl"), call("b.nl")].map(AnyQuestion::from);
    let end = Instant::now() + Duration::from_secs(30);
    let fresh = Freshness::any();
    tokio::select! {
        _ = stage.calls.answer(&open, &fresh, end) => unreachable!("nothing is answered"),
        () = stage.until(|state| state.now == 1) => {}
    }
    stage.change(|state| state.held = false);
    assert_eq!(
        stage.calls.ask(&call("a.nl"), None).await.outcome,
        Ok(1),
        "and not asked again"
    );
    assert_eq!(
        stage.calls.ask(&call("b.nl"), None).await.outcome,
        Ok(1),
        "it was not put before"
    );
}

#[tokio::test]
async fn questions_of_another_lane_are_left_to_it() {
    let stage = Stage::new(1);
    let dns = crate::inquiry::Dns::new("a.nl".parse().unwrap(), crate::inquiry::Kind::Txt);
    let open = [dns.into(), AnyQuestion::from(call("a.nl"))];
    let end = Instant::now() + Duration::from_secs(30);
    let facts = stage.calls.answer(&open, &Freshness::any(), end).await;
    assert_eq!(facts.len(), 1);
}

#[tokio::test]
async fn what_is_counted_has_the_lanes_own_words() {
    let stage = Stage::new(1);
    stage.calls.ask(&call("a.nl"), None).await;
    stage.change(|state| state.silent = true);
    stage.calls.ask(&call("b.nl"), None).await;
    let mut registry = prometheus_client::registry::Registry::with_prefix("zegel");
    stage.calls.metrics().register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        r#"zegel_call_questions_total{type="aloud",outcome="Echo"} 1"#,
        r#"zegel_call_questions_total{type="aloud",outcome="Network"} 1"#,
        "zegel_call_cached 2",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// Notes when each stranger was asked.
#[derive(Default)]
struct Strangers(Mutex<Vec<(IpAddr, Instant)>>);

impl Put for Strangers {
    type Lane = Call;

    async fn put(&self, question: &Call, _: Option<Timestamp>) -> Heard<Call> {
        let asked = question.far.map(|address| (address, Instant::now()));
        self.0.lock().unwrap().extend(asked);
        Heard {
            outcome: Ok(1),
            security: Security::NotAsked,
            source: "afar",
            ttl: 5,
            seen_at: None,
        }
    }

    fn patience(&self, _: &Call) -> Duration {
        Duration::from_secs(6)
    }
}

/// Asks both addresses for each of 10,000 names, one name every `apart`: how many questions went out, and the most that
/// one address got within a second.
async fn ten_thousand_names(apart: Duration) -> (usize, usize) {
    let places = Places::new(64, Duration::from_millis(100), WAIT);
    let clock: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let calls = Exchange::new(Strangers::default(), places, CacheBounds::default(), clock);
    let looks = (0..10_000_u32).map(|n| {
        let calls = calls.clone();
        async move {
            tokio::time::sleep(apart * n).await;
            for last in [1, 2] {
                let name = format!("v{n}.example").parse().unwrap();
                let far = Some(IpAddr::from([192, 0, 2, last]));
                calls.ask(&Call { name, far }, None).await;
            }
        }
    });
    looks.collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
    let asked = calls.put().0.lock().unwrap().clone();
    let mut most = 0;
    for last in [1, 2] {
        let mine: Vec<Instant> = asked
            .iter()
            .filter(|(address, _)| *address == IpAddr::from([192, 0, 2, last]))
            .map(|(_, at)| *at)
            .collect();
        for (first, at) in mine.iter().enumerate() {
            let within = mine
                .iter()
                .skip(first)
                .take_while(|other| other.duration_since(*at) < Duration::from_secs(1));
            most = most.max(within.count());
        }
    }
    (asked.len(), most)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_domains_on_two_addresses_trouble_each_no_more_than_ten_times_a_second() {
    // Spread over an hour's interval: all are asked, 2.8 a second and address.
    let (asked, most) = ten_thousand_names(Duration::from_millis(360)).await;
    assert_eq!(asked, 20_000);
    assert!(most <= 10, "{most}");
    // All at once, as after a start: who would wait long comes back another time.
    let (asked, most) = ten_thousand_names(Duration::ZERO).await;
    assert!(most <= 10, "{most}");
    assert!((40..=100).contains(&asked), "{asked}");
}

#[tokio::test]
async fn after_an_outage_nobody_is_told_what_failed_in_it() {
    let stage = Stage::new(4);
    stage.change(|state| state.silent = true);
    assert!(stage.calls.ask(&call("a"), None).await.outcome.is_err());
    // One is still on its way when the outage is found to be over.
    stage.change(|state| state.held = true);
    let calls = stage.calls.clone();
    let late = tokio::spawn(async move { calls.ask(&call("b"), None).await });
    stage.until(|state| state.now == 1).await;
    stage.calls.forget_failures();
    let calls = stage.calls.clone();
    let anew = tokio::spawn(async move { calls.ask(&call("b"), None).await });
    stage.until(|state| state.now == 2).await;
    stage.change(|state| (state.silent, state.held) = (false, false));
    assert!(late.await.unwrap().outcome.is_ok());
    assert_eq!(anew.await.unwrap().outcome, Ok(2));
    assert_eq!(stage.calls.ask(&call("b"), None).await.outcome, Ok(2));
    assert_eq!(stage.calls.ask(&call("a"), None).await.outcome, Ok(2));
}
