//! A line of another prescription that still runs: what the home has of it, by [`crate::runway`], and what may still come. Who asks gathers the records.

use super::DraftItem;
use crate::doses::Course;
use crate::machines::{named_enum, prescription};
use crate::records::{Item, Prescription};
use crate::runway::{Lasts, Stock};
use crate::schedule::Zone;
use jiff::{Timestamp, ToSpan as _};

/// A line of another prescription that was signed and is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// What and how.
    pub item: DraftItem,
    /// What the home has of it.
    pub hand: Hand,
    /// How long it lasts with what a pharmacy still owes; `None` where nothing more comes.
    pub rest: Option<Lasts>,
}

/// What the home has of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Nothing of it has reached the home yet.
    ToCome,
    /// Something.
    Left {
        /// In thousandths of the dose unit.
        milli: u64,
        /// How long it lasts; `None` for less than the next dose, and for what is taken when needed after its days.
        lasts: Option<Lasts>,
    },
    /// Nothing any more.
    Nothing(NothingLeft),
}

named_enum! {
    /// Why a home has nothing in hand of a medicine that was prescribed.
    NothingLeft {
        /// What was left was called back.
        CalledBack = "called_back",
        /// It was missing or damaged, and the pharmacy settled it without sending it.
        NeverCame = "never_came",
        /// It was given.
        UsedUp = "used_up",
    }
}

impl Running {
    /// A line of which nothing has reached the home, where it may still come or was settled without coming; none when its days have passed since it was signed.
    /// Its days are those that it would have if it had come when it was signed: where no dose was left on that day, they begin on the next.
    pub fn not_arrived(p: &Prescription, item: &Item, zone: &Zone, now: Timestamp) -> Option<Self> {
        let signed_at = p.signed_at.filter(|_| !is_withdrawn(p))?;
        let (signed, today) = (zone.date(signed_at), zone.date(now));
        let doses = Course { item, received_at: signed_at, stopped_at: None, zone }.doses();
        // Nothing falls due of what is taken when needed: it is counted by its days.
        let by_days = || signed.saturating_add((i64::from(item.days) - 1).days());
        let first = doses.first().map_or(signed, |due| due.day);
        let until = doses.last().map_or_else(by_days, |due| due.day);
        let (hand, rest) = if p.may_bring(item) {
            (Hand::ToCome, Some(Lasts::between(today.max(first), until)))
        } else if p.never_came(item) {
            (Hand::Nothing(NothingLeft::NeverCame), None)
        } else {
            return None;
        };
        (until >= today).then(|| Self { item: item.into(), hand, rest })
    }

    /// A line that the home was given of, until its days are over; what is taken when needed, until nothing is left.
    pub fn arrived(stock: &Stock<'_>, now: Timestamp) -> Option<Self> {
        let (p, course) = (stock.prescription, &stock.course);
        let (found, ends, today) = (stock.in_hand(now), stock.course_ends()?, course.zone.date(now));
        let some_when_needed = course.is_as_needed() && found.left_milli > 0;
        if is_withdrawn(p) || (ends < today && !some_when_needed) {
            return None;
        }
        // Nothing falls due of what is taken when needed: it is counted by its days.
        let when_needed = course.is_as_needed().then(|| Lasts::between(today, ends));
        let counted = |lasts: Option<Lasts>| when_needed.or(lasts).filter(|lasts| lasts.days > 0);
        let hand = match found.left_milli {
            0 if found.called_back_milli > 0 => Hand::Nothing(NothingLeft::CalledBack),
            0 if p.closed(course.item) > 0 => Hand::Nothing(NothingLeft::NeverCame),
            0 => Hand::Nothing(NothingLeft::UsedUp),
            milli => Hand::Left { milli, lasts: counted(found.lasts) },
        };
        let rest = p.may_bring(course.item).then(|| stock.with_the_rest(now).lasts);
        Some(Self { item: course.item.into(), hand, rest: rest.and_then(counted) })
    }

    /// How long there is enough of it, by what the home has and what still comes; `None` where there is not.
    pub fn lasts(&self) -> Option<Lasts> {
        let in_hand = if let Hand::Left { lasts, .. } = self.hand { lasts } else { None };
        in_hand.max(self.rest)
    }
}

/// It is not given any more, or never was anything to give.
const fn is_withdrawn(p: &Prescription) -> bool {
    use prescription::State as S;
    matches!(p.state, S::Draft | S::Rejected | S::Cancelled | S::Stopped)
}

#[cfg(test)]
mod tests;
