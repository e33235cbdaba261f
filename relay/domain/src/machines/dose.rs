//! One dose of a medicine: due, then given, refused, held or missed. What was written about it is put right by a new entry, never by a change of the old one.
//! Not here: when it is due ([`crate::doses`]), what an entry says ([`crate::records::DoseEntry`]).

use super::{Refused, named_enum};

named_enum! {
    /// Where a dose stands.
    #[schema(as = DoseState)]
    State {
        /// To be given.
        Due = "due",
        /// Taken.
        Given = "given",
        /// Offered, and the resident did not take it.
        Refused = "refused",
        /// Not offered, for a reason.
        Held = "held",
        /// Its time is over and nobody wrote anything.
        Missed = "missed",
    }
}

named_enum! {
    /// What a nurse writes about a dose.
    #[schema(as = DoseOutcome)]
    Outcome {
        /// Taken.
        Given = "given",
        /// Offered, and the resident did not take it.
        Refused = "refused",
        /// Not offered, for a reason.
        Held = "held",
    }
}

impl Outcome {
    /// The state that it leads to.
    pub const fn state(self) -> State {
        match self {
            Self::Given => State::Given,
            Self::Refused => State::Refused,
            Self::Held => State::Held,
        }
    }
}

/// What can happen to a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The first entry, in time or late.
    Record(Outcome),
    /// Another entry takes the place of the last.
    Correct(Outcome),
    /// The last entry was an error, and the dose is open again.
    Retract,
    /// Its time is over.
    Lapse,
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Record(Outcome::Given) => "give",
            Self::Record(Outcome::Refused) => "refuse",
            Self::Record(Outcome::Held) => "hold",
            Self::Correct(Outcome::Given) => "correct_to_given",
            Self::Correct(Outcome::Refused) => "correct_to_refused",
            Self::Correct(Outcome::Held) => "correct_to_held",
            Self::Retract => "retract",
            Self::Lapse => "lapse",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        match (self, event) {
            // An entry that was made without a link comes late: the dose was given all the same.
            (S::Due | S::Missed, Event::Record(outcome))
            | (S::Given | S::Refused | S::Held, Event::Correct(outcome)) => Ok(outcome.state()),
            (S::Given | S::Refused | S::Held, Event::Retract) => Ok(S::Due),
            (S::Due, Event::Lapse) => Ok(S::Missed),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// Somebody wrote what became of it.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Given | Self::Refused | Self::Held)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    let outcomes = || Outcome::ALL.iter().copied();
    outcomes().map(Event::Record).chain(outcomes().map(Event::Correct)).chain([Event::Retract, Event::Lapse]).collect()
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Due, State::ALL, &sample_events(), Event::name, apply, |_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
        insta::assert_snapshot!(crate::machines::table(State::ALL, &sample_events(), Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }

    proptest::proptest! {
        #[test]
        fn what_is_recorded_is_changed_by_a_correction_only(walk in proptest::collection::vec(0_usize..64, 0..40)) {
            let events = sample_events();
            let mut state = State::Due;
            for step in walk {
                let event = events[step % events.len()];
                let before = state;
                if let Ok(next) = state.apply(event) {
                    state = next;
                    let corrects = matches!(event, Event::Correct(_) | Event::Retract);
                    proptest::prop_assert_eq!(before.is_recorded(), corrects);
                }
            }
        }
    }
}
