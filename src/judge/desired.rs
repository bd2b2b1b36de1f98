//! What must be published for a wanted RRset, in presentation format. Needs no answer from DNS.

use crate::inquiry::Kind;
use crate::intent::{DkimWant, DmarcWant, Wanted, What};
use crate::records::dkim;

/// What must be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// The record type.
    pub kind: Kind,
    /// The values, joined and unquoted; empty where nothing is to be published, or the provider chooses.
    pub values: Vec<String>,
    /// What decides whether, or which, where the spec alone does not: a sentence.
    pub condition: Option<String>,
}

/// What `wanted` asks to be published.
pub fn desired(wanted: &Wanted) -> Desired {
    let condition = |text: &str| Some(text.to_owned());
    let (values, condition) = match &wanted.what {
        What::Spf(record) => (vec![record.to_text()], None),
        What::Dkim(DkimWant::Key(key)) => (key.to_text().into_iter().collect(), None),
        What::Dkim(DkimWant::AnyKey(key)) => (Vec::new(), Some(any_key(key))),
        What::Dkim(DkimWant::Cname(target)) => (vec![target.to_string()], None),
        What::Dkim(DkimWant::Revoked) => (
            vec!["v=DKIM1; p=".to_owned()],
            condition("or no record at all: no key is as good as a revoked one"),
        ),
        What::Dkim(DkimWant::WildcardRevoked) => {
            (vec!["v=DKIM1; p=".to_owned()], condition("absent is equivalent"))
        }
        What::Dmarc(DmarcWant::Record(record)) => (vec![record.to_text()], None),
        What::Dmarc(DmarcWant::Inherit) => (
            Vec::new(),
            condition("no record here: the organizational domain's applies"),
        ),
        What::Dmarc(DmarcWant::Cname { target, at_least }) => (
            vec![target.to_string()],
            at_least.map(|policy| format!("the policy at its end must be at least p={policy}")),
        ),
        What::NullMx => (
            vec!["0 .".to_owned()],
            condition("only where the name has an A or AAAA record"),
        ),
    };
    let kind = match &wanted.what {
        What::Dkim(DkimWant::Cname(_)) | What::Dmarc(DmarcWant::Cname { .. }) => Kind::Cname,
        _ => wanted.kind,
    };
    Desired {
        kind,
        values,
        condition,
    }
}

/// The flags are said too: they are part of what is wanted, and so of an intent's digest.
fn any_key(key: &dkim::Wanted) -> String {
    let flags = match (key.testing, key.strict_identity) {
        (false, false) => "",
        (false, true) => " with t=s",
        (true, false) => " with t=y",
        (true, true) => " with t=y:s",
    };
    format!("exactly one valid key{flags}, whichever: the provider publishes it")
}
