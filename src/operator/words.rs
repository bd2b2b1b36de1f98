//! What the API server refused, in the words a person or a log reads. Pure.

use kube::core::Status;
use kube::runtime::watcher;

/// What a failed call says, once. The library's own text of a refusal has the API server's words and then the whole answer in
/// the form it has inside a program, where these words stand a second time.
pub(super) fn in_words(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => of_status(status),
        error => error.to_string(),
    }
}

/// The same of a watch.
pub(super) fn watch_in_words(error: &watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error) => format!("cannot list: {}", in_words(error)),
        watcher::Error::WatchStartFailed(error) => format!("cannot start to watch: {}", in_words(error)),
        watcher::Error::WatchFailed(error) => format!("the watch broke: {}", in_words(error)),
        watcher::Error::WatchError(status) => format!("the watch ended: {}", of_status(status)),
        error @ watcher::Error::NoResourceVersion => error.to_string(),
    }
}

/// The words of an answer; its reason and code where it has none.
fn of_status(status: &Status) -> String {
    match (status.message.is_empty(), status.reason.is_empty()) {
        (false, _) => status.message.clone(),
        (true, false) => format!("{} ({})", status.reason, status.code),
        (true, true) => format!("status {}", status.code),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Error;
    use super::*;

    /// A refusal as a person or a log reads it: the API server's words once, and nothing of the program's inside.
    #[test]
    fn a_refusal_is_said_once_and_in_the_api_server_s_words() {
        const FORBIDDEN: &str =
            "maildomains.zegel.dev is forbidden: User \"ann\" cannot list resource \"maildomains\"";
        const UNREADABLE: &str = "unable to parse requirement: found '', expected: ',' or ')'";
        for (message, reason, code, says) in [
            (FORBIDDEN, "Forbidden", 403, FORBIDDEN),
            (UNREADABLE, "BadRequest", 400, UNREADABLE),
            ("Unauthorized", "Unauthorized", 401, "Unauthorized"),
            ("", "ServiceUnavailable", 503, "ServiceUnavailable (503)"),
            ("", "", 502, "status 502"),
        ] {
            let status = || Status::failure(message, reason).with_code(code);
            let api = || kube::Error::Api(status().boxed());
            let all = [
                (Error::from(api()).to_string(), "the API server: "),
                (
                    watch_in_words(&watcher::Error::InitialListFailed(api())),
                    "cannot list: ",
                ),
                (
                    watch_in_words(&watcher::Error::WatchStartFailed(api())),
                    "cannot start to watch: ",
                ),
                (
                    watch_in_words(&watcher::Error::WatchFailed(api())),
                    "the watch broke: ",
                ),
                (
                    watch_in_words(&watcher::Error::WatchError(status().boxed())),
                    "the watch ended: ",
                ),
            ];
            for (said, before) in all {
                assert_eq!(said, format!("{before}{says}"));
            }
        }
    }
}
