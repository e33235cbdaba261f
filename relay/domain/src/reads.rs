//! Which reads of residents' records are audit events: one for each person, session, record and kind of read within a window, so that a screen which polls
//! does not fill the log. Pure: remembers and answers; the time is an argument. Forgetting, as after a restart, costs one row more and never one less.

use crate::audit::{EventKind, Purpose};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use uuid::Uuid;

/// One read of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadOf {
    /// Whose record, or which part of it.
    pub entity_id: Uuid,
    /// What of it.
    pub kind: EventKind,
    /// With another purpose than treatment.
    pub purpose: Option<Purpose>,
}

/// Who reads, in which session: a digest of both.
pub type Reader = [u8; 32];

/// What was told to the audit log lately.
#[derive(Debug, Default)]
pub struct Reads {
    told: HashMap<(Reader, ReadOf), Timestamp>,
    swept_at: Option<Timestamp>,
}

impl Reads {
    /// Those of `reads` that the log does not have yet, each once, in their order.
    pub fn due(&self, reader: Reader, reads: &[ReadOf], now: Timestamp, window: SignedDuration) -> Vec<ReadOf> {
        let mut due = Vec::new();
        for read in reads {
            let told = self.told.get(&(reader, *read)).is_some_and(|at| is_within(*at, now, window));
            if !told && !due.contains(read) {
                due.push(*read);
            }
        }
        due
    }

    /// Remembers what the log has now, and forgets what no longer counts.
    pub fn told(&mut self, reader: Reader, reads: &[ReadOf], now: Timestamp, window: SignedDuration) {
        if self.swept_at.is_none_or(|at| !is_within(at, now, window)) {
            self.told.retain(|_, at| is_within(*at, now, window));
            self.swept_at = Some(now);
        }
        self.told.extend(reads.iter().map(|read| ((reader, *read), now)));
    }
}

/// A clock that was set back opens a new window rather than none.
fn is_within(at: Timestamp, now: Timestamp, window: SignedDuration) -> bool {
    at <= now && now.duration_since(at) < window
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: SignedDuration = SignedDuration::from_mins(10);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn read(n: u8, kind: EventKind) -> ReadOf {
        ReadOf { entity_id: Uuid::from_u128(n.into()), kind, purpose: None }
    }

    #[test]
    fn a_screen_that_polls_is_one_event_per_window_session_record_and_kind() {
        let mut reads = Reads::default();
        let (chart, other) = (read(1, EventKind::ResidentViewed), read(2, EventKind::ResidentViewed));
        let listed = read(1, EventKind::ResidentListed);
        let mut look = |reader: u8, what: &[ReadOf], minutes| {
            let due = reads.due([reader; 32], what, at(minutes), WINDOW);
            reads.told([reader; 32], &due, at(minutes), WINDOW);
            due
        };
        assert_eq!(look(1, &[chart, chart, other], 0), [chart, other]);
        assert!(look(1, &[chart, other], 1).is_empty());
        assert_eq!(look(1, &[listed], 1), [listed], "another kind of read");
        assert_eq!(look(2, &[chart], 1), [chart], "another session");
        let glass = ReadOf { purpose: Some(Purpose::BreakGlass), ..chart };
        assert_eq!(look(1, &[glass], 2), [glass], "another purpose");
        assert!(look(1, &[chart], 9).is_empty());
        assert_eq!(look(1, &[chart], 10), [chart], "a new window");
        assert_eq!(look(1, &[chart], 5), [chart], "a clock set back hides nothing");
    }

    #[test]
    fn what_was_not_told_is_due_again_and_old_rows_are_forgotten() {
        let mut reads = Reads::default();
        let chart = read(1, EventKind::ResidentViewed);
        assert_eq!(reads.due([1; 32], &[chart], at(0), WINDOW), [chart]);
        assert_eq!(reads.due([1; 32], &[chart], at(0), WINDOW), [chart], "the log did not take it");
        for minutes in 0..200 {
            reads.told(
                [1; 32],
                &[read(u8::try_from(minutes).unwrap(), EventKind::ResidentViewed)],
                at(minutes),
                WINDOW,
            );
        }
        assert!(reads.told.len() <= 20, "{}", reads.told.len());
    }
}
