//! NEWS2, the National Early Warning Score of the Royal College of Physicians (2017), as a pure function of readings and a time.
//!
//! The thresholds are public facts. A missing or old parameter is never read as normal: without all seven there is no total, only a lower bound. The score
//! tells a person to look; it diagnoses nothing. Not here: where the readings come from, and what is done about a score.

use crate::machines::named_enum;
use crate::records::Observation;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// LOINC of the flow of inhaled oxygen; 0 is room air.
pub const OXYGEN_FLOW: &str = "3151-8";
/// LOINC of the level of responsiveness; 0 is alert, 1 to 4 new confusion, voice, pain, unresponsive.
pub const RESPONSIVENESS: &str = "67775-7";

named_enum! {
    /// Which band of oxygen saturation is meant.
    OxygenScale {
        /// For everybody.
        Scale1 = "scale1",
        /// For whom a physician has set a target of 88–92 %, as in hypercapnic respiratory failure.
        Scale2 = "scale2",
    }
}

named_enum! {
    /// The seven parameters, in the order of the chart.
    Parameter {
        /// Breaths per minute.
        Respiration = "respiration",
        /// Oxygen saturation.
        Saturation = "saturation",
        /// Air or oxygen.
        Oxygen = "oxygen",
        /// Systolic blood pressure.
        Systolic = "systolic",
        /// Pulse.
        Pulse = "pulse",
        /// Alert, or not.
        Consciousness = "consciousness",
        /// Temperature.
        Temperature = "temperature",
    }
}

named_enum! {
    /// What a total asks for.
    Band {
        /// 0 to 4, no parameter at 3.
        Low = "low",
        /// 0 to 4, one parameter at 3: an urgent look by a clinician.
        LowMedium = "low_medium",
        /// 5 or 6: urgent response.
        Medium = "medium",
        /// 7 or more: emergency response.
        High = "high",
    }
}

/// One parameter as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// Which.
    pub parameter: Parameter,
    /// As measured.
    pub value: f64,
    /// 0 to 3.
    pub points: u32,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub measured_at: Timestamp,
}

/// The score at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Score {
    /// As of when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Which band of saturation was used.
    pub oxygen_scale: OxygenScale,
    /// The total; absent while a parameter is missing or old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// What the total asks for; absent with it, unless what is known reaches medium or high already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// The sum of what is known: the total is this or more.
    pub at_least: u32,
    /// What counts.
    pub parts: Vec<Part>,
    /// Never measured.
    pub missing: Vec<Parameter>,
    /// Measured, and too long ago.
    pub old: Vec<Parameter>,
}

/// The score of what was known at `at`; readings older than `good_for` do not count.
pub fn score(readings: &[Observation], scale: OxygenScale, at: Timestamp, good_for: SignedDuration) -> Score {
    let (mut parts, mut missing, mut old) = (Vec::new(), Vec::new(), Vec::new());
    let newest = |codes: &[&str]| {
        let known = readings.iter().filter(|r| r.measured_at <= at && codes.contains(&r.code.as_str()));
        known.max_by_key(|r| (r.measured_at, r.received_at))
    };
    // Whether oxygen is given decides how scale 2 reads a high saturation. Unknown reads as air: a lower bound must not overstate, and there is no total.
    let fresh = |r: &&Observation| at.duration_since(r.measured_at) <= good_for;
    let on_oxygen = newest(codes(Parameter::Oxygen)).filter(fresh).is_some_and(|r| r.value > 0.0);
    for parameter in Parameter::ALL {
        match newest(codes(*parameter)) {
            None => missing.push(*parameter),
            Some(reading) if !fresh(&reading) => old.push(*parameter),
            Some(reading) => parts.push(Part {
                parameter: *parameter,
                value: reading.value,
                points: points(*parameter, &reading.code, reading.value, scale, on_oxygen),
                measured_at: reading.measured_at,
            }),
        }
    }
    let at_least = parts.iter().map(|p| p.points).sum();
    let red = parts.iter().any(|p| p.points == 3);
    let complete = missing.is_empty() && old.is_empty();
    let reached = band(at_least, red);
    let band = (complete || reached >= Band::Medium).then_some(reached);
    Score { at, oxygen_scale: scale, total: complete.then_some(at_least), band, at_least, parts, missing, old }
}

/// The score each time something that counts was measured, oldest first.
pub fn trend(readings: &[Observation], scale: OxygenScale, good_for: SignedDuration) -> Vec<Score> {
    let counts = |r: &&Observation| Parameter::ALL.iter().any(|p| codes(*p).contains(&r.code.as_str()));
    let mut times: Vec<Timestamp> = readings.iter().filter(counts).map(|r| r.measured_at).collect();
    times.sort_unstable();
    times.dedup();
    // One round of a nurse is one point, though she types its values one after the other.
    let mut rounds: Vec<Timestamp> = Vec::new();
    for time in times {
        match rounds.last_mut() {
            Some(last) if time.duration_since(*last) <= ROUND => *last = time,
            _ => rounds.push(time),
        }
    }
    rounds.into_iter().map(|at| score(readings, scale, at, good_for)).collect()
}

/// Readings this close to the one before belong to one round.
const ROUND: SignedDuration = SignedDuration::from_mins(15);

/// LOINC codes that give a parameter.
pub const fn codes(parameter: Parameter) -> &'static [&'static str] {
    match parameter {
        Parameter::Respiration => &["9279-1"],
        Parameter::Saturation => &["59408-5", "2708-6"],
        Parameter::Oxygen => &[OXYGEN_FLOW],
        Parameter::Systolic => &["8480-6"],
        Parameter::Pulse => &["8867-4"],
        Parameter::Consciousness => &[RESPONSIVENESS, "9269-2"],
        Parameter::Temperature => &["8310-5"],
    }
}

/// What a total and a single parameter at 3 ask for.
pub const fn band(total: u32, red: bool) -> Band {
    match total {
        7.. => Band::High,
        5 | 6 => Band::Medium,
        _ if red => Band::LowMedium,
        _ => Band::Low,
    }
}

/// Points of one value. The chart has whole numbers, and tenths of a degree: values between are rounded as a nurse would write them.
pub fn points(parameter: Parameter, code: &str, value: f64, scale: OxygenScale, on_oxygen: bool) -> u32 {
    let whole = value.round();
    match parameter {
        Parameter::Respiration => steps(whole, &[(8.0, 3), (11.0, 1), (20.0, 0), (24.0, 2)], 3),
        Parameter::Saturation => match scale {
            OxygenScale::Scale1 => steps(whole, &[(91.0, 3), (93.0, 2), (95.0, 1)], 0),
            OxygenScale::Scale2 if on_oxygen => {
                steps(whole, &[(83.0, 3), (85.0, 2), (87.0, 1), (92.0, 0), (94.0, 1), (96.0, 2)], 3)
            }
            OxygenScale::Scale2 => steps(whole, &[(83.0, 3), (85.0, 2), (87.0, 1)], 0),
        },
        Parameter::Oxygen => u32::from(value > 0.0) * 2,
        Parameter::Systolic => steps(whole, &[(90.0, 3), (100.0, 2), (110.0, 1), (219.0, 0)], 3),
        Parameter::Pulse => steps(whole, &[(40.0, 3), (50.0, 1), (90.0, 0), (110.0, 1), (130.0, 2)], 3),
        // Without the four words, a Glasgow score below its best means not alert.
        Parameter::Consciousness if code == RESPONSIVENESS => u32::from(value != 0.0) * 3,
        Parameter::Consciousness => u32::from(value < 15.0) * 3,
        Parameter::Temperature => steps((value * 10.0).round(), &[(350.0, 3), (360.0, 1), (380.0, 0), (390.0, 1)], 2),
    }
}

/// Points of the first step that `value` does not exceed, or those beyond the last.
fn steps(value: f64, up_to: &[(f64, u32)], beyond: u32) -> u32 {
    up_to.iter().find(|(most, _)| value <= *most).map_or(beyond, |(_, points)| *points)
}
