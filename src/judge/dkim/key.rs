//! The rules about one key record: its tag list, its key, and what it allows.

use super::answer::has_key;
use super::linter::{LETTERS, Linter, Setting, in_other_letters};
use crate::inquiry::Txt;
use crate::judge::Findings;
use crate::name::Name;
use crate::records::dkim::{
    self, Cause, Damage, FaultKind, KeyError, KeyForm, Material, PublicKey, Record, Weakness,
};
use crate::records::{Span, presentation};
use crate::rules::dkim::{key as keys, record as rules};
use crate::rules::{Rule, Severity};

/// What is wrong with one key record.
pub(super) fn check(record: &Record, setting: &Setting<'_>, findings: &mut Findings) {
    let Some((mended, colons)) = dkim::with_equals_signs(&record.text) else {
        return check_tags(record, setting, &record.text, findings);
    };
    // One slip, however often: what else is wrong is what is left once it is mended.
    let mended = dkim::parse(&mended);
    let mut linter = Linter {
        record,
        setting,
        topic: setting.topic.text(&record.text),
        findings,
    };
    linter.colons(&mended, colons);
    check_tags(&mended, setting, &record.text, findings);
}

/// What is wrong with a record's tags, of which people see `text`.
fn check_tags(record: &Record, setting: &Setting<'_>, text: &[u8], findings: &mut Findings) {
    let damage = record.damage();
    // What a character outside ASCII does to the list around it is not said again; it is said where all records'
    // characters are looked at.
    let plain =
        (!record.text.is_ascii() && damage.is_none()).then(|| dkim::parse(&dkim::in_ascii(&record.text)));
    let mut linter = Linter {
        record: plain.as_ref().unwrap_or(record),
        setting,
        topic: setting.topic.text(text),
        findings,
    };
    linter.list(damage);
    match damage {
        Some(damage) => linter.spoilt(damage),
        None => linter.material(),
    }
    linter.white_space(damage.is_some());
    if has_key(linter.record) {
        linter.hashes();
        linter.services();
        linter.flags();
    }
    linter.leftovers();
}

impl Linter<'_> {
    fn whole(&self) -> Span {
        0..self.record.text.len()
    }

    /// Colons where equals signs belong: such parts are no tags.
    fn colons(&mut self, mended: &Record, colons: Vec<Span>) {
        let names: Vec<String> = mended
            .tags()
            .filter(|tag| colons.iter().any(|at| tag.span.contains(&at.start)))
            .map(|tag| presentation(tag.name))
            .collect();
        let lost = names.join(", ");
        let message = format!(
            "want an equals sign between a name and its value, found a colon behind {lost}: verifiers discard the record"
        );
        let fix = format!(
            "Write an equals sign instead of the colon behind {lost}. The whole record: {}",
            presentation(&mended.text)
        );
        let whole = self.whole();
        self.say(&rules::TAG_LIST, lost, whole, "an equals sign", message)
            .at_each(colons)
            .fix(fix);
    }

    /// The tag list itself. One slip is said once: what a spoilt key does to the list behind it is not said again, and
    /// a character outside ASCII is said where all records' characters are looked at.
    fn list(&mut self, damage: Option<&Damage>) {
        let spoilt_from = match damage.map(|damage| &damage.cause) {
            None => usize::MAX,
            Some(Cause::WholeRecord | Cause::MissingSemicolon | Cause::NonAscii) => 0,
            Some(_) => self.record.tag("p").map_or(0, |tag| tag.span.start),
        };
        for fault in self.record.faults() {
            let text = self.record.text.get(fault.span.clone()).unwrap_or_default();
            if fault.span.start >= spoilt_from || !text.is_ascii() {
                continue;
            }
            let rule = match fault.kind {
                FaultKind::Duplicate => &rules::DUPLICATE_TAG,
                FaultKind::Empty | FaultKind::Malformed | FaultKind::Name | FaultKind::Octet => {
                    &rules::TAG_LIST
                }
            };
            let shown = presentation(text.get(..40).unwrap_or(text));
            let message = match fault.kind {
                FaultKind::Duplicate => format!("want each tag once, found {shown} again"),
                other => format!("want name=value parts, found {shown:?}: {}", other.as_str()),
            };
            let subject = format!("{shown} at {}", fault.span.start);
            self.say(rule, subject, fault.span, fault.kind.as_str(), message);
        }
        if let Some(span) = self.record.trailing_white_space() {
            let message = "want nothing after the last semicolon, found white space".to_owned();
            self.say(&rules::TRAILING_SPACE, "", span, "white space", message);
        }
        if self.record.tag("v").is_none() {
            let message = "want v=DKIM1 first, found no version".to_owned();
            self.say(&rules::NO_VERSION, "v", 0..0, "v=DKIM1; belongs here", message);
        }
    }

    /// What p holds.
    fn material(&mut self) {
        match self.record.material() {
            Material::Key(key) => self.key(key),
            Material::Malformed(error) => self.malformed(error),
            Material::Missing => {
                let span = self.whole();
                let message = "want p with the public key, found no such tag".to_owned();
                self.say(&keys::NO_KEY, "p", span, "no p", message);
            }
            Material::Revoked if self.setting.revoked => {}
            Material::Revoked => {
                let span = self.span("p");
                let message = "p is empty: signatures with this selector fail".to_owned();
                self.say(&keys::REVOKED, "p", span, "revoked", message);
            }
            Material::UnknownKind(kind) => self.unknown_kind(kind),
        }
    }

    /// A type no verifier knows.
    fn unknown_kind(&mut self, kind: &[u8]) {
        let (span, shown) = (self.span("k"), presentation(kind));
        if let Some(meant) = in_other_letters(kind, &[b"rsa", b"ed25519"]) {
            let message = format!("want k={meant}, found k={shown}: {LETTERS}, so verifiers ignore the key");
            self.say(&keys::KEY_TYPE, "k", span, "ignored by verifiers", message)
                .fix(format!("Write k={meant} in small letters."));
            self.under(&meant);
            return;
        }
        let rule = if kind.starts_with(b"mldsa") {
            &keys::DKIM2_KEY
        } else {
            &keys::KEY_TYPE
        };
        let severity = if self.setting.named {
            rule.severity
        } else {
            Severity::Warning
        };
        let message = format!("want k=rsa or k=ed25519, found k={shown}: verifiers ignore the key");
        self.say(rule, "k", span, "ignored by verifiers", message)
            .at_most(severity);
    }

    /// What else is wrong once k says `meant`, written as long as what stands there now: nobody shall mend one slip to
    /// be told of the next.
    fn under(&mut self, meant: &str) {
        let mut text = self.record.text.clone();
        let place = self.record.tag("k").and_then(|tag| text.get_mut(tag.value_span));
        let Some(place) = place.filter(|place| place.len() == meant.len()) else {
            return;
        };
        place.copy_from_slice(meant.as_bytes());
        let record = dkim::parse(&text);
        let mut mended = Linter {
            record: &record,
            setting: self.setting,
            topic: self.topic.clone(),
            findings: &mut *self.findings,
        };
        match record.damage() {
            Some(damage) => mended.spoilt(damage),
            None => mended.material(),
        }
    }

    /// A key whose spoiling has a name.
    fn spoilt(&mut self, damage: &Damage) {
        let rule = match (&damage.cause, self.record.material()) {
            // Where all records' characters are looked at.
            (Cause::NonAscii, _) => return,
            (Cause::Private | Cause::Pem, _) => &keys::PEM_OR_PRIVATE,
            (Cause::MissingSemicolon, _) => &rules::TAG_LIST,
            (Cause::Glued, _) => &rules::DUPLICATE_TAG,
            (_, Material::Malformed(error)) => rule_of(error),
            (_, _) => &keys::BASE64,
        };
        let message = match damage.cause {
            Cause::Glued => format!("want one key record, found {}", damage.cause),
            _ => format!("want a public key in p, found {}", damage.cause),
        };
        self.say(rule, "p", damage.span.clone(), damage.cause.label(), message)
            .fix(damage.cause.fix());
    }

    /// White space within the key, where it does no harm.
    fn white_space(&mut self, spoilt: bool) {
        let Some(tag) = self.record.tag("p").filter(|_| !spoilt) else {
            return;
        };
        let white = |octet: &u8| octet.is_ascii_whitespace();
        if let (Some(at), Material::Key(_)) = (tag.value.iter().position(white), self.record.material()) {
            let start = tag.value_span.start + at;
            let message = "want the key in one piece, found white space in it".to_owned();
            self.say(&keys::WHITE_SPACE, "p", start..start + 1, "white space", message);
        }
    }

    fn malformed(&mut self, error: &KeyError) {
        let value = self.record.tag("p").map_or(0..0, |tag| tag.value_span);
        let span = match error {
            KeyError::Base64 { at, .. } => value.start + at..value.start + at + 1,
            _ => value,
        };
        let rule = rule_of(error);
        let mut message = format!("want a public key in p, found {error}");
        let kind = self.record.tag("k").map(|tag| presentation(tag.value));
        let raw = self
            .record
            .tag("p")
            .and_then(|tag| PublicKey::ed25519_of(tag.value));
        let fix = match (error, raw, kind) {
            // The value that works, whatever form the key stood in.
            (KeyError::Ed25519UnderRsa, Some(key), Some(kind)) => {
                message = format!("want k=ed25519 with an Ed25519 key, found k={kind}");
                format!("Write k=ed25519 in place of k={kind}, and p={}.", key.to_base64())
            }
            (KeyError::Ed25519UnderRsa, Some(key), None) => {
                format!("Write k=ed25519; p={}.", key.to_base64())
            }
            (KeyError::Ed25519Spki, Some(key), _) => format!("Write p={}.", key.to_base64()),
            (KeyError::RsaUnderEd25519, ..) => {
                "Write k=rsa in place of k=ed25519 (or leave k out): p holds an RSA key.".to_owned()
            }
            _ => rule.fix.to_owned(),
        };
        self.say(rule, "p", span, "verifies nothing", message).fix(fix);
    }

    fn key(&mut self, key: &PublicKey) {
        let value = self.record.tag("p").map_or(0..0, |tag| tag.value_span);
        if key.form == KeyForm::Pkcs1 {
            let message =
                "want SubjectPublicKeyInfo in p, found a bare RSAPublicKey (PKCS#1), which many verifiers cannot read"
                    .to_owned();
            let finding = self.say(&keys::KEY_ENCODING, "p", value.clone(), "PKCS#1", message);
            finding.severity = Severity::Warning;
        }
        for weakness in key.weaknesses() {
            let bits = key.bits;
            let subject = format!("p: {}", weakness_word(weakness));
            let (rule, message) = match weakness {
                Weakness::Exponent => (
                    &keys::RSA_NUMBERS,
                    "want an odd exponent of at least 3, found another".to_owned(),
                ),
                Weakness::Factor(prime) => (
                    &keys::RSA_NUMBERS,
                    format!("want a modulus without small factors, found one that divides by {prime}"),
                ),
                Weakness::Long => (
                    &keys::RSA_LONG,
                    format!("want at most 4096 bits, found RSA {bits}"),
                ),
                Weakness::Published(place) => (
                    &keys::KNOWN_KEY,
                    format!(
                        "want a key of your own, found the example of {}, whose private half is printed there",
                        place.as_str()
                    ),
                ),
                Weakness::Roca => (
                    &keys::KNOWN_KEY,
                    "want a key that cannot be factored, found one of the ROCA kind (CVE-2017-15361)"
                        .to_owned(),
                ),
                Weakness::Short => (
                    &keys::RSA_SHORT,
                    format!("want at least 2048 bits, found RSA {bits}"),
                ),
                Weakness::TooShort => (
                    &keys::RSA_TOO_SHORT,
                    format!("want at least 1024 bits, found RSA {bits}: verifiers must not accept it"),
                ),
            };
            self.say(rule, subject, value.clone(), "this key", message);
        }
        let size = answer_size(self.setting.name, &self.record.text);
        if key.bits > 2048 && size > 512 {
            let message = format!(
                "want an answer of at most 512 octets, found about {size} (RSA {})",
                key.bits
            );
            self.say(&keys::RSA_BULKY, "p", value, "", message);
        }
    }

    /// Tags that are historic, for people, or from elsewhere.
    fn leftovers(&mut self) {
        let tags: Vec<(Vec<u8>, Vec<u8>, Span)> = self
            .record
            .tags()
            .map(|tag| (tag.name.to_vec(), tag.value.to_vec(), tag.span))
            .collect();
        let mut of_a_signature = Vec::new();
        for (name, value, span) in tags {
            match name.as_slice() {
                b"g" => {
                    let message = format!("g={} has no meaning any more", presentation(&value));
                    let finding = self.say(&rules::GRANULARITY, "g", span, "historic", message);
                    if value == b"*" {
                        finding.severity = Severity::Info;
                    }
                }
                b"n" => {
                    let message = format!("notes of {} octets travel with every answer", value.len());
                    self.say(&rules::NOTES, "n", span, "for people", message);
                }
                b"a" | b"b" | b"bh" | b"c" | b"d" | b"i" | b"l" | b"q" | b"x" | b"z" => {
                    of_a_signature.push((presentation(&name), span));
                }
                _ => {}
            }
        }
        if let Some((_, span)) = of_a_signature.first().cloned() {
            let names: Vec<String> = of_a_signature.into_iter().map(|(name, _)| name).collect();
            let message = format!(
                "want tags of a key record, found {} of a signature",
                names.join(", ")
            );
            self.say(
                &rules::SIGNATURE_TAGS,
                names.join(","),
                span,
                "of a signature",
                message,
            );
        }
    }
}

/// Tells the weaknesses of one key apart.
fn weakness_word(weakness: Weakness) -> String {
    match weakness {
        Weakness::Exponent => "exponent".to_owned(),
        Weakness::Factor(prime) => format!("factor {prime}"),
        Weakness::Long | Weakness::Short | Weakness::TooShort => "size".to_owned(),
        Weakness::Published(place) => place.as_str().to_owned(),
        Weakness::Roca => "ROCA".to_owned(),
    }
}

/// The rule a key that does not decode breaks.
fn rule_of(error: &KeyError) -> &'static Rule {
    match error {
        KeyError::Base64 { .. } | KeyError::Padding => &keys::BASE64,
        KeyError::Ed25519UnderRsa => &keys::ED25519_WITHOUT_K,
        KeyError::Ed25519Length(_) | KeyError::Ed25519Spki | KeyError::RsaUnderEd25519 => {
            &keys::ED25519_ENCODING
        }
        KeyError::Private => &keys::PEM_OR_PRIVATE,
        _ => &keys::KEY_ENCODING,
    }
}

/// The size of the answer to the TXT question, with the smallest encoding: one record, the name compressed.
fn answer_size(name: &Name, text: &[u8]) -> usize {
    let strings = Txt::split(text).strings.len();
    12 + name.wire_len() + 4 + 12 + text.len() + strings
}
