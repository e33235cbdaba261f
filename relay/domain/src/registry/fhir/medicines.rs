//! MedicationStatements of a Bundle as medicines in hand. What was stopped or never taken is not in hand.

use super::{Person, concept, day, items, text_of};
use crate::registry::{Fault, MedicineInput};
use serde_json::Value;
use std::collections::BTreeMap;

/// Code system of the formulary's products: such a code names the medicine for the safety checks; without one it has its name alone.
pub const DRUG: &str = "https://yunzhen.dev/fhir/drug";
/// Statuses that say that somebody has it: what is paused lies in the drawer still.
const IN_HAND: [&str; 3] = ["active", "on-hold", "unknown"];
/// Statuses that say that nobody has it.
const NOT_IN_HAND: [&str; 5] = ["completed", "entered-in-error", "intended", "stopped", "not-taken"];

/// Medications of the Bundle by what refers to them.
pub(super) type Medications<'a> = BTreeMap<String, &'a Value>;

pub(super) fn statement(r: &Value, medications: &Medications<'_>, person: &mut Person) {
    let path = format!("medicines[{}]", person.input.medicines.len());
    let status = text_of(&r["status"]);
    if NOT_IN_HAND.contains(&status) {
        return;
    }
    if !IN_HAND.contains(&status) {
        let (zh, en) = ("用药状态（status）缺失或不认识", "The status is missing or unknown");
        person.faults.push(Fault::new(format!("{path}.status"), zh, en));
        return;
    }
    let Some(code) = medication(r, medications) else {
        let (zh, en) = ("所引用的 Medication 不在文件中", "The Medication it refers to is not in the file");
        person.faults.push(Fault::new(format!("{path}.reference"), zh, en));
        return;
    };
    let since = [&r["effectivePeriod"]["start"], &r["effectiveDateTime"], &r["dateAsserted"]];
    let Some(since) = since.into_iter().map(text_of).find(|text| !text.is_empty()) else {
        person.faults.push(Fault::new(format!("{path}.since"), "用药没有起始日期", "The medicine has no date"));
        return;
    };
    let coded = items(&code["coding"]).find(|c| c["system"] == DRUG).map(|c| text_of(&c["code"]).to_owned());
    person.input.medicines.push(MedicineInput {
        drug_id: coded,
        name: concept(code),
        dose_text: items(&r["dosage"])
            .map(|d| text_of(&d["text"]))
            .find(|t| !t.is_empty())
            .unwrap_or_default()
            .to_owned(),
        since: day(since),
    });
}

/// The concept of the medicine: said in the statement, contained in it, or an entry of its own.
fn medication<'a>(r: &'a Value, medications: &Medications<'a>) -> Option<&'a Value> {
    let reference = text_of(&r["medicationReference"]["reference"]);
    if reference.is_empty() {
        return Some(&r["medicationCodeableConcept"]);
    }
    let contained = items(&r["contained"])
        .find(|c| c["resourceType"] == "Medication" && reference.strip_prefix('#') == c["id"].as_str());
    contained.or_else(|| medications.get(reference).copied()).map(|medication| &medication["code"])
}
