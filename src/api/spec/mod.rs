//! What a person writes: the spec of a `MailDomain`. Types and schema rules only.
//!
//! The rules are CEL, evaluated by the API server on every write and by [`super::validate`] offline. They judge
//! structure: what may stand beside what. Each message says what to write instead. What is to be said at one place is one
//! rule ([`Facts`]), and most objects get through it by the one field it asks for first. Rules that look at each entry of a
//! long list stay free of regular expressions, for the API server refuses a schema whose rules could cost too much.

#![allow(
    clippy::duplicated_attributes,
    reason = "printer columns share their keys, and the lint takes that for a slip"
)]
#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

mod dane;
mod dkim;
mod dmarc;
mod dnssec;
mod mta_sts;
mod mx;
mod spf;
mod tls;
mod tls_rpt;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::dane::*;
pub use self::dkim::*;
pub use self::dmarc::*;
pub use self::dnssec::*;
pub use self::mta_sts::*;
pub use self::mx::*;
pub use self::spf::*;
pub use self::tls::*;
pub use self::tls_rpt::*;
use super::MailDomainStatus;
use super::facts::Facts;
use crate::duration::pattern;

/// What a domain's e-mail DNS must be.
#[derive(CustomResource, KubeSchema, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "zegel.dev",
    version = "v1alpha1",
    kind = "MailDomain",
    doc = "The e-mail DNS of one domain: what it must be, and what it is.",
    namespaced,
    shortname = "maildom",
    category = "mail",
    status = "MailDomainStatus",
    derive = "PartialEq",
    cel,
    selectable = ".spec.domain",
    selectable = ".status.reason",
    printcolumn(name = "Domain", type_ = "string", json_path = ".spec.domain"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Status",
        type_ = "string",
        description = "Why Ready is what it is",
        json_path = ".status.reason"
    ),
    printcolumn(
        name = "Records",
        type_ = "string",
        description = "Records in sync, of all that are managed",
        json_path = ".status.summary.ratio"
    ),
    printcolumn(
        name = "SPF",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"SPF\")].status"
    ),
    printcolumn(
        name = "DKIM",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"DKIM\")].status"
    ),
    printcolumn(
        name = "DMARC",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"DMARC\")].status"
    ),
    printcolumn(
        name = "Errors",
        type_ = "integer",
        description = "Error findings, whether on what is managed or not",
        json_path = ".status.summary.errors"
    ),
    printcolumn(name = "Role", type_ = "string", priority = 1, json_path = ".spec.role"),
    printcolumn(
        name = "Age",
        type_ = "date",
        priority = 1,
        json_path = ".metadata.creationTimestamp"
    ),
    printcolumn(
        name = "Warnings",
        type_ = "integer",
        priority = 1,
        json_path = ".status.summary.warnings"
    ),
    printcolumn(
        name = "Since",
        type_ = "date",
        priority = 1,
        json_path = ".status.reasonSince"
    ),
    printcolumn(
        name = "Observed",
        type_ = "date",
        priority = 1,
        json_path = ".status.lastObservation"
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        priority = 1,
        json_path = ".status.conditions[?(@.type==\"Ready\")].message"
    )
)]
#[x_kube(validation = Facts::unless("self.role == 'Mail'").at(".spf")
    .fact("self.role != 'SendOnly' || has(self.spf)",
        "role SendOnly needs an spf block: it says who may send")
    .fact("self.role == 'SendOnly' || !has(self.spf)",
        "roles ReceiveOnly and Parked take no spf block: their record is \"v=spf1 -all\", for nobody sends")
    .rule())]
#[x_kube(validation = Facts::unless("self.role in ['Mail', 'SendOnly'] || !has(self.dkim)").at(".dkim")
    .fact("self.dkim.selectors.all(s, has(s.state) && s.state == 'Revoked')",
        "roles ReceiveOnly and Parked take only DKIM selectors with state Revoked: nobody signs")
    .rule())]
// That there is no block is asked last: then what was asked before is an error, which a truth after it makes good. A list of
// one gives the block a name, for each time it is looked up costs more than all that is asked of it.
#[x_kube(validation = Facts::unless("self.role == 'Mail' && has(self.dmarc.policy) || !has(self.dmarc)").at(".dmarc")
    .fact("self.role in ['Mail', 'SendOnly'] \
        || [self.dmarc].all(d, (!has(d.testing) || !d.testing) && (!has(d.inherit) || !d.inherit) && !has(d.cname) \
        && !has(d.atLeast) && !has(d.publicSuffix) && !has(d.alignment) && (!has(d.policy) || d.policy == 'Reject'))",
        "roles ReceiveOnly and Parked take in dmarc only policy Reject, subdomainPolicy, \
        nonexistentSubdomainPolicy, aggregateReports, failureReports and failureOptions")
    .fact("self.role in ['ReceiveOnly', 'Parked'] || has(self.dmarc.policy) || has(self.dmarc.cname) \
        || has(self.dmarc.inherit) && self.dmarc.inherit", ONE_OF_DMARC)
    .rule())]
#[x_kube(validation = Facts::unless("!has(self.mx) || self.role != 'Parked' && !has(self.mx.none)").at(".mx")
    .fact("self.role != 'Parked' || !has(self.mx.hosts) || self.mx.hosts.size() == 0 || has(self.mx.none) && self.mx.none",
        "role Parked takes in mx only none: true: a parked domain takes no mail; where hosts take \
        its mail, its role is ReceiveOnly or Mail")
    .fact("self.role == 'Parked' || !has(self.mx.none) || !self.mx.none || has(self.mx.hosts) && self.mx.hosts.size() > 0",
        "roles Mail, SendOnly and ReceiveOnly take no mx with none: true: a domain that receives \
        needs a host, and receivers refuse mail of a sender that takes none back (RFC 7505 4.2); name the hosts, or choose \
        role Parked")
    .rule())]
#[x_kube(validation = Facts::unless("!has(self.mtaSts) \
        || self.role != 'Parked' && has(self.mx) && has(self.mx.hosts) && self.mx.hosts.size() > 0 \
        || self.mtaSts.mode == 'None'").at(".mtaSts")
    .fact("self.role != 'Parked'",
        "role Parked takes in mtaSts only mode None: it takes no mail, so there is no host a policy could be about")
    .fact("self.role == 'Parked' || has(self.mtaSts.mx) && self.mtaSts.mx.size() > 0",
        "mtaSts needs mx, the hosts mail may go to, or an mx block with hosts, which is the default")
    .rule())]
#[x_kube(validation = Facts::unless("!has(self.dane)").at(".dane")
    .fact("self.role != 'Parked' || !has(self.dane.required) || !self.dane.required",
        "role Parked takes no dane with required: true: it takes no mail, so there is no host that could have records")
    .rule())]
#[x_kube(validation = Facts::unless("!has(self.tls)").at(".tls")
    .fact("self.role != 'Parked'",
        "role Parked takes no tls block: a parked domain takes no mail, so there is no mail server to look at")
    .rule())]
#[x_kube(validation = Facts::unless("!has(self.staleAfter)").at(".staleAfter")
    .fact(format!("!self.staleAfter.matches({0:?}) || has(self.interval) && !self.interval.matches({0:?}) \
        || duration(self.staleAfter) >= duration(has(self.interval) ? self.interval : '1h')", pattern()),
        "staleAfter must be at least interval (default 1h): an observation lasts until the next one")
    .rule())]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailDomainSpec {
    /// The domain: A-labels, lower case, no trailing dot. Immutable.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("domain is immutable: make another MailDomain for another domain"))]
    #[x_kube(validation = Facts::new()
        .fact("self == self.lowerAscii()", "write the domain in lower case")
        .fact("!self.endsWith('.')", "write the domain without a trailing dot: it is always absolute")
        .fact("self.matches('^[ -~]*$')", "write the domain in A-labels (xn--…), as DNS does")
        .fact(format!("!self.matches('^[ -~]*$') || self.matches('^{LABEL}([.]{LABEL})*[.]?$')"),
            "this is no domain name: labels of 1 to 63 letters, digits and inner hyphens, with dots between")
        .fact("!self.matches('^([^.]+[.])*[0-9]+[.]?$')",
            "an IP address, or what else ends in a number, is no mail domain: name the domain its mail is sent for")
        .fact(format!("!self.matches('^{LABEL}[.]?$') || self.matches('^[0-9]+[.]?$')"),
            "one label is a top-level domain or a host's own name, and no domain mail is sent from")
        .fact("!self.matches('(?i)(^|[.])(in-addr|ip6)[.]arpa[.]?$')",
            "this is a reverse zone: it names addresses, and no mail is sent from it")
        .fact("!self.matches('^_[^.]*[.][^.]|[.]_')",
            "a label that begins with an underscore names a record of a service (_dmarc, _domainkey), \
            and no mail is sent from it: write the domain it stands below")
        .rule())]
    pub domain: String,
    /// What the domain is used for; decides which records are derived. Mail: sends and receives. SendOnly: sends.
    /// ReceiveOnly: receives. Parked: neither.
    pub role: Role,
    /// How often DNS is looked at, at least 10s; answers within their TTL are not asked again. Default 1h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration()
        .fact(format!("!self.matches({:?}) || duration(self) >= duration('10s')", pattern()), "interval must be at least 10s")
        .rule())]
    pub interval: Option<String>,
    /// How long a difference may be on its way before it counts. Default 15m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration().rule())]
    pub settle_window: Option<String>,
    /// How old a complete observation may be before Ready is Unknown. Default the larger of 6h and twice the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration().rule())]
    pub stale_after: Option<String>,
    /// What Ready=True promises. Observed: DNS was looked at, completely and recently. InSync: and every managed record
    /// is what it should be. Compliant: and no managed standard has an Error finding. Default Compliant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ReadyWhen")]
    pub ready_when: Option<ReadyWhen>,
    /// Stops looking and judging; the status stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspend: Option<bool>,
    /// Whose word counts of records. Both: what every name server holds is published, and Ready waits until the resolver
    /// has it too. Authoritative: Ready does not wait for the resolver. Recursive: name servers are not asked. Default Both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Observe")]
    pub observe: Option<Observe>,
    /// The SPF record (RFC 7208). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf: Option<SpfSpec>,
    /// The DKIM key records (RFC 6376). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<DkimSpec>,
    /// The DMARC record (RFC 9989). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<DmarcSpec>,
    /// Where mail for the domain goes (RFC 5321 5). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mx: Option<MxSpec>,
    /// MTA-STS (RFC 8461). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mta_sts: Option<MtaStsSpec>,
    /// TLS-RPT (RFC 8460). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_rpt: Option<TlsRptSpec>,
    /// DANE for SMTP (RFC 7672). Left out: observed, never drift and never missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dane: Option<DaneSpec>,
    /// DNSSEC (RFC 4033). Left out: observed, never missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dnssec: Option<DnssecSpec>,
    /// TLS at the mail servers (RFC 3207). Left out: no mail server is connected to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsSpec>,
}

impl MailDomainSpec {
    /// The blocks that are there, each by its field: `spf`. A block left out is not managed.
    pub fn blocks(&self) -> impl Iterator<Item = &'static str> {
        // Every field by its name, so that a new one is either a block or said to be none.
        let Self {
            domain: _,
            role: _,
            interval: _,
            settle_window: _,
            stale_after: _,
            ready_when: _,
            suspend: _,
            observe: _,
            spf,
            dkim,
            dmarc,
            mx,
            mta_sts,
            tls_rpt,
            dane,
            dnssec,
            tls,
        } = self;
        [
            ("spf", spf.is_some()),
            ("dkim", dkim.is_some()),
            ("dmarc", dmarc.is_some()),
            ("mx", mx.is_some()),
            ("mtaSts", mta_sts.is_some()),
            ("tlsRpt", tls_rpt.is_some()),
            ("dane", dane.is_some()),
            ("tls", tls.is_some()),
            ("dnssec", dnssec.as_ref().is_some_and(|dnssec| dnssec.required)),
        ]
        .into_iter()
        .filter_map(|(block, there)| there.then_some(block))
    }
}

/// What a domain is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Role {
    /// Sends and receives.
    Mail,
    /// Receives only: nobody may send in its name.
    ReceiveOnly,
    /// Sends only.
    SendOnly,
    /// Neither sends nor receives.
    Parked,
}

/// What Ready=True promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum ReadyWhen {
    /// DNS was looked at, completely and recently.
    Observed,
    /// And every managed record is in sync.
    InSync,
    /// And no managed standard has an Error finding.
    #[default]
    Compliant,
}

/// Whose word counts of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum Observe {
    /// The resolver's alone.
    Recursive,
    /// The name servers', where they can be asked.
    Authoritative,
    /// Both.
    #[default]
    Both,
}

/// A label of letters, digits and inner hyphens (RFC 952, RFC 1123 2.1), and underscores, which real zones hold.
pub(super) const LABEL: &str = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";

/// Said of a dmarc block that has none of them, which hangs on the role, and of one that has several.
const ONE_OF_DMARC: &str = "dmarc needs exactly one of policy, inherit: true and cname";

/// What holds of every duration.
fn duration() -> Facts {
    let pattern = pattern();
    Facts::new()
        .fact(
            format!("self.matches({pattern:?})"),
            "write a duration as 90s, 15m, 6h or 1h30m",
        )
        .fact(
            format!("!self.matches({pattern:?}) || duration(self) <= duration('8760h')"),
            "a duration is at most a year (8760h)",
        )
}
