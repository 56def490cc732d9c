//! The queue of what is due: the earliest first.
//!
//! A binary heap; nothing is ever cancelled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::event::{Due, Event};
use crate::units::SimTime;

/// Events in order of time.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<Due>>,
    asked: u64,
}

impl Queue {
    /// Asks for an event at an instant.
    pub fn push(&mut self, at: SimTime, event: Event) {
        self.heap.push(Reverse(Due::new(at, self.asked, event)));
        self.asked += 1;
    }

    /// The earliest event, taken out.
    pub fn pop(&mut self) -> Option<Due> {
        self.heap.pop().map(|Reverse(due)| due)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
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
        assert!(std::mem::size_of::<Due>() <= 32);
    }
}
