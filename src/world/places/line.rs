//! Those who wait for one stranger, in the order of their turns: the urgent first, and of those alike who came first. Pure.

use std::collections::VecDeque;

use crate::inquiry::Urgency;

/// Where somebody stands in a line; kept when another is let past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    urgency: Urgency,
    number: u64,
}

/// The line, with what each of those who wait is called by.
#[derive(Debug)]
pub(super) struct Line<T> {
    /// In the order of their tickets. Nearly everybody comes last and is called first, and a line that is empty most of the time
    /// keeps its room.
    waiting: VecDeque<(Ticket, T)>,
    next: u64,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            next: 0,
        }
    }
}

impl<T> Line<T> {
    /// A ticket for whoever comes now.
    pub(super) fn ticket(&mut self, urgency: Urgency) -> Ticket {
        let number = self.next;
        self.next += 1;
        Ticket { urgency, number }
    }

    /// Stands in the line where the ticket says.
    pub(super) fn stand(&mut self, at: Ticket, one: T) {
        let place = self.waiting.partition_point(|(ticket, _)| *ticket < at);
        self.waiting.insert(place, (at, one));
    }

    /// Leaves the line; whether one stood in it.
    pub(super) fn leave(&mut self, at: Ticket) -> bool {
        let place = self.waiting.binary_search_by_key(&at, |(ticket, _)| *ticket);
        place.is_ok_and(|place| self.waiting.remove(place).is_some())
    }

    /// Takes the first out of the line.
    pub(super) fn call(&mut self) -> Option<T> {
        self.waiting.pop_front().map(|(_, one)| one)
    }

    /// Takes the first out of the line, where he comes before this ticket.
    pub(super) fn call_before(&mut self, at: Ticket) -> Option<T> {
        let is_before = self.waiting.front().is_some_and(|(first, _)| *first < at);
        is_before.then(|| self.call()).flatten()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use Urgency::{Patient, Urgent};

    use super::*;

    /// A line of those who came in this order, by name, each with his ticket.
    fn line<'n>(came: &[(&'n str, Urgency)]) -> (Line<&'n str>, Vec<Ticket>) {
        let mut line = Line::default();
        let tickets = came.iter().map(|(name, urgency)| {
            let ticket = line.ticket(*urgency);
            line.stand(ticket, *name);
            ticket
        });
        let tickets = tickets.collect();
        (line, tickets)
    }

    fn called<'n>(line: &mut Line<&'n str>) -> Vec<&'n str> {
        std::iter::from_fn(|| line.call()).collect()
    }

    #[test]
    fn the_urgent_come_first_and_of_those_alike_who_came_first() {
        for (came, order) in [
            (&[][..], &[][..]),
            (&[("a", Urgent), ("b", Urgent)], &["a", "b"]),
            (&[("a", Patient), ("b", Patient)], &["a", "b"]),
            (&[("a", Patient), ("b", Urgent)], &["b", "a"]),
            (
                &[("a", Patient), ("b", Urgent), ("c", Patient), ("d", Urgent)],
                &["b", "d", "a", "c"],
            ),
        ] {
            assert_eq!(called(&mut line(came).0), order, "{came:?}");
        }
    }

    #[test]
    fn who_leaves_is_not_called_and_who_lets_another_past_keeps_his_place() {
        let (mut line, tickets) = line(&[("a", Patient), ("b", Patient), ("c", Urgent), ("d", Patient)]);
        assert!(line.leave(tickets[1]));
        assert!(!line.leave(tickets[1]), "only once");
        assert_eq!(line.call(), Some("c"));
        assert_eq!(line.call(), Some("a"));
        // One comes who is urgent, before a has begun.
        let urgent = line.ticket(Urgent);
        line.stand(urgent, "e");
        assert_eq!(line.call_before(tickets[0]), Some("e"));
        line.stand(tickets[0], "a");
        assert_eq!(
            line.call_before(tickets[2]),
            None,
            "nobody goes past who is urgent"
        );
        assert_eq!(called(&mut line), ["a", "d"]);
        assert!(line.is_empty());
    }
}
