//! Stretches out of what is seen once a second. Pure: the clock is an argument, a full minute or an end is handed back to be stored.

use super::codec::MOST_SECONDS_OF_STRETCH;
use super::{Attendance, Heard, Second, Stretch};
use crate::ids::ConsultationId;
use std::collections::{BTreeMap, HashMap};

/// Of one consultation no more is recorded: a call that nobody ended, and a bound on memory and disk.
pub const MOST_SECONDS_OF_CALL: usize = 6 * 3600;
/// A recorder that was held up for so long fills the seconds in between with what it sees then; after more there is a hole.
const MOST_CATCH_UP: i64 = 5;

/// What is seen of a consultation's home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// Its box is in the call.
    Here(Heard),
    /// It is waited for; whether the specialist is there. Nothing before it was in the call for the first time.
    Away(Attendance),
}

/// The calls that are recorded.
#[derive(Debug, Default)]
pub struct Recorder {
    calls: HashMap<ConsultationId, Call>,
}

#[derive(Debug)]
struct Call {
    /// The second that comes next.
    next: i64,
    /// Of the whole call, what was stored included.
    recorded: usize,
    open: Stretch,
}

impl Recorder {
    /// A second is over: what was seen of every call that goes on. A call that is not among them is over. Returns what is whole.
    pub fn second(
        &mut self,
        second: i64,
        observed: &BTreeMap<ConsultationId, Observed>,
    ) -> Vec<(ConsultationId, Stretch)> {
        let mut whole = Vec::new();
        self.calls.retain(|id, call| {
            let goes_on = observed.contains_key(id);
            if !goes_on {
                whole.extend(call.cut().map(|stretch| (*id, stretch)));
            }
            goes_on
        });
        for (&id, observed) in observed {
            let seen = match observed {
                Observed::Here(heard) => Second::Heard(heard.clone()),
                Observed::Away(specialist) if self.calls.contains_key(&id) => Second::Away(*specialist),
                Observed::Away(_) => continue,
            };
            let call = self.calls.entry(id).or_insert_with(|| Call::at(second));
            whole.extend(call.second(second, &seen).into_iter().map(|stretch| (id, stretch)));
        }
        whole
    }

    /// What is not whole yet, of one call.
    pub fn open(&self, id: ConsultationId) -> Option<&Stretch> {
        self.calls.get(&id).map(|call| &call.open).filter(|stretch| !stretch.seconds.is_empty())
    }

    /// The program ends: everything, whole or not.
    pub fn end(&mut self) -> Vec<(ConsultationId, Stretch)> {
        self.second(0, &BTreeMap::new())
    }
}

impl Call {
    const fn at(second: i64) -> Self {
        Self { next: second, recorded: 0, open: Stretch { from_second: second, seconds: Vec::new() } }
    }

    fn second(&mut self, second: i64, seen: &Second) -> Vec<Stretch> {
        let mut whole = Vec::new();
        let missed = second - self.next;
        if missed < 0 && missed > -MOST_CATCH_UP {
            // Woken early, or the clock was put back a little: that second has been told.
            return whole;
        }
        if !(0..=MOST_CATCH_UP).contains(&missed) {
            whole.extend(self.cut());
            self.next = second;
        }
        while self.next <= second && self.recorded < MOST_SECONDS_OF_CALL {
            if self.open.seconds.is_empty() {
                self.open.from_second = self.next;
            }
            self.open.seconds.push(seen.clone());
            self.recorded += 1;
            self.next += 1;
            let is_minute = self.next.rem_euclid(MOST_SECONDS_OF_STRETCH as i64) == 0;
            if is_minute || self.recorded == MOST_SECONDS_OF_CALL {
                whole.extend(self.cut());
            }
        }
        whole
    }

    fn cut(&mut self) -> Option<Stretch> {
        let seconds = std::mem::take(&mut self.open.seconds);
        (!seconds.is_empty()).then_some(Stretch { from_second: self.open.from_second, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn id(n: u8) -> ConsultationId {
        ConsultationId::new(Timestamp::UNIX_EPOCH, [n; 10])
    }

    fn here(n: u8) -> BTreeMap<ConsultationId, Observed> {
        BTreeMap::from([(id(n), Observed::Here(Heard::default()))])
    }

    fn away(n: u8) -> BTreeMap<ConsultationId, Observed> {
        BTreeMap::from([(id(n), Observed::Away(Attendance::Absent))])
    }

    #[test]
    fn a_minute_is_a_row_and_an_end_is_one() {
        let mut recorder = Recorder::default();
        assert!(recorder.second(100, &away(1)).is_empty());
        assert_eq!(recorder.open(id(1)), None, "the home has not been there yet");
        for second in 101..119 {
            assert!(recorder.second(second, &here(1)).is_empty());
        }
        let first = recorder.second(119, &here(1));
        assert_eq!(first.iter().map(|(_, s)| (s.from_second, s.seconds.len())).collect::<Vec<_>>(), [(101, 19)]);
        recorder.second(120, &away(1));
        assert_eq!(
            recorder.open(id(1)).map(|s| (s.from_second, s.seconds.clone())),
            Some((120, vec![Second::Away(Attendance::Absent)]))
        );
        recorder.second(121, &here(1));
        let last = recorder.second(122, &here(2));
        assert_eq!(
            last,
            [(
                id(1),
                Stretch {
                    from_second: 120,
                    seconds: vec![Second::Away(Attendance::Absent), Second::Heard(Heard::default())]
                }
            )]
        );
        assert_eq!(recorder.end().len(), 1);
        assert!(recorder.end().is_empty());
    }

    #[test]
    fn being_held_up_leaves_no_hole_and_a_long_halt_leaves_one() {
        let mut recorder = Recorder::default();
        recorder.second(10, &here(1));
        recorder.second(10, &here(1));
        recorder.second(13, &here(1));
        assert_eq!(recorder.open(id(1)).unwrap().seconds.len(), 4, "10 once, 11 to 13");
        let cut = recorder.second(30, &here(1));
        assert_eq!((cut[0].1.from_second, cut[0].1.seconds.len()), (10, 4));
        let back = recorder.second(5, &here(1));
        assert_eq!((back[0].1.from_second, back[0].1.seconds.len()), (30, 1), "the clock was put back");
        assert_eq!(recorder.open(id(1)).unwrap().from_second, 5);
    }

    #[test]
    fn a_call_that_nobody_ends_is_bounded() {
        let mut recorder = Recorder::default();
        let mut recorded = 0;
        for second in 0..(MOST_SECONDS_OF_CALL as i64 + 500) {
            recorded += recorder.second(second, &here(1)).iter().map(|(_, s)| s.seconds.len()).sum::<usize>();
        }
        assert_eq!((recorded, recorder.open(id(1))), (MOST_SECONDS_OF_CALL, None));
    }

    proptest! {
        /// Whatever happens, rows of a call do not overlap, fit, and lose nothing while the clock goes on.
        #[test]
        fn rows_follow_one_another(steps in prop::collection::vec((1..9_i64, 0..3_u8), 1..300)) {
            let mut recorder = Recorder::default();
            let (mut second, mut rows) = (1000, Vec::new());
            for (step, what) in steps {
                second += step;
                let observed = match what { 0 => away(1), 1 => here(1), _ => here(2) };
                rows.extend(recorder.second(second, &observed));
            }
            rows.extend(recorder.end());
            let mut ends = HashMap::new();
            for (id, Stretch { from_second, seconds }) in rows {
                prop_assert!((1..=MOST_SECONDS_OF_STRETCH).contains(&seconds.len()));
                let end = from_second + seconds.len() as i64;
                prop_assert!(from_second >= ends.insert(id, end).unwrap_or(i64::MIN));
                prop_assert!(from_second.div_euclid(60) == (end - 1).div_euclid(60), "within a minute");
            }
        }
    }
}
