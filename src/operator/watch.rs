//! The watches: they feed the store and the roster on every replica, for ever.
//!
//! Errors are retried, later each time: a list that begins anew is no sign that it will succeed, so only what a list or
//! a watch really brought counts as working. What the API server refuses as a bad request before it ever took one is a
//! bad flag, and no waiting mends it.

use std::time::Duration;

use futures::{Stream, StreamExt};
use kube::runtime::reflector::store::Writer;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::time::{Instant, sleep};

use super::complaint::{Complaints, class_of};
use super::error::Error;
use super::object::Watched;
use super::roster::Roster;
use super::words::watch_in_words;

/// The first pause after an error, doubled after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Without an error for so long, the next one is a first one.
const FORGET: Duration = Duration::from_secs(120);

/// Follows the MailDomains that flags say; ends only when the API server will never take the request that they make.
pub(super) async fn follow_maildomains(
    flags: String,
    roster: &Roster,
    writer: Writer<Watched>,
    events: impl Stream<Item = watcher::Result<watcher::Event<Watched>>>,
) -> Error {
    follow("MailDomains", &flags, events.reflect(writer), |event| {
        roster.note(event)
    })
    .await
}

/// Follows `events` of this kind, asked for with these flags; each goes to `note`.
pub(super) async fn follow<K>(
    what: &'static str,
    flags: &str,
    events: impl Stream<Item = watcher::Result<watcher::Event<K>>>,
    mut note: impl FnMut(&watcher::Event<K>),
) -> Error {
    let mut events = std::pin::pin!(events);
    let complaints = Complaints::default();
    let mut pauses = Pauses::default();
    let mut worked = false;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if is_progress(&event) {
                    worked = true;
                    pauses.reset();
                    if complaints.over() {
                        tracing::info!("the watch on {what} works again");
                    }
                }
                note(&event);
            }
            Err(error) => {
                if let Some(why) = refusal(&error).filter(|_| !worked) {
                    return Error::Refused {
                        what,
                        flags: flags.to_owned(),
                        why,
                    };
                }
                if let Some(unsaid) = complaints.note(&class(&error)) {
                    tracing::warn!(
                        error = %watch_in_words(&error),
                        unsaid,
                        "cannot watch {what} (is the API server there, the CRD installed, RBAC granted?); trying on"
                    );
                }
                sleep(pauses.next()).await;
            }
        }
    }
    Error::Ended("the watch")
}

/// Whether an event shows that the API server gave what was asked for.
fn is_progress<K>(event: &watcher::Event<K>) -> bool {
    !matches!(event, watcher::Event::Init)
}

/// The API server's words when it will never take this request: a selector or a namespace that can be none.
fn refusal(error: &watcher::Error) -> Option<String> {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status)) if status.code == 400 => {
            Some(status.message.clone())
        }
        _ => None,
    }
}

/// What of an error says the same of many tries.
pub(super) fn class(error: &watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => class_of(error),
        watcher::Error::WatchError(status) => format!("status {}", status.code),
        watcher::Error::NoResourceVersion => "no resourceVersion".to_owned(),
    }
}

/// Pauses that grow.
#[derive(Debug, Default)]
struct Pauses {
    last: Option<(Instant, Duration)>,
}

impl Pauses {
    fn next(&mut self) -> Duration {
        let now = Instant::now();
        let pause = match self.last {
            Some((end, pause)) if now < end + FORGET => (pause * 2).min(LONGEST_PAUSE),
            _ => FIRST_PAUSE,
        };
        self.last = Some((now + pause, pause));
        pause
    }

    fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::stream;
    use kube::core::Status;
    use kube::runtime::reflector;

    use super::*;

    fn failure(code: u16) -> kube::Error {
        let status = Status::failure("unable to parse requirement: found '='", "BadRequest");
        kube::Error::Api(status.with_code(code).boxed())
    }

    /// What becomes of a watch whose lists bring this; how long it took, and how often it listed.
    async fn watched(answers: Vec<watcher::Result<watcher::Event<Watched>>>) -> (Error, Duration) {
        let (store, writer) = reflector::store();
        let roster = Roster::new(store, Arc::default());
        let began = Instant::now();
        let ended = follow_maildomains(
            "--label-selector a==b".to_owned(),
            &roster,
            writer,
            stream::iter(answers),
        )
        .await;
        (ended, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn an_api_server_that_is_gone_is_asked_ever_less_often() {
        // Each try begins with a list that begins, and that is no success.
        let tries = (0..100).flat_map(|_| {
            let error = kube::Error::Service("connection refused".into());
            [
                Ok(watcher::Event::Init),
                Err(watcher::Error::InitialListFailed(error)),
            ]
        });
        let (_, took) = watched(tries.collect()).await;
        assert!(took > Duration::from_secs(95 * 30), "{took:?} for 100 tries");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_success_it_is_asked_soon_again() {
        let failed = || Err(watcher::Error::WatchStartFailed(failure(500)));
        let listed = || Ok(watcher::Event::InitDone);
        let (_, took) = watched(vec![failed(), failed(), listed(), failed()]).await;
        assert_eq!(took, Duration::from_secs(1 + 2 + 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_refused_as_such_ends_the_start() {
        let refused = || {
            vec![
                Ok(watcher::Event::Init),
                Err(watcher::Error::InitialListFailed(failure(400))),
            ]
        };
        let (ended, took) = watched(refused()).await;
        assert_eq!(took, Duration::ZERO);
        let words = ended.to_string();
        assert!(
            words.contains("--label-selector") && words.contains("unable to parse"),
            "{words}"
        );
        // Forbidden may be granted yet; and what was taken once is no bad flag.
        let (ended, _) = watched(vec![Err(watcher::Error::InitialListFailed(failure(403)))]).await;
        assert!(matches!(ended, Error::Ended(_)));
        let mut later = vec![Ok(watcher::Event::InitDone)];
        later.extend(refused());
        assert!(matches!(watched(later).await.0, Error::Ended(_)));
    }
}
