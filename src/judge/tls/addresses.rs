//! What was found at the addresses of one host, told once: each may be another machine, and what is so at all of them needs
//! no address. Pure.

use std::net::IpAddr;

/// What was found, each with the addresses at which it was, in the order in which they were asked.
#[derive(Debug, Default)]
pub(super) struct AtAddresses {
    found: Vec<(String, Vec<IpAddr>)>,
    /// How many addresses were held against it.
    seen: usize,
}

impl AtAddresses {
    /// Takes note of one address, at which this was found, or nothing of the kind.
    pub(super) fn note(&mut self, at: IpAddr, found: Option<String>) {
        self.seen += 1;
        let Some(what) = found else { return };
        match self.found.iter_mut().find(|(known, _)| *known == what) {
            Some((_, addresses)) => addresses.push(at),
            None => self.found.push((what, vec![at])),
        }
    }

    /// Each of what was found, once.
    pub(super) fn whats(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(|(what, _)| what.as_str())
    }

    /// Whether something was found at every address.
    pub(super) fn is_everywhere(&self) -> bool {
        let at: usize = self.found.iter().map(|(_, at)| at.len()).sum();
        at > 0 && at == self.seen
    }

    /// Where something was found: nothing to add where that is everywhere, and `None` where it is nowhere.
    pub(super) fn places(&self) -> Option<String> {
        let at: Vec<String> = self
            .found
            .iter()
            .flat_map(|(_, at)| at)
            .map(ToString::to_string)
            .collect();
        match at.is_empty() {
            true => None,
            false if self.is_everywhere() => Some(String::new()),
            false => Some(format!(" at {}", at.join(", "))),
        }
    }

    /// All of it in a clause; `None` where nothing was found.
    pub(super) fn told(&self) -> Option<String> {
        let each = self.found.iter().map(|(what, at)| {
            let addresses: Vec<String> = at.iter().map(ToString::to_string).collect();
            match at.len() == self.seen {
                true => what.clone(),
                false => format!("{what} at {}", addresses.join(", ")),
            }
        });
        let each: Vec<String> = each.collect();
        (!each.is_empty()).then(|| each.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_everywhere_needs_no_address() {
        let at = |number: u8| IpAddr::from([192, 0, 2, number]);
        for (found, told) in [
            (&[][..], None),
            (&[None, None], None),
            (&[Some("a"), Some("a")], Some("a")),
            (&[Some("a"), None], Some("a at 192.0.2.0")),
            (&[None, Some("a"), Some("a")], Some("a at 192.0.2.1, 192.0.2.2")),
            (&[Some("a"), Some("b")], Some("a at 192.0.2.0 and b at 192.0.2.1")),
        ] {
            let mut all = AtAddresses::default();
            for (number, one) in (0..).zip(found) {
                all.note(at(number), one.map(str::to_owned));
            }
            assert_eq!(all.told().as_deref(), told, "{found:?}");
        }
    }
}
