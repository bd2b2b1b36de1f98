//! DKIM key records (RFC 6376 3.6.1, RFC 8301, RFC 8463): read without losing anything, written canonically, compared
//! by what a verifier does with them.
//!
//! [`parse`] splits a value into tags with spans and refuses nothing; what is wrong with it is asked of the
//! [`Record`]. [`PublicKey`] is the decoded key: SubjectPublicKeyInfo and PKCS#1 forms of one RSA key are the same
//! key, and every way in which `p=` can fail to hold one has its own reason. Pure: octets in, values out.

mod cause;
mod compare;
mod damage;
mod key;
mod likeness;
mod parse;
mod weakness;

pub use self::cause::{Cause, Damage};
pub use self::compare::compare;
pub use self::key::{KeyError, KeyForm, KeyKind, PublicKey};
pub use self::likeness::{Likeness, NearMiss, host_name, likeness, with_right_separators};
pub use self::parse::{Fault, FaultKind, Material, Record, Tag, in_ascii, parse, with_equals_signs};
pub use self::weakness::{Published, Weakness};

/// What a key record must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredKey {
    /// This key; `None` for any.
    pub key: Option<PublicKey>,
    /// `t=y`.
    pub testing: bool,
    /// `t=s`.
    pub strict_identity: bool,
}

impl DesiredKey {
    /// The canonical record, `v=DKIM1; k=ed25519; t=y:s; p=…` (`k=rsa` is the default and not written); `None` where
    /// any key will do.
    pub fn to_text(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        let mut text = String::from("v=DKIM1; ");
        if key.kind == KeyKind::Ed25519 {
            text.push_str("k=ed25519; ");
        }
        match (self.testing, self.strict_identity) {
            (true, true) => text.push_str("t=y:s; "),
            (true, false) => text.push_str("t=y; "),
            (false, true) => text.push_str("t=s; "),
            (false, false) => {}
        }
        text.push_str("p=");
        text.push_str(&key.to_base64());
        Some(text)
    }
}
