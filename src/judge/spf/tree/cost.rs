//! What a record, or a term, costs of what RFC 7208 4.6.4 allows.

/// What a record, or a term, costs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// At least, until it passes or matches; `u32::MAX` where it never does.
    pub(super) pass: u32,
    /// At least, until it ends in anything else or does not match.
    pub(super) other: u32,
    /// For a sender nothing matches.
    pub(super) worst: u32,
    /// Terms that find nothing, for IPv4 and for IPv6 senders.
    pub(super) voids: (u32, u32),
}

impl Cost {
    /// A term that queries, and nothing behind it.
    pub(super) fn of_one_query() -> Self {
        Self {
            pass: 1,
            other: 1,
            worst: 1,
            voids: (0, 0),
        }
    }

    /// `all`: it matches everybody, at no cost.
    pub(super) fn of_all() -> Self {
        Self {
            other: u32::MAX,
            ..Self::default()
        }
    }

    /// The term matches whoever sends.
    pub(super) fn and_it_matches(self) -> Self {
        Self {
            other: u32::MAX,
            ..self
        }
    }

    /// Whether it matches whoever sends: it never ends in anything else.
    pub(super) fn always_matches(self) -> bool {
        self.other == u32::MAX
    }

    /// The term that leads here counts as well.
    pub(super) fn and_the_term(self) -> Self {
        Self {
            pass: self.pass.saturating_add(1),
            other: self.other.saturating_add(1),
            worst: self.worst.saturating_add(1),
            voids: self.voids,
        }
    }

    /// Adds what counts in the worst case.
    pub(super) fn add(&mut self, other: Self) {
        self.worst = self.worst.saturating_add(other.worst);
        self.voids.0 = self.voids.0.saturating_add(other.voids.0);
        self.voids.1 = self.voids.1.saturating_add(other.voids.1);
    }
}
