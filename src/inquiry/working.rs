//! What was asked for what is being worked out just now: one inside the other, the innermost last.
//!
//! All stand in one list, so that beginning and ending something costs no room of its own.

use super::Need;

/// The questions asked for each thing that is being worked out, by their places.
#[derive(Debug, Default)]
pub(super) struct Working {
    asked: Vec<(usize, Need)>,
    /// Where the questions of each begin.
    begins: Vec<usize>,
}

impl Working {
    /// Something is begun to be worked out.
    pub(super) fn begin(&mut self) {
        self.begins.push(self.asked.len());
    }

    /// A question was asked for it, if there is anything.
    pub(super) fn ask(&mut self, place: usize, need: Need) {
        if !self.begins.is_empty() {
            self.asked.push((place, need));
        }
    }

    /// What was begun last was worked out: `read` sees each question asked for it once, with the strongest need. They count as asked
    /// for what it is a part of.
    pub(super) fn end<T>(&mut self, read: impl FnOnce(&[(usize, Need)]) -> T) -> T {
        let begin = self.begins.pop().unwrap_or_default();
        let asked = self.asked.get_mut(begin..).unwrap_or_default();
        asked.sort_unstable_by(|one, other| other.cmp(one));
        let mut kept = 0;
        for at in 0..asked.len() {
            if kept == 0 || asked[kept - 1].0 != asked[at].0 {
                asked[kept] = asked[at];
                kept += 1;
            }
        }
        let value = read(&asked[..kept]);
        let is_part = !self.begins.is_empty();
        self.asked.truncate(begin + if is_part { kept } else { 0 });
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_counts_once_with_the_strongest_need_and_for_all_that_it_is_asked_for() {
        let mut working = Working::default();
        working.ask(7, Need::Essential);
        working.begin();
        working.ask(1, Need::Detail);
        working.ask(2, Need::Compliance);
        working.begin();
        for (place, need) in [(3, Need::Detail), (1, Need::Essential), (3, Need::Compliance)] {
            working.ask(place, need);
        }
        let inner = [(3, Need::Compliance), (1, Need::Essential)];
        working.end(|asked| assert_eq!(asked, inner));
        working.ask(2, Need::Detail);
        let outer = [(3, Need::Compliance), (2, Need::Compliance), (1, Need::Essential)];
        working.end(|asked| assert_eq!(asked, outer));
        working.begin();
        working.end(|asked| assert_eq!(asked, [], "nothing is left of what is over"));
    }
}
