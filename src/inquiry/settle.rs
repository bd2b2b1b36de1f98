//! The runs of a pass over a world that is a map: the pure counterpart of the world's own settle, with the same bounds.

use super::{AnyQuestion, Dns, Fact, Facts, Inquiry, MAX_WAVES};

/// Runs `judge` against a world that is a map: `answer` answers whatever DNS is asked.
///
/// The pure counterpart of the world's own settle, with the same bounds; tests and recorded answers use it.
pub fn settle_from<T>(
    mut answer: impl FnMut(&Dns) -> Fact,
    judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    let answer = |question: &AnyQuestion, facts: &mut Facts| {
        if let Some(question) = question.dns() {
            facts.insert(question.clone(), answer(question));
        }
    };
    settle_with(answer, judge)
}

/// The same for all lanes: `answer` puts the fact that answers a question among those that are known. What it leaves
/// out is never answered.
pub fn settle_with<T>(
    answer: impl FnMut(&AnyQuestion, &mut Facts),
    judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    settle_facts(Facts::new(), answer, judge)
}

/// The same from what is known already, with the authorities looked at as closely as that says.
pub fn settle_facts<T>(
    mut facts: Facts,
    mut answer: impl FnMut(&AnyQuestion, &mut Facts),
    mut judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    for _ in 0..MAX_WAVES {
        let mut inquiry = Inquiry::new(&facts);
        let verdict = judge(&mut inquiry);
        let open = inquiry.open();
        if open.is_empty() {
            return (verdict, facts);
        }
        let known = facts.len();
        for question in open {
            answer(&question, &mut facts);
        }
        if facts.len() == known {
            break;
        }
    }
    let verdict = judge(&mut Inquiry::closed(&facts));
    (verdict, facts)
}
