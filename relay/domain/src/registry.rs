//! The registry of residents: what is said of a person, taken as legal values or refused with every field that is wrong. The same check stands behind the
//! form, the CSV file and the FHIR bundle. Not here: who may say it (access), where it is kept (store).

pub mod csv;
pub mod difference;
pub mod duplicates;
pub mod fhir;
pub mod import;
pub mod open_work;
pub mod pinyin;

use crate::checked::text::{self, TextError};
use crate::checked::{IdNumber, IdNumberError};
use crate::early_warning::OxygenScale;
use crate::formulary::{DrugId, Formulary};
use crate::ids::{HomeId, ResidentId};
use crate::records::{AllergyRecord, AllergySeverity, Condition, Contact, Medicine, Resident, Sex};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What stands for a bed until somebody gives one; the only one that several residents of a home can have.
pub const NO_BED: &str = "待分配";
/// Nobody on record grew older than 122.
const OLDEST_YEARS: i16 = 122;
/// Lines of one list.
const MOST_LINES: usize = 60;

/// What is said of a resident, as typed. Sex and birth date follow from the identity number; when given they must agree with it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResidentInput)]
pub struct Input {
    /// Real name, rare characters as they are written.
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// Initials for search; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinyin: Option<String>,
    /// `male` or `female`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// ISO 8601 day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Room and bed.
    #[schema(min_length = 1, max_length = 20)]
    pub bed: String,
    /// Eighteen characters; absent in a change: stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Family and other contacts.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// Decides where the resident cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surrogate: Option<Contact>,
    /// Known allergies.
    #[serde(default)]
    pub allergies: Vec<AllergyInput>,
    /// Somebody asked about allergies: an empty list means there are none.
    #[serde(default)]
    pub allergies_asked: bool,
    /// Diagnoses by their code in the catalogue.
    #[serde(default)]
    pub conditions: Vec<ConditionInput>,
    /// Medicines in hand.
    #[serde(default)]
    pub medicines: Vec<MedicineInput>,
    /// `scale1`, or `scale2` where a physician has set a target of 88–92 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oxygen_scale: Option<String>,
}

/// An allergy as typed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllergyInput {
    /// In words.
    #[schema(min_length = 1, max_length = 60)]
    pub substance: String,
    /// Group of the formulary, when somebody coded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What happened.
    #[serde(default)]
    pub reaction: String,
    /// `mild`, `moderate` or `severe`.
    pub severity: String,
}

/// A diagnosis as typed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionInput {
    /// ICD-10 of the catalogue.
    pub code: String,
    /// Since which day.
    #[schema(format = Date)]
    pub since: String,
}

/// A medicine as typed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MedicineInput {
    /// Drug of the formulary, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<String>,
    /// Name; that of the drug when absent.
    #[serde(default)]
    pub name: String,
    /// Dose in words.
    #[serde(default)]
    pub dose_text: String,
    /// Since which day.
    #[schema(format = Date)]
    pub since: String,
}

/// One field that cannot be taken, in both languages. Never repeats what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// Where, e.g. `conditions[0].code`.
    pub path: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Fault {
    /// Makes one.
    pub fn new(path: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { path: path.into(), zh: zh.into(), en: en.into() }
    }

    fn text(path: &str, error: TextError) -> Self {
        Self::new(path, error.zh(), error.to_string())
    }
}

/// What of the record does not come from the form.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Identifier.
    pub id: ResidentId,
    /// Lives in.
    pub home_id: HomeId,
    /// Version the record will have.
    pub version: i64,
    /// The number on record, for a change that does not repeat it.
    pub id_number: Option<IdNumber>,
    /// Path of a portrait.
    pub photo_url: Option<String>,
}

impl Frame {
    /// Of somebody new.
    pub const fn new(id: ResidentId, home_id: HomeId) -> Self {
        Self { id, home_id, version: 1, id_number: None, photo_url: None }
    }

    /// Of somebody known: one version on.
    pub fn next(known: &Resident) -> Self {
        Self {
            id: known.id,
            home_id: known.home_id,
            version: known.version + 1,
            id_number: Some(known.id_number.clone()),
            photo_url: known.photo_url.clone(),
        }
    }
}

/// Takes what was typed as a record, or names every field that is wrong.
pub fn check(input: &Input, frame: Frame, formulary: &Formulary, today: Date) -> Result<Resident, Vec<Fault>> {
    let mut check = Check { faults: Vec::new(), formulary, today, born: None };
    let name = check.take("name", text::name(&input.name));
    let bed = check.take("bed", text::line(&input.bed, 20));
    let id_number = check.id_number(input, &frame);
    check.born = id_number.as_ref().map(IdNumber::birth_date);
    check.birth_date(input);
    check.sex(input, id_number.as_ref());
    let pinyin = check.pinyin(input.pinyin.as_deref(), &name);
    let contacts = check.list("contacts", &input.contacts, Check::contact);
    let surrogate = input.surrogate.as_ref().map(|s| check.contact("surrogate", s));
    let allergies = check.list("allergies", &input.allergies, Check::allergy);
    let conditions = check.list("conditions", &input.conditions, Check::condition);
    let medicines = check.list("medicines", &input.medicines, Check::medicine);
    let oxygen_scale = check.oxygen_scale(input.oxygen_scale.as_deref());
    let Some(id_number) = id_number.filter(|_| check.faults.is_empty()) else { return Err(check.faults) };
    Ok(Resident {
        id: frame.id,
        version: frame.version,
        home_id: frame.home_id,
        name: name.into(),
        pinyin,
        sex: id_number.sex(),
        birth_date: id_number.birth_date(),
        bed,
        id_number,
        contacts,
        surrogate,
        // Who writes an allergy down has asked.
        allergies_asked: input.allergies_asked || !allergies.is_empty(),
        allergies,
        conditions: conditions.into_iter().flatten().collect(),
        medicines: medicines.into_iter().flatten().collect(),
        oxygen_scale,
        photo_url: frame.photo_url,
        merged_into: None,
    })
}

struct Check<'a> {
    faults: Vec<Fault>,
    formulary: &'a Formulary,
    today: Date,
    born: Option<Date>,
}

impl Check<'_> {
    fn fault(&mut self, path: &str, zh: &str, en: &str) {
        self.faults.push(Fault::new(path, zh, en));
    }

    fn take(&mut self, path: &str, taken: Result<String, TextError>) -> String {
        taken.unwrap_or_else(|error| {
            self.faults.push(Fault::text(path, error));
            String::new()
        })
    }

    fn id_number(&mut self, input: &Input, frame: &Frame) -> Option<IdNumber> {
        let typed = input.id_number.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let Some(typed) = typed else {
            if frame.id_number.is_none() {
                self.fault("id_number", "请填写身份证号", "Please enter the identity number");
            }
            return frame.id_number.clone();
        };
        match IdNumber::parse(typed) {
            Ok(id) => {
                let ok = self.is_plausible_birth("id_number", id.birth_date());
                ok.then_some(id)
            }
            Err(error) => {
                let zh = match error {
                    IdNumberError::Form => "身份证号应为 17 位数字加一位数字或 X",
                    IdNumberError::BirthDate => "身份证号中的出生日期不存在",
                    IdNumberError::Checksum => "身份证号校验位不符，请核对是否输错",
                };
                self.fault("id_number", zh, &error.to_string());
                None
            }
        }
    }

    fn is_plausible_birth(&mut self, path: &str, born: Date) -> bool {
        if born > self.today {
            self.fault(path, "出生日期在未来", "The birth date is in the future");
        } else if self.today.year() - born.year() > OLDEST_YEARS {
            self.fault(path, "出生日期过早，请核对", "The birth date is too long ago; check it");
        } else {
            return true;
        }
        false
    }

    fn birth_date(&mut self, input: &Input) {
        let Some(typed) = input.birth_date.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return };
        let Some(date) = self.day("birth_date", typed) else { return };
        if self.is_plausible_birth("birth_date", date) && self.born.is_some_and(|born| born != date) {
            self.fault(
                "birth_date",
                "与身份证号中的出生日期不一致",
                "Differs from the birth date in the identity number",
            );
        }
    }

    fn sex(&mut self, input: &Input, id: Option<&IdNumber>) {
        let Some(typed) = input.sex.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return };
        match typed.parse::<Sex>() {
            Err(_) => self.fault("sex", "性别应为 male 或 female", "Sex is male or female"),
            Ok(sex) if id.is_some_and(|id| id.sex() != sex) => {
                self.fault("sex", "与身份证号中的性别不一致", "Differs from the sex in the identity number");
            }
            Ok(_) => {}
        }
    }

    fn pinyin(&mut self, typed: Option<&str>, name: &str) -> String {
        let Some(typed) = typed.map(str::trim).filter(|text| !text.is_empty()) else { return pinyin::initials(name) };
        let typed = typed.to_ascii_lowercase();
        if typed.len() <= 20 && typed.bytes().all(|b| b.is_ascii_lowercase()) {
            return typed;
        }
        self.fault("pinyin", "拼音首字母应为 1 至 20 个英文字母", "Initials are 1 to 20 letters a to z");
        String::new()
    }

    fn oxygen_scale(&mut self, typed: Option<&str>) -> OxygenScale {
        match typed.map(str::trim).filter(|text| !text.is_empty()).map(str::parse) {
            None => OxygenScale::Scale1,
            Some(Ok(scale)) => scale,
            Some(Err(_)) => {
                self.fault("oxygen_scale", "应为 scale1 或 scale2", "Is scale1 or scale2");
                OxygenScale::Scale1
            }
        }
    }

    fn list<I, O>(&mut self, path: &str, items: &[I], take: impl Fn(&mut Self, &str, &I) -> O) -> Vec<O> {
        if items.len() > MOST_LINES {
            self.fault(path, &format!("最多 {MOST_LINES} 行"), &format!("At most {MOST_LINES} lines"));
            return Vec::new();
        }
        items.iter().enumerate().map(|(i, item)| take(self, &format!("{path}[{i}]"), item)).collect()
    }

    fn contact(&mut self, path: &str, c: &Contact) -> Contact {
        Contact {
            name: self.take(&format!("{path}.name"), text::name(&c.name)),
            relation: self.take(&format!("{path}.relation"), text::line(&c.relation, 20)),
            phone: self.take(&format!("{path}.phone"), text::phone(&c.phone)),
        }
    }

    fn allergy(&mut self, path: &str, a: &AllergyInput) -> AllergyRecord {
        let group = a.group.as_deref().map(str::trim).filter(|g| !g.is_empty()).map(str::to_owned);
        if group.as_deref().is_some_and(|g| self.formulary.group(g).is_none()) {
            self.fault(&format!("{path}.group"), "过敏分类目录中没有这个编码", "There is no such group of allergens");
        }
        let severity = a.severity.trim().parse().unwrap_or_else(|_| {
            let (zh, en) = ("严重程度应为 mild、moderate 或 severe", "Severity is mild, moderate or severe");
            self.fault(&format!("{path}.severity"), zh, en);
            AllergySeverity::Severe
        });
        AllergyRecord {
            substance: self.take(&format!("{path}.substance"), text::line(&a.substance, 60)),
            group,
            reaction: self.take(&format!("{path}.reaction"), text::optional_line(&a.reaction, 200)),
            severity,
        }
    }

    fn condition(&mut self, path: &str, c: &ConditionInput) -> Option<Condition> {
        let known = self.formulary.diagnosis(c.code.trim());
        if known.is_none() {
            self.fault(&format!("{path}.code"), "诊断目录中没有这个编码", "There is no such diagnosis");
        }
        let since = self.since(&format!("{path}.since"), &c.since);
        let (known, since) = (known?, since?);
        let (display_zh, display_en) = (known.display_zh.clone(), known.display_en.clone());
        Some(Condition { code: known.code.clone(), display_zh, display_en, since })
    }

    fn medicine(&mut self, path: &str, m: &MedicineInput) -> Option<Medicine> {
        let drug_id = m.drug_id.as_deref().map(str::trim).filter(|d| !d.is_empty()).map(|d| DrugId(d.to_owned()));
        let drug = drug_id.as_ref().map(|id| self.formulary.drug(id));
        if drug == Some(None) {
            self.fault(&format!("{path}.drug_id"), "药品目录中没有这个编码", "There is no such drug");
        }
        let name = match drug.flatten() {
            Some(drug) if m.name.trim().is_empty() => format!("{} {}", drug.name_zh, drug.strength),
            _ => self.take(&format!("{path}.name"), text::line(&m.name, 80)),
        };
        let dose_text = self.take(&format!("{path}.dose_text"), text::optional_line(&m.dose_text, 100));
        let since = self.since(&format!("{path}.since"), &m.since)?;
        Some(Medicine { drug_id, name, dose_text, since })
    }

    fn day(&mut self, path: &str, typed: &str) -> Option<Date> {
        let date = typed.parse().ok();
        if date.is_none() {
            let (zh, en) = no_date(typed);
            self.fault(path, zh, en);
        }
        date
    }

    /// A day of this person's life.
    fn since(&mut self, path: &str, typed: &str) -> Option<Date> {
        let date = self.day(path, typed.trim())?;
        if date > self.today {
            self.fault(path, "日期在未来", "The date is in the future");
            return None;
        }
        if self.born.is_some_and(|born| date < born) || self.today.year() - date.year() > OLDEST_YEARS {
            self.fault(path, "日期早于出生日期", "The date is before the birth date");
            return None;
        }
        Some(date)
    }
}

/// What is wrong with a text that is no date: its form, or that the calendar has no such day.
fn no_date(typed: &str) -> (&'static str, &'static str) {
    let form = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if typed.len() == 10 && typed.bytes().enumerate().all(form) {
        ("没有这一天，请核对年、月、日", "There is no such day; check year, month and day")
    } else {
        ("日期应写作 2026-11-23 的形式", "A date is written as 2026-11-23")
    }
}

#[cfg(test)]
mod tests {
    use super::no_date;

    #[test]
    fn a_day_that_the_calendar_has_not_is_not_told_to_be_written_otherwise() {
        assert!(no_date("2010-02-30").0.contains("没有这一天"));
        for typed in ["2010/02/03", "2010-2-3", "去年", ""] {
            assert!(no_date(typed).0.contains("形式"), "{typed}");
        }
    }
}
