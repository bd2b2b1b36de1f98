//! Rules that do nothing but match patterns, judged without an interpreter: `!self.matches('a') || self.matches('b')`. Pure.
//!
//! CEL compiles the pattern anew in every evaluation, which for a fleet's manifests costs more than all else together.
//! What is read here is a part of CEL that leaves no room for doubt; any other rule is not read, and is CEL's own. A rule
//! that does not hold is left to CEL too, for the words.

use regex::Regex;

/// A rule on a text: it holds where one of its parts does.
#[derive(Debug)]
pub(super) struct Matching(Vec<Part>);

#[derive(Debug)]
struct Part {
    pattern: Regex,
    /// Whether the part holds where the pattern matches, or where it does not.
    wanted: bool,
}

impl Matching {
    /// Reads a rule; `None` for one that does more.
    pub(super) fn read(rule: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = rule.trim();
        loop {
            let (wanted, matches) = match rest.strip_prefix('!') {
                Some(matches) => (false, matches),
                None => (true, rest),
            };
            let quoted = matches.strip_prefix("self.matches(")?;
            let quote = quoted
                .chars()
                .next()
                .filter(|quote| matches!(quote, '\'' | '"'))?;
            let (pattern, after) = quoted.get(1..)?.split_once(quote)?;
            // What a backslash stands for in a text of CEL is CEL's to say.
            if pattern.contains('\\') {
                return None;
            }
            let pattern = Regex::new(pattern).ok()?;
            parts.push(Part { pattern, wanted });
            rest = after.strip_prefix(')')?.trim_start();
            if rest.is_empty() {
                return Some(Self(parts));
            }
            rest = rest.strip_prefix("||")?.trim_start();
        }
    }

    /// Whether a text keeps to the rule.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.0
            .iter()
            .any(|part| part.pattern.is_match(text) == part.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_matches_is_read_and_nothing_else() {
        for (rule, yes, no) in [
            ("self.matches('^a+$')", "aa", "ab"),
            (" !self.matches(\"^a+$\") ", "ab", "aa"),
            ("!self.matches('a') || self.matches('b|c')", "ac", "a"),
            ("self.matches('a')||self.matches('b')", "b", "c"),
            ("self.matches('||')", "any", ""),
        ] {
            let read = Matching::read(rule).expect(rule);
            assert!(read.holds(yes), "{rule} {yes}");
            assert!(no.is_empty() || !read.holds(no), "{rule} {no}");
        }
        for other in [
            "",
            "!self.matches('a') || duration(self) > duration('1s')",
            "self.matches('a') && self.matches('b')",
            "self.matches('a') ? true : false",
            "!!self.matches('a')",
            "self.matches('a') == false",
            "self.name.matches('a')",
            "self.matches(self)",
            r"self.matches('a\\.b')",
            r"self.matches('it\'s')",
            "self.matches('a",
            "self.matches('a') ||",
            "self.matches('(')",
            "size(self) > 1",
        ] {
            assert!(Matching::read(other).is_none(), "{other}");
        }
    }
}
