//! The addresses of a mail host, by what is known of TLS there. The test takes one of them, which nobody chooses: so one of
//! which nothing is known keeps all open.

use crate::inquiry::{Offered, Session};
use crate::judge::tls::{MailServer, Shaken};

/// The addresses of one host, by whether TLS comes about there.
pub(super) struct Speaking<'s> {
    /// At how many it does.
    pub(super) done: usize,
    /// At how many it does not.
    pub(super) silent: usize,
    /// Why it is not known at one, in words.
    pub(super) open: Option<String>,
    /// What was seen where it does.
    pub(super) sessions: Vec<&'s Session>,
}

impl<'s> Speaking<'s> {
    pub(super) fn of(server: Option<&'s MailServer>) -> Self {
        let mut all = Self {
            done: 0,
            silent: 0,
            open: None,
            sessions: Vec::new(),
        };
        for (_, sessions) in server.map(MailServer::by_address).unwrap_or_default() {
            let offers = sessions.iter().all(|session| session.offered == Offered::Yes);
            match Shaken::of(&sessions) {
                Shaken::Done if offers => {
                    all.done += 1;
                    all.sessions.extend(sessions);
                }
                Shaken::Open(words, _) if offers => all.open = Some(words.to_owned()),
                Shaken::Untried if offers => all.open = Some("the look was cut short".to_owned()),
                _ => all.silent += 1,
            }
        }
        all
    }
}

/// The addresses of which nothing is known, in a clause; `None` where each was seen.
pub(super) fn unseen(server: &MailServer) -> Option<String> {
    let all = server.silent().iter();
    let all: Vec<String> = all.map(|(address, why)| format!("{address} ({why})")).collect();
    (!all.is_empty()).then(|| format!("nothing is known of {}", all.join(", ")))
}
