//! The queue of what is due: the earliest first.
//!
//! A binary heap; nothing is ever cancelled. What was taken out stays at the top until the next event is asked for or taken:
//! most events ask for another, which then goes into that place in one pass instead of two.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::event::{Due, Event};
use crate::units::SimTime;

/// Events in order of time.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<Due>>,
    asked: u64,
    /// Whether the top of the heap was taken out already.
    taken: bool,
}

impl Queue {
    /// Asks for an event at an instant.
    pub fn push(&mut self, at: SimTime, event: Event) {
        let due = Reverse(Due::new(at, self.asked, event));
        self.asked += 1;
        if std::mem::take(&mut self.taken)
            && let Some(mut top) = self.heap.peek_mut()
        {
            *top = due;
        } else {
            self.heap.push(due);
        }
    }

    /// The earliest event, taken out.
    pub fn pop(&mut self) -> Option<Due> {
        if std::mem::take(&mut self.taken) {
            self.heap.pop();
        }
        let due = self.heap.peek().map(|Reverse(due)| *due)?;
        self.taken = true;
        Some(due)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.taken)
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_millisecond_has_its_order() {
        let mut queue = Queue::default();
        let at = SimTime::from_secs(1);
        for event in [Event::Decide, Event::Minute, Event::Fault(0), Event::Rollout(0), Event::Rollout(1)] {
            queue.push(at, event);
        }
        queue.push(SimTime::ZERO, Event::Hour);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|due| due.event).collect();
        let expected =
            [Event::Hour, Event::Fault(0), Event::Rollout(0), Event::Rollout(1), Event::Minute, Event::Decide];
        assert_eq!(order, expected);
        assert!(queue.is_empty());
        assert!(std::mem::size_of::<Due>() <= 32);
    }

    #[test]
    fn what_is_asked_for_between_takings_comes_in_its_turn() {
        let mut queue = Queue::default();
        for second in [5, 1, 9] {
            queue.push(SimTime::from_secs(second), Event::Hour);
        }
        let second = |queue: &mut Queue| queue.pop().map(|due| due.at.ms() / 1000);
        assert_eq!((second(&mut queue), queue.len()), (Some(1), 2));
        queue.push(SimTime::from_secs(7), Event::Hour);
        queue.push(SimTime::from_secs(3), Event::Hour);
        assert_eq!(queue.len(), 4);
        let rest: Vec<_> = std::iter::from_fn(|| second(&mut queue)).collect();
        assert_eq!((rest, queue.len(), second(&mut queue)), (vec![3, 5, 7, 9], 0, None));
    }
}
