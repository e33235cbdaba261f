//! Vital signs: LOINC codes, UCUM units, what is plausible at all and what is normal at rest in old age.
//! Ranges mark values for a person to look at; they diagnose nothing.

use crate::early_warning::RESPONSIVENESS;

/// One kind of measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VitalSign {
    /// LOINC.
    pub code: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// What an instrument in a living person can show; outside is a typing error.
    pub plausible: (f64, f64),
    /// Normal band, when there is one.
    pub normal: Option<(f64, f64)>,
}

/// Why a reading is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadingError {
    /// Not in the table.
    #[error("`{0}` is not a vital sign that is recorded here")]
    UnknownCode(String),
    /// Another unit than the table's.
    #[error("{} is recorded in {}", .0.name_en, .0.unit_and_code().1)]
    Unit(&'static VitalSign),
    /// Outside of what is possible.
    #[error("{} is possible between {} and {} {}; look at the value again", .0.name_en, .0.plausible.0, .0.plausible.1, unit_words(.0.unit).1)]
    Implausible(&'static VitalSign),
}

impl ReadingError {
    /// Which field of a reading is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::UnknownCode(_) => "code",
            Self::Unit(_) => "unit",
            Self::Implausible(_) => "value",
        }
    }

    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::UnknownCode(_) => "不支持的生命体征".to_owned(),
            Self::Unit(sign) => format!("{}的单位应为 {}", sign.name_zh, sign.unit_and_code().0),
            Self::Implausible(sign) => {
                let (low, high) = sign.plausible;
                format!("{}应在 {low} 至 {high} {} 之间，请核对", sign.name_zh, unit_words(sign.unit).0)
            }
        }
    }
}

/// A UCUM unit as people write it, Chinese and English; a code that has no other form stays.
pub fn unit_words(ucum: &str) -> (&str, &str) {
    match ucum {
        "mm[Hg]" => ("mmHg", "mmHg"),
        "Cel" => ("°C", "°C"),
        "kg/m2" => ("kg/m²", "kg/m²"),
        "umol/L" => ("µmol/L", "µmol/L"),
        "/min" => ("次/分", "/min"),
        "{score}" => ("分", "points"),
        other => (other, other),
    }
}

const fn sign(
    code: &'static str,
    unit: &'static str,
    name_zh: &'static str,
    name_en: &'static str,
    plausible: (f64, f64),
    normal: Option<(f64, f64)>,
) -> VitalSign {
    VitalSign { code, unit, name_zh, name_en, plausible, normal }
}

/// LOINC of body weight, kg.
pub const WEIGHT: &str = "29463-7";
/// LOINC of creatinine, µmol/L.
pub const CREATININE: &str = "14682-9";
/// LOINC of potassium, mmol/L.
pub const POTASSIUM: &str = "2823-3";

/// The table of `domain.md` section 4. The blood pressure panel (85354-9) is a grouping without a value and the ECG is sampled data:
/// neither is a single reading.
#[rustfmt::skip]
pub const ALL: &[VitalSign] = &[
    sign("8480-6",  "mm[Hg]", "收缩压",     "Systolic blood pressure",   (50.0, 280.0),  Some((90.0, 150.0))),
    sign("8462-4",  "mm[Hg]", "舒张压",     "Diastolic blood pressure",  (20.0, 180.0),  Some((50.0, 90.0))),
    sign("8478-0",  "mm[Hg]", "平均动脉压", "Mean blood pressure",       (30.0, 220.0),  Some((65.0, 110.0))),
    sign("8867-4",  "/min",   "心率",       "Heart rate",                (20.0, 250.0),  Some((55.0, 100.0))),
    sign("9279-1",  "/min",   "呼吸",       "Respiratory rate",          (4.0, 70.0),    Some((12.0, 22.0))),
    sign("2708-6",  "%",      "血氧饱和度", "Oxygen saturation",         (50.0, 100.0),  Some((94.0, 100.0))),
    sign("59408-5", "%",      "指脉氧",     "Oxygen saturation by pulse oximetry", (50.0, 100.0), Some((94.0, 100.0))),
    sign("8310-5",  "Cel",    "体温",       "Body temperature",          (30.0, 43.0),   Some((35.8, 37.3))),
    sign("29463-7", "kg",     "体重",       "Body weight",               (20.0, 250.0),  None),
    sign("8302-2",  "cm",     "身高",       "Body height",               (80.0, 220.0),  None),
    sign("39156-5", "kg/m2",  "体质指数",   "Body mass index",           (8.0, 80.0),    Some((18.5, 28.0))),
    sign("15074-8", "mmol/L", "血糖",       "Glucose in blood",          (0.6, 40.0),    Some((4.4, 10.0))),
    sign("14743-9", "mmol/L", "指尖血糖",   "Glucose by capillary meter",(0.6, 35.0),    Some((4.4, 10.0))),
    sign("72514-3", "{score}","疼痛评分",   "Pain 0-10",                 (0.0, 10.0),    Some((0.0, 3.0))),
    sign("9269-2",  "{score}","格拉斯哥评分","Glasgow coma score",        (3.0, 15.0),    Some((14.0, 15.0))),
    sign("3151-8",  "L/min",  "吸氧流量",   "Inhaled oxygen flow rate",  (0.0, 60.0),    None),
    // 0 alert, 1 new confusion, 2 responds to voice, 3 to pain, 4 unresponsive.
    sign("67775-7", "{score}","意识水平",   "Level of responsiveness",   (0.0, 4.0),     Some((0.0, 0.5))),
    sign("14682-9", "umol/L", "肌酐",       "Creatinine",                (10.0, 2000.0), Some((41.0, 111.0))),
    sign("2823-3",  "mmol/L", "血钾",       "Potassium",                 (1.0, 10.0),    Some((3.5, 5.3))),
    sign("4548-4",  "%",      "糖化血红蛋白","Haemoglobin A1c",           (3.0, 20.0),    Some((4.0, 8.0))),
];

/// Chinese and English words of the level of responsiveness, by its number.
const LEVELS: [(&str, &str); 5] = [
    ("清醒", "Alert"),
    ("新出现混乱", "New confusion"),
    ("呼唤有反应", "To voice"),
    ("疼痛有反应", "To pain"),
    ("无反应", "Unresponsive"),
];

/// The entry of a LOINC code.
pub fn find(code: &str) -> Option<&'static VitalSign> {
    ALL.iter().find(|v| v.code == code)
}

/// Takes a reading as legal, or says why not.
pub fn check(code: &str, unit: &str, value: f64) -> Result<&'static VitalSign, ReadingError> {
    let sign = find(code).ok_or_else(|| ReadingError::UnknownCode(code.to_owned()))?;
    if unit != sign.unit {
        return Err(ReadingError::Unit(sign));
    }
    let (low, high) = sign.plausible;
    // Written so that NaN is implausible too.
    if !(value >= low && value <= high) {
        return Err(ReadingError::Implausible(sign));
    }
    Ok(sign)
}

impl VitalSign {
    /// Outside the normal band.
    pub fn is_out_of_range(&self, value: f64) -> bool {
        self.normal.is_some_and(|(low, high)| !(value >= low && value <= high))
    }

    /// Its unit for whoever sent another one: as people write it and, where that is another text, as it is sent.
    fn unit_and_code(&self) -> (String, String) {
        let ((zh, en), code) = (unit_words(self.unit), self.unit);
        let with_code = |words: &str| if words == code { code.to_owned() } else { format!("{words} ({code})") };
        (with_code(zh), with_code(en))
    }

    /// The Chinese and the English word of a value whose number is only a code: "0 points" of responsiveness would read as coma.
    pub fn word(&self, value: f64) -> Option<(&'static str, &'static str)> {
        let mut levels = (0_i32..).zip(LEVELS).filter(|_| self.code == RESPONSIVENESS);
        levels.find(|(level, _)| (value - f64::from(*level)).abs() < 0.5).map(|(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        for v in ALL {
            assert!(v.plausible.0 < v.plausible.1, "{}", v.code);
            if let Some((low, high)) = v.normal {
                assert!(v.plausible.0 <= low && low < high && high <= v.plausible.1, "{}", v.code);
            }
            assert_eq!(ALL.iter().filter(|w| w.code == v.code).count(), 1);
        }
    }

    #[test]
    fn an_alert_resident_does_not_read_as_zero_points() {
        let word = |code, value| find(code).and_then(|sign| sign.word(value));
        assert_eq!(word(RESPONSIVENESS, 0.0), Some(("清醒", "Alert")));
        assert_eq!(word(RESPONSIVENESS, 4.0), Some(("无反应", "Unresponsive")));
        assert_eq!((word(RESPONSIVENESS, 5.0), word("9269-2", 4.0)), (None, None));
    }

    #[test]
    fn no_code_of_a_unit_is_in_the_words_to_a_nurse() {
        for v in ALL {
            let refused = ReadingError::Implausible(v);
            for words in [refused.zh(), refused.to_string()] {
                assert!(!["[", "{", "Cel", "m2", "umol"].iter().any(|code| words.contains(code)), "{words}");
            }
        }
        assert_eq!(ReadingError::Unit(&ALL[0]).zh(), "收缩压的单位应为 mmHg (mm[Hg])");
        assert_eq!(
            find(WEIGHT).map(|v| ReadingError::Unit(v).to_string()),
            Some("Body weight is recorded in kg".into())
        );
    }

    #[test]
    fn readings_are_checked() {
        assert_eq!(check("8480-6", "mm[Hg]", 172.0).map(|s| s.is_out_of_range(172.0)), Ok(true));
        assert!(matches!(check("8480-6", "kPa", 16.0), Err(ReadingError::Unit(_))));
        assert!(matches!(check("8480-6", "mm[Hg]", f64::NAN), Err(ReadingError::Implausible(_))));
        let implausible = check("8480-6", "mm[Hg]", 1720.0).unwrap_err();
        assert_eq!(implausible.zh(), "收缩压应在 50 至 280 mmHg 之间，请核对");
        assert!(implausible.to_string().starts_with("Systolic blood pressure is possible between 50 and 280 mmHg;"));
        assert!(matches!(check("0-0", "1", 1.0), Err(ReadingError::UnknownCode(_))));
    }
}
