//! Where reports go, and whether the other side agrees (RFC 9990 4).
//!
//! A destination under the same organizational domain needs no agreement. Any other must publish a record of its own
//! at `<policy domain>._report._dmarc.<destination host>`, or receivers send it nothing.

use super::walk::{WalkNeeds, exists, organizational_domain, targets, texts, walk};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Reply};
use crate::name::Name;
use crate::records::dmarc::{Likeness, Record, TagName, Uri, likeness, parse};

/// One destination of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// As the policy record says it.
    pub uri: Uri,
    /// rua or ruf.
    pub tag: TagName,
    /// The host reports are sent to.
    pub host: Name,
    /// Whether reports may go there; `None` when that could not be asked.
    pub authorized: Option<bool>,
    /// Whether it lies outside the organizational domain; `None` when that is not known.
    pub external: Option<bool>,
    /// Whether the host does not exist at all: nobody can agree there. Known only where somebody must.
    pub missing: bool,
    /// The name that must agree; `None` where none must, or it would be too long for DNS.
    pub ask: Option<Name>,
    /// The name that must agree would be longer than DNS allows (RFC 9990 4 step 4).
    pub too_long: bool,
    /// The TXT values found at `ask`.
    pub texts: Vec<Vec<u8>>,
    /// The URIs the destination wants reports at instead.
    pub overrides: Vec<Uri>,
}

impl Destination {
    /// The records that agree, of those found.
    pub fn agreements(&self) -> impl Iterator<Item = Record> + '_ {
        let texts = self.texts.iter().filter(|text| likeness(text) == Likeness::Dmarc);
        texts.map(|text| parse(text))
    }

    /// What the destination's owner must publish, as a line of a zone file; `None` where nothing is needed.
    ///
    /// The semicolon is there for receivers of RFC 7489, some of which demand it.
    pub fn publish(&self) -> Option<String> {
        self.ask
            .as_ref()
            .filter(|_| !self.missing)
            .map(|name| format!("{name}. IN TXT \"v=DMARC1;\""))
    }

    /// Whether every override stays on the same host, as RFC 9990 4 demands.
    pub fn overrides_stay(&self) -> bool {
        self.overrides
            .iter()
            .all(|uri| uri.host.as_ref() == Some(&self.host))
    }
}

/// The destinations of the record found at `place`, whose organizational domain is `organizational`.
pub(super) fn destinations(
    place: &Name,
    record: &Record,
    organizational: Option<&Name>,
    inquiry: &mut Inquiry<'_>,
) -> Vec<Destination> {
    let mut destinations: Vec<Destination> = Vec::new();
    for tag in [TagName::Rua, TagName::Ruf] {
        for uri in record.uris(tag) {
            let Some(host) = uri.host.clone().filter(|_| uri.problem.is_none()) else {
                continue;
            };
            let known = |one: &Destination| one.tag == tag && one.uri.canonical == uri.canonical;
            if !destinations.iter().any(known) {
                destinations.push(destination(
                    uri.clone(),
                    tag,
                    host,
                    place,
                    organizational,
                    inquiry,
                ));
            }
        }
    }
    destinations
}

fn destination(
    uri: Uri,
    tag: TagName,
    host: Name,
    place: &Name,
    organizational: Option<&Name>,
    inquiry: &mut Inquiry<'_>,
) -> Destination {
    let external = is_external(&host, place, organizational, inquiry);
    let mut found = Destination {
        uri,
        tag,
        authorized: Some(true),
        external,
        missing: false,
        ask: None,
        too_long: false,
        texts: Vec::new(),
        overrides: Vec::new(),
        host,
    };
    if external == Some(false) {
        return found;
    }
    let Ok(ask) = found.host.prepend(&format!("{place}._report._dmarc")) else {
        (found.authorized, found.too_long) = (Some(false), true);
        return found;
    };
    let reply = inquiry.ask(Dns::new(ask.clone(), Kind::Txt), Need::Evidence);
    (found.ask, found.texts) = (Some(ask), texts(reply));
    let overrides: Vec<Uri> = found
        .agreements()
        .flat_map(|record| record.uris(tag).to_vec())
        .filter(|uri| uri.problem.is_none())
        .collect();
    found.overrides = overrides;
    found.missing = exists(&found.host, inquiry) == Some(false);
    let agrees = found.agreements().next().is_some() && found.overrides_stay();
    found.authorized = match reply {
        Reply::Open | Reply::Unanswered(_) => None,
        // Where it is not known whether it lies outside, no agreement proves nothing.
        _ if !agrees && external.is_none() => None,
        _ => Some(agrees),
    };
    found
}

/// Whether reports to `host` leave the organizational domain of the policy; `None` when that is not known.
fn is_external(
    host: &Name,
    place: &Name,
    organizational: Option<&Name>,
    inquiry: &mut Inquiry<'_>,
) -> Option<bool> {
    if host == place {
        return Some(false);
    }
    let organizational = organizational?;
    // A name's organizational domain is the name itself or stands above it.
    if !host.is_at_or_below(organizational) {
        return Some(true);
    }
    let steps = walk(&targets(host), inquiry, WalkNeeds::all(Need::Evidence));
    organizational_domain(host, &steps).map(|theirs| theirs != *organizational)
}
