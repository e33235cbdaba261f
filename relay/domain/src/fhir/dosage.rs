//! How a line is taken, as FHIR Dosage: one for each step of a taper.

use super::types::{CodeableConcept, Coding, Quantity, fhir};
use crate::dosage::{Frequency, Route, steps};
use crate::formulary::Drug;
use crate::records::Item;

fhir! {
    /// One step.
    Dosage {
        sequence: Option<u32>,
        patient_instruction: Option<String>,
        timing: Timing,
        as_needed_boolean: Option<bool>,
        route: CodeableConcept,
        dose_and_rate: Vec<DoseAndRate>,
        max_dose_per_period: Option<Ratio>
    }
    /// When.
    Timing { repeat: Repeat, code: CodeableConcept }
    /// In which rhythm.
    Repeat {
        bounds_duration: Quantity,
        count: Option<u32>,
        frequency: Option<u32>,
        period: Option<u32>,
        period_unit: Option<&'static str>,
        when: Vec<&'static str>
    }
    /// How much.
    DoseAndRate { dose_quantity: Quantity }
    /// So much in so long.
    Ratio { numerator: Quantity, denominator: Quantity }
}

const ABBREVIATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation";

/// Times per period of days, hours or weeks, the part of the day, and the standard's abbreviation where it has one.
struct Rhythm {
    times: Option<(u32, u32, &'static str)>,
    when: Option<&'static str>,
    code: Option<&'static str>,
    zh: &'static str,
}

#[rustfmt::skip]
const fn rhythm(frequency: Frequency) -> Rhythm {
    use Frequency as F;
    let (times, when, code, zh) = match frequency {
        F::Qd   => (Some((1, 1, "d")),  None,          Some("QD"),  "每日一次"),
        F::Bid  => (Some((2, 1, "d")),  None,          Some("BID"), "每日两次"),
        F::Tid  => (Some((3, 1, "d")),  None,          Some("TID"), "每日三次"),
        F::Qid  => (Some((4, 1, "d")),  None,          Some("QID"), "每日四次"),
        F::Qn   => (Some((1, 1, "d")),  Some("NIGHT"), None,        "每晚一次"),
        F::Qam  => (Some((1, 1, "d")),  Some("MORN"),  Some("AM"),  "每晨一次"),
        F::Q4h  => (Some((1, 4, "h")),  None,          Some("Q4H"), "每4小时一次"),
        F::Q6h  => (Some((1, 6, "h")),  None,          Some("Q6H"), "每6小时一次"),
        F::Q8h  => (Some((1, 8, "h")),  None,          Some("Q8H"), "每8小时一次"),
        F::Q12h => (Some((1, 12, "h")), None,          None,        "每12小时一次"),
        F::Qod  => (Some((1, 2, "d")),  None,          Some("QOD"), "隔日一次"),
        F::Tiw  => (Some((3, 1, "wk")), None,          None,        "每周三次"),
        F::Biw  => (Some((2, 1, "wk")), None,          None,        "每周两次"),
        F::Qw   => (Some((1, 1, "wk")), None,          Some("WK"),  "每周一次"),
        F::St   => (None,               None,          None,        "立即一次"),
        F::Prn  => (None,               None,          None,        "必要时"),
    };
    Rhythm { times, when, code, zh }
}

/// Routes in SNOMED CT.
const fn route(route: Route) -> (&'static str, &'static str) {
    match route {
        Route::Oral => ("26643006", "口服"),
        Route::Topical => ("6064005", "外用"),
        Route::Inhaled => ("447694001", "吸入"),
        Route::Subcutaneous => ("34206005", "皮下注射"),
        Route::Sublingual => ("37839007", "舌下含服"),
    }
}

/// A route as FHIR has it.
pub(super) fn route_concept(of: Route) -> CodeableConcept {
    let (code, zh) = route(of);
    CodeableConcept { coding: vec![Coding::new("http://snomed.info/sct", code, None)], text: Some(zh.to_owned()) }
}

/// A whole number of days.
pub(super) fn days(days: u16) -> Quantity {
    Quantity { unit: Some("天".to_owned()), ..Quantity::ucum(f64::from(days), "d") }
}

/// The dosage of a line.
pub(super) fn of_item(item: &Item, drug: Option<&Drug>) -> Vec<Dosage> {
    let unit = drug.map(Drug::dose_unit);
    let steps = steps(item.dose, item.frequency, item.days, &item.taper);
    let many = steps.len() > 1;
    let dosage = |(n, step): (u32, &crate::dosage::TaperStep)| {
        let rhythm = rhythm(step.frequency);
        // As a physician writes it: every so many hours, when needed.
        let apart = item.hours_apart.filter(|_| step.frequency == Frequency::Prn).map(|hours| (1, hours, "h"));
        let (frequency, period, period_unit) =
            rhythm.times.or(apart).map_or((None, None, None), |(f, p, u)| (Some(f), Some(p), Some(u)));
        let dose = step.dose.as_f64();
        let counted = |amount: f64| Quantity::counted(amount, unit.unwrap_or("剂量单位"));
        let most = item.most_per_day.filter(|_| step.frequency == Frequency::Prn);
        Dosage {
            sequence: many.then_some(n),
            patient_instruction: Some(item.instruction.clone()).filter(|text| !text.is_empty()),
            timing: Timing {
                repeat: Repeat {
                    bounds_duration: days(step.days),
                    count: (step.frequency == Frequency::St).then_some(1),
                    frequency,
                    period,
                    period_unit,
                    when: rhythm.when.into_iter().collect(),
                },
                code: CodeableConcept {
                    coding: rhythm.code.map(|code| Coding::new(ABBREVIATIONS, code, None)).into_iter().collect(),
                    text: Some(rhythm.zh.to_owned()),
                },
            },
            as_needed_boolean: (step.frequency == Frequency::Prn).then_some(true),
            route: route_concept(item.route),
            dose_and_rate: vec![DoseAndRate { dose_quantity: counted(dose) }],
            max_dose_per_period: most
                .map(|most| (step.dose.milli() * u64::from(most)) as f64 / 1000.0)
                .map(|most| Ratio { numerator: counted(most), denominator: days(1) }),
        }
    };
    (1..).zip(&steps).map(dosage).collect()
}
