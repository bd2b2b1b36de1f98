//! What the providers most used ask of a domain's DNS: one row each, from the provider's own public page. Data, and how it
//! is recognised in live DNS. Pure.
//!
//! Only what is the same for every customer stands here as a value. What a provider makes up for each account (a tenant's
//! name, a token, a key) is a form: it says where the value comes from, and recognises one that is published already. How far
//! each row could be held against what others can read too stands in it.

mod table;

pub use self::table::PRESETS;

/// A provider that sends or receives mail for domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What `--sends-with` takes.
    pub id: &'static str,
    /// What `--sends-with` takes too, unlisted: what people call it.
    pub aliases: &'static [&'static str],
    /// What the provider is called.
    pub name: &'static str,
    /// The names whose SPF records it has, as far as domains include them; the first is the one to include.
    pub includes: &'static [&'static str],
    /// Whether it asks for the include in the record of the domain itself. Where it does not, it sends with an envelope of
    /// its own or of a sub-domain, and an include would cost one of ten lookups for nothing.
    pub asks_for_include: bool,
    /// Its DKIM selectors.
    pub selectors: &'static [Selector],
    /// How the names of its mail exchangers end, where it receives mail.
    pub exchanges: &'static [&'static str],
    /// The page to look it up at.
    pub page: &'static str,
    /// What the values were last held against.
    pub checked: Checked,
    /// What else is to be known, in a sentence; may be empty.
    pub note: &'static str,
}

/// What the values of a row were held against, in which month (as in 2026-11): stored copies that were read then, and may
/// be older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Pages of the provider's own say every one of them.
    Pages(&'static str),
    /// They stand in the DNS of domains that use it, and every SPF record answers; its own page was not to be had, or says
    /// only a part.
    Dns(&'static str),
}

/// A DKIM selector of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    /// Its name; empty where each account has its own, and with a word in capitals where a part of it is the account's.
    pub name: &'static str,
    /// What stands there.
    pub target: Target,
}

/// What stands at a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A CNAME to this name; `{domain}` stands for the domain.
    Is(&'static str),
    /// A CNAME to a name of this form, which the provider tells each account, and which ends in one of these.
    Like(&'static str, &'static [&'static str]),
    /// A key that is published itself, which the provider makes for each account.
    Key,
}

impl Selector {
    /// Whether a selector of this name can be this one: `hs1-1234567` is `hs1-ACCOUNT`.
    pub fn is_named(&self, name: &str) -> bool {
        let Some(capital) = self.name.find(|letter: char| letter.is_ascii_uppercase()) else {
            return name.eq_ignore_ascii_case(self.name);
        };
        let (head, rest) = self.name.split_at(capital);
        let tail = rest.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
        let begins = name
            .get(..head.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(head));
        begins && ends_with(name, tail) && name.len() > head.len() + tail.len()
    }
}

impl Preset {
    /// Whether a mechanism of SPF brings in its record.
    pub fn is_included_by(&self, mechanism: &str) -> bool {
        let plain = mechanism.trim_start_matches(['+', '-', '~', '?']);
        let Some((head, target)) = plain.split_once(':') else {
            return false;
        };
        let target = target.trim_end_matches('.');
        head.eq_ignore_ascii_case("include")
            && self
                .includes
                .iter()
                .any(|known| known.eq_ignore_ascii_case(target))
    }

    /// Whether a CNAME at `selector` of `domain` leads to it. A target that is the same for everybody, or of its form, is
    /// no other's; which selector it stands at does not matter.
    pub fn is_target(&self, target: &str, domain: &str) -> bool {
        self.selectors.iter().any(|selector| match selector.target {
            Target::Is(name) => name.replace("{domain}", domain).eq_ignore_ascii_case(target),
            Target::Like(_, ends) => ends.iter().any(|end| ends_with(target, end)),
            Target::Key => false,
        })
    }

    /// Whether a mail exchanger is one of its own.
    pub fn is_exchange(&self, host: &str) -> bool {
        self.exchanges.iter().any(|end| ends_with(host, end))
    }
}

fn ends_with(name: &str, end: &str) -> bool {
    let start = name.len().checked_sub(end.len());
    let tail = start.and_then(|start| name.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests;
