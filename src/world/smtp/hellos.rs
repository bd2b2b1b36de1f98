//! The hellos of a look at a server's TLS, one connection each, as the plan says (`transport::plan`).
//!
//! A refusal is worth something only of a server that still takes what it took before: one that has had enough of us mostly
//! refuses everything, closes behind its go-ahead, or answers every hello with an alert, and is not told by that from one that
//! takes nothing weak. So a look at all of the TLS that ends in refusals sends once more what was taken, last of all.

use tokio::time::sleep;

use super::talk::{Connection, Talk};
use super::{MailServers, hello};
use crate::inquiry::{Closeness, Session, Starttls};
use crate::transport::levels::NCSC_2025_05;
use crate::transport::{Offer, Plan, Reaction, Scope, Step};

impl MailServers {
    /// Tries one hello after the other, as the plan says; ends early, with the server's words, when it wants no more.
    pub(super) async fn hellos(
        &self,
        question: &Starttls,
        mut ready: Option<Connection>,
        session: &mut Session,
    ) -> Result<(), String> {
        let plan = Plan {
            baseline: &NCSC_2025_05,
            scope: match (question.closeness, &session.handshake) {
                (Closeness::Profile, _) => Scope::Full,
                (Closeness::Chain, Some(Ok(_))) => Scope::Old,
                // What rustls has nothing in common with may speak TLS all the same.
                (Closeness::Chain, _) => Scope::Versions,
            },
        };
        let (mut taken, mut was_refused) = (None, false);
        while let Some((probe, offer)) = plan.next(&question.host, &session.steps) {
            let connection = match ready.take() {
                Some(connection) => connection,
                None => self.one_more(question).await?,
            };
            session.injected |= connection.injected;
            let reaction = self.say_hello(connection, &offer).await?;
            was_refused = !matches!(reaction, Reaction::Hello(_));
            let suites = offer.suites.clone();
            if !was_refused {
                taken.get_or_insert(offer);
            }
            session.steps.push(Step {
                probe,
                suites,
                reaction,
            });
        }
        match (question.closeness, taken) {
            (Closeness::Profile, None) => Err("it took none of the hellos".to_owned()),
            (Closeness::Profile, Some(offer)) if was_refused => self.once_more(question, &offer).await,
            _ => Ok(()),
        }
    }

    /// Sends a hello again that was taken.
    async fn once_more(&self, question: &Starttls, offer: &Offer) -> Result<(), String> {
        let connection = self.one_more(question).await?;
        match self.say_hello(connection, offer).await? {
            Reaction::Hello(_) => Ok(()),
            Reaction::Alert(_) | Reaction::Closed | Reaction::Malformed(_) => {
                Err("it refuses in the end what it took before".to_owned())
            }
        }
    }

    /// The next connection, after the pause an address gets.
    async fn one_more(&self, question: &Starttls) -> Result<Connection, String> {
        sleep(self.config.pause).await;
        match self.connect(question).await {
            Ok(Talk::GoAhead(connection)) => Ok(connection),
            Ok(Talk::NoTls { .. }) => Err("it offered TLS no more".to_owned()),
            Err(failed) => {
                let words = Some(failed.words).filter(|words| !words.is_empty());
                Err(words.unwrap_or_else(|| failed.trouble.to_string()))
            }
        }
    }

    async fn say_hello(&self, connection: Connection, offer: &Offer) -> Result<Reaction, String> {
        let tried = hello::try_hello(connection, offer, self.config.step).await;
        tried.map_err(|trouble| trouble.to_string())
    }
}
