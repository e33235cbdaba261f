//! A single dose: positive, three decimals at most, kept in thousandths so that no rounding creeps into a quantity.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dose in thousandths of the drug's dose unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64)]
pub struct Dose(u32);

/// Why a number is no dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dose is more than 0, at most 100000, with at most three decimals")]
pub struct DoseError;

impl Dose {
    /// Thousandths.
    pub const fn milli(self) -> u64 {
        self.0 as u64
    }

    /// As written.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl TryFrom<f64> for Dose {
    type Error = DoseError;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn try_from(value: f64) -> Result<Self, DoseError> {
        let milli = (value * 1000.0).round();
        if !value.is_finite() || !(1.0..=100_000_000.0).contains(&milli) || (milli - value * 1000.0).abs() > 1e-6 {
            return Err(DoseError);
        }
        Ok(Self(milli as u32))
    }
}

impl From<Dose> for f64 {
    fn from(dose: Dose) -> Self {
        dose.as_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_doses() {
        for bad in [0.0, -1.0, 0.0004, 0.1234, f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(Dose::try_from(bad), Err(DoseError), "{bad}");
        }
        for good in [0.001, 0.5, 0.1, 47.5, 0.125, 100_000.0] {
            assert!((Dose::try_from(good).unwrap().as_f64() - good).abs() < 1e-12);
        }
        assert_eq!(serde_json::to_string(&Dose::try_from(0.5).unwrap()).unwrap(), "0.5");
        assert!(serde_json::from_str::<Dose>("0").is_err());
    }
}
