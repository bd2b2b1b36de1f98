//! What is said of a run itself, on standard error: that name servers or mail servers could not be asked from here, or that
//! nothing could be validated, whatever was looked at.

use super::output;
use crate::inquiry::Trouble;
use crate::report::text::harmless;
use crate::world::{Passes, Reach, World};

/// What a note begins with that is said to whoever wants to hear nothing.
const ERROR: &str = "error:";

/// Says these, the least of them unless `quiet`. They may come from a file, whose author must not write on the terminal.
pub(super) fn tell(notes: &[String], quiet: bool) {
    for note in notes.iter().filter(|note| !quiet || note.starts_with(ERROR)) {
        output::note(&harmless(note));
    }
}

/// What is to be said of all that was looked at in this world.
pub(super) fn of(world: &World) -> Vec<String> {
    let mut notes = Vec::new();
    let passes = world.dnssec();
    if passes == Some(Passes::Partly) {
        notes.push(
            "note: answers that miss their proof do not count: the resolver passes a part of DNSSEC on, and leaves out or \
             changes what proves the rest; name one that passes all of it on with --resolver"
                .to_owned(),
        );
    }
    if passes == Some(Passes::Strips) {
        notes.push(match world.requires_dnssec() {
            true => format!(
                "{ERROR} no answer counts: validation is required (--dnssec require), and the resolver does not pass DNSSEC \
                 on; name one that does with --resolver"
            ),
            false => "note: no answer was validated: the resolver does not pass DNSSEC on; name one that does with \
                      --resolver, or say --dnssec off"
                .to_owned(),
        });
    }
    if let Some(why) = world.silent_probe() {
        // What it told before stands.
        let what = match world.has_probe_answered() {
            false => "no mail server was looked at: the probe cannot be asked",
            true => "not every mail server was looked at: the probe cannot be asked any more",
        };
        notes.push(format!("note: {what}: {why}; no domain is judged by it"));
    }
    if let Some(why) = world.failed_proxy() {
        notes.push(format!(
            "note: not every mail server was looked at: the proxy {why}; no domain is judged by it"
        ));
    }
    if world.mail_port_is_blocked() {
        notes.push(format!(
            "note: {}; --probe and --smtp-proxy are ways out, and no domain is judged by it",
            Trouble::PortBlocked
        ));
    }
    if let reach @ (Reach::Unreachable | Reach::Intercepted) = world.reach() {
        notes.push(format!("note: {reach}"));
    }
    notes
}
