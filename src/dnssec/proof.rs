//! What NSEC and NSEC3 can say of a name: what they prove, and what their lists of types mean (RFC 6840 4.1).

use hickory_proto::rr::{Name, RecordType, RecordTypeSet};

/// How far an absence is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is.
    Whole,
    /// But for what may hide in an opt-out span (RFC 5155 9.2).
    OptOut,
    /// NSEC3 of so many iterations are not looked at (RFC 9276 3.2).
    Iterations(u16),
}

/// What lies at a name that has no DS, as its parent proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// No zone begins there.
    SameZone,
    /// A zone without keys of its own begins there.
    Unsigned,
    /// An unsigned zone may begin there.
    OptOut,
    /// NSEC3 of so many iterations are not looked at.
    Iterations(u16),
    /// The zone itself spoke, and of that only its parent can.
    WrongSide,
}

/// What a record's list of types says of its owner.
#[derive(Clone, Copy)]
pub(super) struct Types<'m>(pub(super) &'m RecordTypeSet);

impl Types<'_> {
    pub(super) fn has(self, kind: RecordType) -> bool {
        self.0.contains(kind)
    }

    /// The parent's side of a delegation (RFC 6840 4.1).
    pub(super) fn is_delegation(self) -> bool {
        self.has(RecordType::NS) && !self.has(RecordType::SOA)
    }

    /// Why the owner may hold `kind` all the same; `None` when it does not.
    pub(super) fn lack(self, kind: RecordType, owner: &Name) -> Result<(), &'static str> {
        if self.has(kind) {
            return Err("its proof of absence says that the type is there");
        }
        if self.has(RecordType::CNAME) {
            return Err("its proof of absence says that there is an alias");
        }
        if kind == RecordType::DS {
            let is_child = self.has(RecordType::SOA) && !owner.is_root();
            return if is_child {
                Err("the absence of DS is proven by the zone itself, not by its parent")
            } else {
                Ok(())
            };
        }
        if self.is_delegation() {
            return Err("its absence is proven by the parent of the zone it lies in");
        }
        Ok(())
    }

    /// What the parent says of a name that it lists.
    pub(super) fn below(self, owner: &Name) -> Result<Below, &'static str> {
        if self.has(RecordType::DS) {
            return Err("its proof of absence says that there is a DS");
        }
        if self.has(RecordType::SOA) && !owner.is_root() {
            return Ok(Below::WrongSide);
        }
        match self.has(RecordType::NS) {
            true => Ok(Below::Unsigned),
            false => Ok(Below::SameZone),
        }
    }
}
