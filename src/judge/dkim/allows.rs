//! What a key record allows: the hashes (h), the services (s) and the flags (t) it names (RFC 6376 3.6.1).

use super::linter::{LETTERS, Linter, in_other_letters};
use crate::records::{Span, presentation};
use crate::rules::Severity;
use crate::rules::dkim::record as rules;

impl Linter<'_> {
    /// h: the hashes signatures may be made with.
    pub(super) fn hashes(&mut self) {
        if let Some(items) = self.record.items("h").map(owned) {
            let span = self.span("h");
            if !self.record.allows_sha256() {
                let meant = items
                    .iter()
                    .find(|(item, _)| in_other_letters(item, &[b"sha256"]).is_some());
                if let Some((item, span)) = meant {
                    let shown = presentation(item);
                    let message =
                        format!("want h=sha256, found h={shown}: {LETTERS}, so no signature verifies");
                    self.say(&rules::NO_SHA256, "h", span.clone(), "no sha256", message)
                        .fix("Write sha256 in small letters, or remove h.");
                    return;
                }
                let found = self.record.tag("h").map(|tag| presentation(tag.value));
                let found = found.unwrap_or_default();
                let message = format!("want sha256 in h, found h={found}: no signature verifies");
                self.say(&rules::NO_SHA256, "h", span, "no sha256", message)
                    .fix(format!("Write h=sha256 in place of h={found}, or remove h."));
                return;
            } else if let Some((_, span)) = items.iter().find(|(item, _)| item == b"sha1") {
                let message = "want h without sha1, found it listed".to_owned();
                self.say(
                    &rules::SHA1,
                    "h=sha1",
                    span.clone(),
                    "not accepted any more",
                    message,
                );
            }
            self.unknown("h", &items, &[b"sha1", b"sha256"]);
        }
    }

    /// s: what the key may be used for.
    pub(super) fn services(&mut self) {
        if let Some(items) = self.record.items("s").map(owned) {
            let span = self.span("s");
            if !self.record.allows_email() {
                let meant = items
                    .iter()
                    .find(|(item, _)| in_other_letters(item, &[b"email"]).is_some());
                if let Some((item, span)) = meant {
                    let shown = presentation(item);
                    let message = format!(
                        "want s=email, found s={shown}: {LETTERS}, so verifiers of mail ignore the key"
                    );
                    self.say(&rules::NOT_FOR_EMAIL, "s", span.clone(), "not for mail", message)
                        .fix("Write email in small letters, or remove s.");
                    return;
                }
                if !items.iter().any(|(item, _)| item == b"tlsrpt") {
                    // That a value is unknown is how it came to this, and not said again.
                    let found = self.record.tag("s").map(|tag| presentation(tag.value));
                    let found = found.unwrap_or_default();
                    let message =
                        format!("want * or email in s, found s={found}: verifiers of mail ignore the key");
                    self.say(&rules::NOT_FOR_EMAIL, "s", span, "not for mail", message)
                        .fix(format!("Write s=email in place of s={found}, or remove s."));
                    return;
                }
                let message = "the key is for TLS reports only: want s=email for mail".to_owned();
                self.say(&rules::TLSRPT_ONLY, "s", span, "not for mail", message);
            }
            self.unknown("s", &items, &[b"*", b"email", b"tlsrpt"]);
        }
    }

    /// t: testing and strict identity.
    pub(super) fn flags(&mut self) {
        let Some(items) = self.record.items("t").map(owned) else {
            return;
        };
        for (item, span) in &items {
            match item.as_slice() {
                b"y" => {
                    let asked = self.setting.testing;
                    let message = if asked {
                        "t=y, as the spec asks: verifiers may treat signed mail as unsigned"
                    } else {
                        "want no t=y, found it: verifiers may treat signed mail as unsigned"
                    };
                    let finding = self.say(
                        &rules::TESTING,
                        "t=y",
                        span.clone(),
                        "testing",
                        message.to_owned(),
                    );
                    if asked {
                        finding.severity = Severity::Info;
                    }
                }
                b"s" if !self.setting.strict_identity => {
                    let message = "t=s: signatures for identities of sub-domains fail".to_owned();
                    self.say(&rules::STRICT_IDENTITY, "t=s", span.clone(), "strict", message);
                }
                _ => {}
            }
        }
        self.unknown("t", &items, &[b"y", b"s"]);
    }

    fn unknown(&mut self, tag: &str, items: &[(Vec<u8>, Span)], known: &[&[u8]]) {
        for (item, span) in items {
            if !known.contains(&item.as_slice()) {
                let shown = format!("{tag}={}", presentation(item));
                let message = format!("{shown} is not known and has no effect");
                let said = self.say(
                    &rules::UNKNOWN_VALUE,
                    shown.clone(),
                    span.clone(),
                    "ignored",
                    message,
                );
                // Whoever wrote it believes that it acts.
                if let Some(meant) = in_other_letters(item, known) {
                    said.message =
                        format!("want {tag}={meant}, found {shown}: {LETTERS}, so it has no effect");
                    said.severity = Severity::Warning;
                    said.fix(format!("Write {tag}={meant} in small letters, or take it out."));
                }
            }
        }
    }
}

fn owned(items: Vec<(&[u8], Span)>) -> Vec<(Vec<u8>, Span)> {
    items
        .into_iter()
        .map(|(item, span)| (item.to_vec(), span))
        .collect()
}
