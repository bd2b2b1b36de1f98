//! Who may issue certificates for a mail server, by CAA (RFC 8659): whether anybody says, and whether anybody may.

use super::servers::MailServer;
use crate::inquiry::{Inquiry, Need};
use crate::judge::caa::{Relevant, anybody_may, odd, relevant};
use crate::judge::{Findings, Topic};
use crate::records::caa::{Leave, leave};
use crate::rules::tls as rules;

/// Says it of one host.
pub(super) fn check(server: &MailServer, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    if !server.speaks_tls() {
        return;
    }
    let host = &server.host;
    let Ok(found) = relevant(host, Need::Evidence, inquiry) else {
        return;
    };
    let names_some = |found: &Relevant| found.records.iter().any(|record| record.is("issue"));
    if !found.as_ref().is_some_and(names_some) {
        findings.say(&rules::ANY_ISSUER, topic, anybody_may(host, found.as_ref()));
    }
    let Some(found) = found else { return };
    if let Some(message) = odd(host, &found) {
        findings.say(&rules::ODD_CAA, topic, message);
    }
    // One's own authority needs no leave: only who shows a public one's certificate cannot renew it.
    if let Leave::Nobody(why) = leave(&found.records)
        && is_public(server)
    {
        let message = format!(
            "want a CAA record by which the certificate of {host}, of a public authority, can be renewed, found at {} {why}: no \
             public authority may issue one",
            found.at
        );
        findings.say(&rules::NO_ISSUER, topic, message);
    }
}

/// Whether some certificate it shows leads to a public root.
fn is_public(server: &MailServer) -> bool {
    let mut seen = server
        .sessions()
        .filter_map(|session| session.handshake.as_ref()?.as_ref().ok());
    seen.any(|seen| seen.trusted.is_ok())
}
