//! The two documents that people sign: canonical JSON (RFC 8785), built here and compared here character by character.
//! Verifying the signature itself is `yunzhen-certs`.

use crate::audit::hex;
use crate::canonical;
use crate::dosage::{Frequency, Route, TaperStep};
use crate::formulary::Formulary;
use crate::ids::StaffId;
use crate::policy::Policy;
use crate::records::{Assessment, Eligibility, Prescription, Resident, Sex, Staff, Supply};
use crate::safety::{Finding, FindingKind, Outcome, Severity};
use crate::sensitive::Sensitive;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Why a signed payload is not the document that was to be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No JSON object with a `prepared_at`.
    #[error("the signed document has no readable `prepared_at`")]
    NoPreparedAt,
    /// Prepared too long ago, or in the future.
    #[error("the document was prepared too long ago to be signed now")]
    TooOld,
    /// Not the prescription as it stands.
    #[error("what was signed is not the prescription as it stands")]
    Differs,
    /// A drug of the prescription is not in the formulary any more.
    #[error("line {0} names a drug that is not in the formulary")]
    UnknownDrug(u16),
    /// The approval is for a prescription without a signature.
    #[error("the prescription carries no signature to approve")]
    Unsigned,
}

#[derive(Serialize)]
struct Person<'a, T> {
    id: T,
    name: &'a str,
}

#[derive(Serialize)]
struct SignedResident<'a> {
    id: crate::ids::ResidentId,
    name: &'a str,
    birth_date: Date,
    sex: Sex,
}

#[derive(Serialize)]
struct SignedItem<'a> {
    no: u16,
    drug_id: &'a str,
    name_zh: &'a str,
    name_en: &'a str,
    atc: &'a str,
    strength: &'a str,
    dose: f64,
    dose_unit: &'a str,
    frequency: Frequency,
    route: Route,
    days: u16,
    #[serde(skip_serializing_if = "<[TaperStep]>::is_empty")]
    taper: &'a [TaperStep],
    /// Absent where none is set: what was signed before there was one reads as it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    most_per_day: Option<u32>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours_apart: Option<u32>,
    quantity: u32,
    quantity_unit: &'a str,
    instruction: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    substitution_allowed: bool,
}

/// What a prescription rests on when it is signed, as the relay found it then.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The first visit that makes the resident eligible; none where a doctor who is present does.
    pub first_visit: Option<&'a Eligibility>,
    /// All answers of the checks.
    pub findings: &'a [Finding],
    /// Which rules gave them, in which versions.
    pub rules: &'a str,
}

#[derive(Serialize)]
struct SignedEligibility<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_visit_id: Option<crate::ids::EligibilityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hospital: Option<&'a str>,
    /// The answer of the check, which names the proof in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a str>,
}

#[derive(Serialize)]
struct SignedAnswer<'a> {
    kind: FindingKind,
    outcome: Outcome,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_no: Option<u16>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_version: Option<&'a str>,
}

#[derive(Serialize)]
struct SignedSafety<'a> {
    rules: &'a str,
    /// Checks that found nothing.
    clear: usize,
    /// Every other answer.
    answers: Vec<SignedAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_stop_reason: Option<&'a str>,
}

fn signed_eligibility<'a>(basis: &Basis<'a>) -> SignedEligibility<'a> {
    let answer = basis.findings.iter().find(|f| f.kind == FindingKind::Eligibility);
    SignedEligibility {
        first_visit_id: basis.first_visit.map(|fact| fact.id),
        date: basis.first_visit.map(|fact| fact.date),
        hospital: basis.first_visit.map(|fact| fact.hospital.as_str()),
        answer: answer.map(|f| f.message_zh.as_str()),
    }
}

fn signed_safety<'a>(basis: &Basis<'a>, hard_stop_reason: Option<&'a str>) -> SignedSafety<'a> {
    let (clear, told): (Vec<_>, Vec<_>) = basis.findings.iter().partition(|f| f.outcome == Outcome::Clear);
    let answer = |f: &'a Finding| SignedAnswer {
        kind: f.kind,
        outcome: f.outcome,
        severity: f.severity,
        item_no: f.item_no,
        message: &f.message_zh,
        rule_id: f.rule_id.as_deref(),
        rule_version: f.rule_version.as_deref(),
    };
    SignedSafety {
        rules: basis.rules,
        clear: clear.len(),
        answers: told.into_iter().map(answer).collect(),
        hard_stop_reason,
    }
}

#[derive(Serialize)]
struct PrescriptionDocument<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    prescription_id: crate::ids::PrescriptionId,
    version: i64,
    consultation_id: crate::ids::ConsultationId,
    resident: SignedResident<'a>,
    specialist: Person<'a, StaffId>,
    home_id: crate::ids::HomeId,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<crate::ids::PrescriptionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<&'a Assessment>,
    diagnosis_code: &'a str,
    supply: Supply,
    eligibility: SignedEligibility<'a>,
    safety: SignedSafety<'a>,
    items: Vec<SignedItem<'a>>,
    authored_on: Date,
    valid_until: Date,
    prepared_at: String,
}

#[derive(Serialize)]
struct ApprovalDocument<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    prescription_id: crate::ids::PrescriptionId,
    prescription_sha256: String,
    pharmacist: Person<'a, StaffId>,
    decision: &'static str,
    prepared_at: String,
}

/// RFC 3339 in UTC with exactly three decimals: one moment has one text.
pub fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// First and last day of validity of what is signed at `at`: the day of signing counts.
pub fn validity(at: Timestamp, valid_days: u8) -> (Date, Date) {
    let first = Policy::local_date(at);
    let last = first.saturating_add(i64::from(valid_days.max(1) - 1).days());
    (first, last)
}

/// The document that the specialist signs.
pub fn prescription(
    p: &Prescription,
    resident: &Resident,
    specialist: &Staff,
    formulary: &Formulary,
    basis: &Basis<'_>,
    prepared_at: Timestamp,
) -> Result<String, DocumentError> {
    let mut items = Vec::with_capacity(p.items.len());
    for i in &p.items {
        let drug = formulary.drug(&i.drug_id).ok_or(DocumentError::UnknownDrug(i.no))?;
        items.push(SignedItem {
            no: i.no,
            drug_id: &i.drug_id.0,
            name_zh: &drug.name_zh,
            name_en: &drug.name_en,
            atc: &drug.atc,
            strength: &drug.strength,
            dose: i.dose.as_f64(),
            dose_unit: drug.dose_unit(),
            frequency: i.frequency,
            route: i.route,
            days: i.days,
            taper: &i.taper,
            most_per_day: i.most_per_day,
            hours_apart: i.hours_apart,
            quantity: i.quantity,
            quantity_unit: &drug.unit,
            instruction: &i.instruction,
            substitution_allowed: i.substitution,
        });
    }
    let (authored_on, valid_until) = validity(prepared_at, p.valid_days);
    Ok(canonical::to_string(&PrescriptionDocument {
        kind: "yunzhen.prescription.v2",
        prescription_id: p.id,
        version: p.version,
        consultation_id: p.consultation_id,
        resident: SignedResident {
            id: resident.id,
            name: resident.name.expose(),
            birth_date: resident.birth_date,
            sex: resident.sex,
        },
        specialist: Person { id: specialist.id, name: &specialist.name },
        home_id: p.home_id,
        replaces: p.replaces,
        assessment: p.assessment.as_ref().map(Sensitive::expose),
        diagnosis_code: &p.diagnosis_code,
        supply: p.supply,
        eligibility: signed_eligibility(basis),
        safety: signed_safety(basis, p.hard_stop_reason.as_ref().map(|reason| reason.expose().as_str())),
        items,
        authored_on,
        valid_until,
        prepared_at: moment(prepared_at),
    }))
}

/// The document that the pharmacist signs: it names the specialist's signature by its digest.
pub fn approval(p: &Prescription, pharmacist: &Staff, prepared_at: Timestamp) -> Result<String, DocumentError> {
    let signature = p.signature.as_ref().ok_or(DocumentError::Unsigned)?;
    Ok(canonical::to_string(&ApprovalDocument {
        kind: "yunzhen.approval.v1",
        prescription_id: p.id,
        prescription_sha256: hex(&Sha256::digest(signature.jws.as_bytes())),
        pharmacist: Person { id: pharmacist.id, name: &pharmacist.name },
        decision: "approved",
        prepared_at: moment(prepared_at),
    }))
}

/// Compares a signed payload with the document of the record as it stands, rebuilt for the payload's own `prepared_at`.
/// The day of preparing must still be the day of signing: what is signed says `authored_on`.
pub fn check(
    payload: &str,
    policy: &Policy,
    now: Timestamp,
    rebuild: impl FnOnce(Timestamp) -> Result<String, DocumentError>,
) -> Result<(), DocumentError> {
    #[derive(serde::Deserialize)]
    struct Prepared {
        prepared_at: Timestamp,
    }
    let Prepared { prepared_at } = serde_json::from_str(payload).map_err(|_| DocumentError::NoPreparedAt)?;
    let age = now.duration_since(prepared_at);
    let longest = SignedDuration::from_mins(i64::from(policy.signing_document_minutes));
    if age.is_negative() || age > longest || Policy::local_date(prepared_at) != Policy::local_date(now) {
        return Err(DocumentError::TooOld);
    }
    if rebuild(prepared_at)? == payload { Ok(()) } else { Err(DocumentError::Differs) }
}
