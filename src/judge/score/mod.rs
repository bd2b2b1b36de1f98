//! The score of Internet.nl's mail test, as far as it can be told from here: a range, with what was not seen named.
//!
//! Beside the verdict and never a part of it: nothing here makes a domain better or worse, and what is asked for it is
//! asked only where somebody wants the score. The rules are Internet.nl's, of one edition ([`criteria`]), also where
//! they are not those of the RFCs: where the two part is told ([`Difference`]). Files: `criteria` (the tests, as data),
//! `mark` (what one came to, and the arithmetic), `hosts` (who is tested), a file a category (`ipv6`, `dnssec`, `auth` with
//! `spf`, `starttls` with `speaking`, `dane` and `caa`, `rpki`), `dmarc_text` and `spf_text` (the grammars it reads by), `next` (what to
//! do for the most points), `unseen` (what was not seen), `differences`.

mod auth;
mod caa;
pub mod criteria;
mod dane;
mod differences;
mod dmarc_text;
mod dnssec;
mod hosts;
mod ipv6;
mod mark;
mod next;
mod rpki;
mod speaking;
mod spf;
mod spf_text;
mod starttls;
mod unseen;

pub use self::criteria::{Criterion, EDITION, Edition, Group, Level};
pub use self::differences::Difference;
pub use self::hosts::MxStatus;
pub use self::mark::{Category, Counts, Mark, Range, Status};
pub use self::next::Step;
pub use self::unseen::Unseen;
use super::{Verdict, tls};
use crate::inquiry::{Inquiry, Trouble};
use crate::intent::Intent;
use crate::records::Standard;

/// What Internet.nl's mail test would make of a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The edition of the test.
    pub edition: Edition,
    /// What it makes of the MX; else why that is not known.
    pub mx: Result<MxStatus, Trouble>,
    /// The score, in percent.
    pub total: Range,
    /// The categories, in Internet.nl's order.
    pub categories: Vec<Category>,
    /// What was not seen, that which weighs most first.
    pub unseen: Vec<Unseen>,
    /// What to do, that which gives most first.
    pub next: Vec<Step>,
    /// Where the test and the RFCs, or Zegel, part here.
    pub differences: Vec<Difference>,
}

/// The score by what is known; what else is needed is asked, and nothing of the verdict hangs on it.
pub fn score(intent: &Intent, verdict: &Verdict, inquiry: &mut Inquiry<'_>) -> Score {
    inquiry.on_behalf_of(Standard::Dns);
    let domain = &intent.domain;
    let tested = hosts::gather(domain, inquiry);
    let servers = tls::known(intent, inquiry);
    let categories = vec![
        ipv6::category(domain, &tested, servers.as_ref(), inquiry),
        dnssec::category(domain, &tested, inquiry),
        auth::category(domain, inquiry),
        starttls::category(&tested, servers.as_ref(), inquiry),
        rpki::category(&tested),
    ];
    Score {
        edition: EDITION,
        mx: tested.status,
        total: mark::total(&categories),
        unseen: unseen::all(&categories, servers.is_some(), inquiry),
        next: next::all(&categories, verdict),
        differences: differences::all(&categories, tested.status.ok(), tested.beyond, verdict),
        categories,
    }
}
