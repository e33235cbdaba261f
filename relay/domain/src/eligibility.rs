//! May this hospital treat this resident remotely for this diagnosis on this day, and if not, which proof is missing. Pure; the ledger itself is in the store.

use crate::formulary::Formulary;
use crate::records::Eligibility;
use jiff::civil::Date;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Proven by this fact.
    Eligible(&'a Eligibility),
    /// Not proven.
    Missing(Missing),
}

/// Which proof is missing: the closest one, so that a person knows what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No diagnosis is chosen, so nothing can be looked up.
    Diagnosis,
    /// The clinician has no hospital on record, so nothing can be looked up.
    Hospital,
    /// Nobody saw the resident in person for it.
    Visit,
    /// Another hospital did; each hospital needs its own.
    VisitByThisHospital {
        /// Which one did.
        other: String,
        /// When.
        on: Date,
        /// Which one asks.
        hospital: String,
    },
    /// The hospital's fact was taken back.
    Revoked {
        /// Day of the visit.
        on: Date,
    },
    /// The visit is only to come.
    Ahead {
        /// Day of the visit.
        on: Date,
    },
}

/// A diagnosis as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Label {
    /// The formulary's words and the code; the code alone where the formulary has none.
    pub fn of(formulary: &Formulary, code: &str) -> Self {
        match formulary.diagnosis(code) {
            Some(d) => Self { zh: format!("{}（{code}）", d.display_zh), en: format!("{} ({code})", d.display_en) },
            None => Self { zh: code.to_owned(), en: code.to_owned() },
        }
    }
}

/// A first visit covers its own code and the finer codes under it: I10 covers I10.x, not I11.
pub fn covers(visit: &str, diagnosis: &str) -> bool {
    diagnosis == visit || diagnosis.strip_prefix(visit).is_some_and(|rest| rest.starts_with('.') || visit.contains('.'))
}

/// Looks the proof up among the facts of one resident. The newest one that holds is named.
pub fn standing<'a>(facts: &'a [Eligibility], diagnosis: &str, hospital: Option<&str>, day: Date) -> Standing<'a> {
    if diagnosis.is_empty() {
        return Standing::Missing(Missing::Diagnosis);
    }
    let Some(hospital) = hospital.filter(|name| !name.is_empty()) else { return Standing::Missing(Missing::Hospital) };
    let newest = |keep: &dyn Fn(&Eligibility) -> bool| {
        facts.iter().filter(|f| covers(&f.diagnosis_code, diagnosis) && keep(f)).max_by_key(|f| (f.date, f.id))
    };
    let holds = |f: &Eligibility| f.revocation.is_none() && f.date <= day;
    if let Some(fact) = newest(&|f| f.hospital == hospital && holds(f)) {
        return Standing::Eligible(fact);
    }
    let own = |keep: &dyn Fn(&Eligibility) -> bool| newest(&|f| f.hospital == hospital && keep(f));
    Standing::Missing(if let Some(fact) = own(&|f| f.revocation.is_none()) {
        Missing::Ahead { on: fact.date }
    } else if let Some(fact) = own(&|_| true) {
        Missing::Revoked { on: fact.date }
    } else if let Some(fact) = newest(&holds) {
        Missing::VisitByThisHospital { other: fact.hospital.clone(), on: fact.date, hospital: hospital.to_owned() }
    } else {
        Missing::Visit
    })
}

impl Missing {
    /// A stable name for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Diagnosis => "diagnosis",
            Self::Hospital => "hospital",
            Self::Visit => "visit",
            Self::VisitByThisHospital { .. } => "visit_by_this_hospital",
            Self::Revoked { .. } => "revoked",
            Self::Ahead { .. } => "ahead",
        }
    }

    /// What is missing, Chinese and English.
    pub fn words(&self, diagnosis: &Label) -> (String, String) {
        let Label { zh, en } = diagnosis;
        match self {
            Self::Diagnosis => ("未选择诊断".into(), "No diagnosis is chosen".into()),
            Self::Hospital => (
                "医师没有登记执业医院，无法核对线下初诊记录".into(),
                "The specialist has no hospital on record, so visits in person cannot be looked up".into(),
            ),
            Self::Visit => (
                format!("没有针对“{zh}”的线下初诊记录，不能远程开具处方"),
                format!("No visit in person for {en} is on record; nothing can be prescribed remotely for it"),
            ),
            Self::VisitByThisHospital { other, on, hospital } => (
                format!("“{zh}”于 {on} 由{other}线下初诊，{hospital}尚无该诊断的初诊记录"),
                format!("{en} was seen in person by {other} on {on}; {hospital} has no visit for it on record"),
            ),
            Self::Revoked { on } => (
                format!("“{zh}”的线下初诊记录（{on}）已被撤销"),
                format!("The visit in person for {en} on {on} was revoked"),
            ),
            Self::Ahead { on } => (
                format!("“{zh}”的线下初诊定于 {on}，尚未进行"),
                format!("The visit in person for {en} is only on {on}"),
            ),
        }
    }

    /// What to do, Chinese and English.
    pub const fn action(&self) -> (&'static str, &'static str) {
        match self {
            Self::Diagnosis => ("请先选择诊断", "Choose the diagnosis first"),
            Self::Hospital => {
                ("请管理员登记医师的执业医院", "Ask the administrator to record the specialist's hospital")
            }
            Self::Visit | Self::VisitByThisHospital { .. } | Self::Revoked { .. } => (
                "改选已初诊的诊断，或加入下一次上门初诊；会诊本身可以继续",
                "Choose a diagnosis that was seen in person, or add it to the next round in person; the consultation itself may go on",
            ),
            Self::Ahead { .. } => (
                "初诊完成后再远程开具处方；会诊本身可以继续",
                "Prescribe after the visit; the consultation itself may go on",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EligibilityId, ResidentId, StaffId};
    use crate::records::Revocation;
    use jiff::Timestamp;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 24);

    fn fact(n: u8, code: &str, hospital: &str, on: Date) -> Eligibility {
        let t = Timestamp::UNIX_EPOCH;
        Eligibility {
            id: EligibilityId::new(t, [n; 10]),
            resident_id: ResidentId::new(t, [1; 10]),
            diagnosis_code: code.into(),
            display: code.into(),
            hospital: hospital.into(),
            date: on,
            clinician: "周敏".into(),
            clinician_id: None,
            evidence: "查体".into(),
            visit_id: None,
            recorded_at: Some(t),
            revocation: None,
        }
    }

    fn revoked(fact: Eligibility) -> Eligibility {
        let t = Timestamp::UNIX_EPOCH;
        let revocation = Revocation { at: t, by: StaffId::new(t, [1; 10]), reason: "误记".into() };
        Eligibility { revocation: Some(revocation), ..fact }
    }

    fn missing(facts: &[Eligibility], code: &str, hospital: Option<&str>) -> &'static str {
        match standing(facts, code, hospital, TODAY) {
            Standing::Eligible(_) => "eligible",
            Standing::Missing(missing) => missing.name(),
        }
    }

    #[test]
    fn the_missing_proof_is_named_precisely() {
        let a = Some("甲院");
        let seen = fact(1, "I10", "甲院", date(2026, 9, 1));
        let ahead = fact(2, "I10", "甲院", date(2026, 11, 25));
        let other = fact(3, "I10", "乙院", date(2026, 9, 1));
        let rows: [(&[Eligibility], &str, Option<&str>, &str); 12] = [
            (&[], "", a, "diagnosis"),
            (std::slice::from_ref(&seen), "I10", None, "hospital"),
            (std::slice::from_ref(&seen), "I10", Some(""), "hospital"),
            (&[], "I10", a, "visit"),
            (std::slice::from_ref(&seen), "I11.9", a, "visit"),
            (std::slice::from_ref(&seen), "I10", a, "eligible"),
            (std::slice::from_ref(&seen), "I10.x1", a, "eligible"),
            (std::slice::from_ref(&other), "I10", a, "visit_by_this_hospital"),
            (&[revoked(seen.clone())], "I10", a, "revoked"),
            (&[revoked(seen.clone()), other.clone()], "I10", a, "revoked"),
            (&[ahead, revoked(seen.clone())], "I10", a, "ahead"),
            (&[revoked(other.clone())], "I10", a, "visit"),
        ];
        for (facts, code, hospital, expected) in rows {
            assert_eq!(missing(facts, code, hospital), expected, "{code} {hospital:?}");
        }
    }

    #[test]
    fn the_day_of_the_visit_itself_counts_and_the_newest_fact_is_named() {
        let old = fact(1, "I10", "甲院", date(2024, 2, 29));
        let new = fact(2, "I10", "甲院", TODAY);
        let facts = [old, new];
        assert_eq!(standing(&facts, "I10", Some("甲院"), TODAY), Standing::Eligible(&facts[1]));
        assert_eq!(standing(&facts, "I10", Some("甲院"), date(2026, 11, 23)), Standing::Eligible(&facts[0]));
        assert_eq!(standing(&facts[..1], "I10", Some("甲院"), date(2024, 2, 29)), Standing::Eligible(&facts[0]));
    }

    #[test]
    fn every_answer_has_words_in_both_languages_and_something_to_do() {
        let label = Label::of(&Formulary::demo().unwrap(), "I10");
        assert_eq!(
            (label.zh.as_str(), label.en.as_str()),
            ("原发性高血压（I10）", "Essential (primary) hypertension (I10)")
        );
        let on = TODAY;
        let by_other = Missing::VisitByThisHospital { other: "乙院".into(), on, hospital: "甲院".into() };
        assert_eq!(
            by_other.words(&label).0,
            "“原发性高血压（I10）”于 2026-11-24 由乙院线下初诊，甲院尚无该诊断的初诊记录"
        );
        let all = [
            Missing::Diagnosis,
            Missing::Hospital,
            Missing::Visit,
            Missing::Revoked { on },
            Missing::Ahead { on },
            by_other,
        ];
        for missing in all {
            let ((zh, en), (zh_do, en_do)) = (missing.words(&label), missing.action());
            assert!([zh.as_str(), en.as_str(), zh_do, en_do].iter().all(|text| !text.is_empty()), "{}", missing.name());
        }
    }
}
