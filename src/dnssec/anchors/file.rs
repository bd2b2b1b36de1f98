//! A file of trust anchors as the tools that make them write it: DS and DNSKEY records in zone form (RFC 1035 5.1), as
//! `dnssec-dsfromkey`, `dnssec-keygen` and `keymgr` print them, and as `unbound-anchor` keeps them. Pure.
//!
//! TTL and class may stand in either order or not at all, a record may go over several lines in parentheses, and comments are
//! passed over, but for one thing: unbound writes behind each key what has become of it (RFC 5011 4.3), and a key that it does
//! not believe yet, or no longer, is no anchor. Whatever else stands there is refused with its line, for who is believed is
//! nothing to be guessed at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::dnssec::rdata::DS;
use hickory_proto::dnssec::{Algorithm, DigestType, PublicKeyBuf};
use hickory_proto::rr::Name;

/// What is believed of a zone.
#[derive(Debug)]
pub(super) enum Believed {
    /// This key.
    Key(PublicKeyBuf),
    /// Any key this is the digest of.
    Digest(DS),
}

/// How a record is written, for whoever wrote something else.
const SHAPE: &str = "want a record as NAME [TTL] [IN] DS … or NAME [TTL] [IN] DNSKEY …";

/// Statements of named.conf that hold anchors.
const STATEMENTS: [&str; 3] = ["trust-anchors", "managed-keys", "trusted-keys"];

/// What unbound notes of keys that are believed: they are valid, or valid and missing for the time being.
const BELIEVED: [&str; 2] = ["2", "3"];

/// The anchors of a file, each with its zone.
///
/// # Errors
/// A sentence that says what is wrong, and in which line.
pub(super) fn read(text: &str) -> Result<Vec<(Name, Believed)>, String> {
    let (mut owner, mut anchors, mut left_out) = (None, Vec::new(), 0);
    for entry in entries(text)? {
        let line = entry.line;
        let believed = entry
            .read(&mut owner)
            .map_err(|why| format!("line {line}: {why}"))?;
        match believed {
            Some(_) if entry.is_doubted => left_out += 1,
            Some(believed) => anchors.push(believed),
            None => {}
        }
    }
    match (anchors.is_empty(), left_out) {
        (false, _) => Ok(anchors),
        (true, 0) => Err("there is no DS or DNSKEY record in it".to_owned()),
        (true, _) => Err("each key in it is one that is not believed yet, or no longer".to_owned()),
    }
}

/// A record, or a directive, as the words it is made of.
struct Entry<'t> {
    /// The line it begins in.
    line: usize,
    /// Whether that begins with a blank: it is of the owner before it.
    is_indented: bool,
    words: Vec<&'t str>,
    /// Whether unbound notes that it does not believe the key.
    is_doubted: bool,
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>, String> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    // Of the entry whose parenthesis is open, the line of that.
    let mut open: Option<usize> = None;
    for (line, written) in (1..).zip(text.lines()) {
        let (code, comment) = written.split_once(';').unwrap_or((written, ""));
        if open.is_none() {
            entries.push(Entry {
                line,
                is_indented: code.starts_with([' ', '\t']),
                words: Vec::new(),
                is_doubted: false,
            });
        }
        let Some(entry) = entries.last_mut() else { continue };
        for word in code.split_ascii_whitespace().flat_map(apart) {
            match (word, open) {
                ("(", None) => open = Some(line),
                (")", Some(_)) => open = None,
                ("(", Some(_)) => return Err(format!("line {line}: a parenthesis within another")),
                (")", None) => {
                    return Err(format!(
                        "line {line}: a parenthesis is closed that was not opened"
                    ));
                }
                (word, _) => entry.words.push(word),
            }
        }
        entry.is_doubted |= state(comment).is_some_and(|state| !BELIEVED.contains(&state));
    }
    if let Some(line) = open {
        return Err(format!("line {line}: a parenthesis is opened that is not closed"));
    }
    entries.retain(|entry| !entry.words.is_empty());
    Ok(entries)
}

/// A word taken apart at its parentheses.
fn apart(word: &str) -> impl Iterator<Item = &str> {
    let parts = word
        .split_inclusive(['(', ')'])
        .flat_map(|part| match part.strip_suffix(['(', ')']) {
            Some(rest) => [rest, part.get(rest.len()..).unwrap_or_default()],
            None => [part, ""],
        });
    parts.filter(|part| !part.is_empty())
}

/// What a comment of unbound says of a key: `;;state=2`.
fn state(comment: &str) -> Option<&str> {
    let (_, rest) = comment.split_once(";state=")?;
    rest.split(|char: char| !char.is_ascii_digit()).next()
}

impl Entry<'_> {
    /// The zone and what is believed of it; nothing of a directive that changes nothing here.
    fn read(&self, owner: &mut Option<Name>) -> Result<Option<(Name, Believed)>, String> {
        let mut words = self.words.iter().copied();
        let first = self.words.first().copied().unwrap_or_default();
        if first.eq_ignore_ascii_case("$TTL") {
            return Ok(None);
        }
        if first.starts_with('$') {
            return Err(format!("want names written in full, found {first}"));
        }
        let is_statement = |name: &&str| first.trim_end_matches('{').eq_ignore_ascii_case(name);
        if STATEMENTS.iter().any(is_statement) {
            return Err(format!(
                "want records, found the statement {first} of named.conf: write its keys as records, as dnssec-dsfromkey prints \
                 them"
            ));
        }
        if !self.is_indented {
            words.next();
            *owner = Some(zone(first)?);
        }
        let Some(zone) = owner.clone() else {
            return Err("want the name of a zone, found a blank with no name above it".to_owned());
        };
        let (mut ttl, mut class) = (None, None);
        let kind = loop {
            let word = words.next().ok_or(SHAPE)?;
            if ttl.is_none() && is_ttl(word) {
                ttl = Some(word);
            } else if class.is_none() && word.eq_ignore_ascii_case("IN") {
                class = Some(word);
            } else {
                break word;
            }
        };
        let fields: Vec<&str> = words.collect();
        let believed = match kind.to_ascii_uppercase().as_str() {
            "DS" => Believed::Digest(digest(&fields)?),
            "DNSKEY" => Believed::Key(key(&fields)?),
            _ => return Err(format!("{SHAPE}, found {kind} in place of the type")),
        };
        Ok(Some((zone, believed)))
    }
}

/// A name, which is always written in full: there is nothing it could be below.
fn zone(text: &str) -> Result<Name, String> {
    let name = Name::from_ascii(text).ok().filter(|_| text != "@");
    let mut name = name.ok_or_else(|| format!("want the name of a zone, found {text}"))?;
    name.set_fqdn(true);
    Ok(name)
}

/// `3600`, or as BIND writes it `1h30m`.
fn is_ttl(word: &str) -> bool {
    let is_unit = |octet: u8| matches!(octet.to_ascii_lowercase(), b's' | b'm' | b'h' | b'd' | b'w');
    word.starts_with(|char: char| char.is_ascii_digit())
        && word.bytes().all(|octet| octet.is_ascii_digit() || is_unit(octet))
}

fn number<T: std::str::FromStr>(fields: &[&str], at: usize, what: &str) -> Result<T, String> {
    let found = fields.get(at).copied().unwrap_or("nothing");
    found
        .parse()
        .map_err(|_| format!("want {what} as a number, found {found}"))
}

/// A DS: tag, algorithm, kind of digest, digest (RFC 4034 5.3).
fn digest(fields: &[&str]) -> Result<DS, String> {
    let tag = number(fields, 0, "the tag of a key")?;
    let algorithm: u8 = number(fields, 1, "the algorithm of a key")?;
    let kind: u8 = number(fields, 2, "the kind of a digest")?;
    let wanted = match kind {
        1 => 20,
        2 => 32,
        4 => 48,
        _ => {
            return Err(format!(
                "want a digest of kind 2 (SHA-256), 4 (SHA-384) or 1 (SHA-1), found {kind}"
            ));
        }
    };
    let digits = fields.get(3..).unwrap_or_default().concat();
    let digest = octets(&digits).ok_or_else(|| format!("want hexadecimal digits, found {digits}"))?;
    if digest.len() != wanted {
        return Err(format!(
            "want {wanted} octets in a digest of kind {kind}, found {}",
            digest.len()
        ));
    }
    let (algorithm, kind) = (Algorithm::from_u8(algorithm), DigestType::from(kind));
    Ok(DS::new(tag, algorithm, kind, digest))
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// A DNSKEY: flags, protocol, algorithm, key (RFC 4034 2.2).
fn key(fields: &[&str]) -> Result<PublicKeyBuf, String> {
    let flags: u16 = number(fields, 0, "the flags of a key")?;
    let protocol: u8 = number(fields, 1, "the protocol of a key")?;
    let algorithm: u8 = number(fields, 2, "the algorithm of a key")?;
    if flags & 0x0100 == 0 || flags & 0x0080 != 0 || protocol != 3 {
        return Err(format!(
            "want the key of a zone, flags 257 or 256 and protocol 3, found {flags} {protocol}"
        ));
    }
    let written = fields.get(3..).unwrap_or_default().concat();
    let key = STANDARD.decode(&written).ok().filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| format!("want a key in base64, found {written:?}"))?;
    Ok(PublicKeyBuf::new(key, Algorithm::from_u8(algorithm)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=";
    const SHA256: &str = "3490a6806d47f17a34c29e2ce80e8a999ffbe4be5d2b1a0f6a6f7f3c1f0b6c1e";

    /// The anchors in short: `example.nl. key 15`, `example.nl. ds 3613 15 2`.
    fn told(text: &str) -> Result<Vec<String>, String> {
        let short = |(zone, believed): &(Name, Believed)| match believed {
            Believed::Key(key) => {
                use hickory_proto::dnssec::PublicKey;
                format!("{zone} key {}", u8::from(key.algorithm()))
            }
            Believed::Digest(ds) => format!(
                "{zone} ds {} {} {}",
                ds.key_tag(),
                u8::from(ds.algorithm()),
                u8::from(ds.digest_type())
            ),
        };
        Ok(read(text)?.iter().map(short).collect())
    }

    #[test]
    fn what_the_tools_print_is_read() {
        let halves = SHA256.split_at(40);
        for (what, text, anchors) in [
            (
                "dnssec-keygen",
                format!(
                    "; This is a key-signing key, keyid 3613, for example.nl.\nexample.nl. IN DNSKEY 257 3 15 {KEY}\n"
                ),
                &["example.nl. key 15"][..],
            ),
            (
                "keymgr dnskey",
                format!("example.nl. DNSKEY 257 3 15 {KEY}"),
                &["example.nl. key 15"],
            ),
            (
                "keymgr ds",
                format!("example.nl. DS 3613 15 2 {SHA256}\n"),
                &["example.nl. ds 3613 15 2"],
            ),
            (
                "dnssec-dsfromkey",
                format!(
                    "example.nl. IN DS 3613 15 2 {} {}\n",
                    halves.0,
                    halves.1.to_uppercase()
                ),
                &["example.nl. ds 3613 15 2"],
            ),
            (
                "dnssec-dsfromkey -T",
                format!("example.nl. 3600 IN DS 3613 15 2 {SHA256}"),
                &["example.nl. ds 3613 15 2"],
            ),
            (
                "ldns-key2ds",
                format!("example.nl.\t3600\tIN\tDS\t3613 15 2 {SHA256} ; xebab\n"),
                &["example.nl. ds 3613 15 2"],
            ),
            (
                "unbound-anchor",
                format!(
                    "; autotrust trust anchor file\n;;id: . 1\n;;last_queried: 1764200000 ;;Thu Nov 27\n\
                 .\t86400\tIN\tDNSKEY\t257 3 8 AwEA ;{{id = 20326 (ksk), size = 2048b}} ;;state=2 [  VALID  ] ;;count=0\n\
                 .\t86400\tIN\tDNSKEY\t257 3 13 {KEY} ;{{id = 38696 (ksk)}} ;;state=1 [ ADDPEND ] ;;count=4\n\
                 .\t86400\tIN\tDNSKEY\t257 3 15 {KEY} ;{{id = 1 (ksk)}} ;;state=3 [ MISSING ] ;;count=4\n"
                ),
                &[". key 8", ". key 15"],
            ),
            (
                "a zone file",
                format!(
                    "$TTL 1h\n\nnl. 1h30m in dnskey (\n\t257 3 15 ; a (comment\n\t{} {} )\n\tIN 60 DS (3613 15 2 {SHA256})\nExample.NL DS 1 15 1 {}\n",
                    &KEY[..10],
                    &KEY[10..],
                    "ab".repeat(20)
                ),
                &["nl. key 15", "nl. ds 3613 15 2", "Example.NL. ds 1 15 1"],
            ),
            (
                "lines of Windows",
                format!("nl. IN DS 1 15 2 {SHA256}\r\n\r\n. IN 60 DS 2 15 2 {SHA256}\r\n"),
                &["nl. ds 1 15 2", ". ds 2 15 2"],
            ),
        ] {
            assert_eq!(
                told(&text).unwrap_or_else(|why| panic!("{what}: {why}")),
                anchors,
                "{what}"
            );
        }
    }

    #[test]
    fn what_is_no_anchor_is_told_with_its_line() {
        let good = format!("nl. IN DS 1 15 2 {SHA256}\n");
        for (text, says) in [
            ("".to_owned(), "no DS or DNSKEY"),
            ("; nothing yet\n".to_owned(), "no DS or DNSKEY"),
            (
                format!("{good}nl. 60 IN A 192.0.2.1"),
                "line 2: want a record as NAME [TTL] [IN] DS … or NAME [TTL] [IN] DNSKEY …, found A",
            ),
            (format!("{good}\nnl."), "line 3: want a record"),
            (
                format!("{good}nl. CH DS 1 15 2 {SHA256}"),
                "line 2: want a record as NAME [TTL] [IN] DS … or NAME [TTL] [IN] DNSKEY …, found CH",
            ),
            (
                "  IN DS 1 15 2 ab".to_owned(),
                "line 1: want the name of a zone, found a blank",
            ),
            (
                "nl. DS x 15 2 ab".to_owned(),
                "line 1: want the tag of a key as a number, found x",
            ),
            (
                "nl. DS 1 15".to_owned(),
                "line 1: want the kind of a digest as a number, found nothing",
            ),
            (format!("nl. DS 1 15 3 {SHA256}"), "line 1: want a digest of kind"),
            (
                "nl. DS 1 15 2 abab".to_owned(),
                "line 1: want 32 octets in a digest of kind 2, found 2",
            ),
            (format!("nl. DS 1 15 2 {SHA256}g"), "line 1: want hexadecimal"),
            (
                format!("nl. DNSKEY 0 3 15 {KEY}"),
                "line 1: want the key of a zone",
            ),
            (
                format!("nl. DNSKEY 385 3 15 {KEY}"),
                "line 1: want the key of a zone",
            ),
            (
                format!("nl. DNSKEY 257 2 15 {KEY}"),
                "line 1: want the key of a zone",
            ),
            ("nl. DNSKEY 257 3 15 !".to_owned(), "line 1: want a key in base64"),
            ("nl. DNSKEY 257 3 15".to_owned(), "line 1: want a key in base64"),
            (
                format!("$ORIGIN nl.\n{good}"),
                "line 1: want names written in full",
            ),
            (
                format!("{good}@ DS 1 15 2 {SHA256}"),
                "line 2: want the name of a zone, found @",
            ),
            (
                format!("{good}nl. DS (1 15 2\n{SHA256}"),
                "line 2: a parenthesis is opened that is not closed",
            ),
            (
                format!("nl. DS 1 15 2 {SHA256})"),
                "line 1: a parenthesis is closed",
            ),
            (
                format!("nl. DS ((1 15 2 {SHA256}))"),
                "line 1: a parenthesis within",
            ),
            (
                "trust-anchors {\n  . initial-ds 20326 8 2 \"E06D\";\n};".to_owned(),
                "line 1: want records, found the statement trust-anchors",
            ),
            (
                "// keys\nmanaged-keys{ };".to_owned(),
                "line 1: want the name of a zone",
            ),
            (
                "managed-keys{ };".to_owned(),
                "line 1: want records, found the statement",
            ),
            (
                ". 60 IN DNSKEY 257 3 8 AwEA ;;state=4 [ REVOKED ]".to_owned(),
                "not believed yet, or no longer",
            ),
        ] {
            let why = told(&text).expect_err(&text);
            assert!(
                why.starts_with(says) || !says.starts_with("line") && why.contains(says),
                "{text}: {why}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ -~\\n\\t]{0,200}") {
            let _ = read(&text);
        }
    }
}
