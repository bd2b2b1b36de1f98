//! One question to one authority: what is said to a stranger, and how often.
//!
//! Two datagrams, then TCP: silence over UDP alone may be a middlebox. A truncated answer is asked for over TCP, a server
//! that cannot read EDNS is asked once without it (RFC 6891 7), one that wants its cookie back gets it (RFC 7873 5.3).
//! Silence is never retried without EDNS (DNS flag day 2019). Between two messages there is a pause, whatever the reason
//! for the second: a stranger is troubled no more often for being difficult.

use std::time::Duration;

use hickory_proto::op::{Edns, Message, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsOption, NSIDPayload};
use hickory_proto::rr::{Name, RecordType};
use tokio::time::{Instant, sleep, timeout};

use super::message::refuses_edns;
use super::query::octets_of;
use super::{Datagram, Server, UDP_PAYLOAD, Wire, tcp, udp};
use crate::inquiry::Trouble;

/// What became of a question to one authority.
#[derive(Debug)]
pub(in crate::world::dns) struct Spoken {
    /// The question that was answered, or the first.
    pub(in crate::world::dns) query: Message,
    /// What came back, whatever it says; or why nothing did.
    pub(in crate::world::dns) answer: Result<Message, Trouble>,
    /// How long the message that was answered took.
    pub(in crate::world::dns) rtt: Duration,
}

/// How the next message is sent.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    plain: bool,
    over_tcp: bool,
}

impl Wire {
    /// Asks the one server of this wire for what it holds itself, with `pause` between two messages.
    pub(in crate::world::dns) async fn ask_directly(
        &self,
        name: Name,
        kind: RecordType,
        pause: Duration,
    ) -> Spoken {
        let bare = question(name, kind);
        let Some(server) = self.servers.first() else {
            return Spoken::nothing(bare, Trouble::Network);
        };
        let spoken = self.talk(server, &bare, pause).await;
        self.note(server, spoken.answer.as_ref().err().copied());
        spoken
    }

    /// The longest [`Wire::ask_directly`] can take.
    pub(in crate::world::dns) fn patience_directly(&self, pause: Duration) -> Duration {
        let tries = self.attempts.saturating_add(4);
        (self.timeout.saturating_add(pause)).saturating_mul(tries)
    }

    async fn talk(&self, server: &Server, bare: &Message, pause: Duration) -> Spoken {
        let mut way = Way {
            plain: server.is_plain(),
            over_tcp: false,
        };
        let mut silences = 0;
        let mut first_trouble = None;
        let mut cookies_returned = false;
        let mut truncated = false;
        loop {
            let query = match way.plain {
                true => bare.clone(),
                false => with_edns(bare, server),
            };
            let began = Instant::now();
            let heard = self.say(server, &query, way).await;
            let rtt = began.elapsed();
            let failed = match heard {
                Ok(Datagram::Whole(answer)) => {
                    let fresh_cookie = !way.plain && server.cookies.keep(answer.edns.as_ref());
                    let code = answer.metadata.response_code;
                    if code == ResponseCode::BADCOOKIE && !cookies_returned {
                        cookies_returned = true;
                        // Without a cookie to return, TCP proves as well who we are (RFC 7873 5.3).
                        way.over_tcp |= !fresh_cookie;
                        sleep(pause).await;
                        continue;
                    }
                    if !way.plain && refuses_edns(&answer) {
                        way.plain = true;
                        sleep(pause).await;
                        continue;
                    }
                    if way.plain && !refuses_edns(&answer) {
                        server.remember_plain();
                    }
                    let answer = Ok(answer);
                    return Spoken { query, answer, rtt };
                }
                Ok(Datagram::Truncated) => {
                    truncated = true;
                    way.over_tcp = true;
                    sleep(pause).await;
                    continue;
                }
                Err(trouble) => trouble,
            };
            let first = *first_trouble.get_or_insert(failed);
            let is_over = match failed {
                Trouble::NoRoute | Trouble::Malformed => true,
                _ => way.over_tcp,
            };
            if is_over {
                let why = match failed {
                    // It answers, and has more to say than TCP lets through: that is what to tell.
                    Trouble::Timeout | Trouble::Network if truncated => Trouble::Truncated,
                    // How it fails over TCP tells less: many who are there close that.
                    Trouble::Timeout | Trouble::Network => first,
                    other => other,
                };
                return Spoken::nothing(query, why);
            }
            silences += 1;
            way.over_tcp = silences >= self.attempts;
            sleep(pause).await;
        }
    }

    /// One message there, one back.
    async fn say(&self, server: &Server, query: &Message, way: Way) -> Result<Datagram, Trouble> {
        let encoded = octets_of(query)?;
        if !way.over_tcp {
            return udp(server.address, query, &encoded, Instant::now() + self.timeout).await;
        }
        let whole = timeout(self.timeout, tcp(server.address, query, &encoded)).await;
        whole.unwrap_or(Err(Trouble::Timeout)).map(Datagram::Whole)
    }
}

impl Spoken {
    fn nothing(query: Message, why: Trouble) -> Self {
        Self {
            query,
            answer: Err(why),
            rtt: Duration::ZERO,
        }
    }
}

/// A question that asks for no recursion (RD=0) and no validation (CD=0).
fn question(name: Name, kind: RecordType) -> Message {
    let mut query = Message::query();
    query.metadata.recursion_desired = false;
    query.add_query(Query::query(name, kind));
    query
}

/// The same with EDNS: signatures, the server's name (NSID), a cookie.
fn with_edns(bare: &Message, server: &Server) -> Message {
    let mut query = bare.clone();
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD).set_dnssec_ok(true);
    if let Ok(asked) = NSIDPayload::new(Vec::new()) {
        edns.options_mut().insert(EdnsOption::NSID(asked));
    }
    if let Some(cookie) = server.cookies.option() {
        edns.options_mut().insert(cookie);
    }
    query.set_edns(edns);
    query
}
