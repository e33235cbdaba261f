//! How much leaves the pharmacy: dose × doses in the days, rounded up to whole units. Integers all the way.

use crate::checked::Dose;
use crate::dosage::{Frequency, TaperStep};

/// Doses on a day with doses; `None` when it depends on need.
pub const fn per_day(frequency: Frequency) -> Option<u64> {
    match frequency.pattern() {
        Some(pattern) => Some(pattern.per_day),
        None => None,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn milli(amount: f64) -> u64 {
    // Formulary amounts are checked: positive, at most 100 000.
    ((amount * 1000.0).round() as u64).max(1)
}

/// Whole units for all `steps` together; `None` when one depends on need and a person must say how much, or beyond every pharmacy.
pub fn quantity(steps: &[TaperStep], doses_per_unit: f64) -> Option<u32> {
    let needed = steps.iter().try_fold(0_u64, |sum, step| {
        sum.checked_add(step.dose.milli().checked_mul(step.frequency.pattern()?.doses(u64::from(step.days)))?)
    })?;
    u32::try_from(needed.div_ceil(milli(doses_per_unit))).ok()
}

/// Whole units for `days` of `doses_a_day`; `None` beyond every pharmacy.
pub(crate) fn units(dose: Dose, doses_a_day: u64, days: u16, doses_per_unit: f64) -> Option<u32> {
    let needed = dose.milli() * doses_a_day * u64::from(days);
    u32::try_from(needed.div_ceil(milli(doses_per_unit))).ok()
}

/// Full days that `quantity` units of a steady dose last; `None` when that depends on need, or nothing more is ever due.
pub fn covered_days(dose: Dose, frequency: Frequency, quantity: u32, doses_per_unit: f64) -> Option<u64> {
    let doses = u64::from(quantity) * milli(doses_per_unit) / dose.milli().max(1);
    frequency.pattern()?.lasts(doses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dose(d: f64) -> Dose {
        Dose::try_from(d).unwrap()
    }

    fn steady(d: f64, frequency: Frequency, days: u16, per: f64) -> Option<u32> {
        quantity(&[TaperStep { dose: dose(d), frequency, days }], per)
    }

    #[test]
    fn tablets_pens_and_halves() {
        assert_eq!(steady(1.0, Frequency::Qd, 7, 1.0), Some(7));
        assert_eq!(steady(0.5, Frequency::Bid, 7, 1.0), Some(7));
        assert_eq!(steady(0.5, Frequency::Qd, 7, 1.0), Some(4));
        assert_eq!(steady(16.0, Frequency::Qn, 7, 300.0), Some(1));
        assert_eq!(steady(50.0, Frequency::Qd, 7, 300.0), Some(2));
        assert_eq!(steady(1.0, Frequency::Qod, 7, 1.0), Some(4));
        assert_eq!(steady(1.0, Frequency::Qw, 28, 1.0), Some(4));
        assert_eq!(steady(1.0, Frequency::Prn, 7, 1.0), None);
    }

    #[test]
    fn a_taper_is_rounded_up_once() {
        let step = |d, days| TaperStep { dose: dose(d), frequency: Frequency::Qd, days };
        assert_eq!(quantity(&[step(2.0, 3), step(1.5, 3), step(0.5, 3)], 1.0), Some(12));
        let when_needed = TaperStep { dose: dose(1.0), frequency: Frequency::Prn, days: 3 };
        assert_eq!(quantity(&[step(2.0, 3), when_needed], 1.0), None);
    }

    proptest::proptest! {
        #[test]
        fn enough_and_not_a_unit_too_much(milli_dose in 1_u32..200_000, f in 0..Frequency::ALL.len(), days in 1_u16..84, per in 1_u16..400) {
            let (dose, frequency) = (dose(f64::from(milli_dose) / 1000.0), Frequency::ALL[f]);
            let per = f64::from(per);
            let Some(n) = quantity(&[TaperStep { dose, frequency, days }], per) else { return Ok(()) };
            proptest::prop_assert!(covered_days(dose, frequency, n, per).is_none_or(|covered| covered >= u64::from(days)));
            proptest::prop_assert!(covered_days(dose, frequency, n - 1, per).unwrap() < u64::from(days));
        }
    }
}
