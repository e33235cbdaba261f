//! A line of another prescription that still runs: what the home has of it, by [`crate::runway`], and what may still come. Who asks gathers the records.

use super::DraftItem;
use crate::dosage::TaperStep;
use crate::doses::Course;
use crate::machines::{named_enum, prescription};
use crate::records::{Item, Prescription};
use crate::runway::{Lasts, Stock};
use crate::schedule::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

/// A line of another prescription that was signed and is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// What and how.
    pub item: DraftItem,
    /// Which dose of it is taken.
    pub taken: Taken,
    /// What the home has of it.
    pub hand: Hand,
    /// How long it lasts with what a pharmacy still owes; `None` where nothing more comes.
    pub rest: Option<Lasts>,
    /// Where it is taken when needed: the fewest hours between two doses.
    pub hours_apart: Option<u32>,
}

/// The dose that is taken, and of one that changes the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// The step that runs, or that will be the first.
    pub now: TaperStep,
    /// What follows, with its first day; that is unknown before anything has come.
    pub then: Option<(TaperStep, Option<Date>)>,
}

impl Taken {
    /// Nothing has been taken yet.
    pub fn from_the_first(item: &DraftItem) -> Self {
        let steady = TaperStep { dose: item.dose, frequency: item.frequency, days: item.days };
        let mut steps = item.steps().into_iter();
        Self { now: steps.next().unwrap_or(steady), then: steps.next().map(|step| (step, None)) }
    }

    /// On that day.
    fn on(course: &Course<'_>, today: Date) -> Self {
        let stretches = course.stretches();
        let running = stretches.iter().position(|stretch| !stretch.is_over(today));
        let at = running.unwrap_or(stretches.len().saturating_sub(1));
        let Some(now) = stretches.get(at) else { return Self::from_the_first(&course.item.into()) };
        Self { now: now.step, then: stretches.get(at + 1).map(|next| (next.step, next.first_day())) }
    }
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
        let draft = DraftItem::from(item);
        (until >= today).then(|| Self {
            taken: Taken::from_the_first(&draft),
            item: draft,
            hand,
            rest,
            hours_apart: item.hours_apart,
        })
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
        let taken = Taken::on(course, today);
        Some(Self {
            item: course.item.into(),
            taken,
            hand,
            rest: rest.and_then(counted),
            hours_apart: course.item.hours_apart,
        })
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
