//! The spf block that live DNS satisfies, with the helper names of the domain's own. Pure.

use std::collections::{BTreeSet, VecDeque};

use super::live::RrsetSeen;
use super::{Adopted, Live, index_in};
use crate::api::{MailDomainSpec, RecordStatus, SpfAll, SpfAlsoAt, SpfSpec};
use crate::inquiry::{Inquiry, Kind, Need, Trouble};
use crate::name::Name;
use crate::records::spf::{self, AsSpec, Qualifier};
use crate::records::{Standard, presentation};

/// Proposes the block, or says why there is none.
pub(super) fn propose(live: &Live, inquiry: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.trouble(Standard::Spf) {
        return adopted.remark(Standard::Spf, format!("not answered: {trouble}"));
    }
    let Some(apex) = live.at(Standard::Spf) else {
        return;
    };
    match said_spf(apex) {
        Err(why) => adopted.remark(Standard::Spf, why),
        Ok((said, all)) => {
            for lost in &said.lost {
                adopted.remark(Standard::Spf, lost);
            }
            adopted.spec.spf = Some(SpfSpec {
                also_at: helpers(live, &said, inquiry),
                mechanisms: said.mechanisms,
                all,
                redirect: said.redirect,
                explanation: said.explanation,
            });
        }
    }
}

/// The SPF records and near misses at the apex.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    live.listed(Standard::Spf, &live.spf_texts())
}

impl Live {
    /// Why the apex's TXT is not known.
    pub fn spf_trouble(&self) -> Option<Trouble> {
        self.trouble(Standard::Spf)
    }

    /// The SPF records and near misses at the apex.
    pub fn spf_texts(&self) -> Vec<Vec<u8>> {
        self.meant(Standard::Spf, |text| spf::likeness(text) != spf::Likeness::Other)
    }
}

/// Takes one helper name out, or the block.
pub(super) fn take_out(spec: &mut MailDomainSpec, path: &str) -> Option<String> {
    let at = index_in(path, "spec.spf.alsoAt");
    let also_at = spec.spf.as_mut().map(|spf| &mut spf.also_at);
    match (also_at, at) {
        (Some(also_at), Some(at)) => {
            if at < also_at.len() {
                also_at.remove(at);
            }
        }
        _ => spec.spf = None,
    }
    None
}

/// The one SPF record that was seen, in the words of the manifest; or why there are none.
fn said_spf(seen: &RrsetSeen) -> Result<(AsSpec, Option<SpfAll>), String> {
    let texts = seen.texts(|text| spf::likeness(text) == spf::Likeness::Spf);
    let record = match texts.as_slice() {
        [] => return Err("no record".to_owned()),
        [record] => record,
        several => return Err(format!("{} records, none of which counts", several.len())),
    };
    let parsed = spf::parse(record);
    let said = parsed.as_spec();
    let all = match said.all {
        Some(Qualifier::Fail) => Some(SpfAll::Fail),
        Some(Qualifier::SoftFail) => Some(SpfAll::SoftFail),
        Some(Qualifier::Neutral) => Some(SpfAll::Neutral),
        Some(Qualifier::Pass) | None => None,
    };
    if !parsed.is_valid() || (all.is_none() && said.redirect.is_none()) {
        return Err(format!(
            "{}; found: {}",
            said.lost.join("; "),
            presentation(record)
        ));
    }
    Ok((said, all))
}

/// The SPF records at names of the domain's own that its record leads to, each name once.
fn helpers(live: &Live, said: &AsSpec, inquiry: &mut Inquiry<'_>) -> Vec<SpfAlsoAt> {
    let mut also_at: Vec<SpfAlsoAt> = Vec::new();
    let mut seen = BTreeSet::from([live.domain.clone()]);
    let mut next = VecDeque::from(targets(said));
    while let Some(name) = next.pop_front() {
        if also_at.len() >= MOST_HELPERS || !name.is_at_or_below(&live.domain) || !seen.insert(name.clone()) {
            continue;
        }
        let Some(below) = name.as_str().strip_suffix(&format!(".{}", live.domain)) else {
            continue;
        };
        let answer = RrsetSeen::ask(name.clone(), Kind::Txt, Need::Evidence, inquiry);
        // An alias is somebody else's record.
        let Some((said, all)) = said_spf(&answer).ok().filter(|_| answer.chain().is_empty()) else {
            continue;
        };
        next.extend(targets(&said));
        also_at.push(SpfAlsoAt {
            name: below.to_owned(),
            mechanisms: said.mechanisms,
            all,
            redirect: said.redirect,
            explanation: said.explanation,
        });
    }
    also_at
}

/// At most this many helper names are adopted: as many as a manifest may hold.
const MOST_HELPERS: usize = 32;

/// The names whose records this one brings in; one with macros is no name yet.
fn targets(said: &AsSpec) -> Vec<Name> {
    let included = said.mechanisms.iter().filter_map(|mechanism| {
        let (head, target) = mechanism.split_once(':')?;
        let plain = head.trim_start_matches(['+', '-', '~', '?']);
        plain.eq_ignore_ascii_case("include").then_some(target)
    });
    let targets = included.chain(said.redirect.as_deref());
    targets
        .filter(|target| !target.contains('%'))
        .filter_map(|target| target.parse().ok())
        .collect()
}
