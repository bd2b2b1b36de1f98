//! What to do next about an object, by what is said of it: a table over Ready's reasons. Pure.
//!
//! A step is a whole sentence, and the command it names stands by itself, unbroken, so that it can be copied. Where there
//! is nothing to do, that is said too, with what will happen by itself.

use jiff::Timestamp;
use serde::Serialize;

use super::{Object, Standing};
use crate::inquiry::Trouble;
use crate::report::CalledAs;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    /// What to do, in sentences.
    pub(super) text: String,
    /// What to type for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
}

fn say(text: impl Into<String>) -> Step {
    Step {
        text: text.into(),
        command: None,
    }
}

fn run(text: impl Into<String>, command: String) -> Step {
    Step {
        text: text.into(),
        command: Some(command),
    }
}

/// What to do next, as it is typed by whoever called this program so.
pub(super) fn next(object: &Object, called: CalledAs, now: Timestamp) -> Vec<Step> {
    let me = called.in_cluster();
    let at = format!("{} -n {}", object.name, object.namespace);
    let edit = format!("kubectl edit maildomain {at}");
    if let Err(why) = &object.spec {
        return vec![run(
            format!(
                "This version of {me} cannot read the spec ({why}). Mend it, or take the version of the controller:"
            ),
            edit,
        )];
    }
    if object.is_suspended() {
        let patch = r#"--type merge -p '{"spec":{"suspend":false}}'"#;
        return vec![run(
            "Looking is switched off. To switch it on:",
            format!("kubectl patch maildomain {at} {patch}"),
        )];
    }
    let controller = || {
        run(
            "See whether a controller runs that looks after this namespace, and what it logs:",
            "kubectl get pods -A -l app.kubernetes.io/name=zegel".to_owned(),
        )
    };
    match object.standing(now) {
        Standing::NotSeen => vec![say("No controller has looked at it yet."), controller()],
        Standing::Behind => vec![
            say("The spec was changed after the last look: what is said above is of the one before."),
            run("To have it looked at now:", format!("{me} refresh {at} --wait")),
            controller(),
        ],
        Standing::Stale => vec![
            say("The last whole look is older than staleAfter: nobody looks any more."),
            controller(),
        ],
        Standing::Current => {
            let mut steps = of_reason(object, called, &at, edit);
            steps.extend(of_what_is_not_managed(object));
            if steps.is_empty() {
                steps.push(say("Nothing."));
            }
            steps
        }
    }
}

/// What to do where the status is current: one row a reason.
fn of_reason(object: &Object, called: CalledAs, at: &str, edit: String) -> Vec<Step> {
    let domain = &object.domain;
    let (me, program) = (called.in_cluster(), called.program());
    let again = |text: &str| run(text, format!("{me} refresh {at} --wait"));
    let from_here = || run("See what DNS says from here:", format!("{me} check {at}"));
    match object.reason() {
        "InvalidSpec" => vec![run(
            "Mend the field that is named above; zegel check tells all mistakes of a manifest before it is applied:",
            edit,
        )],
        "NotGranted" => {
            let namespace = &object.namespace;
            vec![
                say(format!(
                    "Ask whoever runs the cluster for a MailDomainGrant that names namespace {namespace} and domain {domain}; \
                     this one is looked at as soon as there is one."
                )),
                run(
                    "Whoever runs the cluster sees what is granted:",
                    "kubectl get maildomaingrants -o wide".to_owned(),
                ),
            ]
        }
        "DomainConflict" => vec![
            run(
                format!("An older MailDomain manages {domain}. Find it, where you may see it:"),
                format!("kubectl get maildomains -A --field-selector spec.domain={domain}"),
            ),
            say("Delete one of the two; this one is looked at as soon as the other is gone."),
        ],
        "Drifted" => vec![
            run(
                "Publish what is wanted; as a zone file, and of what differs alone:",
                format!("kubectl get maildomain {at} -o yaml | {program} plan --diff -o zone -"),
            ),
            run(
                "Or, where DNS is right and the spec is not, change the spec; this writes what DNS says:",
                format!("{program} inspect {domain} -o manifest"),
            ),
            again("Then have it looked at:"),
        ],
        "Alternating" => vec![
            say(
                "DNS says one thing in one look and another in the next: name servers or resolvers disagree. Have all of \
                 them serve the same.",
            ),
            from_here(),
        ],
        "Noncompliant" => vec![
            say(format!(
                "Mend the errors above; {me} explain RULE tells more of each."
            )),
            again("Then have it looked at:"),
        ],
        "Unconfirmed" => vec![again(
            "Nothing yet: what was seen once must be seen again before it counts. To have it looked at now:",
        )],
        "Propagating" => vec![again(
            "Nothing, where the records were published: caches may hold the old ones until the time above. To look again:",
        )],
        "Progressing" => vec![say("Nothing: the first look is under way.")],
        "DNSUnavailable" if lacks_certificates_alone(object) => vec![
            say(
                "What is wanted follows from a certificate that the controller does not know; DANE-040 above says which, and \
                 why. Have the certificate issued, or give the controller the right to read CertificateRequests \
                 (certManager.enabled in the chart): it is looked at again as soon as there is a key.",
            ),
            run(
                "What cert-manager was asked for:",
                format!("kubectl get certificaterequests -n {}", object.namespace),
            ),
        ],
        "DNSUnavailable" => vec![
            say(
                "DNS did not answer the controller. See whether its resolvers answer, and whether a NetworkPolicy or \
                 firewall lets port 53 out, over UDP and TCP.",
            ),
            from_here(),
        ],
        _ => Vec::new(),
    }
}

/// Whether all that is not known is so because a certificate is not: resolvers have nothing to do with it.
fn lacks_certificates_alone(object: &Object) -> bool {
    let records = object.status.iter().flat_map(|status| &status.records);
    let mut whys = records.filter_map(|record| record.unanswered.as_ref()).peekable();
    whys.peek().is_some() && whys.all(|why| why.reason == Trouble::NoCertificate.reason())
}

/// Errors that do not lower Ready are worth a word all the same.
fn of_what_is_not_managed(object: &Object) -> Option<Step> {
    let findings = object.status.iter().flat_map(|status| &status.findings);
    let errors = findings.filter(|finding| finding.severity == "Error" && finding.managed == Some(false));
    let which = match errors.count() {
        0 => return None,
        1 => "1 of the errors above is".to_owned(),
        count => format!("{count} of the errors above are"),
    };
    Some(say(format!(
        "{which} about what the spec does not manage, and Ready does not tell of it: mend DNS, or add the block to the spec."
    )))
}
