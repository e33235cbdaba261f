//! What was short or damaged, until the pharmacy has settled it.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = DiscrepancyState)]
    State {
        /// Nobody has settled it.
        Open = "open",
        /// Settled.
        Resolved = "resolved",
    }
}

named_enum! {
    /// What is wrong with what the home has.
    #[schema(as = DiscrepancyCause)]
    Cause {
        /// Short or damaged.
        Count = "count",
        /// It was called back while it was being counted.
        Recalled = "recalled",
        /// A reading that came late says it was too warm or too cold on the way.
        Temperature = "temperature",
    }
}

named_enum! {
    /// How the pharmacy settled it.
    #[schema(as = DiscrepancyResolution)]
    Resolution {
        /// What is owed was sent again.
        Resent = "resent",
        /// The money was given back.
        Refunded = "refunded",
        /// Written off.
        WrittenOff = "written_off",
        /// There was no loss: found, miscounted, agreed.
        Explained = "explained",
    }
}

impl Resolution {
    /// For people.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Resent => "已补发",
            Self::Refunded => "已退款",
            Self::WrittenOff => "已核销",
            Self::Explained => "已查明，无需处理",
        }
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The pharmacy settles it.
    Resolve(Resolution),
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Resolve(Resolution::Resent) => "resolve_resent",
            Self::Resolve(Resolution::Refunded) => "resolve_refunded",
            Self::Resolve(Resolution::WrittenOff) => "resolve_written_off",
            Self::Resolve(Resolution::Explained) => "resolve_explained",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Open, Event::Resolve(_)) => Ok(Self::Resolved),
            (Self::Resolved, event) => Err(Refused { state: self.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Resolved)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    Resolution::ALL.iter().map(|how| Event::Resolve(*how)).collect()
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Open, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
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
}
