//! The rules about one key record: its tag list, its key, and what it allows.

use super::answer::has_key;
use crate::inquiry::Txt;
use crate::judge::{Finding, Findings, Topic};
use crate::name::Name;
use crate::records::dkim::{
    Cause, Damage, FaultKind, KeyError, KeyForm, Material, PublicKey, Record, Weakness,
};
use crate::records::{Span, presentation};
use crate::rules::dkim::{key as keys, record as rules};
use crate::rules::{Rule, Severity};

/// What is known of the selector a record stands at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'s> {
    /// The selector's name.
    pub(super) name: &'s Name,
    /// What findings are said of.
    pub(super) topic: &'s Topic,
    /// Tells this record from others at the selector: empty where it is the only one.
    pub(super) which: &'s str,
    /// Whether the spec says it is revoked.
    pub(super) revoked: bool,
    /// Whether the spec asks for `t=y`.
    pub(super) testing: bool,
    /// Whether the spec asks for `t=s`.
    pub(super) strict_identity: bool,
}

/// What is wrong with one key record.
pub(super) fn check(record: &Record, setting: &Setting<'_>, findings: &mut Findings) {
    let mut linter = Linter {
        record,
        setting,
        topic: setting.topic.text(&record.text),
        findings,
    };
    let damage = record.damage();
    linter.list(damage.as_ref());
    match &damage {
        Some(damage) => linter.spoilt(damage),
        None => linter.material(),
    }
    linter.white_space(damage.is_some());
    if has_key(record) {
        linter.limits();
        linter.flags();
    }
    linter.leftovers();
}

struct Linter<'l> {
    record: &'l Record,
    setting: &'l Setting<'l>,
    topic: Topic,
    findings: &'l mut Findings,
}

impl Linter<'_> {
    /// A finding about `subject`: a tag, or what stands in one.
    fn say(
        &mut self,
        rule: &'static Rule,
        subject: impl Into<String>,
        span: Span,
        label: &str,
        message: String,
    ) -> &mut Finding {
        let subject = format!("{}{}", subject.into(), self.setting.which);
        let finding = self.findings.say(rule, &self.topic, message);
        finding.about(subject).at(span).label(label)
    }

    /// The span of a tag, or the start of the record.
    fn span(&self, name: &str) -> Span {
        self.record.tag(name).map_or(0..0, |tag| tag.span)
    }

    fn whole(&self) -> Span {
        0..self.record.text.len()
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
            Material::Key(key) => self.key(&key),
            Material::Malformed(error) => self.malformed(&error),
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
            Material::UnknownKind(kind) => {
                let rule = if kind.starts_with(b"mldsa") {
                    &keys::DKIM2_KEY
                } else {
                    &keys::KEY_TYPE
                };
                let (span, shown) = (self.span("k"), presentation(&kind));
                let message = format!("want k=rsa or k=ed25519, found k={shown}");
                self.say(rule, "k", span, "ignored by verifiers", message);
            }
        }
    }

    /// A key whose spoiling has a name.
    fn spoilt(&mut self, damage: &Damage) {
        let rule = match (&damage.cause, self.record.material()) {
            // Where all records' characters are looked at.
            (Cause::NonAscii, _) => return,
            (Cause::Private | Cause::Pem, _) => &keys::PEM_OR_PRIVATE,
            (Cause::MissingSemicolon, _) => &rules::TAG_LIST,
            (_, Material::Malformed(error)) => rule_of(&error),
            (_, _) => &keys::BASE64,
        };
        let message = format!("want a public key in p, found {}", damage.cause);
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
        let message = format!("want a public key in p, found {error}");
        self.say(rule, "p", span, "verifies nothing", message);
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

    /// h and s: what the key may be used for.
    fn limits(&mut self) {
        if let Some(items) = self.record.items("h").map(owned) {
            let span = self.span("h");
            if !self.record.allows_sha256() {
                let message = "want sha256 in h, found none: no signature verifies".to_owned();
                self.say(&rules::NO_SHA256, "h", span, "no sha256", message);
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
        if let Some(items) = self.record.items("s").map(owned) {
            let span = self.span("s");
            if !self.record.allows_email() {
                let tls_reports = items.iter().any(|(item, _)| item == b"tlsrpt");
                let (rule, message) = if tls_reports {
                    (
                        &rules::TLSRPT_ONLY,
                        "the key is for TLS reports only: want s=email for mail",
                    )
                } else {
                    (
                        &rules::NOT_FOR_EMAIL,
                        "want * or email in s, found neither: verifiers of mail ignore the key",
                    )
                };
                self.say(rule, "s", span, "not for mail", message.to_owned());
            }
            self.unknown("s", &items, &[b"*", b"email", b"tlsrpt"]);
        }
    }

    /// t: testing and strict identity.
    fn flags(&mut self) {
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
                let message = format!("{tag}={} is not known and has no effect", presentation(item));
                self.say(
                    &rules::UNKNOWN_VALUE,
                    format!("{tag}={}", presentation(item)),
                    span.clone(),
                    "ignored",
                    message,
                );
            }
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

fn owned(items: Vec<(&[u8], Span)>) -> Vec<(Vec<u8>, Span)> {
    items
        .into_iter()
        .map(|(item, span)| (item.to_vec(), span))
        .collect()
}

/// The size of the answer to the TXT question, with the smallest encoding: one record, the name compressed.
fn answer_size(name: &Name, text: &[u8]) -> usize {
    let strings = Txt::split(text).strings.len();
    12 + name.wire_len() + 4 + 12 + text.len() + strings
}
