//! How well the kidneys work: Cockcroft–Gault where a recent weight is known, else CKD-EPI 2021, and never from an old creatinine.

use super::{Reading, ResidentFacts};
use crate::policy::Policy;
use crate::records::Sex;
use jiff::Timestamp;

/// An estimate and how it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clearance {
    /// mL/min, or mL/min/1.73 m².
    pub value: f64,
    /// Named in the finding.
    pub formula: &'static str,
    /// Age of the creatinine.
    pub days: u32,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoClearance {
    /// Never measured.
    Missing,
    /// Measured so many days ago.
    Stale(u32),
}

pub(super) fn clearance(
    resident: &ResidentFacts<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Clearance, NoClearance> {
    let creatinine = resident.readings.creatinine.ok_or(NoClearance::Missing)?;
    let days = creatinine.age_days(now);
    if days > policy.creatinine_days {
        return Err(NoClearance::Stale(days));
    }
    let recent = |r: &Reading| r.age_days(now) <= policy.weight_days;
    let (value, formula) = match resident.readings.weight.filter(recent) {
        Some(weight) => (cockcroft_gault(resident, weight.value, creatinine.value), "Cockcroft–Gault"),
        None => (ckd_epi_2021(resident, creatinine.value), "CKD-EPI 2021"),
    };
    Ok(Clearance { value, formula, days })
}

/// Cockcroft and Gault 1976, creatinine in µmol/L.
fn cockcroft_gault(resident: &ResidentFacts<'_>, weight_kg: f64, creatinine: f64) -> f64 {
    let sex = if resident.sex == Sex::Female { 0.85 } else { 1.0 };
    (140.0 - f64::from(resident.age)).max(0.0) * weight_kg * sex * UMOL_PER_MG_DL / (72.0 * creatinine)
}

/// CKD-EPI 2021 without race, creatinine in µmol/L.
fn ckd_epi_2021(resident: &ResidentFacts<'_>, creatinine: f64) -> f64 {
    let (kappa, alpha, sex) = match resident.sex {
        Sex::Female => (0.7, -0.241, 1.012),
        Sex::Male => (0.9, -0.302, 1.0),
    };
    let ratio = creatinine / UMOL_PER_MG_DL / kappa;
    let age = 0.9938_f64.powi(i32::from(resident.age));
    142.0 * ratio.min(1.0).powf(alpha) * ratio.max(1.0).powf(-1.2) * age * sex
}

const UMOL_PER_MG_DL: f64 = 88.4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::Readings;

    fn resident(age: u16, sex: Sex) -> ResidentFacts<'static> {
        ResidentFacts {
            age,
            sex,
            allergies_asked: true,
            allergies: &[],
            conditions: &[],
            medicines: &[],
            running: &[],
            readings: Readings::default(),
            eligibility: &[],
            hospital: None,
            present_doctor: None,
        }
    }

    #[test]
    fn known_values() {
        // A man of 80 with 60 kg and 1.0 mg/dL: (140 − 80) × 60 / 72 = 50.
        assert!((cockcroft_gault(&resident(80, Sex::Male), 60.0, 88.4) - 50.0).abs() < 0.01);
        assert!((cockcroft_gault(&resident(80, Sex::Female), 60.0, 88.4) - 42.5).abs() < 0.01);
        // A woman of 50 with 0.7 mg/dL stands at the knee of the formula: 142 × 0.9938^50 × 1.012.
        assert!((ckd_epi_2021(&resident(50, Sex::Female), 0.7 * 88.4) - 105.29).abs() < 0.1);
        assert!((ckd_epi_2021(&resident(50, Sex::Male), 1.2 * 88.4) - 73.66).abs() < 0.3);
    }

    #[test]
    fn an_old_creatinine_is_none_and_an_old_weight_changes_the_formula() {
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        let ago =
            |days: i64, value| Some(Reading { value, measured_at: now - jiff::SignedDuration::from_hours(24 * days) });
        let policy = Policy::default();
        let with = |creatinine, weight| ResidentFacts {
            readings: Readings { creatinine, weight, potassium: None },
            ..resident(82, Sex::Female)
        };
        let of = |facts: ResidentFacts<'_>| clearance(&facts, &policy, now);
        assert_eq!(of(with(None, ago(1, 60.0))), Err(NoClearance::Missing));
        assert_eq!(of(with(ago(181, 90.0), None)), Err(NoClearance::Stale(181)));
        let fresh = of(with(ago(180, 90.0), ago(1, 60.0))).unwrap();
        assert_eq!((fresh.formula, fresh.days), ("Cockcroft–Gault", 180));
        assert_eq!(of(with(ago(3, 90.0), ago(200, 60.0))).unwrap().formula, "CKD-EPI 2021");
    }
}
