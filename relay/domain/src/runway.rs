//! How long what the home has will last: what came, less what was given or fell due and what was called back, walked along the doses to come. Pure.

use crate::doses::{Course, Due};
use crate::lots::{Lot, Use, left};
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

/// What a line needs to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Stock<'a> {
    /// The prescription.
    pub prescription: &'a Prescription,
    /// The line on its way.
    pub course: Course<'a>,
    /// The newest entry of each dose of the line, with [`DoseEntry::due_at`] telling which.
    pub entries: &'a [&'a DoseEntry],
    /// Units of dose in one counted unit.
    pub doses_per_unit: f64,
    /// What came, batch by batch.
    pub lots: &'a [Lot],
}

impl Stock<'_> {
    /// How far it reaches, seen from `now`.
    pub fn runway(&self, policy: &Policy, now: Timestamp) -> Runway {
        let doses = self.course.doses();
        let mut left = self.left(&doses, now);
        let left_milli = left;
        let open = doses.iter().filter(|due| due.at > now && !self.is_recorded(due));
        let mut lacking = None;
        for due in open {
            match left.checked_sub(due.dose.milli()) {
                Some(rest) => left = rest,
                None => {
                    lacking = Some(due.day);
                    break;
                }
            }
        }
        let (last_day, runs_out) = match (lacking, doses.last()) {
            (Some(day), _) => (day.yesterday().ok(), RunsOut::Stock),
            (None, Some(last)) => (Some(last.day), self.end_of_course(policy)),
            (None, None) => (None, RunsOut::Stock),
        };
        match self.fetched_no_longer() {
            Some(valid) if last_day.is_some_and(|day| valid < day) => {
                Runway { left_milli, last_day: Some(valid), runs_out: RunsOut::Validity }
            }
            _ => Runway { left_milli, last_day, runs_out },
        }
    }

    /// What came less what was used; of a line with a batch that was called back, no more than what the other batches have left.
    fn left(&self, doses: &[Due], now: Timestamp) -> u64 {
        let item = self.course.item;
        let supplied = self.prescription.supplied.iter().filter(|s| s.item_no == item.no).map(|s| s.quantity).sum();
        let uses = self.uses(doses, now);
        let all = milli(supplied, self.doses_per_unit).saturating_sub(uses.iter().map(|one| one.milli).sum());
        if self.lots.iter().all(|lot| lot.barred_since.is_none()) { all } else { left(self.lots, uses) }
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
