//! DNS cookies (RFC 7873): a few octets by which a server knows us again, so that what limits strangers' questions (RRL)
//! need not limit ours, and by which we know its answers from a forger's.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand;
use hickory_proto::op::Edns;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};

/// The octets of a client's cookie.
const OURS: usize = 8;

/// The most octets of a server's cookie (RFC 7873 4).
const MOST: usize = 32;

/// The code of the option (RFC 7873 9).
const CODE: u16 = 10;

/// The cookies between us and one server.
#[derive(Debug, Default)]
pub(super) struct Jar(Mutex<Option<Cookies>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookies {
    ours: [u8; OURS],
    theirs: Vec<u8>,
}

impl Jar {
    /// The option to send: our cookie, made when it is first needed, and the server's where it gave one.
    pub(super) fn option(&self) -> Option<EdnsOption> {
        let mut jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if jar.is_none() {
            let mut ours = [0; OURS];
            // Without chance there is no cookie, and none is needed to be answered.
            rand::fill(&mut ours).ok()?;
            let theirs = Vec::new();
            *jar = Some(Cookies { ours, theirs });
        }
        let cookies = jar.as_ref()?;
        let data = [cookies.ours.as_slice(), &cookies.theirs].concat();
        Some(EdnsOption::Unknown(CODE, data))
    }

    /// Keeps the cookie an answer brought; whether it is a new one. One that does not begin with ours is a forger's or a
    /// broken server's, and is left.
    pub(super) fn keep(&self, edns: Option<&Edns>) -> bool {
        let Some(EdnsOption::Unknown(_, data)) = edns.and_then(|edns| edns.option(EdnsCode::Cookie)) else {
            return false;
        };
        let mut jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cookies) = jar.as_mut() else {
            return false;
        };
        match data.strip_prefix(&cookies.ours) {
            Some(theirs) if (8..=MOST).contains(&theirs.len()) && theirs != cookies.theirs => {
                cookies.theirs = theirs.to_vec();
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(data: Vec<u8>) -> Edns {
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(CODE, data));
        edns
    }

    fn sent(jar: &Jar) -> Vec<u8> {
        match jar.option() {
            Some(EdnsOption::Unknown(CODE, data)) => data,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ours_stays_and_theirs_is_sent_back() {
        let jar = Jar::default();
        let ours = sent(&jar);
        assert_eq!((ours.len(), &sent(&jar)), (OURS, &ours));
        let both = [ours.as_slice(), &[7; 16]].concat();
        assert!(jar.keep(Some(&answer(both.clone()))));
        assert_eq!(sent(&jar), both);
        assert!(!jar.keep(Some(&answer(both.clone()))), "nothing new");
        assert_ne!(sent(&Jar::default()), ours, "each server has its own");
    }

    #[test]
    fn what_is_no_answer_to_ours_is_left() {
        let jar = Jar::default();
        let ours = sent(&jar);
        let stranger = ours.iter().map(|octet| octet ^ 1).chain([7; 16]).collect();
        let short = [ours.as_slice(), &[7; 4]].concat();
        let long = [ours.as_slice(), &[7; 40]].concat();
        for data in [stranger, short, long, ours.clone(), Vec::new()] {
            assert!(!jar.keep(Some(&answer(data.clone()))), "{data:?}");
            assert_eq!(sent(&jar), ours);
        }
        assert!(!jar.keep(None));
    }
}
