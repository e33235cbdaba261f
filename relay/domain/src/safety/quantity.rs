//! How much leaves the pharmacy: dose × times a day × days, rounded up to whole units. Integers all the way.

use crate::checked::Dose;
use crate::records::Frequency;

/// Doses a day; `None` when it depends on need.
pub const fn per_day(frequency: Frequency) -> Option<u64> {
    match frequency {
        Frequency::Qd | Frequency::Qn => Some(1),
        Frequency::Bid | Frequency::Q12h => Some(2),
        Frequency::Tid | Frequency::Q8h => Some(3),
        Frequency::Qid => Some(4),
        Frequency::Prn => None,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn milli(amount: f64) -> u64 {
    // Formulary amounts are checked: positive, at most 100 000.
    (amount * 1000.0).round() as u64
}

/// Whole units for `days`; `None` when the frequency depends on need and a person must say how much.
pub fn quantity(dose: Dose, frequency: Frequency, days: u16, doses_per_unit: f64) -> Option<u32> {
    units(dose, per_day(frequency)?, days, doses_per_unit)
}

/// Whole units for `days` of `doses_a_day`; `None` beyond every pharmacy.
pub(crate) fn units(dose: Dose, doses_a_day: u64, days: u16, doses_per_unit: f64) -> Option<u32> {
    let needed = dose.milli() * doses_a_day * u64::from(days);
    u32::try_from(needed.div_ceil(milli(doses_per_unit).max(1))).ok()
}

/// Full days that `quantity` units last; `None` when the frequency depends on need.
pub fn covered_days(dose: Dose, frequency: Frequency, quantity: u32, doses_per_unit: f64) -> Option<u64> {
    let daily = dose.milli() * per_day(frequency)?;
    Some(u64::from(quantity) * milli(doses_per_unit) / daily.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tablets_pens_and_halves() {
        let dose = |d: f64| Dose::try_from(d).unwrap();
        assert_eq!(quantity(dose(1.0), Frequency::Qd, 7, 1.0), Some(7));
        assert_eq!(quantity(dose(0.5), Frequency::Bid, 7, 1.0), Some(7));
        assert_eq!(quantity(dose(0.5), Frequency::Qd, 7, 1.0), Some(4));
        assert_eq!(quantity(dose(16.0), Frequency::Qn, 7, 300.0), Some(1));
        assert_eq!(quantity(dose(50.0), Frequency::Qd, 7, 300.0), Some(2));
        assert_eq!(quantity(dose(1.0), Frequency::Prn, 7, 1.0), None);
    }

    proptest::proptest! {
        #[test]
        fn enough_and_not_a_unit_too_much(milli_dose in 1_u32..200_000, f in 0_usize..7, days in 1_u16..84, per in 1_u16..400) {
            let dose = Dose::try_from(f64::from(milli_dose) / 1000.0).unwrap();
            let frequency = Frequency::ALL[f];
            let per = f64::from(per);
            let n = quantity(dose, frequency, days, per).unwrap();
            proptest::prop_assert!(covered_days(dose, frequency, n, per).unwrap() >= u64::from(days));
            proptest::prop_assert!(covered_days(dose, frequency, n - 1, per).unwrap() < u64::from(days));
        }
    }
}
