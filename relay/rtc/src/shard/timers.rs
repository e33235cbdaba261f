//! When what is due. Entries are never taken out early: a popped one that its owner no longer waits for is skipped.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Leg(u64),
    /// What waits of a leg's pictures.
    Pace(u64),
    Room(u64),
}

#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, Timer)>>,
}

impl Timers {
    /// Makes sure that `timer` fires at `due` at the latest; `scheduled` is the owner's note of its earliest entry.
    pub(super) fn schedule(&mut self, timer: Timer, scheduled: &mut Option<Instant>, due: Option<Instant>) {
        if let Some(due) = due
            && scheduled.is_none_or(|at| due < at)
        {
            *scheduled = Some(due);
            self.heap.push(Reverse((due, timer)));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }

    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(Instant, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}
