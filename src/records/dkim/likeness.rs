//! What a TXT value at a selector is: a key record, what was meant as one and why verifiers discard it, or other text.
//! Pure.

use super::{KeyKind, Material, PublicKey, Record, parse, with_equals_signs};
use crate::name::Name;

/// What a TXT value at a selector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A key record: verifiers read it, whatever they then think of the key.
    Key,
    /// Meant as one, but verifiers discard it.
    NearMiss(NearMiss),
    /// Something else.
    Other,
}

/// Why what was meant as a key record is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NearMiss {
    /// `p:` and a key: a colon where `=` belongs, and no version.
    Colon,
    /// Base64 of a key of this kind, without a tag before it.
    BareBase64(KeyKind),
    /// Something stands before `v=DKIM1`.
    Before,
    /// The semicolons stand behind backslashes.
    Escaped,
    /// The name of a host: a CNAME was meant.
    HostName,
    /// A PEM file.
    Pem,
    /// A PEM file of a private key.
    PrivatePem,
    /// Quotes around the value.
    Quoted,
    /// `V=`, `P=`: tag names are case-sensitive.
    UpperCase,
    /// `v:DKIM1` and the like.
    VersionForm,
    /// `v=dkim1`.
    VersionCase,
    /// `v=DKIM1` behind another tag.
    VersionNotFirst,
    /// A line ends where the semicolon behind `v=DKIM1` belongs.
    VersionLine,
    /// `v=DKIM2`, `v=DKIM1 k=rsa`.
    VersionValue,
    /// A line of a zone file: `s1._domainkey IN TXT "v=DKIM1…"`.
    ZoneLine,
}

impl NearMiss {
    /// What is wrong with it, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BareBase64(_) => "the bare base64 is no key record: its tags are missing",
            Self::Colon => "a colon stands where the equals sign behind p belongs",
            Self::Before => "something stands before v=DKIM1",
            Self::Escaped => "the value holds literal backslashes before its semicolons",
            Self::HostName => "a host name in a TXT record is no key: a CNAME was meant",
            Self::Pem => "a PEM file is no key record: write v=DKIM1; p= and the base64 alone",
            Self::PrivatePem => "a private key is no key record, and anybody can sign with it",
            Self::Quoted => "the value holds literal quotes",
            Self::UpperCase => "tag names are written in lower case",
            Self::VersionForm => "the record must start with v=DKIM1;",
            Self::VersionCase => "the version must be exactly DKIM1, letter case included",
            Self::VersionNotFirst => "v=DKIM1 must be the first tag",
            Self::VersionLine => {
                "a line ends where the semicolon behind v=DKIM1 belongs: to DKIM it is a blank"
            }
            Self::VersionValue => "the version must be exactly DKIM1, ended by a semicolon",
            Self::ZoneLine => "a whole line of a zone file is no key record: the value alone belongs here",
        }
    }

    /// What to do about it; what is written then is a key record.
    pub fn fix(self) -> &'static str {
        match self {
            Self::BareBase64(KeyKind::Rsa) => {
                "Write v=DKIM1; k=rsa; p= before the base64: v=DKIM1; k=rsa; p=…"
            }
            Self::BareBase64(KeyKind::Ed25519) => {
                "Write v=DKIM1; k=ed25519; p= before the base64: v=DKIM1; k=ed25519; p=…"
            }
            Self::Colon => "Write p= in place of p:, with v=DKIM1; before it.",
            Self::Before => "Take out what stands before v=DKIM1.",
            Self::Escaped => "Enter the value without backslashes; the provider's form escapes what it must.",
            Self::HostName => "Remove the TXT record and publish a CNAME to this host.",
            Self::Pem => {
                "Write v=DKIM1; p= and behind it what stands between the BEGIN and END lines, in one line."
            }
            Self::PrivatePem => {
                "Anybody can sign with it: make a new key under a new selector, and revoke this selector at once."
            }
            Self::Quoted => "Enter the value without quotes.",
            Self::UpperCase => "Write the names of the tags in small letters: v=, k=, p=.",
            Self::VersionForm => "Write each tag as name=value, with v=DKIM1; first.",
            Self::VersionCase => "Write v=DKIM1; in exactly these letters.",
            Self::VersionNotFirst => "Move v=DKIM1; to the start of the record.",
            Self::VersionLine => "Write the record in one line, with a semicolon between two tags.",
            Self::VersionValue => "Write v=DKIM1; at the start, the semicolon included.",
            Self::ZoneLine => "Enter only what stands behind TXT, without the quotes around it.",
        }
    }
}

impl std::fmt::Display for NearMiss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tells key records from near misses and from other text.
///
/// `v` is optional (RFC 6376 3.6.1), so a list with a `p` tag and no `v` is a key record. Where `v` stands it must
/// be the first tag and exactly `DKIM1`.
pub fn likeness(text: &[u8]) -> Likeness {
    let quoted = text.trim_ascii_start();
    if quoted.starts_with(b"\"") || quoted.starts_with(b"\\\"") {
        let inner = quoted
            .iter()
            .take_while(|octet| matches!(octet, b'"' | b'\\'))
            .count();
        return match likeness(quoted.get(inner..).unwrap_or_default()) {
            Likeness::Other => Likeness::Other,
            // The graver of two faults is the one that is named.
            Likeness::NearMiss(graver @ (NearMiss::PrivatePem | NearMiss::HostName)) => {
                Likeness::NearMiss(graver)
            }
            Likeness::NearMiss(_) | Likeness::Key => Likeness::NearMiss(NearMiss::Quoted),
        };
    }
    if let Some(near_miss) = behind_something(text) {
        return Likeness::NearMiss(near_miss);
    }
    let record = parse(text);
    let near_miss = if let Some(version) = record.tag("v") {
        let first = record.tags().next().is_some_and(|tag| tag.span == version.span);
        let starts = version.value.get(..4).unwrap_or(version.value);
        match version.value {
            b"DKIM1" if first => return Likeness::Key,
            b"DKIM1" => NearMiss::VersionNotFirst,
            value if value.eq_ignore_ascii_case(b"DKIM1") => NearMiss::VersionCase,
            b"DKIM1\\" => NearMiss::Escaped,
            value if ends_line_behind_version(value) => NearMiss::VersionLine,
            _ if starts.eq_ignore_ascii_case(b"DKIM") => NearMiss::VersionValue,
            _ => return Likeness::Other,
        }
    } else if names_version_alone(text) {
        NearMiss::VersionForm
    } else if record.tag("p").is_some() {
        return Likeness::Key;
    } else {
        return undeclared(text, &record);
    };
    Likeness::NearMiss(near_miss)
}

/// `DKIM1`, and behind it, blanks aside, the end of a line.
fn ends_line_behind_version(value: &[u8]) -> bool {
    let Some((version, rest)) = value.split_at_checked(5) else {
        return false;
    };
    let mut rest = rest.iter().skip_while(|octet| matches!(octet, b' ' | b'\t'));
    version.eq_ignore_ascii_case(b"DKIM1") && matches!(rest.next(), Some(b'\r' | b'\n'))
}

/// `DKIM1; k=rsa; p=…`: the version without its tag.
fn names_version_alone(text: &[u8]) -> bool {
    let first = text.split(|&octet| octet == b';').next().unwrap_or_default();
    first.trim_ascii().eq_ignore_ascii_case(b"DKIM1")
}

/// The whole record where the version or the separators of `text` are wrong: every tag in order, once it can be read so.
pub fn with_right_separators(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    if likeness(text.as_bytes()) == Likeness::NearMiss(NearMiss::Colon) {
        let mended = with_equals_signs(text.as_bytes())?.0;
        return Some(format!("v=DKIM1; {}", String::from_utf8(mended).ok()?.trim()));
    }
    let bare = text.trim_start_matches(['v', 'V', '=', ':', ' ']);
    let version = bare
        .get(..5)
        .filter(|version| version.eq_ignore_ascii_case("DKIM1"))?;
    let rest = bare.get(version.len()..)?;
    let mut whole = "v=DKIM1".to_owned();
    let separator = |one: char| matches!(one, ';' | ',' | '\\' | '|') || one.is_ascii_whitespace();
    for tag in rest.trim_start_matches([':', '.']).split(separator) {
        if tag.is_empty() {
            continue;
        }
        let (name, value) = tag.split_once(['=', ':'])?;
        if !["k", "p", "t", "s", "h", "g"].contains(&name) {
            return None;
        }
        whole.push_str(&format!("; {name}={}", value.trim_end_matches(':')));
    }
    let record = parse(whole.as_bytes());
    (record.tag("p").is_some() && record.faults().is_empty() && record.damage().is_none()).then_some(whole)
}

/// What a value with neither `v` nor `p` is.
fn undeclared(text: &[u8], record: &Record) -> Likeness {
    let bare = text.trim_ascii_start();
    let starts = |prefix: &[u8]| {
        bare.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if bare.starts_with(b"-----BEGIN ") {
        let private = bare.windows(11).any(|window| window == b"PRIVATE KEY");
        return Likeness::NearMiss(if private {
            NearMiss::PrivatePem
        } else {
            NearMiss::Pem
        });
    }
    if starts(b"MI") && bare.len() > 80 && !bare.contains(&b';') {
        return Likeness::NearMiss(NearMiss::BareBase64(KeyKind::Rsa));
    }
    // Nothing but the 32 octets of a key, with the padding they have.
    let ed25519 = bare.trim_ascii_end().ends_with(b"=") && PublicKey::from_p(KeyKind::Ed25519, bare).is_ok();
    if ed25519 {
        return Likeness::NearMiss(NearMiss::BareBase64(KeyKind::Ed25519));
    }
    let upper = |name: &[u8]| matches!(name, b"V" | b"P");
    if record.tags().any(|tag| upper(tag.name)) {
        return Likeness::NearMiss(NearMiss::UpperCase);
    }
    if starts(b"v DKIM1") || starts(b"v:DKIM1") || starts(b"DKIM1") {
        return Likeness::NearMiss(NearMiss::VersionForm);
    }
    if record.tag("k").is_some() {
        return Likeness::Key;
    }
    let is_key = |text: &[u8]| matches!(parse(text).material(), Material::Key(_));
    if with_equals_signs(text).is_some_and(|(mended, _)| is_key(&mended)) {
        return Likeness::NearMiss(NearMiss::Colon);
    }
    if host_name(text).is_some() {
        return Likeness::NearMiss(NearMiss::HostName);
    }
    Likeness::Other
}

/// What stands before the record that was meant: the beginning of a line of a zone file, or anything else.
fn behind_something(text: &[u8]) -> Option<NearMiss> {
    // So much may stand before a record for it to be taken for one.
    const MAX_BEFORE: usize = 300;
    let searched = text.get(..text.len().min(MAX_BEFORE))?;
    let find = |word: &[u8]| {
        let mut windows = searched.windows(word.len());
        windows.position(|window| window.eq_ignore_ascii_case(word))
    };
    let before = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        // Tags of the record itself end in semicolons.
        (!before.contains(&b';')).then_some(before)
    };
    let is_apart = |before: &[u8]| before.last().is_some_and(|last| !last.is_ascii_alphanumeric());
    let in_zone_file = |before: &[u8]| {
        let mut words = before.split(|octet| octet.is_ascii_whitespace() || matches!(octet, b'"' | b'('));
        !before.contains(&b'=') && words.any(|word| word.eq_ignore_ascii_case(b"TXT"))
    };
    let version = find(b"v=DKIM1")
        .and_then(before)
        .filter(|before| is_apart(before));
    let first = [b"p=".as_slice(), b"k="]
        .into_iter()
        .filter_map(find)
        .min()
        .and_then(before);
    if [version, first].into_iter().flatten().any(in_zone_file) {
        return Some(NearMiss::ZoneLine);
    }
    // White space means nothing to DKIM, and quotes and odd characters have findings of their own.
    let says = |before: &&[u8]| before.iter().any(u8::is_ascii_alphanumeric);
    version.filter(says).map(|_| NearMiss::Before)
}

/// The host a text names and nothing else, as a CNAME's target would be: labels of letters, digits, hyphens and
/// underscores, the last of letters. What forms and zone files write around it means nothing: quotes, white space, the
/// beginning of a line with CNAME in it, `cname=`, a number, `http://`.
pub fn host_name(text: &[u8]) -> Option<Name> {
    let text = std::str::from_utf8(text).ok()?;
    let noise = |character: char| {
        character.is_ascii_whitespace() || matches!(character, '"' | '\'' | '\\' | '<' | '>' | ';' | ',')
    };
    let mut words = text
        .split(|character: char| character.is_ascii_whitespace() || matches!(character, '=' | '"'))
        .map(|word| word.trim_matches(noise))
        .filter(|word| !word.is_empty());
    let host = words.next_back()?;
    let words: Vec<&str> = words.collect();
    let named = words.last().is_some_and(|last| is_word_for_target(last));
    let number = |word: &&str| word.bytes().all(|octet| octet.is_ascii_digit());
    if !(named || words.iter().all(number)) {
        return None;
    }
    let (word, rest) = host.split_once(':').unwrap_or_default();
    let host = if is_word_for_target(word) { rest } else { host };
    let host = ["http://", "https://"]
        .into_iter()
        .find_map(|scheme| host.strip_prefix(scheme))
        .unwrap_or(host);
    let name: Name = host.trim_end_matches('/').parse().ok()?;
    let plain = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
    };
    let labels = name.labels();
    let top = labels.last()?;
    let letters = top.len() > 1 && (top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--"));
    (labels.len() > 1 && labels.iter().all(plain) && letters).then_some(name)
}

/// A word that says that a host follows, to which the name is to lead.
fn is_word_for_target(word: &str) -> bool {
    let word = word.trim_end_matches(':');
    ["CNAME", "target", "alias", "host", "value"]
        .into_iter()
        .any(|one| one.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_tells_what_verifiers_read() {
        let bare = format!("MIIB{}", "A".repeat(100));
        for (text, want) in [
            ("v=DKIM1; p=AAAA", "key"),
            ("v=DKIM1;p=", "key"),
            (" v = DKIM1 ; p=", "key"),
            ("p=AAAA", "key"),
            ("k=rsa; p=AAAA", "key"),
            ("v=DKIM1; k=rsa", "key"),
            ("k=rsa", "key"),
            ("v=dkim1; p=AAAA", "near miss"),
            ("v=DKIM1 k=rsa; p=AAAA", "near miss"),
            ("v=DKIM2; p=AAAA", "near miss"),
            ("k=rsa; v=DKIM1; p=AAAA", "near miss"),
            ("V=DKIM1; P=AAAA", "near miss"),
            ("P=AAAA", "near miss"),
            ("\"v=DKIM1; p=AAAA\"", "near miss"),
            ("\\\"v=DKIM1; p=AAAA\\\"", "near miss"),
            ("-----BEGIN PUBLIC KEY-----", "near miss"),
            ("v:DKIM1; k:rsa", "near miss"),
            ("v=DKIM1\\; k=rsa\\; p=AAAA", "near miss"),
            ("s1.a-example.dkim.provider.example.", "near miss"),
            ("\"s1._domainkey.provider.example\"", "near miss"),
            ("CNAME s1.provider.example", "near miss"),
            ("10 s1.provider.example", "near miss"),
            ("cname=s1.provider.example", "near miss"),
            ("CNAME: s1.provider.example.", "near miss"),
            ("https://s1.provider.example/", "near miss"),
            ("IN CNAME s1.provider.example.", "near miss"),
            ("s1._domainkey 3600 IN CNAME s1.provider.example.", "near miss"),
            ("s1._domainkey IN TXT \"v=DKIM1; p=AAAA\"", "near miss"),
            ("IN TXT ( \"k=rsa; p=AAAA\" )", "near miss"),
            ("TXT v=DKIM1; p=AAAA", "near miss"),
            ("s1._domainkey.a.example v=DKIM1; p=AAAA", "near miss"),
            ("Value: v=DKIM1; p=AAAA", "near miss"),
            ("n=the TXT of v=DKIM1; p=AAAA", "near miss"),
            ("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "near miss"),
            ("1.2.3.4", "other"),
            ("mail from s1.provider.example", "other"),
            ("site=s1.provider.example", "other"),
            ("hello.", "other"),
            ("two words.example", "other"),
            (&bare, "near miss"),
            ("v=spf1 -all", "other"),
            ("v=DMARC1; p=none", "other"),
            ("google-site-verification=AAAA", "other"),
            ("\"hello\"", "other"),
            ("", "other"),
        ] {
            let found = match likeness(text.as_bytes()) {
                Likeness::Key => "key",
                Likeness::NearMiss(_) => "near miss",
                Likeness::Other => "other",
            };
            assert_eq!(found, want, "{text:?}");
        }
    }
}
