//! The referral of a resident to a hospital, from the draft to the report that comes back. The ride there is [`super::transport`].

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// Where a referral stands.
    #[schema(as = ReferralState)]
    State {
        /// Written, not sent.
        Drafted = "drafted",
        /// With the hospital, unread.
        Sent = "sent",
        /// The hospital has read it.
        Seen = "seen",
        /// The hospital asks for more before it decides.
        InformationRequested = "information_requested",
        /// An appointment is booked.
        Accepted = "accepted",
        /// The resident is on the way or in the hospital.
        UnderWay = "under_way",
        /// The hospital's report is back in the record.
        Done = "done",
        /// The hospital does not take the resident.
        Refused = "refused",
        /// The resident did not come; another appointment can be booked.
        DidNotAttend = "did_not_attend",
        /// Not needed any more.
        Withdrawn = "withdrawn",
    }
}

/// What can happen to a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Give it to the hospital.
    Send,
    /// The hospital reads it.
    See,
    /// The hospital asks for more.
    AskInformation,
    /// The question is answered.
    AnswerInformation,
    /// The hospital books an appointment, or another one.
    Accept,
    /// The resident sets out.
    Start,
    /// The hospital reports back.
    Report,
    /// The hospital does not take the resident.
    Refuse {
        /// Why.
        reason: String,
    },
    /// The resident did not come.
    MissAppointment {
        /// Why, as far as known.
        reason: String,
    },
    /// The referring side takes it back.
    Withdraw {
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::See => "see",
            Self::AskInformation => "ask_information",
            Self::AnswerInformation => "answer_information",
            Self::Accept => "accept",
            Self::Start => "start",
            Self::Report => "report",
            Self::Refuse { .. } => "refuse",
            Self::MissAppointment { .. } => "miss_appointment",
            Self::Withdraw { .. } => "withdraw",
        }
    }
}

/// The outcome of an event that was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The state after the event.
    pub state: State,
    /// When it was entered.
    pub at: Timestamp,
}

impl State {
    /// The state after `event`, or a refusal.
    pub fn apply(self, event: &Event, at: Timestamp) -> Result<Next, Refused> {
        use State as S;
        let state = match (self, event) {
            (S::Drafted, Event::Send) => S::Sent,
            (S::Sent, Event::See) => S::Seen,
            // Whoever answers at once has read it.
            (S::Sent | S::Seen, Event::AskInformation) => S::InformationRequested,
            (S::InformationRequested, Event::AnswerInformation) => S::Seen,
            // An appointment can be moved, and given again to who did not come.
            (S::Sent | S::Seen | S::Accepted | S::DidNotAttend, Event::Accept) => S::Accepted,
            (S::Accepted, Event::Start) => S::UnderWay,
            // The report proves the visit, whether or not somebody pressed "set out".
            (S::Accepted | S::UnderWay, Event::Report) => S::Done,
            (S::Sent | S::Seen | S::InformationRequested, Event::Refuse { .. }) => S::Refused,
            // Who set out may still not arrive.
            (S::Accepted | S::UnderWay, Event::MissAppointment { .. }) => S::DidNotAttend,
            (
                S::Drafted | S::Sent | S::Seen | S::InformationRequested | S::Accepted | S::DidNotAttend,
                Event::Withdraw { .. },
            ) => S::Withdrawn,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Done | Self::Refused | Self::Withdrawn)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    let reason = String::new;
    vec![
        Event::Send,
        Event::See,
        Event::AskInformation,
        Event::AnswerInformation,
        Event::Accept,
        Event::Start,
        Event::Report,
        Event::Refuse { reason: reason() },
        Event::MissAppointment { reason: reason() },
        Event::Withdraw { reason: reason() },
    ]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Drafted, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|n| n.state.as_str());
        insta::assert_snapshot!(crate::machines::table(State::ALL, &sample_events(), Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }

    #[test]
    fn terminal_states_are_exactly_those_that_nothing_leaves() {
        for state in State::ALL {
            let stuck = sample_events().iter().all(|e| state.apply(e, Timestamp::UNIX_EPOCH).is_err());
            assert_eq!(stuck, state.is_terminal(), "{state}");
        }
    }
}
