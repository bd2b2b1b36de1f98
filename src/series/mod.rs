//! The catalogue of metrics, as data: name, type, labels, meaning, since when. Pure data, as the catalogue of rules is.
//!
//! A metric is a constant; whoever serves it registers it by that constant, so that the page made from the catalogue
//! (`docs/metrics.md`) and what is served cannot differ. A name is part of what a release promises: alerts hang on it.

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts of what was no larger than a bound.
    Histogram,
}

impl Kind {
    /// The word Prometheus has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name as it is registered: without `zegel_`, and without the `_total` of a counter.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// The labels of its series; one that ends in `*` stands for as many as were asked for.
    pub labels: &'static [&'static str],
    /// What it says, in one sentence; served as `HELP`.
    pub help: &'static str,
    /// What else a reader wants to know: what labels may hold, when there is no series. May be empty.
    pub more: &'static str,
    /// The first version that had it, as the changelog names it.
    pub since: &'static str,
}

impl Metric {
    /// The name by which it is asked for: `zegel_reconciles_total`.
    pub fn full_name(&self) -> String {
        // What every Prometheus client says of its process has no prefix of ours.
        let prefix = match self.name.starts_with("process_") {
            true => "",
            false => "zegel_",
        };
        let suffix = match self.kind {
            Kind::Counter => "_total",
            Kind::Gauge | Kind::Histogram => "",
        };
        format!("{prefix}{}{suffix}", self.name)
    }
}

/// Metrics that are about one thing.
#[derive(Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// When they are there.
    pub intro: &'static str,
    /// The metrics.
    pub metrics: &'static [&'static Metric],
}

/// All that is served.
pub const ALL: &[&Group] = &[
    &FLEET,
    &OBJECTS,
    &WAY,
    &DNS,
    &SMTP,
    &POLICY,
    &CONTROLLER,
    &PROCESS,
];

const FIRST: &str = "0.1.0";
/// In no release yet.
const NEXT: &str = "Unreleased";

/// A group and its metrics, each written once: the constants, and the group that lists them in this order.
macro_rules! group {
    ($(#[$about:meta])* $group:ident: $title:literal, $intro:literal;
     $($constant:ident: $kind:ident $name:literal $labels:expr, since $since:ident, $help:literal, $more:literal;)*) => {
        $(#[$about])*
        pub const $group: Group = Group {
            title: $title,
            intro: $intro,
            metrics: &[$(&$constant),*],
        };
        $(
            #[doc = $help]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: Kind::$kind,
                labels: &$labels,
                help: $help,
                more: $more,
                since: $since,
            };
        )*
    };
}

group! {
    /// The fleet in counts.
    FLEET: "The fleet",
        "Counts over all MailDomains: always there on the replica that works, a few series a namespace however many objects there \
         are. With shards each replica counts what it holds: sum over replicas.";
    MAILDOMAINS: Gauge "maildomains" ["namespace", "type", "status", "reason"], since NEXT,
        "MailDomains by their conditions as they are; those of type Ready are all there are",
        "`type`, `status` and `reason` as in the [conditions](concepts.md).";
    RECORDS: Gauge "records" ["namespace", "standard", "state"], since NEXT,
        "Managed records of all MailDomains, by standard and state",
        "`state`: `InSync`, `Drifted`, `Missing`, `Unexpected` or `Unknown`.";
    FINDINGS: Gauge "findings" ["severity", "managed"], since NEXT,
        "Findings on all MailDomains, by severity, and whether they are about what is managed",
        "`severity`: `Error`, `Warning` or `Info`. Of `managed=\"false\"` Ready says nothing.";
    FINDINGS_BY_RULE: Gauge "findings_by_rule" ["rule", "severity", "managed"], since NEXT,
        "The same findings by rule too; no series of what nobody has",
        "`rule` as on the page of [rules](rules.md): one series a rule, severity and `managed` at the most.";
    SPF_LOOKUPS: Gauge "maildomains_spf_lookups" ["lookups"], since NEXT,
        "MailDomains by how many terms of their SPF record query DNS, for a sender nothing matches; ten are allowed",
        "`lookups`: `0` to `10`, or `Over`. Those whose record was seen since this process began.";
    EARLIEST_END: Gauge "maildomains_earliest_end_timestamp_seconds" ["namespace", "kind"], since NEXT,
        "When the first thing ends of all that MailDomains hang on; of each the first that should have been renewed, where any should",
        "`kind`: `Certificate`, which a mail server shows (where a manifest asks for `tls`), or `Signature`, of DNSSEC in the \
         domain's own zones. Seconds since 1970. By the last look of each since this process began.";
    OLDEST_OBSERVATION: Gauge "maildomains_oldest_observation_timestamp_seconds" ["namespace"], since NEXT,
        "When that MailDomain was last looked at completely whose look is the longest ago; suspended and stalled ones left out",
        "Seconds since 1970. No series of a namespace in which none was looked at yet.";
    NEXT_OBSERVATION: Gauge "maildomains_next_observation_timestamp_seconds" ["namespace"], since NEXT,
        "When the next MailDomain is looked at",
        "Seconds since 1970.";
    GRANTS: Gauge "maildomaingrants" ["status", "reason"], since NEXT,
        "MailDomainGrants by their condition Ready as it is; none with --tenancy Open",
        "`reason`: `Accepted`, `InvalidSpec` or `SelectorsNotHeeded`. With shards every replica counts all of them: take the maximum.";
}

group! {
    /// Single objects.
    OBJECTS: "Single MailDomains",
        "What grows with a fleet, so `--metrics-objects` (chart: `metrics.objects`) says whose they are: by default of those with a \
         condition that is not True, or with something near its bound or its end. An object that is gone leaves no series.";
    MAILDOMAIN_INFO: Gauge "maildomain_info" ["namespace", "name", "domain"], since NEXT,
        "Each MailDomain that has series of its own: 1",
        "To be joined.";
    MAILDOMAIN_LABELS: Gauge "maildomain_labels" ["namespace", "name", "domain", "label_*"], since NEXT,
        "The labels of each MailDomain that has series of its own, those that --metrics-object-labels names: 1",
        "Only with that flag (chart: `metrics.objectLabels`); [how to join it](#labels-of-objects).";
    MAILDOMAIN_CONDITION: Gauge "maildomain_condition" ["namespace", "name", "domain", "type", "status", "reason"], since FIRST,
        "The conditions of each MailDomain as they are: 1; with --metrics-objects=Problems those that are not True, and Suspended",
        "Take `max by (namespace, name, domain)`: a reason that changes is another series.";
    MAILDOMAIN_RECORDS: Gauge "maildomain_records" ["namespace", "name", "domain", "state"], since FIRST,
        "Managed records of each MailDomain, by state; no series where none is in that state",
        "Only with `--metrics-objects=All`. `state` as above, and `Unanswered` for those that did not answer the last look.";
    MAILDOMAIN_LAST_OBSERVATION: Gauge "maildomain_last_observation_timestamp_seconds" ["namespace", "name", "domain"], since FIRST,
        "When each MailDomain was last looked at completely",
        "Only with `--metrics-objects=All`. Seconds since 1970.";
    MAILDOMAIN_NEXT_OBSERVATION: Gauge "maildomain_next_observation_timestamp_seconds" ["namespace", "name", "domain"], since FIRST,
        "When each MailDomain is looked at next",
        "Only with `--metrics-objects=All`. Seconds since 1970.";
    MAILDOMAIN_SPF_LOOKUPS: Gauge "maildomain_spf_lookups" ["namespace", "name", "domain"], since NEXT,
        "How many terms of the SPF record query DNS, for a sender nothing matches; ten are allowed",
        "With `--metrics-objects=Problems` from 8 on, and of the 200 that have the most.";
    MAILDOMAIN_END: Gauge "maildomain_end_timestamp_seconds" ["namespace", "name", "domain", "kind"], since NEXT,
        "When the first thing of a kind ends that a MailDomain hangs on: the first of what should have been renewed, where anything should",
        "`kind` as above. With `--metrics-objects=Problems` what should have been renewed alone, and of it the 200 that end first. \
         Seconds since 1970; `(x - time()) / 86400` are days.";
    MAILDOMAIN_RENEWAL: Gauge "maildomain_renewal_timestamp_seconds" ["namespace", "name", "domain", "kind"], since NEXT,
        "From when on the same thing should have been renewed",
        "A series beside each of `zegel_maildomain_end_timestamp_seconds`. It is due in the last quarter of its life, and in the \
         last 30 days of a certificate, or 3 days (two TTLs where that is longer) of a signature. Seconds since 1970: due is what \
         is `<= time()`.";
}

group! {
    /// The way to DNS.
    WAY: "The way to DNS",
        "What the replica that works has found out about the way out: nothing here is about one domain.";
    DNS_OUTAGE: Gauge "dns_outage" [], since FIRST,
        "Whether no resolver answers, not even a control question",
        "1 or 0.";
    RESOLVER_SUSPECTED: Gauge "resolver_suspected" [], since NEXT,
        "Whether the resolver says of many MailDomains at once that they got worse, and fails the control: its bad news are held",
        "1 or 0; [what then](operations.md#when-the-resolver-may-be-lying).";
    FLEET_CHANGED: Gauge "fleet_changed_maildomains" [], since NEXT,
        "How many MailDomains got worse in a change of many at once that is believed; 0 without one",
        "";
    DNS_AUTHORITIES: Gauge "dns_authorities" ["state"], since NEXT,
        "Whether name servers are asked themselves, and why not: 1 for what is so",
        "`state`: `Asked`, `Off`, `AuthoritiesUnreachable` (port 53 outward closed), `AuthoritiesIntercepted` (something on the way \
         answers in their place).";
    DNS_AUTHORITIES_WITHOUT_IPV6: Gauge "dns_authorities_without_ipv6" [], since NEXT,
        "Whether it was noticed that no name server can be asked over IPv6 from here",
        "1 or 0.";
    RESOLVER_DNSSEC: Gauge "resolver_dnssec" ["state"], since NEXT,
        "What the resolver makes of DNSSEC: 1 at what it was last found to do; without --dnssec off",
        "`state`: `Validates`, `PassesOn`, `Partly` (what misses its proof does not count), `Strips` (nothing can be validated through it), `Unknown`.";
}

group! {
    /// What was asked of DNS.
    DNS: "Questions",
        "Every replica counts what it asked; a standby asks nothing.";
    DNS_QUESTIONS: Counter "dns_questions" ["type", "outcome"], since FIRST,
        "Questions sent to a resolver, by type and outcome",
        "`type`: `TXT`, `MX`, …; `outcome`: `Records`, `NoData`, `NxDomain`, or why there was no answer: `ServFail`, `Timeout`, …";
    DNS_AUTHORITY_QUESTIONS: Counter "dns_authority_questions" ["type", "outcome"], since NEXT,
        "Questions sent to name servers themselves, by type and outcome",
        "";
    DNS_QUESTION_DURATION: Histogram "dns_question_duration_seconds" [], since FIRST,
        "How long a question to a resolver took",
        "Waiting for a place excluded.";
    DNS_CACHE_HITS: Counter "dns_cache_hits" [], since FIRST,
        "Questions answered from what was remembered",
        "";
    DNS_COALESCED: Counter "dns_coalesced" [], since FIRST,
        "Questions that joined one already on its way",
        "";
    DNS_IN_FLIGHT: Gauge "dns_in_flight" [], since FIRST,
        "Questions on the wire",
        "";
    DNS_CACHED: Gauge "dns_cached" [], since FIRST,
        "Answers remembered",
        "";
}

group! {
    /// What was asked of mail servers.
    SMTP: "Mail servers",
        "Where a manifest asks for `tls`.";
    SMTP_LOOKS: Counter "smtp_looks" ["type", "outcome"], since NEXT,
        "Looks at mail servers, by closeness and outcome",
        "`type`: how closely was looked.";
    SMTP_IN_FLIGHT: Gauge "smtp_in_flight" [], since NEXT,
        "Looks at mail servers on their way",
        "";
    SMTP_CACHED: Gauge "smtp_cached" [], since NEXT,
        "Looks at mail servers remembered",
        "";
    SMTP_PORT_BLOCKED: Gauge "smtp_port_blocked" [], since NEXT,
        "1 while no mail server at all can be reached from here: port 25 is closed outward",
        "";
    SMTP_PROBE_SILENT: Gauge "smtp_probe_silent" [], since NEXT,
        "1 while the probe that looks at mail servers (--probe) cannot be asked",
        "";
}

group! {
    /// What was fetched of policies.
    POLICY: "Policies of MTA-STS",
        "Where a manifest has `mtaSts`, or hosts in `mx` beside a record of MTA-STS.";
    POLICY_FETCHES: Counter "policy_fetches" ["type", "outcome"], since NEXT,
        "Policies of MTA-STS that were fetched, by outcome",
        "`outcome`: File, Status (another than 200), TooLarge, Untrusted (its certificate), or why nobody answered. `type` is always policy.";
    POLICY_FETCH_DURATION: Histogram "policy_fetch_duration_seconds" [], since NEXT,
        "How long a fetch of a policy took",
        "Waiting for a place excluded.";
    POLICY_IN_FLIGHT: Gauge "policy_in_flight" [], since NEXT,
        "Fetches of policies on their way",
        "";
    POLICY_CACHED: Gauge "policy_cached" [], since NEXT,
        "Policies remembered",
        "";
}

group! {
    /// What the controller does.
    CONTROLLER: "The controller",
        "";
    LEADER: Gauge "leader" [], since FIRST,
        "Whether this replica is the one that works",
        "1 or 0; with shards 1 on each replica that holds one.";
    SHARDS_HELD: Gauge "shards_held" [], since NEXT,
        "How many shards this replica holds; 1 without --shards",
        "";
    SHARDS: Gauge "shards" [], since NEXT,
        "How many shards there are; 1 without --shards",
        "";
    RECONCILES: Counter "reconciles" ["reason"], since FIRST,
        "Passes over a MailDomain, by Ready's reason or the error that stopped it",
        "`reason=\"Deferred\"`: looks that were put off: after a start, or until a grant or the first list of certificates is there.";
    RECONCILE_DURATION: Histogram "reconcile_duration_seconds" [], since FIRST,
        "How long a pass took",
        "";
    STATUS_WRITES: Counter "status_writes" [], since FIRST,
        "Status writes",
        "";
    EVENTS: Counter "events" ["reason"], since FIRST,
        "Events told, by reason",
        "";
    SUPPRESSED_CHANGES: Counter "suppressed_changes" [], since NEXT,
        "Changes left unsaid: answers that take turns, and writes over the bound of an hour",
        "[Which](concepts.md#quiet).";
    BUILD_INFO: Gauge "build_info" ["version", "commit"], since NEXT,
        "1 at the version and the commit that run",
        "";
}

group! {
    /// What the process takes.
    PROCESS: "The process",
        "Under the names every Prometheus client uses; on Linux only.";
    PROCESS_CPU: Counter "process_cpu_seconds" [], since NEXT,
        "CPU time of this process, in user and system mode",
        "Seconds.";
    PROCESS_RESIDENT: Gauge "process_resident_memory_bytes" [], since NEXT,
        "Memory that is in RAM",
        "";
    PROCESS_VIRTUAL: Gauge "process_virtual_memory_bytes" [], since NEXT,
        "Memory that is mapped",
        "";
    PROCESS_OPEN_FDS: Gauge "process_open_fds" [], since NEXT,
        "Open file descriptors",
        "";
    PROCESS_MAX_FDS: Gauge "process_max_fds" [], since NEXT,
        "How many file descriptors may be open",
        "No series where there is no bound.";
    PROCESS_START: Gauge "process_start_time_seconds" [], since NEXT,
        "When this process started, since the epoch",
        "";
}

#[cfg(test)]
pub(crate) mod held;
