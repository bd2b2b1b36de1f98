//! A DMARC record as Internet.nl's test reads it: by the strict grammar of RFC 7489 6.4, with `np` of RFC 9091 and `psd`
//! and `t` of RFC 9989.
//!
//! Receivers are milder: RFC 9989 4.7 has them leave out what they do not know. What is refused here is what the test
//! refuses, and what it takes says nothing of what receivers do. Pure: text alone.

/// What the test takes from a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// `p`, lower case.
    pub(super) policy: Option<String>,
    /// `sp`, lower case.
    pub(super) subdomains: Option<String>,
    /// Whether `t=y` stands there.
    pub(super) is_testing: bool,
    /// Whether any tag stands there.
    pub(super) says_something: bool,
    /// The hosts of `rua`, then those of `ruf`, lower case.
    pub(super) hosts: Vec<String>,
}

/// Reads a record; `None` where the grammar does not hold.
pub(super) fn read(text: &str) -> Option<Text> {
    let mut at = Cursor(text);
    if !(at.word("v") && at.equals() && at.exact("DMARC1") && at.separator()) {
        return None;
    }
    let mut read = Text::default();
    let begin = at.0;
    if at.word("p") && at.equals() {
        read.policy = at.one_of(&POLICIES);
    }
    if read.policy.is_none() {
        at.0 = begin;
    }
    read.says_something = read.policy.is_some();
    let (mut known, mut rua, mut ruf): (Vec<&str>, _, _) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let before = at.0;
        let tag = at.separator().then(|| at.tag()).flatten();
        let Some(tag) = tag.filter(|tag| !known.contains(tag)) else {
            at.0 = before;
            break;
        };
        let holds = at.equals()
            && match tag {
                "sp" => {
                    read.subdomains = at.one_of(&POLICIES);
                    read.subdomains.is_some()
                }
                "np" => at.one_of(&POLICIES).is_some(),
                "adkim" | "aspf" => at.one_of(&["r", "s"]).is_some(),
                "psd" => at.one_of(&["y", "n", "u"]).is_some(),
                "t" => {
                    let said = at.one_of(&["y", "n"]);
                    read.is_testing = said.as_deref() == Some("y");
                    said.is_some()
                }
                "fo" => at.list(':', |at| at.one_of(&["0", "1", "d", "s"]).is_some()),
                "rf" => at.keywords(),
                "ri" => at.digits() > 0,
                "pct" => (1..=3).contains(&at.digits()),
                "rua" => at.uris(&mut rua),
                _ => at.uris(&mut ruf),
            };
        if !holds {
            return None;
        }
        known.push(tag);
        read.says_something = true;
    }
    at.separator();
    read.hosts = hosts(&rua).chain(hosts(&ruf)).collect();
    at.0.is_empty().then_some(read)
}

const POLICIES: [&str; 3] = ["none", "quarantine", "reject"];

/// The tags that may stand behind `p`, each once and in any order.
const TAGS: [&str; 12] = [
    "sp", "np", "rua", "ruf", "adkim", "aspf", "ri", "fo", "rf", "pct", "psd", "t",
];

/// What is left of the text.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    fn exact(&mut self, word: &str) -> bool {
        let rest = self.0.strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// The same in any letter case.
    fn word(&mut self, word: &str) -> bool {
        let split = self.0.split_at_checked(word.len());
        let rest = split.filter(|(head, _)| head.eq_ignore_ascii_case(word));
        self.0 = rest.map_or(self.0, |(_, rest)| rest);
        rest.is_some()
    }

    /// The word, with blanks before and behind it; nothing is taken where it is not there.
    fn spaced(&mut self, word: &str) -> bool {
        let before = self.0;
        self.blanks();
        if !self.exact(word) {
            self.0 = before;
            return false;
        }
        self.blanks();
        true
    }

    fn equals(&mut self) -> bool {
        self.spaced("=")
    }

    fn separator(&mut self) -> bool {
        self.spaced(";")
    }

    fn tag(&mut self) -> Option<&'static str> {
        let name: usize = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, rest) = self.0.split_at_checked(name)?;
        let tag = TAGS.into_iter().find(|tag| tag.eq_ignore_ascii_case(name))?;
        self.0 = rest;
        Some(tag)
    }

    fn one_of(&mut self, words: &[&str]) -> Option<String> {
        let found = words.iter().find(|word| self.word(word))?;
        Some((*found).to_owned())
    }

    fn digits(&mut self) -> usize {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        self.0 = self.0.get(digits..).unwrap_or_default();
        digits
    }

    /// One or more, with `between` between them.
    fn list(&mut self, between: char, mut one: impl FnMut(&mut Self) -> bool) -> bool {
        if !one(self) {
            return false;
        }
        loop {
            let before = self.0;
            if !(self.spaced(between.encode_utf8(&mut [0; 4])) && one(self)) {
                self.0 = before;
                return true;
            }
        }
    }

    /// Words of letters, digits and inner hyphens, with colons before which blanks may stand.
    fn keywords(&mut self) -> bool {
        let keyword = |at: &mut Self| {
            let length =
                at.0.bytes()
                    .take_while(|one| one.is_ascii_alphanumeric() || *one == b'-')
                    .count();
            let Some((word, rest)) = at.0.split_at_checked(length) else {
                return false;
            };
            at.0 = rest;
            !word.is_empty() && !word.ends_with('-')
        };
        if !keyword(self) {
            return false;
        }
        loop {
            let before = self.0;
            self.blanks();
            if !(self.exact(":") && keyword(self)) {
                self.0 = before;
                return true;
            }
        }
    }

    fn uris(&mut self, all: &mut Vec<&'t str>) -> bool {
        self.list(',', |at| {
            let length = at.0.find([' ', ',', ';']).unwrap_or(at.0.len());
            let Some((uri, rest)) = at.0.split_at_checked(length) else {
                return false;
            };
            if !is_uri(uri) {
                return false;
            }
            at.0 = rest;
            all.push(uri);
            true
        })
    }
}

/// A scheme and something, with at most one size behind an exclamation mark.
fn is_uri(text: &str) -> bool {
    let mut parts = text.split('!');
    let uri = parts.next().unwrap_or_default();
    let size = parts.next();
    let sized = size.is_none_or(|size| size.starts_with(|one: char| one.is_ascii_digit()));
    parts.next().is_none() && sized && behind_scheme(uri).is_some()
}

/// What stands behind the scheme.
fn behind_scheme(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    let plain = |one: char| one.is_ascii_alphanumeric() || "+-.".contains(one);
    let holds = scheme.starts_with(|one: char| one.is_ascii_alphabetic()) && scheme.chars().all(plain);
    holds.then_some(rest)
}

/// The hosts that reports go to by mail. The list is cut at its second `=`, as the test cuts it.
fn hosts(uris: &[&str]) -> impl Iterator<Item = String> {
    let list = uris.join(",");
    let list = list.split('=').next().unwrap_or_default().to_owned();
    let uris: Vec<String> = list.split(',').filter_map(host).collect();
    uris.into_iter()
}

fn host(uri: &str) -> Option<String> {
    let rest = behind_scheme(uri).unwrap_or(uri);
    // What names a server is no mailbox.
    if rest
        .strip_prefix("//")
        .is_some_and(|server| !server.starts_with(['/', '?', '#']) && !server.is_empty())
    {
        return None;
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() {
        return None;
    }
    let host = match path.split_once('@') {
        Some((_, host)) => host.split('!').next().unwrap_or_default(),
        None => path,
    };
    Some(host.trim().trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_grammar_holds_or_does_not() {
        for taken in [
            "v=DMARC1; p=reject",
            "v=DMARC1;p=reject;",
            "v=DMARC1 ; p = reject ; ",
            "V=DMARC1; P=REJECT; SP=None",
            "v=DMARC1;",
            "v=DMARC1; ;",
            "v=DMARC1; p=none; rua=mailto:a@a.nl!10m, mailto:b@b.nl; ruf=https://a.nl/x",
            "v=DMARC1; p=reject; fo=0:1:d:s; rf=afrf; ri=86400; pct=100; adkim=s; aspf=r",
            "v=DMARC1; p=reject; np=reject; psd=n; t=y",
            "v=DMARC1; p=reject; pct=0",
            "v=DMARC1;; sp=none",
        ] {
            assert!(read(taken).is_some(), "{taken}");
        }
        for refused in [
            "v=dmarc1; p=reject",
            "v=DMARC1",
            "v=DMARC1 p=reject",
            "v=DMARC1, p=reject",
            " v=DMARC1; p=reject",
            "v=DMARC1; p=reject ",
            "v=DMARC1; p=reject;; sp=none",
            "v=DMARC1; p=rejected",
            "v=DMARC1; p=",
            "v=DMARC1; sp=none; p=reject",
            "v=DMARC1; rua=mailto:a@a.nl; p=reject",
            "v=DMARC1; rua=mailto:a@a.nl",
            "v=DMARC1; p=reject; p=none",
            "v=DMARC1; p=reject; sp=none; sp=reject",
            "v=DMARC1; p=reject; foo=bar",
            "v=DMARC1; p=reject; rua=a@a.nl",
            "v=DMARC1; p=reject; rua=mailto:a@a.nl,",
            "v=DMARC1; p=reject; rua=mailto:a@a.nl!1!2",
            "v=DMARC1; p=reject; rua=mailto:a@a.nl!m",
            "v=DMARC1; p=reject; pct=1000",
            "v=DMARC1; p=reject; pct=",
            "v=DMARC1; p=reject; fo=2",
            "v=DMARC1; p=reject; adkim=relaxed",
            "v=DMARC1; p=reject; rf=afrf-",
            "v=DMARC1; p=reject; t=1",
            "v=DMARC1;\\009p=reject",
        ] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }

    #[test]
    fn hosts_are_taken_from_addresses_alone() {
        for (uris, hosts) in [
            ("mailto:a@B.nl", &["b.nl"][..]),
            ("mailto:a@b.nl!10m,mailto:c@d.nl.", &["b.nl", "d.nl"]),
            ("https://a.nl/x", &[]),
            ("mailto:a@b.nl?subject", &["b.nl"]),
            ("mailto:nobody", &["nobody"]),
            ("mailto:a=b@c.nl", &["a"]),
        ] {
            let text = read(&format!("v=DMARC1; p=reject; rua={uris}")).expect(uris);
            assert_eq!(text.hosts, hosts, "{uris}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "v=DMARC1(;[ -~]{0,16}){0,6}", odd in ".{0,40}") {
            let _ = (read(&text), read(&odd));
        }
    }
}
