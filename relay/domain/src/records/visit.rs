//! Rounds in person: which doctors of which hospital see which residents on which day.

use crate::ids::{HomeId, ResidentId, StaffId, VisitId};
use crate::machines::{Refused, visit, visit_stop};
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;

/// A round of doctors through homes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Identifier.
    pub id: VisitId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: visit::State,
    /// Whose doctors.
    pub hospital: String,
    /// Day.
    pub planned_on: Date,
    /// Who goes.
    pub doctors: Vec<StaffId>,
    /// For the doctors, e.g. what to bring.
    pub remark: String,
    /// Residents in the order of the route.
    pub stops: Vec<VisitStop>,
    /// Who planned it.
    pub planned_by: StaffId,
    /// When.
    pub planned_at: Timestamp,
    /// The doctors set out at.
    pub started_at: Option<Timestamp>,
    /// Done or called off at.
    pub ended_at: Option<Timestamp>,
    /// Why it was called off.
    pub end_reason: Option<Sensitive<String>>,
}

/// A resident of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitStop {
    /// Who.
    pub resident_id: ResidentId,
    /// Where.
    pub home_id: HomeId,
    /// State.
    pub state: visit_stop::State,
    /// ICD-10 codes of the diagnoses whose proof is missing.
    pub diagnosis_codes: Vec<String>,
    /// ICD-10 codes of the diagnoses that were confirmed.
    pub confirmed_codes: Vec<String>,
    /// Why the resident was not seen.
    pub reason: Option<Sensitive<String>>,
    /// Day on which it happened; an offline form may be sent later.
    pub decided_on: Option<Date>,
    /// When it came in.
    pub decided_at: Option<Timestamp>,
    /// From whom.
    pub decided_by: Option<StaffId>,
}

impl Visit {
    /// The record after `event`: state, facts and version move together.
    pub fn apply(mut self, event: visit::Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        self.state = next.state;
        self.version += 1;
        match event {
            visit::Event::Start => self.started_at = Some(at),
            visit::Event::Finish => {}
            visit::Event::Cancel { reason } => self.end_reason = Some(reason.into()),
        }
        if self.state.is_terminal() {
            self.ended_at = Some(at);
        }
        Ok(self)
    }

    /// Each home of the route once, in its order.
    pub fn homes(&self) -> Vec<HomeId> {
        let mut homes: Vec<HomeId> = Vec::new();
        for stop in &self.stops {
            if !homes.contains(&stop.home_id) {
                homes.push(stop.home_id);
            }
        }
        homes
    }

    /// Somebody is still to be seen.
    pub fn is_open(&self) -> bool {
        self.stops.iter().any(|stop| !stop.state.is_terminal())
    }
}

impl VisitStop {
    /// A resident to be seen.
    pub const fn expected(resident_id: ResidentId, home_id: HomeId, diagnosis_codes: Vec<String>) -> Self {
        Self {
            resident_id,
            home_id,
            state: visit_stop::State::Expected,
            diagnosis_codes,
            confirmed_codes: Vec::new(),
            reason: None,
            decided_on: None,
            decided_at: None,
            decided_by: None,
        }
    }

    /// The stop after `event`, which happened `on` a day and was told by `who`.
    pub fn apply(mut self, event: visit_stop::Event, on: Date, at: Timestamp, who: StaffId) -> Result<Self, Refused> {
        self.state = self.state.apply(&event, at)?.state;
        match event {
            visit_stop::Event::See { confirmed } => self.confirmed_codes = confirmed,
            visit_stop::Event::Miss { reason } => self.reason = Some(reason.into()),
        }
        (self.decided_on, self.decided_at, self.decided_by) = (Some(on), Some(at), Some(who));
        Ok(self)
    }
}
