//! Observation: one for each reading; systolic and diastolic pressure of one moment are one panel with components, under the id of the systolic
//! reading. An ECG is one with sampled data, a component for each lead that has a name.

use super::types::{CodeableConcept, Coding, Decimal, Instant, Quantity, Reference, fhir};
use super::{Body, Kind, Resource};
use crate::ecg::{self, Lead};
use crate::records::{Ecg, Observation as Reading, Resident};
use crate::vitals::{self, VitalSign};

fhir! {
    /// A reading, or a panel.
    Observation {
        id: String,
        status: &'static str,
        category: Vec<CodeableConcept>,
        code: CodeableConcept,
        subject: Reference,
        effective_date_time: Instant,
        issued: Instant,
        value_quantity: Option<Quantity>,
        value_sampled_data: Option<SampledData>,
        device: Option<Reference>,
        reference_range: Vec<Range>,
        component: Vec<Component>
    }
    /// Normal at rest in old age.
    Range { low: Quantity, high: Quantity }
    /// A curve: `origin` at zero, `factor` for each unit, a sample each `period` milliseconds.
    SampledData { origin: Quantity, period: Decimal, factor: Decimal, dimensions: Count, data: String }
    /// A part of a panel.
    Component {
        code: CodeableConcept,
        value_quantity: Option<Quantity>,
        value_sampled_data: Option<SampledData>,
        data_absent_reason: Option<CodeableConcept>,
        reference_range: Vec<Range>
    }
}

/// A whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Count(u32);

impl super::types::Absent for Count {}

const LOINC: &str = "http://loinc.org";
const PANEL: (&str, &str) = ("85354-9", "Blood pressure panel");
const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";
const MEAN: &str = "8478-0";
/// Readings that belong to a panel, the one that names it first.
pub const BLOOD_PRESSURE: [&str; 3] = [SYSTOLIC, DIASTOLIC, MEAN];

/// LOINC with the names of our table. A finger clip's reading is an oxygen saturation too, as the profile of vital signs asks.
fn code(code: &str) -> CodeableConcept {
    let sign = vitals::find(code);
    let loinc = |code: &str| Coding::new(LOINC, code, vitals::find(code).map(|sign| sign.name_en));
    let mut coding = vec![loinc(code)];
    if code == "59408-5" {
        coding.insert(0, loinc("2708-6"));
    }
    CodeableConcept { coding, text: sign.map(|sign| sign.name_zh.to_owned()) }
}

fn category(code: &str) -> CodeableConcept {
    let category = match code {
        "15074-8" | "14743-9" | "14682-9" | "2823-3" | "4548-4" => "laboratory",
        "72514-3" | "9269-2" | "67775-7" => "survey",
        "3151-8" => "therapy",
        _ => "vital-signs",
    };
    CodeableConcept::of(Coding::new("http://terminology.hl7.org/CodeSystem/observation-category", category, None))
}

fn range(sign: Option<&VitalSign>) -> Vec<Range> {
    let normal = sign.and_then(|sign| Some((sign.unit, sign.normal?)));
    normal
        .map(|(unit, (low, high))| Range { low: Quantity::ucum(low, unit), high: Quantity::ucum(high, unit) })
        .into_iter()
        .collect()
}

fn component(of: &str, reading: Option<&Reading>) -> Component {
    let unknown = || {
        CodeableConcept::of(Coding::new("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", None))
    };
    Component {
        code: code(of),
        value_quantity: reading.map(|r| Quantity::ucum(r.value, &r.unit)),
        value_sampled_data: None,
        data_absent_reason: reading.is_none().then(unknown),
        reference_range: range(vitals::find(of)),
    }
}

/// The Observation that a reading is. `together`: the readings of the same moment and device, itself among them. `None` for one that is told as a part of
/// another.
pub fn of_reading(reading: &Reading, together: &[Reading], resident: &Resident) -> Option<Resource> {
    let pressure = |of: &str| together.iter().find(|other| other.code == of);
    let names = BLOOD_PRESSURE.iter().find_map(|of| pressure(of));
    let panel = [SYSTOLIC, DIASTOLIC].iter().any(|of| pressure(of).is_some());
    let in_panel = panel && BLOOD_PRESSURE.contains(&reading.code.as_str());
    let first = |of: &Reading| pressure(&of.code).is_none_or(|first| first.id == of.id);
    // A second pair at the same moment stands by itself: which belongs to which is not known.
    if in_panel && first(reading) && names.is_some_and(|names| names.id != reading.id) {
        return None;
    }
    let in_panel = in_panel && first(reading);
    let sign = vitals::find(&reading.code);
    let id = reading.id.to_string();
    let concept = if in_panel {
        CodeableConcept { coding: vec![Coding::new(LOINC, PANEL.0, Some(PANEL.1))], text: Some("血压".to_owned()) }
    } else {
        code(&reading.code)
    };
    let codes = concept.coding.iter().flat_map(|c| [c.code.clone(), format!("{}|{}", c.system, c.code)]).collect();
    let mut parts = Vec::new();
    if in_panel {
        parts = vec![component(SYSTOLIC, pressure(SYSTOLIC)), component(DIASTOLIC, pressure(DIASTOLIC))];
        parts.extend(pressure(MEAN).map(|mean| component(MEAN, Some(mean))));
    }
    let body = Observation {
        id: id.clone(),
        status: "final",
        category: vec![category(&reading.code)],
        code: concept,
        subject: Reference::patient(resident),
        effective_date_time: Instant(reading.measured_at),
        issued: Instant(reading.received_at),
        value_quantity: (!in_panel).then(|| Quantity::ucum(reading.value, &reading.unit)),
        value_sampled_data: None,
        device: reading.device.as_deref().map(|name| Reference::outside("Device", None, name)),
        reference_range: if in_panel { Vec::new() } else { range(sign) },
        component: parts,
    };
    Some(Resource {
        id,
        kind: Kind::Observation,
        status: Some("final"),
        at: Some(reading.measured_at),
        codes,
        body: Body::Observation(Box::new(body)),
    })
}

/// The Observation that an ECG is. A curve whose lead nobody named stands by itself; those with a name are components, so that each says which it is.
pub fn of_ecg(recording: &Ecg, resident: &Resident) -> Resource {
    let waveform = &recording.waveform;
    let curve = |at: usize| SampledData {
        origin: Quantity::ucum(waveform.origin_mv(), "mV"),
        period: Decimal(waveform.period_ms()),
        factor: Decimal(waveform.factor_mv()),
        dimensions: Count(1),
        data: waveform.data_of(at),
    };
    let of_lead = |(at, lead): (usize, &Lead)| {
        let (code, name) = lead.mdc()?;
        Some(Component {
            code: CodeableConcept {
                coding: vec![Coding::new(ecg::MDC, code, Some(name))],
                text: Some(lead.label().to_owned()),
            },
            value_quantity: None,
            value_sampled_data: Some(curve(at)),
            data_absent_reason: None,
            reference_range: Vec::new(),
        })
    };
    let component: Vec<Component> = waveform.leads().iter().enumerate().filter_map(of_lead).collect();
    let concept = CodeableConcept {
        coding: vec![Coding::new(LOINC, ecg::CODE, Some("EKG study"))],
        text: Some("心电图".to_owned()),
    };
    let id = format!("{}-ecg", recording.id);
    let codes = vec![ecg::CODE.to_owned(), format!("{LOINC}|{}", ecg::CODE)];
    let kind = Coding::new("http://terminology.hl7.org/CodeSystem/observation-category", "procedure", None);
    let body = Observation {
        id: id.clone(),
        status: "final",
        category: vec![CodeableConcept::of(kind)],
        code: concept,
        subject: Reference::patient(resident),
        effective_date_time: Instant(recording.recorded_at),
        issued: Instant(recording.received_at),
        value_quantity: None,
        value_sampled_data: component.is_empty().then(|| curve(0)),
        device: recording.device.as_deref().map(|name| Reference::outside("Device", None, name)),
        reference_range: Vec::new(),
        component,
    };
    Resource {
        id,
        kind: Kind::Observation,
        status: Some("final"),
        at: Some(recording.recorded_at),
        codes,
        body: Body::Observation(Box::new(body)),
    }
}
