//! A domain, its records, and what is asked of it.

use serde_json::{Value, json};

/// A domain whose SPF and DMARC are what [`spec`] wants; answers hold for a second.
pub const ZONE: &str = "
voorbeeld.nl        1 TXT v=spf1 ip4:192.0.2.1 -all
voorbeeld.nl        1 MX  10 mail.voorbeeld.nl
mail.voorbeeld.nl   1 A   192.0.2.1
mail.voorbeeld.nl   1 AAAA 2001:db8::1
_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p=reject
nl                  1 SOA 1
";

/// As [`ZONE`], with a weaker DMARC policy.
pub const WEAKER: &str = "_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p=none";
/// As [`ZONE`].
pub const RIGHT: &str = "_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p=reject";

/// The spec [`ZONE`] is right for.
pub fn spec() -> Value {
    json!({
        "domain": "voorbeeld.nl",
        "role": "Mail",
        "interval": "1h",
        "settleWindow": "2s",
        "readyWhen": "InSync",
        "spf": {"mechanisms": ["ip4:192.0.2.1"], "all": "Fail"},
        "dmarc": {"policy": "Reject"},
    })
}

/// [`spec`] with some fields replaced.
pub fn spec_with(change: Value) -> Value {
    let mut spec = spec();
    for (key, value) in change.as_object().unwrap() {
        spec[key] = value.clone();
    }
    spec
}
