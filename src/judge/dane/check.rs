//! What is wrong with DANE at the hosts of the MX: one by one, and together.

use std::collections::BTreeSet;

use super::certified;
use super::gather::{MailHost, MailHosts, Proof, gather, tlsa};
use super::records;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Trouble};
use crate::intent::{Intent, tlsa_name};
use crate::judge::basis::{UsableAnswer, evidence};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::Tlsa;
use crate::rules::{Severity, dane as rules};

/// TLSA records are best kept for no longer, in seconds (RFC 7671 13).
const LONG: u32 = 3600;

/// Where Exchange Online has no DANE.
const OUTLOOK: &str = "mail.protection.outlook.com";

/// What is wrong with DANE for the domain's mail, managed or observed.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let managed = intent.manages(Standard::Dane);
    let need = if managed { Need::Compliance } else { Need::Evidence };
    let scene = gather(&intent.domain, need, inquiry);
    for host in &scene.hosts {
        one(intent, host, managed, inquiry, findings);
    }
    certified::check(intent, findings);
    together(intent, &scene, managed, findings);
    // Without a block it is asked for who asks, and where records could be proven at all.
    if managed || intent.role.is_none() && scene.mx != Proof::Unsigned {
        at_the_domain(intent, &scene, managed, inquiry, findings);
    }
}

/// One host.
fn one(intent: &Intent, host: &MailHost, managed: bool, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let about = |name: &Name| Topic::new(Site::rrset(name.clone(), Kind::Tlsa), managed);
    for place in &host.places {
        let Some(Err(trouble)) = &place.records else {
            continue;
        };
        // Without a proof of the addresses senders do not ask. An answer whose proof is broken is said of its zone.
        let asked = matches!(host.addresses, Some(Proof::Proven | Proof::Unknown));
        let refused = matches!(
            trouble,
            Trouble::ServFail | Trouble::Refused | Trouble::OtherRcode | Trouble::Malformed | Trouble::Lame
        );
        if asked && refused {
            let message = format!(
                "want an answer for {} TLSA, found none although {} has addresses: {trouble}; senders with DANE cannot tell \
                 whether there is a record, and mail to the host is deferred",
                place.name, host.name
            );
            let said = findings.say(&rules::DEFERRED, &about(&place.name), message);
            said.about(host.name.as_str());
            // Whether senders ask at all hangs on a proof that was not looked for.
            if host.addresses == Some(Proof::Unknown) {
                said.at_most(Severity::Warning);
            }
        }
    }
    dangling(host, managed, findings);
    let Some((place, found)) = host.found() else {
        if managed && host.addresses == Some(Proof::Unsigned) && host.has_none() {
            let message = format!(
                "want mail hosts in signed zones, found that no chain of trust leads to the addresses of {}: senders do not ask for \
                 TLSA records there",
                host.name
            );
            let topic = Topic::new(Site::Host(host.name.clone()), managed);
            findings.say(&rules::UNSIGNED_HOST, &topic, message);
        }
        return;
    };
    let topic = about(&place.name);
    if managed && place.ttl > LONG {
        let message = format!(
            "want TLSA records that are kept for an hour at most, found {} seconds: a key that is lost is looked for that long",
            place.ttl
        );
        findings.say(&rules::LONG_TTL, &topic, message);
    }
    if host.proof() == Proof::Unsigned {
        let what = match place.proof {
            Proof::Unsigned => place.name.to_string(),
            _ => format!("the addresses of {}", host.name),
        };
        let message = format!(
            "want TLSA records that are proven, found that no chain of trust leads to {what}: senders do not use them"
        );
        findings
            .say(&rules::UNSIGNED, &topic, message)
            .about(host.name.as_str());
        return;
    }
    // Of a certificate it is known whether its key changes.
    let names_next = managed && !certified::is_certified(intent, &place.name);
    records::check(found, &topic, names_next, findings);
    if let Some(end) = &host.alias
        && host.places.len() > 1
        && host.places.first().is_some_and(|first| first.name != place.name)
    {
        let message = format!(
            "want TLSA records at {end}, which {} is an alias of, found them at the alias alone",
            host.name
        );
        let said = findings.say(&rules::ALIAS, &topic, message);
        said.fix(format!(
            "Point the MX at {end}, and publish the records at _25._tcp.{end}."
        ));
    }
    if managed {
        wildcard(host, &topic, found, inquiry, findings);
    }
}

/// Aliases at `_25._tcp` that lead to no record.
fn dangling(host: &MailHost, managed: bool, findings: &mut Findings) {
    if host.found().is_some() {
        return;
    }
    for place in &host.places {
        if let (Some(end), Some(Ok(_))) = (&place.alias, &place.records) {
            let topic = Topic::new(Site::rrset(place.name.clone(), Kind::Tlsa), managed);
            let message = format!(
                "want TLSA records at {end}, where the alias at {} leads, found none: senders find no DANE at {}",
                place.name, host.name
            );
            findings
                .say(&rules::DANGLING, &topic, message)
                .about(end.as_str());
        }
    }
}

/// Whether the records are those of a wildcard at `*._tcp`.
fn wildcard(
    host: &MailHost,
    topic: &Topic,
    found: &BTreeSet<Tlsa>,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let Ok(name) = host.name.prepend("*._tcp") else {
        return;
    };
    let Some(seen) = evidence(inquiry, &name, Kind::Tlsa) else {
        return;
    };
    if *found == tlsa(&seen) {
        let message = format!(
            "want records at _25._tcp.{}, found those of every port at {name}",
            host.name
        );
        findings.say(&rules::WILDCARD, topic, message);
    }
}

/// All hosts together.
fn together(intent: &Intent, scene: &MailHosts, managed: bool, findings: &mut Findings) {
    let topic = Topic::new(Site::rrset(intent.domain.clone(), Kind::Mx), managed);
    let protected = |host: &&MailHost| !host.effective().is_empty();
    let with: Vec<&str> = scene
        .hosts
        .iter()
        .filter(protected)
        .map(|host| host.name.as_str())
        .collect();
    let without: Vec<&str> = scene
        .hosts
        .iter()
        .filter(|host| host.has_none())
        .map(|host| host.name.as_str())
        .collect();
    if !with.is_empty() && !without.is_empty() {
        let message = format!(
            "want TLSA records at every host of the MX, found them at {} and none at {}",
            with.join(", "),
            without.join(", ")
        );
        findings.say(&rules::PARTIAL, &topic, message);
    }
    if !with.is_empty() && scene.mx == Proof::Unsigned {
        let message = format!(
            "want an MX that is proven, found that no chain of trust leads to {}, though its hosts have TLSA records",
            intent.domain
        );
        let said = findings.say(&rules::MX_UNSIGNED, &topic, message);
        if !managed {
            said.at_most(Severity::Info);
        }
    }
    let outlook: Option<Name> = OUTLOOK.parse().ok();
    for host in scene.hosts.iter().filter(|_| managed) {
        if outlook
            .as_ref()
            .is_some_and(|outlook| host.name.is_at_or_below(outlook))
            && host.has_none()
        {
            let message = format!("want a host with DANE, found {}, which never has it", host.name);
            findings
                .say(&rules::OUTLOOK, &topic, message)
                .about(host.name.as_str());
        }
    }
}

/// Records at the mail domain itself, which is no host of its own MX: instead of at the hosts, or beside.
fn at_the_domain(
    intent: &Intent,
    scene: &MailHosts,
    managed: bool,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let is_host = scene.hosts.iter().any(|host| host.name == intent.domain);
    if !scene.whole || scene.hosts.is_empty() || is_host {
        return;
    }
    let Some(name) = tlsa_name(&intent.domain) else {
        return;
    };
    // What nobody manages lacks nothing by a question that got no answer.
    let need = if managed { Need::Evidence } else { Need::Detail };
    let reply = inquiry.ask(Dns::new(name.clone(), Kind::Tlsa), need);
    let Some(seen) = UsableAnswer::from_reply(reply) else {
        return;
    };
    if tlsa(&seen).is_empty() {
        return;
    }
    let topic = Topic::new(Site::rrset(name.clone(), Kind::Tlsa), managed);
    let hosts: Vec<String> = scene
        .hosts
        .iter()
        .map(|host| format!("_25._tcp.{}", host.name))
        .collect();
    let hosts = hosts.join(", ");
    match scene.hosts.iter().any(MailHost::has_none) {
        true => {
            let message =
                format!("want TLSA records at {hosts}, found them at {name}, where no sender looks");
            findings.say(&rules::OWNER, &topic, message);
        }
        false => {
            let message = format!(
                "want TLSA records at {hosts} alone, found some at {name} too, where no sender looks"
            );
            findings
                .say(&rules::OWNER, &topic, message)
                .at_most(Severity::Warning)
                .fix(format!("Remove the records at {name}."));
        }
    }
}
