//! Referrals to a hospital and the rides there.

use crate::ids::{ConsultationId, HomeId, ReferralId, ResidentId, StaffId, TransportId};
use crate::machines::{Refused, named_enum, referral, transport};
use crate::records::{TimelineStep, Urgency};
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// When and where the hospital expects the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HospitalAppointment {
    /// When.
    pub at: Timestamp,
    /// Department.
    pub department: String,
    /// Building, floor, room.
    pub place: String,
    /// Doctor, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<String>,
    /// What to bring, fasting and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
}

/// What the hospital wants to know before it decides, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralQuestion {
    /// Question.
    pub question: String,
    /// Asked at.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// Answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Answered at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

/// What comes back from the hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralReport {
    /// What was found and done.
    pub findings: String,
    /// ICD-10 codes of the diagnoses.
    pub diagnosis_codes: Vec<String>,
    /// What the home shall do; medicines, follow-up.
    pub advice: String,
    /// When it came in.
    pub reported_at: Timestamp,
    /// From whom.
    pub reported_by: String,
}

/// A referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Identifier.
    pub id: ReferralId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: referral::State,
    /// Of whom.
    pub resident_id: ResidentId,
    /// The resident's home.
    pub home_id: HomeId,
    /// The consultation that led to it.
    pub consultation_id: Option<ConsultationId>,
    /// The specialist who refers; unknown until one sends what a nurse drafted.
    pub specialist_id: Option<StaffId>,
    /// Who wrote the draft.
    pub drafted_by: StaffId,
    /// How soon.
    pub urgency: Urgency,
    /// ICD-10.
    pub diagnosis_code: Option<String>,
    /// Why.
    pub reason: Sensitive<String>,
    /// To which hospital.
    pub hospital: String,
    /// To which department; empty in a draft.
    pub department: String,
    /// The hospital's appointment.
    pub appointment: Option<HospitalAppointment>,
    /// Questions with their answers, oldest first.
    pub questions: Sensitive<Vec<ReferralQuestion>>,
    /// The hospital's report.
    pub report: Option<Sensitive<ReferralReport>>,
    /// Why it was refused, missed or withdrawn.
    pub end_reason: Option<Sensitive<String>>,
    /// Drafted at.
    pub created_at: Timestamp,
    /// Entered its state at.
    pub state_since: Timestamp,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
}

/// What the referring side writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralContent {
    /// How soon.
    pub urgency: Urgency,
    /// ICD-10.
    pub diagnosis_code: Option<String>,
    /// Why.
    pub reason: Sensitive<String>,
    /// To which hospital.
    pub hospital: String,
    /// To which department.
    pub department: String,
}

impl Referral {
    /// The draft with other content; refused once it is sent.
    pub fn revise(mut self, content: ReferralContent) -> Result<Self, Refused> {
        if self.state != referral::State::Drafted {
            return Err(Refused { state: self.state.as_str(), event: "edit" });
        }
        self.version += 1;
        self.urgency = content.urgency;
        self.diagnosis_code = content.diagnosis_code;
        self.reason = content.reason;
        self.hospital = content.hospital;
        self.department = content.department;
        Ok(self)
    }

    /// The record after `event`: state, facts and version move together. `who` is the name shown in the timeline.
    pub fn apply(mut self, event: referral::Event, at: Timestamp, who: (&str, Option<Uuid>)) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        let step = event.name().to_owned();
        if next.state != self.state {
            self.state_since = at;
        }
        self.state = next.state;
        self.version += 1;
        if let referral::Event::Refuse { reason }
        | referral::Event::MissAppointment { reason }
        | referral::Event::Withdraw { reason } = event
        {
            self.end_reason = Some(reason.into());
        }
        self.timeline.push(TimelineStep { step, at, who: who.0.to_owned(), who_id: who.1, why: None });
        Ok(self)
    }
}

named_enum! {
    /// What drives the resident.
    Vehicle {
        /// Ambulance.
        Ambulance = "ambulance",
        /// Van that takes a wheelchair.
        WheelchairVan = "wheelchair_van",
        /// Taxi.
        Taxi = "taxi",
        /// The home's own car.
        HomeCar = "home_car",
    }
}

named_enum! {
    /// What the resident needs on the way.
    TransportNeed {
        /// Lies.
        Stretcher = "stretcher",
        /// Sits in a wheelchair.
        Wheelchair = "wheelchair",
        /// Breathes oxygen.
        Oxygen = "oxygen",
        /// Somebody of the home comes along.
        Escort = "escort",
    }
}

/// Who drives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Carrier {
    /// Company or driver.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Number plate, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
}

/// A ride to the hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// Identifier.
    pub id: TransportId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: transport::State,
    /// For which referral; a resident's call may ask for a ride without one.
    pub referral_id: Option<ReferralId>,
    /// Who rides.
    pub resident_id: ResidentId,
    /// From which home.
    pub home_id: HomeId,
    /// In what.
    pub vehicle: Vehicle,
    /// Where to.
    pub destination: String,
    /// When the vehicle shall be at the home.
    pub pick_up_at: Timestamp,
    /// What the resident needs.
    pub needs: Vec<TransportNeed>,
    /// Who drives.
    pub carrier: Option<Carrier>,
    /// Why it was called off.
    pub end_reason: Option<Sensitive<String>>,
    /// Who asked.
    pub requested_by: StaffId,
    /// Asked at.
    pub created_at: Timestamp,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
}

impl Transport {
    /// The record after `event`: state, facts and version move together. `who` is the name shown in the timeline.
    pub fn apply(mut self, event: transport::Event, at: Timestamp, who: (&str, Option<Uuid>)) -> Result<Self, Refused> {
        self.state = self.state.apply(&event, at)?.state;
        self.version += 1;
        let step = event.name().to_owned();
        if let transport::Event::Cancel { reason } = event {
            self.end_reason = Some(reason.into());
        }
        self.timeline.push(TimelineStep { step, at, who: who.0.to_owned(), who_id: who.1, why: None });
        Ok(self)
    }
}
