//! What is wrong with certificates that TLSA records follow from.

use std::collections::BTreeSet;

use crate::intent::{Certified, DaneScheme, DaneWant, Intent, Issued, Keys, What};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::dane::Tlsa;
use crate::rules::Severity;
use crate::rules::dane::issued as rules;

/// Says it, once for each certificate.
pub(super) fn check(intent: &Intent, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for wanted in &intent.wanted {
        let What::Dane(DaneWant::Certified(certified)) = &wanted.what else {
            continue;
        };
        let topic = Topic::new(Site::rrset(wanted.name.clone(), wanted.kind), true);
        for (name, issued) in &certified.certificates {
            if said.insert(name) {
                one(certified, name, issued, &topic, findings);
            }
        }
    }
}

/// Whether the records at a name follow from certificates.
pub(super) fn is_certified(intent: &Intent, name: &Name) -> bool {
    let certified = |what: &What| matches!(what, What::Dane(DaneWant::Certified(_)));
    intent
        .wanted
        .iter()
        .any(|wanted| wanted.name == *name && certified(&wanted.what))
}

fn one(certified: &Certified, name: &str, issued: &Issued, topic: &Topic, findings: &mut Findings) {
    let keys = match issued {
        Issued::NotRead => {
            let message = format!(
                "want the records of the certificate {name}, found that certificates are not read here: a controller with \
                 --certificate-requests does, in the cluster"
            );
            let said = findings.say(&rules::UNREAD, topic, message);
            said.about(name).at_most(Severity::Info);
            return;
        }
        Issued::Absent(why) => {
            let message = format!("want the records of the certificate {name}, found no key of it: {why}");
            findings.say(&rules::UNREAD, topic, message).about(name);
            return;
        }
        Issued::Keys(keys) => keys,
    };
    match certified.scheme {
        DaneScheme::CurrentAndIssuer if keys.issuer.is_none() => {
            let message = format!(
                "want 2 1 1 of the authority of the certificate {name}, found no certificate of an authority in its chain that \
                 issued it"
            );
            findings.say(&rules::NO_ISSUER, topic, message).about(name);
        }
        DaneScheme::CurrentAndIssuer => authority(name, keys, topic, findings),
        DaneScheme::CurrentAndNext => next(certified, name, keys, topic, findings),
    }
}

/// Whether the authority is the one of the revision before: what is published of that one says nothing of the next certificate.
fn authority(name: &str, keys: &Keys, topic: &Topic, findings: &mut Findings) {
    let (Some(now), Some(before)) = (&keys.issuer, &keys.issuer_before) else {
        return;
    };
    let message = format!(
        "want {name} issued by the authority whose record is published, found revision {} issued by another: {now}, where it was \
         {before}",
        keys.revision
    );
    findings
        .say(&rules::ANOTHER_AUTHORITY, topic, message)
        .about(name);
}

/// Whether there is a key for after the renewal, where the key changes then.
fn next(certified: &Certified, name: &str, keys: &Keys, topic: &Topic, findings: &mut Findings) {
    let of = |(_, issued): &(String, Issued)| match issued {
        Issued::Keys(keys) => Some(keys.current.clone()),
        Issued::NotRead | Issued::Absent(_) => None,
    };
    let known: BTreeSet<Tlsa> = certified.certificates.iter().filter_map(of).collect();
    // A second certificate, also one that is not issued yet, is what the scheme is about.
    if known.len() > 1 || certified.certificates.len() > known.len() || keys.rotates == Some(false) {
        return;
    }
    let revision = keys.revision;
    let message = match (keys.rotates, &keys.next) {
        (_, Some(next)) => format!(
            "want the record of the next key everywhere before it is used, found that the certificate {name} is being renewed \
             with a new one now: publish {next} at once, and give the server the new certificate later"
        ),
        (Some(true), None) => format!(
            "want the record of a next key beside, found one key alone, and that {name} gets a new one at its renewal (this is \
             revision {revision})"
        ),
        _ => format!(
            "want the record of a next key beside, found one key alone, of {name} (revision {revision}); unless its \
             rotationPolicy is Never, it gets a new one at its renewal"
        ),
    };
    findings.say(&rules::ROTATES, topic, message).about(name);
}
