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
use super::{Adopted, Live, OF_THE_DOMAIN, adopt, bare, errors};
use crate::api::{DkimSelector, DmarcPolicy, DmarcSpec, MailDomainSpec, Role};
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
    let nobody_sends = named.is_some_and(Vec::is_empty);
    let is_parked = adopted.spec.role == Role::Parked && named.is_none();
    let mut draft = Draft {
        begun: Begun {
            spec: adopted.spec,
            providers,
            notes: Vec::new(),
            remarks: adopted.remarks,
            to_do: Vec::new(),
            unanswered: !live.is_known(),
        },
        live,
        answers,
    };
    let receives = draft.receives();
    if nobody_sends || is_parked {
        draft.silent(receives && !is_parked);
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
    let is_live = |preset: &Preset| {
        mechanisms().any(|mechanism| preset.is_included_by(mechanism))
            || selectors()
                .filter_map(|selector| selector.cname.as_deref())
                .any(|target| preset.is_target(target, live.domain.as_str()))
            || live
                .exchange_hosts()
                .any(|host| preset.is_exchange(host.as_str()))
    };
    let known = PRESETS
        .iter()
        .filter_map(|preset| match (is_live(preset), answers.name(preset)) {
            (true, _) => Some((preset, By::Dns)),
            (false, true) => Some((preset, By::Answer)),
            (false, false) => None,
        });
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

    /// Nobody sends: what the role derives is all there is, beside reports and revoked keys.
    fn silent(&mut self, receives: bool) {
        let was = self.begun.spec.clone();
        let role = if receives { Role::ReceiveOnly } else { Role::Parked };
        let is_same = was.role == role;
        let revoked = |selector: &DkimSelector| selector.state.is_some();
        let all_revoked = was
            .dkim
            .as_ref()
            .is_some_and(|dkim| dkim.selectors.iter().all(revoked));
        self.begun.spec = MailDomainSpec {
            dkim: was.dkim.clone().filter(|_| all_revoked),
            dmarc: was.dmarc.clone().filter(|_| is_same).or_else(|| {
                let reports = was.dmarc.as_ref().map(|dmarc| dmarc.aggregate_reports.clone());
                let reports = reports.filter(|reports| !reports.is_empty())?;
                Some(DmarcSpec {
                    aggregate_reports: reports,
                    ..DmarcSpec::default()
                })
            }),
            ..bare(self.live, role)
        };
        self.note(
            "role",
            "Sends no mail: SPF and DMARC say so by the role alone (v=spf1 -all, p=reject)",
        );
        if was.dkim.is_some() && !all_revoked {
            self.begun.remarks.push(
                "DKIM: keys stand in DNS, and a domain that sends nothing has none: remove them, or list them with state \
                 Revoked"
                    .to_owned(),
            );
        }
        for standard in Standard::ALL.iter().copied() {
            self.forget(standard);
        }
    }

    fn role(&mut self, receives: bool) {
        let sends = if self.begun.providers.is_empty() {
            "Sends mail: nothing in DNS says that it does not"
        } else {
            "Sends mail, with the providers above"
        };
        self.note("role", sends);
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
        }
    }
}
