//! The one-key call of a resident: somebody answers, or the next one is asked, and it always ends in something.

use super::{Refused, named_enum};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// Where a call stands.
    #[schema(as = UrgentCallState)]
    State {
        /// The home and the first on duty are called.
        Raised = "raised",
        /// Nobody answered: the next on duty are called too.
        WithNextOnDuty = "with_next_on_duty",
        /// Still nobody: the administrator is called too.
        WithAdministrator = "with_administrator",
        /// Somebody takes care of it.
        Answered = "answered",
        /// It became an urgent consultation.
        Consultation = "consultation",
        /// The resident is being registered at the hospital.
        HospitalRegistration = "hospital_registration",
        /// Transport has been asked for.
        TransportRequest = "transport_request",
        /// Nothing was the matter.
        FalseAlarm = "false_alarm",
    }
}

named_enum! {
    /// In what a call can end.
    #[schema(as = UrgentCallOutcome)]
    Outcome {
        /// An urgent consultation.
        Consultation = "consultation",
        /// A registration at the hospital.
        HospitalRegistration = "hospital_registration",
        /// A transport request.
        TransportRequest = "transport_request",
        /// Nothing.
        FalseAlarm = "false_alarm",
    }
}

/// What can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Nobody answered in time.
    Escalate,
    /// Somebody takes care of it.
    Answer,
    /// What became of it.
    End(Outcome),
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Escalate => "escalate",
            Self::Answer => "answer",
            Self::End(Outcome::Consultation) => "end_in_consultation",
            Self::End(Outcome::HospitalRegistration) => "end_in_hospital_registration",
            Self::End(Outcome::TransportRequest) => "end_in_transport_request",
            Self::End(Outcome::FalseAlarm) => "end_as_false_alarm",
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

/// One step of a call with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// The state that was entered.
    pub state: State,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl State {
    /// The state after `event`, or a refusal.
    pub fn apply(self, event: &Event, at: Timestamp) -> Result<Next, Refused> {
        use State as S;
        let state = match (self, event) {
            (S::Raised, Event::Escalate) => S::WithNextOnDuty,
            (S::WithNextOnDuty, Event::Escalate) => S::WithAdministrator,
            (S::Raised | S::WithNextOnDuty | S::WithAdministrator, Event::Answer) => S::Answered,
            (S::Answered, Event::End(Outcome::Consultation)) => S::Consultation,
            (S::Answered, Event::End(Outcome::HospitalRegistration)) => S::HospitalRegistration,
            (S::Answered, Event::End(Outcome::TransportRequest)) => S::TransportRequest,
            (S::Answered, Event::End(Outcome::FalseAlarm)) => S::FalseAlarm,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Consultation | Self::HospitalRegistration | Self::TransportRequest | Self::FalseAlarm)
    }

    /// Nobody has answered yet.
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Raised | Self::WithNextOnDuty | Self::WithAdministrator)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    let ends = Outcome::ALL.iter().map(|outcome| Event::End(*outcome));
    [Event::Escalate, Event::Answer].into_iter().chain(ends).collect()
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Raised, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
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
    fn every_call_can_end_and_no_end_is_left() {
        for state in State::ALL {
            let open = sample_events().iter().filter_map(|e| state.apply(e, Timestamp::UNIX_EPOCH).ok()).count();
            assert_eq!(open == 0, state.is_terminal(), "{state}");
            assert!(!(state.is_terminal() && state.is_unanswered()));
        }
    }
}
