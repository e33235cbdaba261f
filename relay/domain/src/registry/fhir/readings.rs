//! Observations of a Bundle as readings: one value each, or the components of a panel; an ECG is read by [`crate::ecg`]. Which codes and units are taken is not decided here ([`super::super::import`]).

use super::{Person, items, text_of};
use crate::ecg;
use crate::registry::Fault;
use crate::registry::import::ReadingInput;
use serde_json::Value;

/// Code system of the measure.
const LOINC: &str = "http://loinc.org";
/// Statuses of an Observation that never was or was taken back.
const VOID: [&str; 2] = ["entered-in-error", "cancelled"];

pub(super) fn observation(r: &Value, person: &mut Person) {
    if VOID.contains(&text_of(&r["status"])) {
        return;
    }
    if ecg::is_ecg(r) {
        let at = person.ecgs.len();
        return match ecg::read_observation(r) {
            Ok(recorded) => person.ecgs.push(recorded),
            Err(faults) => person
                .faults
                .extend(faults.into_iter().map(|fault| Fault { path: format!("ecgs[{at}].{}", fault.path), ..fault })),
        };
    }
    let measured_at =
        [&r["effectiveDateTime"], &r["effectiveInstant"]].into_iter().map(text_of).find(|t| !t.is_empty());
    let measured_at = measured_at.unwrap_or_default();
    // A blood pressure is a panel whose own code has no value.
    let parts: Vec<&Value> = items(&r["component"]).collect();
    let parts = if parts.is_empty() { vec![r] } else { parts };
    for part in parts {
        let path = format!("observations[{}]", person.readings.len());
        let quantity = &part["valueQuantity"];
        let Some(value) = quantity["value"].as_f64() else {
            let (zh, en) = ("没有数值（valueQuantity）", "There is no value (valueQuantity)");
            person.faults.push(Fault::new(format!("{path}.value"), zh, en));
            continue;
        };
        let loinc = items(&part["code"]["coding"]).find(|c| c["system"] == LOINC || c["system"].is_null());
        let unit = [&quantity["code"], &quantity["unit"]].into_iter().map(text_of).find(|t| !t.is_empty());
        person.readings.push(ReadingInput {
            code: loinc.map(|c| text_of(&c["code"])).unwrap_or_default().to_owned(),
            value,
            unit: unit.unwrap_or_default().to_owned(),
            measured_at: measured_at.to_owned(),
        });
    }
}
