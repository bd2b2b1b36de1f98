//! Which id of MTA-STS a policy file is put down to, and when it is fetched anew for one.

use zegel::history::questions_to_repeat;
use zegel::inquiry::{AnyQuestion, Dns, Kind, Need, PolicyFile};
use zegel::judge::{Consulted, PolicySeen, RecordSeen, ServedPolicy};
use zegel::records::mtasts::Policy;
use zegel::records::{Standard, Standards};

use crate::policies::{HOSTS, M, enforce, look, none, said, seen, status};
use crate::world::*;

/// A file is put down to an id only where it was fetched with that id in sight: one from before the id changed is that of the id
/// before, whichever of the two changed first.
#[test]
fn a_file_from_before_the_id_changed_is_not_put_down_to_the_new_id() {
    let (old, new) = (enforce(HOSTS, 7), none());
    let late = |id: &str, served: &Policy| PolicySeen {
        follows: false,
        ..seen(None, Some(id), Some(served), HOSTS)
    };
    let mut object = Object::new();
    look(&mut object, 0, seen(None, Some("a1"), Some(&old), HOSTS));
    let before = status(&object).to_vec();
    // Nothing is known of the new id yet, and what stood there is as it was.
    look(&mut object, 10, late("b1", &old));
    assert_eq!((status(&object), said(&object)), (&*before, vec![]));
    // The new file comes with it: the old one was the old id's, and all that is said is until when it is kept.
    look(&mut object, 20, seen(None, Some("b1"), Some(&new), HOSTS));
    let ids: Vec<&str> = status(&object).iter().map(|kept| kept.id.as_str()).collect();
    assert_eq!(
        (ids, said(&object)),
        (vec!["b1", "a1"], vec![("STS-034", "Info")])
    );
    // As long as the id is the same a file of before is still its own, and keeps its place.
    look(&mut object, HOUR, late("b1", &new));
    let ids: Vec<&str> = status(&object).iter().map(|kept| kept.id.as_str()).collect();
    assert_eq!(ids, ["b1", "a1"]);
    // Who was never seen before is not taken down with a guess.
    let mut object = Object::new();
    look(&mut object, 0, late("a1", &old));
    assert_eq!(status(&object), []);
}

/// An id no fetch stands behind has the file fetched: whoever sees it comes for it, and what memory holds is of before. An object
/// that was made anew knows no id, and one that knew another knows that this is a new one.
#[test]
fn a_file_in_memory_is_fetched_anew_for_an_id_that_was_not_seen_before_it() {
    let (old, new) = (enforce(HOSTS, 7), none());
    let asked_anew = |object: &Object, seen: PolicySeen| {
        let mut verdict = verdict(&object.intent, &object.all_in_sync(0), Vec::new());
        verdict.asked.push(Consulted {
            question: Dns::new(name("_mta-sts.voorbeeld.nl"), Kind::Txt).into(),
            need: Need::Evidence,
            standards: Standards::from([Standard::MtaSts]),
            answered: answered(44, 300),
        });
        verdict.policy = Some(seen);
        let repeat = questions_to_repeat(object.status.as_ref(), &verdict, &object.schedule, at(50));
        let repeat = repeat.into_iter();
        repeat
            .map(|(question, earliest)| (question.to_string(), earliest))
            .collect::<Vec<_>>()
    };
    let late = |id: &str, served: Option<&Policy>| PolicySeen {
        follows: false,
        ..seen(M, Some(id), served, HOSTS)
    };
    let file = PolicyFile {
        domain: name("voorbeeld.nl"),
    };
    let fetched = vec![(AnyQuestion::from(file).to_string(), at(44))];
    let anew = Object::new();
    let mut known = Object::new();
    look(&mut known, 0, seen(M, Some("a1"), Some(&old), HOSTS));
    let mut changed = Object::new();
    look(&mut changed, 0, seen(M, Some("a1"), Some(&old), HOSTS));
    look(&mut changed, 10, seen(M, Some("b1"), Some(&new), HOSTS));
    let mut gone = Object::new();
    look(&mut gone, 0, seen(M, Some("a1"), Some(&old), HOSTS));
    look(&mut gone, 10, seen(M, Some("a1"), None, HOSTS));
    for (object, seen, is_fetched) in [
        (&anew, late("a1", Some(&old)), true),
        (&anew, late("a1", None), true),
        (&known, late("b1", Some(&old)), true),
        // Back to an id of before.
        (&changed, late("a1", Some(&new)), true),
        (&gone, late("a1", Some(&old)), true),
        // It was fetched with the id in sight, or stands under it.
        (&anew, seen(M, Some("a1"), Some(&old), HOSTS), false),
        (&anew, seen(M, Some("a1"), None, HOSTS), false),
        (&known, late("a1", Some(&old)), false),
        (&changed, late("b1", Some(&new)), false),
        // No id that anybody would come for, or nothing in memory.
        (
            &anew,
            PolicySeen {
                record: RecordSeen::Absent,
                ..late("a1", Some(&old))
            },
            false,
        ),
        (
            &anew,
            PolicySeen {
                record: RecordSeen::Unknown,
                ..late("a1", Some(&old))
            },
            false,
        ),
        (
            &anew,
            PolicySeen {
                served: ServedPolicy::Unknown,
                ..late("a1", None)
            },
            false,
        ),
    ] {
        let expected = if is_fetched { fetched.clone() } else { Vec::new() };
        assert_eq!(asked_anew(object, seen.clone()), expected, "{seen:?}");
    }
}
