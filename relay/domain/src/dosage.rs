//! How a medicine is taken: how often, by which way, and a dose that changes in steps (FHIR `Dosage`). Pure arithmetic on days and doses.
//! Not here: whether a dose is safe ([`crate::safety`]), and the administration of it.

use crate::checked::Dose;
use crate::machines::named_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// How often.
    Frequency {
        /// Once a day.
        Qd = "qd",
        /// Twice a day.
        Bid = "bid",
        /// Three times a day.
        Tid = "tid",
        /// Four times a day.
        Qid = "qid",
        /// At night.
        Qn = "qn",
        /// In the morning.
        Qam = "qam",
        /// Every four hours.
        Q4h = "q4h",
        /// Every six hours.
        Q6h = "q6h",
        /// Every eight hours.
        Q8h = "q8h",
        /// Every twelve hours.
        Q12h = "q12h",
        /// Every other day.
        Qod = "qod",
        /// Three times a week.
        Tiw = "tiw",
        /// Twice a week.
        Biw = "biw",
        /// Once a week.
        Qw = "qw",
        /// Once, at once.
        St = "st",
        /// When needed.
        Prn = "prn",
    }
}

named_enum! {
    /// By which way.
    Route {
        /// By mouth.
        Oral = "oral",
        /// On the skin.
        Topical = "topical",
        /// Inhaled.
        Inhaled = "inhaled",
        /// Under the skin.
        Subcutaneous = "subcutaneous",
        /// Under the tongue.
        Sublingual = "sublingual",
    }
}

impl Route {
    /// How it is said beside a medicine, Chinese and English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Oral => ("口服", "by mouth"),
            Self::Topical => ("外用", "for external use"),
            Self::Inhaled => ("吸入", "inhaled"),
            Self::Subcutaneous => ("皮下注射", "under the skin"),
            Self::Sublingual => ("舌下含服", "under the tongue"),
        }
    }
}

/// One step of a dose that changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaperStep {
    /// Single dose, in the drug's dose unit.
    pub dose: Dose,
    /// How often.
    pub frequency: Frequency,
    /// For how long.
    pub days: u16,
}

/// A dose over time: the steps of a taper, or the one step of a steady dose.
pub fn steps(dose: Dose, frequency: Frequency, days: u16, taper: &[TaperStep]) -> Vec<TaperStep> {
    if taper.is_empty() { vec![TaperStep { dose, frequency, days }] } else { taper.to_vec() }
}

/// On which days of a repeating cycle a medicine is taken, and how often on such a day. Day 0 is the first day of treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// Doses on a day with doses.
    pub per_day: u64,
    /// Length of the cycle in days; 0 when it never comes again.
    cycle: u64,
    /// Days of the cycle with doses, in order.
    days: &'static [u64],
}

impl Frequency {
    /// When it is taken; `None` when that depends on need.
    pub const fn pattern(self) -> Option<Pattern> {
        let (per_day, cycle, days): (u64, u64, &[u64]) = match self {
            Self::Qd | Self::Qn | Self::Qam => (1, 1, &[0]),
            Self::Bid | Self::Q12h => (2, 1, &[0]),
            Self::Tid | Self::Q8h => (3, 1, &[0]),
            Self::Qid | Self::Q6h => (4, 1, &[0]),
            Self::Q4h => (6, 1, &[0]),
            Self::Qod => (1, 2, &[0]),
            Self::Tiw => (1, 7, &[0, 2, 4]),
            Self::Biw => (1, 7, &[0, 3]),
            Self::Qw => (1, 7, &[0]),
            Self::St => (1, 0, &[0]),
            Self::Prn => return None,
        };
        Some(Pattern { per_day, cycle, days })
    }
}

impl Pattern {
    /// Doses in the first `days` days.
    pub fn doses(self, days: u64) -> u64 {
        if self.cycle == 0 {
            return if days == 0 { 0 } else { self.per_day };
        }
        let within = self.days.iter().filter(|&&day| day < days % self.cycle).count() as u64;
        let whole = days / self.cycle * self.days.len() as u64;
        (whole + within) * self.per_day
    }

    /// Whether a dose is due on day `day` of the treatment.
    pub fn is_due(self, day: u64) -> bool {
        if self.cycle == 0 { day == 0 } else { self.days.contains(&(day % self.cycle)) }
    }

    /// Full days that `doses` last: the last of them is the day before the first dose that is lacking. `None` when nothing is lacking, ever.
    pub fn lasts(self, doses: u64) -> Option<u64> {
        let treated = doses / self.per_day;
        if self.cycle == 0 {
            return if treated == 0 { Some(0) } else { None };
        }
        let per_cycle = self.days.len() as u64;
        let next = self.days.get(usize::try_from(treated % per_cycle).unwrap_or(0)).copied().unwrap_or(0);
        Some(treated / per_cycle * self.cycle + next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_of_a_week_and_of_nine_days() {
        let doses = |f: Frequency, days| f.pattern().map(|p| p.doses(days));
        assert_eq!(doses(Frequency::Qd, 7), Some(7));
        assert_eq!(doses(Frequency::Q4h, 2), Some(12));
        assert_eq!((doses(Frequency::Qod, 7), doses(Frequency::Qod, 8)), (Some(4), Some(4)));
        assert_eq!((doses(Frequency::Qw, 7), doses(Frequency::Qw, 8)), (Some(1), Some(2)));
        assert_eq!((doses(Frequency::Biw, 3), doses(Frequency::Biw, 9)), (Some(1), Some(3)));
        assert_eq!((doses(Frequency::Tiw, 7), doses(Frequency::Tiw, 10)), (Some(3), Some(5)));
        assert_eq!((doses(Frequency::St, 7), doses(Frequency::St, 0)), (Some(1), Some(0)));
        assert_eq!(doses(Frequency::Prn, 7), None);
    }

    proptest::proptest! {
        #[test]
        fn doses_are_the_days_on_which_one_is_due_and_last_as_long(f in 0..Frequency::ALL.len(), days in 1_u64..200) {
            let Some(pattern) = Frequency::ALL[f].pattern() else { return Ok(()) };
            let due = (0..days).filter(|&day| pattern.is_due(day)).count() as u64 * pattern.per_day;
            proptest::prop_assert_eq!(pattern.doses(days), due);
            if let Some(lasts) = pattern.lasts(due) {
                proptest::prop_assert!(lasts >= days);
                proptest::prop_assert!(pattern.is_due(lasts));
                proptest::prop_assert_eq!(pattern.doses(lasts), due);
            }
        }
    }
}
