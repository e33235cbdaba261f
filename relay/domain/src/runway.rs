//! What the home has of a line and how long it lasts: what came whole, less what was given or fell due and what was called back, walked along the doses to come.
//! The nurse's list, the composer, the rules of the safety engine and the request for a refill all ask here. Pure.

use crate::doses::{Course, Due};
use crate::lots::{Left, Lot, Use, left};
use crate::machines::dose::State;
use crate::machines::named_enum;
use crate::machines::prescription;
use crate::policy::Policy;
use crate::records::{DoseEntry, Prescription, Supply};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

named_enum! {
    /// Why a medicine ends.
    RunsOut {
        /// Nothing is left in the home.
        Stock = "stock",
        /// The days that were prescribed are over.
        Course = "course",
        /// The days are over, and a prescription may not be longer.
        Cap = "cap",
        /// The rest that is owed can be fetched no longer.
        Validity = "validity",
    }
}

/// How far one line reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runway {
    /// Left in the home, in thousandths of the dose unit.
    pub left_milli: u64,
    /// Last day with all its doses; `None` for what is taken when needed.
    pub last_day: Option<Date>,
    /// Why it ends then.
    pub runs_out: RunsOut,
}

/// What the home has of one line. What never came whole and what was called back is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InHand {
    /// Left in the home, in thousandths of the dose unit.
    pub left_milli: u64,
    /// Called back before it was used.
    pub called_back_milli: u64,
    /// How long it lasts; `None` for what is taken when needed.
    pub lasts: Option<Lasts>,
    /// There are doses to come for which nothing is left.
    pub lacks: bool,
}

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lasts {
    /// Last day with all its doses; it may be over.
    pub last_day: Date,
    /// Days until then, from the first on which a dose is still open.
    pub days: u32,
}

impl Lasts {
    /// Every day from `first` to `last_day`; none when that is before it.
    pub fn between(first: Date, last_day: Date) -> Self {
        let days = (last_day - first).get_days().saturating_add(1);
        Self { last_day, days: u32::try_from(days).unwrap_or(0) }
    }
}

/// What a line needs to be judged.
#[derive(Debug, Clone)]
pub struct Stock<'a> {
    /// The prescription.
    pub prescription: &'a Prescription,
    /// The line on its way.
    pub course: Course<'a>,
    /// The newest entry of each dose of the line, with [`DoseEntry::due_at`] telling which.
    pub entries: Vec<&'a DoseEntry>,
    /// Units of dose in one counted unit.
    pub doses_per_unit: f64,
    /// What came, batch by batch.
    pub lots: &'a [Lot],
}

impl Stock<'_> {
    /// What the home has of it at `now`, and how long that lasts.
    pub fn in_hand(&self, now: Timestamp) -> InHand {
        self.with(0, now)
    }

    /// The same with what a pharmacy still owes of the line, as if that were there.
    pub fn with_the_rest(&self, now: Timestamp) -> InHand {
        self.with(milli(self.prescription.owed(self.course.item), self.doses_per_unit), now)
    }

    fn with(&self, more_milli: u64, now: Timestamp) -> InHand {
        let doses = self.course.doses();
        let (left, called_back_milli) = self.left(&doses, now);
        let left_milli = left.saturating_add(more_milli);
        let open = || doses.iter().filter(|due| due.at > now && !self.is_recorded(due));
        let (mut left, mut lacking) = (left_milli, None);
        for due in open() {
            match left.checked_sub(due.dose.milli()) {
                Some(rest) => left = rest,
                None => {
                    lacking = Some(due.day);
                    break;
                }
            }
        }
        let last_day = match lacking {
            Some(day) => day.yesterday().ok(),
            None => doses.last().map(|last| last.day),
        };
        let today = self.course.zone.date(now);
        // Whoever had the doses of today needs none before tomorrow.
        let first = if open().any(|due| due.day <= today) { today } else { today.tomorrow().unwrap_or(today) };
        let lasts = last_day.map(|day| Lasts::between(first, day));
        InHand { left_milli, called_back_milli, lasts, lacks: lacking.is_some() }
    }

    /// How far it reaches, seen from `now`.
    pub fn runway(&self, policy: &Policy, now: Timestamp) -> Runway {
        self.reaching(self.in_hand(now), policy)
    }

    /// The same for the request of a refill: what the pharmacy that has the prescription owes of the line counts as on its way.
    pub fn runway_with_what_is_coming(&self, policy: &Policy, now: Timestamp) -> Runway {
        let found = if self.is_coming() { self.with_the_rest(now) } else { self.in_hand(now) };
        self.reaching(found, policy)
    }

    fn reaching(&self, found: InHand, policy: &Policy) -> Runway {
        let InHand { left_milli, lasts, lacks, .. } = found;
        let last_day = lasts.map(|lasts| lasts.last_day);
        let runs_out = if lacks || last_day.is_none() { RunsOut::Stock } else { self.end_of_course(policy) };
        match self.fetched_no_longer() {
            Some(valid) if last_day.is_some_and(|day| valid < day) => {
                Runway { left_milli, last_day: Some(valid), runs_out: RunsOut::Validity }
            }
            _ => Runway { left_milli, last_day, runs_out },
        }
    }

    /// Some of what came of it was called back.
    pub fn is_called_back(&self) -> bool {
        self.lots.iter().any(|lot| lot.barred_since.is_some())
    }

    /// What was called back is missed: for doses to come, or when it is needed, there is nothing else.
    pub fn misses_what_was_called_back(&self, now: Timestamp) -> bool {
        let found = self.in_hand(now);
        let goes_on = || self.course_ends().is_some_and(|day| self.course.zone.date(now) <= day);
        let when_needed = self.course.is_as_needed() && found.left_milli == 0 && goes_on();
        found.called_back_milli > 0 && (found.lacks || when_needed)
    }

    /// The last day of its course: of its last dose, or, of what is taken when needed, of as many days as were prescribed.
    pub fn course_ends(&self) -> Option<Date> {
        let Course { item, received_at, zone, .. } = self.course;
        if self.course.is_as_needed() {
            return zone.date(received_at).checked_add((i64::from(item.days) - 1).days()).ok();
        }
        self.course.doses().last().map(|last| last.day)
    }

    /// What came less what was used; of a line with a batch that was called back, no more than what the other batches have left, and what is left of that one.
    fn left(&self, doses: &[Due], now: Timestamp) -> (u64, u64) {
        let item = self.course.item;
        let supplied = self.prescription.supplied.iter().filter(|s| s.item_no == item.no).map(|s| s.quantity).sum();
        let uses = self.uses(doses, now);
        if self.is_called_back() {
            let Left { milli, called_back_milli } = left(self.lots, uses);
            return (milli, called_back_milli);
        }
        (milli(supplied, self.doses_per_unit).saturating_sub(uses.iter().map(|one| one.milli).sum()), 0)
    }

    /// What was given, and what fell due without a word: whoever forgot to write gave it all the same.
    fn uses(&self, doses: &[Due], now: Timestamp) -> Vec<Use<'_>> {
        let given = self.entries.iter().filter(|entry| entry.state == State::Given);
        let given = given.map(|e| Use { at: e.at, milli: e.dose.milli(), batch: e.batch.as_ref() });
        let silent = doses.iter().filter(|due| due.at <= now && !self.is_recorded(due));
        given.chain(silent.map(|due| Use { at: due.at, milli: due.dose.milli(), batch: None })).collect()
    }

    fn is_recorded(&self, due: &Due) -> bool {
        self.entries.iter().any(|entry| entry.due_at == due.at && entry.state.is_recorded())
    }

    fn end_of_course(&self, policy: &Policy) -> RunsOut {
        let cap = match self.prescription.supply {
            Supply::Chronic if u32::from(self.course.item.days) <= policy.supply_chronic_days => {
                policy.supply_chronic_days
            }
            supply => policy.supply_days(supply),
        };
        if u32::from(self.course.item.days) >= cap { RunsOut::Cap } else { RunsOut::Course }
    }

    /// A pharmacy has the prescription and owes more of the line. While none has it, nobody sends it.
    fn is_coming(&self) -> bool {
        use prescription::State as P;
        let p = self.prescription;
        let taken = matches!(p.state, P::Dispensing | P::OnHold | P::Packed | P::InDelivery);
        taken && p.owed(self.course.item) > 0
    }

    /// Last day on which a pharmacy may still take what is owed, while none has it.
    fn fetched_no_longer(&self) -> Option<Date> {
        use prescription::State as P;
        let p = self.prescription;
        let open = matches!(p.state, P::Approved | P::Returned | P::Expired);
        p.valid_until.filter(|_| open && p.owed(self.course.item) > 0)
    }
}

impl Runway {
    /// The first day on which it is time to ask for a refill.
    pub fn first_warning(&self, policy: &Policy) -> Option<Date> {
        self.last_day?.checked_sub(i64::from(policy.runway_warn_days).days()).ok()
    }

    /// It is time to ask for a refill.
    pub fn warns(&self, policy: &Policy, today: Date) -> bool {
        self.first_warning(policy).is_some_and(|day| day <= today)
    }
}

/// Counted units as thousandths of the dose unit.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quantity is positive and small")]
fn milli(quantity: u32, doses_per_unit: f64) -> u64 {
    (f64::from(quantity) * doses_per_unit * 1000.0).round().max(0.0) as u64
}

#[cfg(test)]
mod tests;
