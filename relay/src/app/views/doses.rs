//! Doses, the way from door to dose, how long a medicine lasts, refills.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    AttemptCode, ChainNext, ChainReason, ChainStage, ChainTurn, DoseEntryId, DoseOutcome, DoseRound, DoseState,
    NeedReason, NotGivenReason, PrescriptionId, RefillId, RefillState, RenewalEnd, ResidentId, Route, RunsOut,
};
use super::common::Time;
use super::recalls::DoseRecall;

/// Which doses.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DoseQuery {
    /// Day of the home; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
    /// Of one resident only.
    pub resident_id: Option<ResidentId>,
}

/// The doses of one day in one home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DosesOfDay {
    /// Which day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The home's zone, as an IANA name.
    pub zone: String,
    /// By time and bed.
    pub items: Vec<Dose>,
    /// What is given when needed, by bed.
    pub as_needed: Vec<Dose>,
    /// What is not given any more, newest first.
    pub stopped: Vec<StoppedCourse>,
    /// How long each medicine lasts, what ends first first.
    pub runways: Vec<Runway>,
}

/// Who gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoseResident {
    /// Resident id.
    pub id: ResidentId,
    /// Name.
    pub name: String,
    /// Room and bed.
    pub bed: String,
    /// Substances the resident must not get.
    pub allergies: Vec<String>,
    /// The same in English, where the record codes them; else as written.
    #[serde(default)]
    pub allergies_en: Vec<String>,
    /// What the wristband says.
    pub code: String,
}

/// The same amount, counted in another product of the line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DoseInstead {
    /// Chinese name.
    pub drug_name: String,
    /// English name.
    pub drug_name_en: String,
    /// Strength of one unit.
    pub strength: String,
    /// How much of it.
    pub dose: f64,
    /// Its unit.
    pub dose_unit: String,
}

/// One dose, or a medicine that is given when needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DoseOfDay)]
pub struct Dose {
    /// Who gets it.
    pub resident: DoseResident,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// Of which line.
    pub item_no: u32,
    /// Chinese name of the product that is in the home.
    pub drug_name: String,
    /// English name.
    pub drug_name_en: String,
    /// Strength of one unit.
    pub strength: String,
    /// Keys of what is in it: two prescriptions that give one of them at the same time are checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<String>,
    /// How much.
    pub dose: f64,
    /// Its unit.
    pub dose_unit: String,
    /// The same dose of other products that came for this line, the number as it is counted out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<DoseInstead>,
    /// What was prescribed, where only other products came for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescribed: Option<DoseInstead>,
    /// By which way.
    pub route: Route,
    /// For whoever gives it.
    pub instruction: String,
    /// What the label of the medicine says.
    pub code: String,
    /// Batches of it in the home that were called back: not to be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recalls: Vec<DoseRecall>,
    /// Where one was called back, the other batches of it in the home: one of them may be given, and has to be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<String>,
    /// Where it stands.
    pub state: DoseState,
    /// How many entries it has; sent back with the next.
    pub sequence: u32,
    /// Entries about it, oldest first.
    pub entries: Vec<DoseEntry>,
    /// When; absent where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// In which round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<DoseRound>,
    /// At most so many within a day; only where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_day: Option<u32>,
    /// Given within the last 24 hours; only where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_last_day: Option<u32>,
    /// At least so many hours from one time to the next; only where it is given when needed and the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_apart: Option<u32>,
    /// From when it may be given again; only while the last one is not long enough ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
}

/// One entry about a dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoseEntry {
    /// Entry id.
    pub id: DoseEntryId,
    /// Which dose.
    pub due_at: Time,
    /// 1 for the first; each correction one more.
    pub sequence: u32,
    /// Where the dose stands by it.
    pub state: DoseState,
    /// FHIR `MedicationAdministration.status`; absent where the entry only takes another back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fhir_status: Option<String>,
    /// When it was given, offered or held.
    pub at: Time,
    /// When the relay had it.
    pub recorded_at: Time,
    /// By whom.
    pub author_name: String,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_given: Option<NotGivenReason>,
    /// Why, where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedReason>,
    /// From which batch, where another one had been called back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Bed and medicine were scanned.
    pub scanned: bool,
    /// Given when needed, and more than the most of a day or sooner after the one before than prescribed: it was in the resident when it was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_bound: bool,
}

/// A course that the prescriber ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoppedCourse {
    /// Which.
    pub prescription_id: PrescriptionId,
    /// Whose.
    pub resident: DoseResident,
    /// What must not be given any more (Chinese).
    pub drug_names: Vec<String>,
    /// The same in English.
    #[serde(default)]
    pub drug_names_en: Vec<String>,
    /// The strength of each, in the same order, as the formulary writes it; empty where it has the drug no more.
    #[serde(default)]
    pub strengths: Vec<String>,
    /// Since when.
    pub stopped_at: Time,
    /// By whom.
    pub specialist_name: String,
    /// Why.
    pub reason: String,
}

/// How long a medicine lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Runway {
    /// Whose.
    pub resident: DoseResident,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// Of which line.
    pub item_no: u32,
    /// Chinese name of the product that is in the home.
    pub drug_name: String,
    /// English name.
    pub drug_name_en: String,
    /// Strength of one unit.
    #[serde(default)]
    pub strength: String,
    /// Left in the home.
    pub left: f64,
    /// Its unit.
    pub dose_unit: String,
    /// What is left, counted in the other products that came for this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<DoseInstead>,
    /// What was prescribed, where only other products came for it; with what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescribed: Option<DoseInstead>,
    /// Last day with all its doses; absent where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Date>,
    /// Why it ends then.
    pub runs_out: RunsOut,
    /// It is time for a refill.
    pub warns: bool,
    /// Nothing is left, as what was left was called back.
    #[serde(default)]
    pub called_back: bool,
    /// The request for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refill: Option<RefillState>,
    /// Why the request is to be decided anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<RenewalEnd>,
}

/// What a nurse writes about a dose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDoseEntry {
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// Of which line.
    pub item_no: u32,
    /// Which dose; absent for a new one of what is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// How many entries of the dose the nurse saw; another number now is a conflict.
    pub sequence: u32,
    /// What became of it; absent: the last entry was an error and is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DoseOutcome>,
    /// When it was given, offered or held.
    pub at: Time,
    /// Why it was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_given: Option<NotGivenReason>,
    /// Why it was given, where it is given when needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedReason>,
    /// The batch of the pack that it is given from, scanned or typed: needed where a batch of the medicine was called back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub batch: Option<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
    /// What was scanned at the bed or wristband.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub scanned_resident: Option<String>,
    /// What was scanned on the medicine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub scanned_medicine: Option<String>,
}

/// The way of a prescription from the signature to the first dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoorToDose {
    /// Eight steps, in order.
    pub steps: Vec<ChainStep>,
    /// Which of them is being done now; absent where the way has stopped, turned round or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<ChainStage>,
    /// Whose turn it is.
    pub turn: ChainTurn,
    /// What is next.
    pub next: ChainNext,
    /// Why it does not go its straight way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ChainReason>,
    /// Why the last attempt failed, where that is the reason or the courier gave the parcel back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptCode>,
    /// The same in the words of the nurse or the courier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// By when what is next should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_by: Option<Time>,
    /// It was not done by then.
    pub late: bool,
    /// What is next beside that: with the rest on its way beside the first dose, or that dose beside what the pharmacy owes or has to settle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<ChainRest>,
}

/// What somebody else has to do meanwhile: with the parcel of the rest, or with what has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainRest {
    /// Whose turn it is.
    pub turn: ChainTurn,
    /// What is next.
    pub next: ChainNext,
    /// By when it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_by: Option<Time>,
    /// It was not done by then.
    pub late: bool,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainStep {
    /// Which.
    pub stage: ChainStage,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// By when it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_by: Option<Time>,
    /// Later than that.
    pub late: bool,
}

impl From<yunzhen_domain::door_to_dose::DoorToDose> for DoorToDose {
    fn from(chain: yunzhen_domain::door_to_dose::DoorToDose) -> Self {
        let step = |s: yunzhen_domain::door_to_dose::Step| ChainStep {
            stage: s.stage,
            at: s.at.map(Into::into),
            due_by: s.due_by.map(Into::into),
            late: s.late,
        };
        Self {
            steps: chain.steps.into_iter().map(step).collect(),
            current: chain.current,
            turn: chain.turn,
            next: chain.next,
            reason: chain.reason,
            attempt: chain.attempt,
            note: chain.note.map(yunzhen_domain::sensitive::Sensitive::into_exposed),
            due_by: chain.due_by.map(Into::into),
            late: chain.late,
            rest: chain.rest.map(|rest| ChainRest {
                turn: rest.turn,
                next: rest.next,
                due_by: rest.due_by.map(Into::into),
                late: rest.late,
            }),
        }
    }
}

/// Which requests.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RefillQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// What was written for a request ended, and the medicine has not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefillReopened {
    /// Since when it is open again.
    pub at: Time,
    /// How what was written for it ended.
    pub because: RenewalEnd,
    /// Which prescription that was.
    pub prescription_id: PrescriptionId,
}

/// A request for a refill. It is no prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refill {
    /// Request id.
    pub id: RefillId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: RefillState,
    /// The course that runs out.
    pub prescription_id: PrescriptionId,
    /// Whose.
    pub resident: DoseResident,
    /// The resident's home.
    pub home_name: String,
    /// Who wrote the prescription.
    pub specialist_name: String,
    /// What runs out (Chinese).
    pub drug_names: Vec<String>,
    /// The same in English.
    #[serde(default)]
    pub drug_names_en: Vec<String>,
    /// The strength of each, in the same order, as the formulary writes it; empty where it has the drug no more.
    #[serde(default)]
    pub strengths: Vec<String>,
    /// Where a part of it was signed again: what is still asked for (Chinese).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_names: Vec<String>,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_names_en: Vec<String>,
    /// The strength of each of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_strengths: Vec<String>,
    /// Last day with all doses.
    #[schema(value_type = String, format = Date)]
    pub last_day: Date,
    /// Why it ends then.
    pub runs_out: RunsOut,
    /// When the system asked.
    pub asked_at: Time,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
    /// The prescription that was written for it, while that one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_by: Option<PrescriptionId>,
    /// Why it was asked anew, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<RefillReopened>,
    /// Why the medicine ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}
