//! CAA as Internet.nl tests it: whether a set stands at the host's name or above, every record of it can be read, and one
//! says who may issue (RFC 8659 3, 4). It is recommended, and does not count.

use super::criteria;
use super::hosts::ask;
use super::mark::{Mark, Status};
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::name::Name;

/// The test of one host.
pub(super) fn mark(host: &Name, inquiry: &mut Inquiry<'_>) -> Mark {
    let test = &criteria::CAA;
    let mut at = Some(host.clone());
    while let Some(name) = at.filter(|name| !name.is_root()) {
        let records = match ask(inquiry, &name, Kind::Caa) {
            Ok(seen) => seen.records,
            Err(why) => return Mark::unanswered(test, &format!("{name} CAA"), why),
        };
        let texts: Vec<&str> = records.iter().filter_map(Rdata::text_only).collect();
        if !texts.is_empty() {
            return judged(&name, &texts);
        }
        at = name.parent();
    }
    Mark::new(
        test,
        Status::Warning,
        "bad",
        0,
        "no CAA record at its name or above",
    )
}

fn judged(name: &Name, texts: &[&str]) -> Mark {
    let test = &criteria::CAA;
    let records: Vec<Option<Caa<'_>>> = texts.iter().map(|text| Caa::read(text)).collect();
    let issues = records.iter().flatten().any(|record| record.tag == "issue");
    if !issues {
        let why = format!("{name} has CAA records, and none with the tag issue");
        return Mark::new(test, Status::Warning, "insufficient", 0, why);
    }
    let wrong = texts
        .iter()
        .zip(&records)
        .find(|(_, record)| !record.as_ref().is_some_and(Caa::is_sound));
    match wrong {
        Some((text, _)) => {
            let why = format!("{name} has a CAA record that cannot be read: {text}");
            Mark::new(test, Status::Warning, "syntax-error", 0, why)
        }
        None => Mark::good(test, format!("CAA at {name}")),
    }
}

/// One record.
struct Caa<'t> {
    flags: u8,
    tag: &'t str,
    value: String,
}

impl<'t> Caa<'t> {
    /// Reads the presentation format (RFC 8659 4.1.1).
    fn read(text: &'t str) -> Option<Self> {
        let (flags, rest) = text.trim().split_once(' ')?;
        let (tag, value) = rest.trim_start().split_once(' ')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        Some(Self {
            flags: flags.parse().ok()?,
            tag,
            value: unescaped(bare.unwrap_or(value)),
        })
    }

    /// Whether it holds to the grammar of its tag.
    fn is_sound(&self) -> bool {
        let of_tag = match self.tag.to_ascii_lowercase().as_str() {
            "issue" | "issuewild" => is_issue(&self.value) && names_methods(&self.value),
            "issuevmc" | "issuemail" => is_issue(&self.value),
            "iodef" => is_iodef(&self.value),
            "contactemail" => is_mailbox(&self.value),
            "contactphone" => is_phone(&self.value),
            _ => false,
        };
        matches!(self.flags, 0 | 128) && of_tag
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == '\\' {
            letters.next()
        } else {
            Some(letter)
        });
    }
    out
}

/// `issuer; tag=value; tag=value` (RFC 8659 4.2).
fn is_issue(value: &str) -> bool {
    let blank = [' ', '\t'];
    let (issuer, parameters) = match value.split_once(';') {
        Some((issuer, parameters)) => (issuer, Some(parameters)),
        None => (value, None),
    };
    let issuer = issuer.trim_matches(blank);
    let issuer_holds = issuer.is_empty() || issuer.split('.').all(is_label);
    let Some(parameters) = parameters
        .map(|all| all.trim_matches(blank))
        .filter(|all| !all.is_empty())
    else {
        return issuer_holds;
    };
    issuer_holds
        && parameters.split(';').all(|parameter| {
            let plain = |octet: u8| matches!(octet, 0x21..=0x3a | 0x3c..=0x7e);
            let parts = parameter.split_once('=');
            parts.is_some_and(|(tag, value)| {
                is_label(tag.trim_matches(blank)) && value.trim_matches(blank).bytes().all(plain)
            })
        })
}

/// Letters and digits, hyphens within.
fn is_label(text: &str) -> bool {
    let inner = |one: char| one.is_ascii_alphanumeric() || one == '-';
    !text.is_empty() && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Whether the methods of validation it names are ones that are registered, or an authority's own (RFC 8657 4).
fn names_methods(value: &str) -> bool {
    const KNOWN: [&str; 5] = ["http-01", "dns-01", "tls-alpn-01", "email-reply-00", "tkauth-01"];
    let parameters = value.split(';').skip(1).filter_map(|one| one.split_once('='));
    let mut methods = parameters.filter(|(tag, _)| tag.trim() == "validationmethods");
    methods.all(|(_, list)| {
        let one = |method: &str| KNOWN.contains(&method) || (method.starts_with("ca-") && is_label(method));
        list.trim().split(',').all(one)
    })
}

/// A URL to report to (RFC 8659 4.4).
fn is_iodef(value: &str) -> bool {
    match value.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            is_mailbox(rest.split(['?', '#']).next().unwrap_or_default())
        }
        Some((scheme, rest))
            if ["http", "https"]
                .iter()
                .any(|one| scheme.eq_ignore_ascii_case(one)) =>
        {
            let host = rest.strip_prefix("//").unwrap_or_default();
            !host.is_empty() && !host.starts_with(['/', '?', '#'])
        }
        _ => false,
    }
}

fn is_mailbox(text: &str) -> bool {
    let holds = |(local, domain): (&str, &str)| {
        !local.is_empty() && domain.contains('.') && domain.split('.').all(is_label)
    };
    text.len() <= 320 && !text.contains([' ', '"']) && text.rsplit_once('@').is_some_and(holds)
}

/// A global number (RFC 3966 3).
fn is_phone(text: &str) -> bool {
    let number = text.split(';').next().unwrap_or_default();
    let rest = number.strip_prefix('+').unwrap_or_default();
    let plain = |one: char| one.is_ascii_digit() || "-.()".contains(one);
    rest.chars().all(plain) && rest.contains(|one: char| one.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_can_be_read_or_not() {
        for (text, sound) in [
            ("0 issue \"letsencrypt.org\"", true),
            ("0 issue \";\"", true),
            ("0 issue \"\"", true),
            ("128 issuewild \"a.nl; policy=ev; account=1\"", true),
            ("0 issue \"a.nl; validationmethods=dns-01,ca-own\"", true),
            ("0 issue \"a.nl; validationmethods=dns-99\"", false),
            ("0 issue \"a.nl; nothing\"", false),
            ("0 issue \"-a.nl\"", false),
            ("0 issue \"a nl\"", false),
            ("1 issue \"a.nl\"", false),
            ("0 iodef \"mailto:a@a.nl\"", true),
            ("0 iodef \"https://a.nl/x\"", true),
            ("0 iodef \"a@a.nl\"", false),
            ("0 contactemail \"a@a.nl\"", true),
            ("0 contactphone \"+31 10\"", false),
            ("0 contactphone \"+31-10\"", true),
            ("0 issuemail \"a.nl\"", true),
            ("0 auth \"x\"", false),
            ("0 unknown \"x\"", false),
        ] {
            let record = Caa::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(record.is_sound(), sound, "{text}");
        }
    }
}
