//! The doses of a course, as a pure function of a delivered line: when each is due, in which round. Day and hour are those of the home's zone, an argument.
//! Not here: what became of a dose ([`crate::machines::dose`]), how long the stock lasts ([`crate::runway`]).

use crate::checked::Dose;
use crate::dosage::{Frequency, TaperStep, steps};
use crate::machines::dose::{Event, Outcome, State};
use crate::machines::named_enum;
use crate::policy::Policy;
use crate::records::{Delivery, DoseEntry, Item, Prescription};
use crate::schedule::Zone;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

named_enum! {
    /// A nurse's round with the medicines.
    #[schema(as = DoseRound)]
    Round {
        /// Before and at breakfast.
        Morning = "morning",
        /// At noon.
        Noon = "noon",
        /// At supper.
        Evening = "evening",
        /// At bedtime and in the night.
        Night = "night",
    }
}

/// One dose to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// On which day of the home.
    pub day: Date,
    /// At which full hour of that day, by the plan.
    pub hour: i8,
    /// In which round.
    pub round: Round,
    /// How much, in the drug's dose unit.
    pub dose: Dose,
}

/// A step of a course on its days; a steady dose is one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// How much, how often, for how long.
    pub step: TaperStep,
    /// Its doses, in order; none of what is taken when needed.
    pub doses: Vec<Due>,
}

impl Stretch {
    /// Day of its first dose.
    pub fn first_day(&self) -> Option<Date> {
        self.doses.first().map(|due| due.day)
    }

    /// Its last dose was before `today`. What is taken when needed has no last dose.
    pub fn is_over(&self, today: Date) -> bool {
        self.doses.last().is_some_and(|due| due.day < today)
    }
}

/// A line that the home has, on its way through its days.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// The line.
    pub item: &'a Item,
    /// When the first of it reached the home.
    pub received_at: Timestamp,
    /// When the prescription was stopped.
    pub stopped_at: Option<Timestamp>,
    /// The home's zone.
    pub zone: &'a Zone,
}

/// The lines of a prescription that the home has something of.
pub fn courses<'a>(p: &'a Prescription, deliveries: &[Delivery], zone: &'a Zone) -> Vec<Course<'a>> {
    use crate::machines::prescription::State as P;
    let stopped_at = matches!(p.state, P::Stopped | P::Cancelled).then_some(p.state_since);
    let arrived = |d: &Delivery, no| d.counts.iter().any(|c| c.item_no == no && c.quantity > c.damaged);
    let first = |no| deliveries.iter().filter(|d| arrived(d, no)).filter_map(|d| d.ended_at).min();
    p.items.iter().filter_map(|item| Some(Course { item, received_at: first(item.no)?, stopped_at, zone })).collect()
}

impl Course<'_> {
    /// It is given when needed: nothing falls due.
    pub fn is_as_needed(&self) -> bool {
        self.item.frequency == Frequency::Prn
    }

    /// Every dose, in order. The first is the first of its times of day after the medicine came; from there each takes the next of these times, so that a course
    /// that begins in the evening ends in the morning and no dose is left over. A stop ends it at once.
    pub fn doses(&self) -> Vec<Due> {
        self.stretches().into_iter().flat_map(|stretch| stretch.doses).collect()
    }

    /// The same, step by step.
    pub fn stretches(&self) -> Vec<Stretch> {
        let (mut stretches, mut passed): (Vec<Stretch>, u16) = (Vec::new(), 0);
        let begin = self.zone.date(self.received_at);
        let (mut first_day, mut last): (Date, Option<Timestamp>) = (begin, None);
        let stands = |due: &Due| self.stopped_at.is_none_or(|stop| due.at < stop);
        for step in steps(self.item.dose, self.item.frequency, self.item.days, &self.item.taper) {
            let after = last.unwrap_or(self.received_at);
            let from = if last.is_none() { begin } else { first_day }.checked_add(i64::from(passed).days());
            let Ok(from) = from else { break };
            let times = self.times(step.frequency, from, step.days, after);
            if let (None, Some(first)) = (last, times.first()) {
                // Days before a first dose that falls on the next day count from there.
                first_day = first.1.checked_sub(i64::from(passed).days()).unwrap_or(first.1);
            }
            last = times.last().map(|(at, ..)| *at).or(last);
            let due = |(at, day, hour)| Due { at, day, hour, round: Policy::round_at(hour), dose: step.dose };
            stretches.push(Stretch { step, doses: times.into_iter().map(due).filter(stands).collect() });
            passed = passed.saturating_add(step.days);
        }
        stretches
    }

    /// The times of one step whose first day is `from` and whose doses come after `after`.
    fn times(&self, frequency: Frequency, from: Date, days: u16, after: Timestamp) -> Vec<(Timestamp, Date, i8)> {
        let Some(pattern) = frequency.pattern() else { return Vec::new() };
        let hours = Policy::hours_of_day(frequency);
        if hours.is_empty() {
            let local = self.zone.rules().to_datetime(after);
            return vec![(after, local.date(), local.hour())];
        }
        let at = |day: i64, slot: usize| {
            let (rounds, hour) = (slot / hours.len(), hours[slot % hours.len()]);
            let day = from.checked_add((day + i64::try_from(rounds).ok()?).days()).ok()?;
            Some((self.zone.instant(day.at(hour, 0, 0, 0))?, day, hour))
        };
        let later = |slot: &usize| at(0, *slot).is_some_and(|(time, ..)| time > after);
        let Some(first) = (0..2 * hours.len()).find(later) else { return Vec::new() };
        let on_days = (0..u64::from(days)).filter(|day| pattern.is_due(*day));
        let slots = usize::try_from(pattern.per_day).unwrap_or(0);
        let each = |day: u64| (0..slots).filter_map(move |slot| at(i64::try_from(day).ok()?, first + slot));
        on_days.flat_map(each).collect()
    }
}

/// Where a dose stands at `now`, by the entries about it in order.
pub fn state_of(due_at: Timestamp, entries: &[&DoseEntry], policy: &Policy, now: Timestamp) -> State {
    let patience = SignedDuration::from_mins(i64::from(policy.dose_missed_minutes));
    let state = entries.last().map_or(State::Due, |entry| entry.state);
    if now.duration_since(due_at) > patience { state.apply(Event::Lapse).unwrap_or(state) } else { state }
}

/// What a new entry is to a dose: the first about it, or one that puts the last right. `None` retracts.
pub const fn event(state: State, outcome: Option<Outcome>) -> Event {
    match outcome {
        None => Event::Retract,
        Some(outcome) if state.is_recorded() => Event::Correct(outcome),
        Some(outcome) => Event::Record(outcome),
    }
}

/// Would one more dose at `at` be more than `most` within any day? `given` are the times of those that stand.
pub fn exceeds(given: &[Timestamp], at: Timestamp, most: u32) -> bool {
    let day = SignedDuration::from_hours(24);
    let mut times: Vec<Timestamp> = given.iter().copied().chain([at]).collect();
    times.sort_unstable();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    times.windows(most.saturating_add(1)).any(|w| {
        let (first, last) = (w[0], w[w.len() - 1]);
        first <= at && at <= last && last.duration_since(first) < day
    })
}

/// From when one more may be given, where `at` is less than `hours` from one of those that stand. Those after it count too: what was given earlier may be entered later.
pub fn too_soon(given: &[Timestamp], at: Timestamp, hours: u32) -> Option<Timestamp> {
    let apart = SignedDuration::from_hours(i64::from(hours));
    let near = given.iter().copied().filter(|other| at.max(*other).duration_since(at.min(*other)) < apart);
    near.max().and_then(|last| last.checked_add(apart).ok())
}

/// What one more of a medicine that is taken when needed would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So many within any 24 hours are the most.
    Day {
        /// How many.
        most: u32,
    },
    /// It is less than so many hours from another one.
    Apart {
        /// Hours from one time to the next, as the prescriber signed.
        hours: u32,
        /// From when one more may be given.
        from: Timestamp,
    },
}

/// What one more of `item` at `at` breaks, beside those given at the times `given`; the most of a day weighs more than the hours.
pub fn broken(item: &Item, policy: &Policy, given: &[Timestamp], at: Timestamp) -> Option<Bound> {
    let most = item.most_when_needed(policy.when_needed_doses_per_day);
    if exceeds(given, at, most) {
        return Some(Bound::Day { most });
    }
    let hours = item.hours_apart?;
    too_soon(given, at, hours).map(|from| Bound::Apart { hours, from })
}

/// Of those that stand, what an entry broke when it was given, by those before it: more than one may be in the resident that was given without a link.
pub fn broke(item: &Item, policy: &Policy, standing: &[&DoseEntry], entry: &DoseEntry) -> Option<Bound> {
    let when = |one: &DoseEntry| (one.at, one.recorded_at);
    let before = standing.iter().filter(|other| other.id != entry.id && when(other) < when(entry));
    broken(item, policy, &before.map(|other| other.at).collect::<Vec<_>>(), entry.at)
}

#[cfg(test)]
pub(crate) mod tests;
