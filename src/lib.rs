//! Zegel keeps the e-mail DNS of domains what it should be.
//!
//! ```text
//! MailDomain ──▶ Intent ──────────────┐
//!                                     ▼
//! Question ◀── open ──── judge(&Intent, &mut Inquiry, now) ──▶ Verdict ──▶ history::next(before, …) ──▶ status · events · metrics
//!     │                               ▲                         └──▶ report ──▶ text · JSON · SARIF · JUnit
//!     └──▶ world: one lane a kind ────┘ Facts
//! ```
//!
//! Pure, and held so by `tests/architecture`:
//! - [`api`]: the kinds `MailDomain` and `MailDomainGrant`. Types and schema rules only.
//! - [`intent`]: the spec made certain: defaults filled, impossible states refused.
//! - [`duration`], [`name`]: durations and domain names as people write them.
//! - [`issuance`]: what cert-manager's CertificateRequests say of keys.
//! - [`inquiry`]: the seam of questions and facts between judgement and world; lanes of questions, DNS the first.
//! - [`records`]: one standard, one file: parse with spans, write canonically, compare by effect.
//! - [`transport`]: what is said on port 25 before a message: SMTP replies, TLS hellos and flights, certificates.
//! - [`dnssec`]: what an answer is worth by its signatures: denial, aliases, the chain of trust.
//! - [`rules`]: the catalogue: id, severity, section, why, fix.
//! - [`judge`]: what is desired, what is drift, what is wrong; the walks that need answers.
//! - [`adopt`]: the `MailDomain` that live DNS satisfies already.
//! - [`history`]: the status: what a verdict means for an object with a history, and what follows from it.
//! - [`recording`]: the facts of a look as JSON, and back: judged again they give the same verdict.
//! - [`version`]: which program this is.
//! - [`series`]: the catalogue of metrics: name, type, labels, meaning.
//! - [`report`]: a verdict as table, JSON, SARIF, JUnit, zone file, manifest.
//!
//! The shell:
//! - [`world`]: answers questions; the only sockets.
//! - [`operator`]: the only Kubernetes client: watch, reconcile, status, events, metrics.
//! - [`probe`]: answers a controller's questions about mail servers, from where port 25 is open.
//! - [`serve`]: `/livez`, `/readyz`, `/metrics`.
//! - [`cli`]: one file a command.
//!
//! Arrows point one way: `cli, operator → world → inquiry`, `operator → history → judge` and `cli → report → judge →
//! rules, records`.

pub mod adopt;
pub mod api;
pub mod cli;
pub mod dnssec;
pub mod duration;
pub mod history;
pub mod inquiry;
pub mod intent;
pub mod issuance;
pub mod judge;
pub mod name;
pub mod operator;
pub mod probe;
pub mod recording;
pub mod records;
pub mod report;
pub mod rules;
pub mod series;
pub mod serve;
pub mod transport;
pub mod version;
pub mod world;
