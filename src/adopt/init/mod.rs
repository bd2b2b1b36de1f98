//! A manifest to begin with: what live DNS says already, and what a few answers of a person add to it.
//!
//! What stands in DNS is adopted as `zegel inspect -o manifest` adopts it. What providers ask for, who are named or
//! recognised, is added where it is the same for every customer; where it is made up for each account, a note says where
//! to find it. So what is begun may differ from DNS, and says in what: that is what is to be published. Pure.

mod dkim;
mod dmarc;
pub mod presets;
mod spf;

use jiff::Timestamp;

use self::presets::{PRESETS, Preset};
use super::mx::NOT_PARKED;
use super::profile::Sends;
use super::{Adopted, Live, OF_THE_DOMAIN, adopt, bare, errors};
use crate::api::{DkimSelector, DmarcPolicy, MailDomainSpec, Role};
use crate::inquiry::Inquiry;
use crate::intent::{Intent, SpecError};
use crate::judge::{State, judge};
use crate::records::Standard;

/// What a person answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Who sends mail for the domain, beside those whom DNS names; `Some` of none: nobody does.
    pub sends_with: Option<Vec<&'static Preset>>,
    /// Whether it receives mail; `None`: as DNS says.
    pub receives: Option<bool>,
    /// Where aggregate reports go: URIs (RFC 9990).
    pub reports: Vec<String>,
    /// What receivers are asked to do; `None`: as DNS says, else nothing yet.
    pub policy: Option<DmarcPolicy>,
}

/// How a provider came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It was named.
    Answer,
    /// Its records stand in DNS.
    Dns,
    /// Of its records its MX alone stands in DNS: it receives, and that says nothing of who sends.
    Exchange,
}

/// A manifest that is begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The spec.
    pub spec: MailDomainSpec,
    /// The providers, in the order of the table, and how each came to be known.
    pub providers: Vec<(&'static Preset, By)>,
    /// What is to be said above a field or block of the spec, by its name: `role`, `spf`, `dkim`, `dmarc`. One sentence
    /// each, without its full stop.
    pub notes: Vec<(&'static str, String)>,
    /// What stands in DNS and cannot be said in a manifest.
    pub remarks: Vec<String>,
    /// What differs from DNS: what is to be published, or was not answered.
    pub to_do: Vec<String>,
    /// Whether something was not answered that the manifest could have held.
    pub unanswered: bool,
    /// Whether the domain is there at all.
    pub exists: bool,
}

/// Begins a manifest from what `live` says and a person answers.
///
/// # Errors
/// What of the answers can be no record, each with the field it would have become.
pub fn begin(
    live: &Live,
    answers: &Answers,
    inquiry: &mut Inquiry<'_>,
    now: Timestamp,
) -> Result<Begun, Vec<SpecError>> {
    let mut adopted = adopt(live, inquiry, now);
    // What differs is listed below; what is wrong with the domain itself is said by nothing else.
    let of_the_domain = format!("{OF_THE_DOMAIN}: ");
    let is_said = |remark: &String| errors::is_error(remark) && !remark.starts_with(&of_the_domain);
    adopted.remarks.retain(|remark| !is_said(remark));
    let providers = providers(live, &adopted, answers);
    let named = answers.sends_with.as_ref();
    // As `zegel inspect` reads it.
    let silent = match named {
        Some(named) => named.is_empty().then_some("as was answered"),
        None => (Sends::of(live) == Sends::Nobody).then_some("its SPF record lets nobody send"),
    };
    let mut draft = Draft {
        begun: Begun {
            spec: adopted.spec,
            providers,
            notes: Vec::new(),
            remarks: adopted.remarks,
            to_do: Vec::new(),
            unanswered: !live.is_known(),
            exists: true,
        },
        live,
        answers,
    };
    let receives = draft.receives();
    draft.settle_null_mx(receives);
    if let Some(why) = silent {
        draft.silent(receives, why);
    } else {
        draft.role(receives);
        draft.spf();
        draft.dkim();
        draft.dmarc();
    }
    draft.reports();
    let mut begun = draft.begun;
    let intent = Intent::from_spec(&begun.spec)?;
    let verdict = judge(&intent, inquiry, now);
    begun.exists = !verdict.domain_is_missing();
    for record in &verdict.records {
        let (name, kind) = (record.name(), record.site.type_word());
        let what = match (record.unanswered, record.state) {
            (Some(trouble), _) => {
                begun.unanswered = true;
                format!("not answered ({trouble})")
            }
            (None, State::InSync) => continue,
            (None, state) => state.as_str().to_owned(),
        };
        begun.to_do.push(format!("{name} {kind}: {what}"));
    }
    Ok(begun)
}

/// Those that were named, and those whose records stand in DNS.
fn providers(live: &Live, adopted: &Adopted, answers: &Answers) -> Vec<(&'static Preset, By)> {
    let mechanisms = || adopted.spec.spf.iter().flat_map(|spf| &spf.mechanisms);
    let selectors = || adopted.spec.dkim.iter().flat_map(|dkim| &dkim.selectors);
    let sends = |preset: &Preset| {
        let mut targets = selectors().filter_map(|selector| selector.cname.as_deref());
        mechanisms().any(|mechanism| preset.is_included_by(mechanism))
            || targets.any(|target| preset.is_target(target, live.domain.as_str()))
    };
    let receives = |preset: &Preset| {
        let mut hosts = live.exchange_hosts();
        hosts.any(|host| preset.is_exchange(host.as_str()))
    };
    let how = |preset: &'static Preset| match (sends(preset), receives(preset)) {
        (true, _) => Some(By::Dns),
        (false, true) => Some(By::Exchange),
        (false, false) => answers.name(preset).then_some(By::Answer),
    };
    let known = PRESETS.iter().filter_map(|preset| Some((preset, how(preset)?)));
    known.collect()
}

impl Answers {
    /// Whether they name a provider, whatever stands in DNS.
    fn name(&self, preset: &Preset) -> bool {
        let named = self.sends_with.as_ref();
        named.is_some_and(|named| named.iter().any(|named| named.id == preset.id))
    }
}

/// A manifest while it is made.
struct Draft<'a> {
    begun: Begun,
    live: &'a Live,
    answers: &'a Answers,
}

impl Draft<'_> {
    fn note(&mut self, block: &'static str, text: impl Into<String>) {
        self.begun.notes.push((block, text.into()));
    }

    /// What is no news any more once a block is proposed: that nothing of the standard stands in DNS.
    fn forget(&mut self, standard: Standard) {
        let nothing = |text: &str| {
            text == "no record"
                || text.starts_with("no selector is known")
                || text.contains("is not managed: found nothing")
        };
        let mine = format!("{standard}: ");
        self.begun
            .remarks
            .retain(|remark| !remark.strip_prefix(&mine).is_some_and(nothing));
    }

    /// What adoption says of a null MX names a role, by itself; here one is chosen. Where mail is received all the same it
    /// stays that DNS says otherwise, and else the role's own note says so.
    fn settle_null_mx(&mut self, receives: bool) {
        let remarks = &mut self.begun.remarks;
        if !receives {
            return remarks.retain(|remark| !remark.ends_with(NOT_PARKED));
        }
        for remark in remarks {
            if let Some(said) = remark.strip_suffix(NOT_PARKED) {
                *remark = said.to_owned();
            }
        }
    }

    fn receives(&mut self) -> bool {
        let (receives, why) = match self.answers.receives {
            Some(receives) => (receives, "as was answered"),
            None if self.live.mx_trouble().is_some() => (true, "the MX was not answered, so this is a guess"),
            None if self.live.has_null_mx() => (false, "DNS has a null MX"),
            None if self.live.has_mx() => (true, "DNS has an MX"),
            None => (false, "DNS has no MX"),
        };
        let word = if receives {
            "Receives mail"
        } else {
            "Receives no mail"
        };
        self.note("role", format!("{word}: {why}"));
        receives
    }

    /// Nobody sends, and why that is known: the role derives SPF and DMARC. Beside them stays what the role leaves room for:
    /// revoked keys, what DMARC says of sub-domains and reports, and where mail is received all that is about receiving.
    fn silent(&mut self, receives: bool, why: &str) {
        let was = self.begun.spec.clone();
        let role = if receives { Role::ReceiveOnly } else { Role::Parked };
        let is_revoked = |selector: &DkimSelector| selector.state.is_some();
        let all_revoked = was
            .dkim
            .as_ref()
            .is_some_and(|dkim| dkim.selectors.iter().all(is_revoked));
        self.begun.spec = MailDomainSpec {
            dkim: was.dkim.clone().filter(|_| all_revoked),
            dmarc: was.dmarc.as_ref().and_then(dmarc::of_the_silent),
            ..match receives {
                true => MailDomainSpec {
                    role,
                    spf: None,
                    ..was.clone()
                },
                false => bare(self.live, role),
            }
        };
        let derives = "SPF and DMARC say so by the role alone (v=spf1 -all, p=reject)";
        self.note("role", format!("Sends no mail, {why}: {derives}"));
        let asked = self.answers.policy;
        if asked.is_some_and(|policy| policy != DmarcPolicy::Reject) {
            let text = "DMARC: --policy is not heeded: of a domain that sends nothing the policy is reject";
            self.begun.remarks.push(text.to_owned());
        }
        if was.dkim.is_some() && !all_revoked {
            self.begun.remarks.push(
                "DKIM: selectors that are not revoked stand in DNS, and a domain that sends nothing has none: remove \
                 them, or list them with state Revoked"
                    .to_owned(),
            );
        }
        for standard in Standard::ALL.iter().copied() {
            self.forget(standard);
        }
    }

    fn role(&mut self, receives: bool) {
        let is_sender =
            |(preset, by): &(&'static Preset, By)| *by != By::Exchange || self.answers.name(preset);
        let why = match Sends::of(self.live) {
            _ if self.begun.providers.iter().any(is_sender) => ", with the providers above",
            Sends::Nobody => ", as was answered",
            Sends::Signed => {
                ": a DKIM selector stands in DNS, so somebody signs, though its SPF record lets nobody send"
            }
            Sends::Named => ": its SPF record names who",
            Sends::Unsaid => ": what stands in DNS for SPF does not say that nobody does",
            Sends::NoRecord => ": nothing in DNS says that it does not",
            Sends::NotAnswered => ": its SPF record was not answered, so this is a guess",
        };
        self.note("role", format!("Sends mail{why}"));
        self.begun.spec.role = Role::Mail;
        if receives {
            return;
        }
        let spec = &mut self.begun.spec;
        (spec.mx, spec.dane, spec.mta_sts, spec.tls_rpt) = (None, None, None, None);
        // SendOnly asks for an spf block, and there may be nobody to put in it.
        let can_send = self.begun.spec.spf.is_some() || !self.wanted_includes().is_empty();
        if can_send {
            self.begun.spec.role = Role::SendOnly;
        } else {
            self.note(
                "role",
                "Mail stands here until there is an spf block, which SendOnly asks for: name who sends with --sends-with \
                 (nobody makes it Parked)",
            );
        }
    }
}
