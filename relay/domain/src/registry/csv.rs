//! Residents as comma-separated values. The header names the columns, in Chinese or English, in any order; lists stand in one cell, separated by `;`.

use super::import::Entry;
use super::{AllergyInput, ConditionInput, Fault, Input, MedicineInput};
use crate::records::Contact;
use csv::{ReaderBuilder, StringRecord, Trim};

/// Columns by their two names.
const COLUMNS: &[(&str, &str)] = &[
    ("name", "姓名"),
    ("id_number", "身份证号"),
    ("bed", "床位"),
    ("sex", "性别"),
    ("birth_date", "出生日期"),
    ("pinyin", "拼音"),
    ("contact_name", "联系人"),
    ("contact_relation", "关系"),
    ("contact_phone", "联系电话"),
    ("allergies", "过敏"),
    ("conditions", "诊断"),
    ("medicines", "用药"),
];

/// Without these nobody can be registered.
const NEEDED: [&str; 3] = ["name", "id_number", "bed"];

/// What a cell says when somebody asked and there was nothing.
const NONE: [&str; 4] = ["无", "none", "None", "-"];

pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| unreadable())?.clone();
    let columns = columns(&header)?;
    let mut entries = Vec::new();
    for (index, record) in reader.records().enumerate() {
        // Beyond the bound the caller refuses the file; there is no need to read all of it.
        if entries.len() > super::import::MOST_ENTRIES {
            break;
        }
        let record = record.map_err(|_| unreadable())?;
        let line = record.position().map_or(index as u64 + 2, |at| line_of(text, at));
        if record.iter().all(str::is_empty) {
            continue;
        }
        let input = if record.len() == columns.len() {
            input(&columns, &record)
        } else {
            let (zh, en) = (
                format!("应有 {} 列，实有 {} 列", columns.len(), record.len()),
                format!("{} columns expected, {} found", columns.len(), record.len()),
            );
            Err(vec![Fault::new("", zh, en)])
        };
        entries.push(Entry { place: format!("line {line}"), input, readings: Vec::new(), ecgs: Vec::new() });
    }
    Ok(entries)
}

/// The line a record stands on: its position is before the empty lines above it.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let begin = usize::try_from(at.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let empty = begin.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    at.line() + empty as u64
}

fn unreadable() -> Fault {
    Fault::new("content", "不是 CSV 文件", "This is no CSV file")
}

fn columns(header: &StringRecord) -> Result<Vec<&'static str>, Fault> {
    let mut columns = Vec::new();
    for title in header {
        let known = COLUMNS.iter().find(|(en, zh)| title.eq_ignore_ascii_case(en) || title == *zh);
        let Some((name, _)) = known else {
            let title: String = title.chars().filter(|c| c.is_alphanumeric() || *c == '_').take(30).collect();
            return Err(Fault::new(
                "content",
                format!("没有“{title}”这一列"),
                format!("There is no column called {title}"),
            ));
        };
        if columns.contains(name) {
            return Err(Fault::new("content", format!("“{name}”列重复"), format!("The column {name} stands twice")));
        }
        columns.push(*name);
    }
    match NEEDED.iter().find(|needed| !columns.contains(needed)) {
        Some(absent) => {
            Err(Fault::new("content", format!("缺少“{absent}”列"), format!("The column {absent} is missing")))
        }
        None => Ok(columns),
    }
}

fn input(columns: &[&str], record: &StringRecord) -> Result<Input, Vec<Fault>> {
    let cell = |name: &str| columns.iter().position(|c| *c == name).and_then(|at| record.get(at)).unwrap_or_default();
    let given = |name: &str| Some(cell(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut faults = Vec::new();
    let contact = Contact {
        name: cell("contact_name").to_owned(),
        relation: cell("contact_relation").to_owned(),
        phone: cell("contact_phone").to_owned(),
    };
    let has_contact = !(contact.name.is_empty() && contact.relation.is_empty() && contact.phone.is_empty());
    let asked = !cell("allergies").is_empty();
    let allergies = lines(cell("allergies")).map(allergy).collect();
    let conditions = lines(cell("conditions")).enumerate().filter_map(|(i, text)| {
        let parts = text.split_once('@').map(|(code, since)| (code.trim(), since.trim()));
        if parts.is_none() {
            let (zh, en) = ("应写作 编码@日期，如 I10@2008-03-11", "Is written code@date, as I10@2008-03-11");
            faults.push(Fault::new(format!("conditions[{i}]"), zh, en));
        }
        parts.map(|(code, since)| ConditionInput { code: code.to_owned(), since: since.to_owned() })
    });
    let conditions = conditions.collect();
    let medicines = lines(cell("medicines")).enumerate().filter_map(|(i, text)| {
        let mut parts = text.splitn(3, '@').map(str::trim);
        let (drug, since, dose) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        if since.is_none() {
            let (zh, en) = ("应写作 药品@日期@用法", "Is written drug@date@dose");
            faults.push(Fault::new(format!("medicines[{i}]"), zh, en));
        }
        let (drug, since) = (drug?.to_owned(), since?.to_owned());
        // Codes of the formulary are ASCII; anything else is a name.
        let coded = drug.is_ascii();
        let (drug_id, name) = if coded { (Some(drug), String::new()) } else { (None, drug) };
        Some(MedicineInput { drug_id, name, dose_text: dose.to_owned(), since })
    });
    let medicines = medicines.collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Input {
        name: cell("name").to_owned(),
        pinyin: given("pinyin"),
        sex: given("sex").map(|sex| match sex.as_str() {
            "男" => "male".to_owned(),
            "女" => "female".to_owned(),
            _ => sex,
        }),
        birth_date: given("birth_date"),
        bed: cell("bed").to_owned(),
        id_number: given("id_number"),
        contacts: if has_contact { vec![contact] } else { Vec::new() },
        surrogate: None,
        allergies_asked: asked,
        allergies,
        conditions,
        medicines,
        oxygen_scale: None,
    })
}

fn lines(cell: &str) -> impl Iterator<Item = &str> {
    let cell = if NONE.contains(&cell) { "" } else { cell };
    cell.split([';', '；']).map(str::trim).filter(|line| !line.is_empty())
}

/// `青霉素`, `青霉素:皮疹`, `青霉素:皮疹:severe`; without a word on it a reaction is taken as severe until somebody says otherwise.
fn allergy(text: &str) -> AllergyInput {
    let mut parts = text.splitn(3, [':', '：']).map(str::trim);
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (substance, reaction, severity) = (next(), next(), next());
    let severity = match severity.as_str() {
        "" | "重" | "严重" => "severe".to_owned(),
        "中" | "中度" => "moderate".to_owned(),
        "轻" | "轻度" => "mild".to_owned(),
        _ => severity,
    };
    AllergyInput { substance, group: None, reaction, severity }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_chinese_says_what_it_says() {
        let text = "姓名,身份证号,床位,性别,过敏,诊断,用药,联系人,关系,联系电话\n\
                    \"𠮷田㛃\",330106194105061026,305-1,女,青霉素:皮疹;海鲜:瘙痒:轻,I10@2008-03-11;E11.9@2014-06-20,amlodipine-5mg@2019-04-02@5 mg 每日一次;中药汤剂@2020-01-01,吉明,儿子,13805710001\n\n\
                    赵二,1,305-2,男,无,,,,,\n短,行\n李三,2,3,,,I10,,,,\n";
        let entries = read(text).unwrap();
        let places: Vec<&str> = entries.iter().map(|e| e.place.as_str()).collect();
        assert_eq!(places, ["line 2", "line 4", "line 5", "line 6"]);
        let first = entries[0].input.as_ref().ok().unwrap();
        assert_eq!((first.name.as_str(), first.sex.as_deref()), ("𠮷田㛃", Some("female")));
        assert_eq!(first.allergies.iter().map(|a| a.severity.as_str()).collect::<Vec<_>>(), ["severe", "mild"]);
        assert_eq!(first.conditions[1].code, "E11.9");
        assert_eq!(
            (first.medicines[0].drug_id.as_deref(), first.medicines[1].name.as_str()),
            (Some("amlodipine-5mg"), "中药汤剂")
        );
        assert_eq!(first.contacts[0].relation, "儿子");
        let second = entries[1].input.as_ref().ok().unwrap();
        assert!(second.allergies_asked && second.allergies.is_empty() && second.contacts.is_empty());
        assert!(entries[2].input.as_ref().is_err_and(|f| f[0].en.contains("10 columns expected, 2 found")));
        assert!(entries[3].input.as_ref().is_err_and(|f| f[0].path == "conditions[0]"));
    }
}
