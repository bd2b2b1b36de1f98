//! What this look saw, for who remembers the looks before it.

use crate::inquiry::{Dns, Inquiry, Kind, Need, PolicyFile, Served};
use crate::intent::{Intent, MTA_STS, What};
use crate::judge::basis::UsableAnswer;
use crate::judge::mx::hosts_of;
use crate::judge::versioned::Versioned;
use crate::judge::{PolicySeen, RecordSeen, ServedPolicy};
use crate::records::Standard;
use crate::records::mtasts;

/// What was seen, by what was asked already; `None` where the domain leaves no room for the record.
pub(in crate::judge) fn seen(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Option<PolicySeen> {
    let name = intent.domain.prepend(MTA_STS).ok()?;
    inquiry.on_behalf_of(Standard::MtaSts);
    let of_record = Dns::new(name, Kind::Txt);
    let reply = inquiry.ask(of_record.clone(), Need::Detail);
    let record = UsableAnswer::from_reply(reply).map_or(RecordSeen::Unknown, |seen| record(&seen));
    let file = PolicyFile {
        domain: intent.domain.clone(),
    };
    let fetched = inquiry.fact(&file);
    let served = fetched.and_then(|fact| fact.outcome.as_ref().ok());
    let answered = inquiry.fact(&of_record);
    let follows = fetched
        .zip(answered)
        .is_some_and(|(file, record)| file.seen_at >= record.seen_at);
    inquiry.on_behalf_of(Standard::Mx);
    let reply = inquiry.ask(Dns::new(intent.domain.clone(), Kind::Mx), Need::Detail);
    let hosts = UsableAnswer::from_reply(reply).map(|seen| hosts_of(&seen).into_iter().collect());
    let want = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::MtaSts(want) => Some(want),
        _ => None,
    });
    Some(PolicySeen {
        wanted: want.map(|want| want.policy.mode),
        id_is_digest: want.is_some_and(|want| want.id == want.policy.id()),
        record,
        served: served.map_or(ServedPolicy::Unknown, policy),
        follows,
        hosts,
    })
}

fn record(seen: &UsableAnswer<'_>) -> RecordSeen {
    let found = Versioned::of(seen, mtasts::likeness);
    match found.records.as_slice() {
        [] => RecordSeen::Absent,
        [text] => {
            let record = mtasts::parse(text);
            let id = record.read_id();
            id.map_or(RecordSeen::Unknown, |id| RecordSeen::Id(id.to_owned()))
        }
        _ => RecordSeen::Unknown,
    }
}

fn policy(served: &Served) -> ServedPolicy {
    let Served::File { body, .. } = served else {
        return ServedPolicy::Nothing;
    };
    let read = mtasts::parse_policy(body).policy;
    read.map_or(ServedPolicy::Nothing, ServedPolicy::Policy)
}
