//! Rounds in person: plan, route, results, offline form.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{HomeId, ResidentId, Sex, StaffId, VisitId, VisitState, VisitStopState};
use super::common::{StaffRef, Time};
use super::eligibility::MissingProof;

/// Filters of the rounds' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VisitQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// That go through this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// That see this resident.
    #[param(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
}

/// A home by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitHome {
    /// Home id.
    pub id: HomeId,
    /// Its name.
    pub name: String,
}

/// A round as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitSummary {
    /// Round id.
    pub id: VisitId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: VisitState,
    /// Whose doctors.
    pub hospital: String,
    /// Day.
    #[schema(value_type = String, format = Date)]
    pub planned_on: Date,
    /// Who goes.
    pub doctors: Vec<StaffRef>,
    /// Homes in the order of the route; a nurse reads her own only.
    pub homes: Vec<VisitHome>,
    /// Residents still to be seen.
    pub expected: u32,
    /// Residents who were seen.
    pub seen: u32,
    /// Residents who were not.
    pub not_seen: u32,
}

/// A round with its route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// The line of the list.
    #[serde(flatten)]
    pub summary: VisitSummary,
    /// For the doctors, e.g. what to bring.
    pub remark: String,
    /// Homes in their order, beds in theirs.
    pub route: Vec<RouteHome>,
    /// The doctors set out at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Done or called off at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Why it was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// A home on the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteHome {
    /// Home id.
    pub home_id: HomeId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// The nurses' station.
    pub phone: String,
    /// Residents by bed.
    pub stops: Vec<RouteStop>,
}

/// A resident on the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteStop {
    /// Resident id.
    pub resident_id: ResidentId,
    /// Name.
    pub name: String,
    /// Completed years.
    pub age: u32,
    /// Sex.
    pub sex: Sex,
    /// Room and bed.
    pub bed: String,
    /// Substances the resident must not get.
    pub allergies: Vec<String>,
    /// The same in English, where the record codes them; else as written.
    #[serde(default)]
    pub allergies_en: Vec<String>,
    /// Diagnoses to examine.
    pub diagnoses: Vec<StopDiagnosis>,
    /// What became of it.
    pub state: VisitStopState,
    /// Why the resident was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Day on which it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub decided_on: Option<Date>,
    /// Who sent the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<StaffRef>,
}

/// A diagnosis whose proof is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StopDiagnosis {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display_zh: String,
    /// English name.
    pub display_en: String,
    /// Confirmed at the visit.
    pub confirmed: bool,
}

/// A round to plan, or the plan as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitPlan {
    /// Day.
    #[schema(value_type = String, format = Date)]
    pub planned_on: Date,
    /// Who goes: specialists of the caller's hospital.
    #[schema(min_items = 1, max_items = 10)]
    pub doctors: Vec<StaffId>,
    /// For the doctors.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub remark: String,
    /// Residents named one by one.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub residents: Vec<PlannedStop>,
    /// From these homes everyone is taken whose proof is missing.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub gather_from: Vec<HomeId>,
}

/// Another plan for a round that has not begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitPlanUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// The plan.
    pub plan: VisitPlan,
}

/// A resident to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedStop {
    /// Who.
    pub resident_id: ResidentId,
    /// ICD-10 codes to examine; without any, all whose proof is missing.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub diagnosis_codes: Vec<String>,
}

/// What came of the visit to some residents of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitResults {
    /// One for each resident.
    #[schema(min_items = 1, max_items = 200)]
    pub results: Vec<StopResult>,
}

/// What came of the visit to one resident: seen, with what was confirmed, or not seen, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopResult {
    /// Who.
    pub resident_id: ResidentId,
    /// Day on which it happened.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The doctor who examined; the caller when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<StaffId>,
    /// Why the resident was not seen; then nothing is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub not_seen_reason: Option<String>,
    /// What was confirmed; empty when the examination confirmed nothing.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub confirmed: Vec<ConfirmedDiagnosis>,
}

/// A confirmed diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedDiagnosis {
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// What was examined and found.
    #[schema(min_length = 1, max_length = 2000)]
    pub evidence: String,
}

/// A resident whose proof is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitCandidate {
    /// Resident id.
    pub resident_id: ResidentId,
    /// Name.
    pub name: String,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home: VisitHome,
    /// Which proofs are missing.
    pub missing: Vec<CandidateDiagnosis>,
    /// The round that will see the resident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedVisit>,
}

/// A diagnosis without proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateDiagnosis {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display_zh: String,
    /// English name.
    pub display_en: String,
    /// Which proof is missing.
    pub missing: MissingProof,
}

/// A round to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedVisit {
    /// Round id.
    pub id: VisitId,
    /// Whose doctors.
    pub hospital: String,
    /// Day.
    #[schema(value_type = String, format = Date)]
    pub planned_on: Date,
    /// The resident is on its route.
    pub includes_resident: bool,
}

/// Filters of the candidates' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CandidateQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
}
