//! Who may issue certificates for a mail server, by CAA (RFC 8659): whether anybody says, and whether anybody may.

use super::servers::MailServer;
use super::worth;
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::judge::basis::evidence;
use crate::judge::{Findings, Topic};
use crate::rules::tls as rules;

/// Says it of one host: by the set at its name, else at the nearest above that says anything (RFC 8659 3).
pub(super) fn check(server: &MailServer, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    if !server.sessions().any(worth::comes_about) {
        return;
    }
    let host = &server.host;
    let mut at = Some(host.clone());
    while let Some(name) = at.filter(|name| !name.is_root()) {
        let Some(seen) = evidence(inquiry, &name, Kind::Caa) else {
            return;
        };
        if seen.records.is_empty() {
            at = name.parent();
            continue;
        }
        let texts = seen.records.iter().filter_map(Rdata::text_only);
        let records: Vec<Caa<'_>> = texts.filter_map(Caa::read).collect();
        if !records.iter().any(|record| record.is("issue")) {
            let message = format!(
                "want a CAA record that says who may issue certificates for {host}, found those of {name} without the tag issue"
            );
            findings.say(&rules::ANY_ISSUER, topic, message);
        }
        // One's own authority needs no leave: only who shows a public one's certificate cannot renew it.
        if let Some(why) = nobody(&records).filter(|_| is_public(server)) {
            let message = format!(
                "want a CAA record by which the certificate of {host}, of a public authority, can be renewed, found at {name} \
                 {why}: no public authority may issue one"
            );
            findings.say(&rules::NO_ISSUER, topic, message);
        }
        return;
    }
    let message = format!(
        "want a CAA record that says who may issue certificates for {host}, found none at its name or above"
    );
    findings.say(&rules::ANY_ISSUER, topic, message);
}

/// Why nobody may issue by these records; `None` where somebody may (RFC 8659 4.1, 4.2).
fn nobody(records: &[Caa<'_>]) -> Option<String> {
    if let Some(record) = records.iter().find(|record| record.stops_all()) {
        return Some(format!(
            "the tag {}, which is critical and nobody knows",
            record.tag
        ));
    }
    let mut issue = records.iter().filter(|record| record.is("issue")).peekable();
    let forbids = issue.peek().is_some() && issue.all(|record| record.issuer().is_empty());
    forbids.then(|| "issue \";\" alone".to_owned())
}

/// Whether some certificate it shows leads to a public root.
fn is_public(server: &MailServer) -> bool {
    let mut seen = server
        .sessions()
        .filter_map(|session| session.handshake.as_ref()?.as_ref().ok());
    seen.any(|seen| seen.trusted.is_ok())
}

/// A record: `128 issue "ca.example; policy=ev"`.
struct Caa<'t> {
    is_critical: bool,
    tag: &'t str,
    value: &'t str,
}

/// The tags that are registered, for certificates of hosts, mail and marks: RFC 8659 4, RFC 9495, and others at IANA.
const KNOWN: [&str; 7] = [
    "issue",
    "issuewild",
    "iodef",
    "issuemail",
    "issuevmc",
    "contactemail",
    "contactphone",
];

impl<'t> Caa<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (flags, rest) = text.trim().split_once(' ')?;
        let (tag, value) = rest.trim_start().split_once(' ')?;
        Some(Self {
            is_critical: flags.parse::<u8>().ok()? & 0x80 != 0,
            tag,
            value: value.trim().trim_matches('"'),
        })
    }

    fn is(&self, tag: &str) -> bool {
        self.tag.eq_ignore_ascii_case(tag)
    }

    /// Whether an authority that does not know it may issue nothing (RFC 8659 4.1).
    fn stops_all(&self) -> bool {
        self.is_critical && !KNOWN.iter().any(|known| self.is(known))
    }

    /// The authority's domain; empty where none is named.
    fn issuer(&self) -> &str {
        let issuer = self.value.split(';').next().unwrap_or_default();
        issuer.trim()
    }
}
