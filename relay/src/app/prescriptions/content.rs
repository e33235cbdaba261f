//! What was typed becomes legal values, or problems that name their field. Whether it is lawful is the findings' matter.

use yunzhen_domain::checked::Dose;
use yunzhen_domain::dosage::{Frequency, TaperStep, steps};
use yunzhen_domain::formulary::{Drug, english_unit};
use yunzhen_domain::records::{Assessment, Content, Item};
use yunzhen_domain::safety::{Draft, DraftItem, quantity};

use super::views;
use crate::app::views::prescribing::DraftStep;
use crate::app::work::{bounded, person_name, required};
use crate::app::{App, AppError, FieldError};

/// More lines than any prescription may have; beyond it the body is no draft but an attack.
const MOST_LINES: usize = 50;
/// More steps than anybody can follow.
const MOST_STEPS: usize = 12;
/// What is taken when needed is kept apart by no more than a day.
const HOURS_OF_A_DAY: u32 = 24;
/// More of anything than leaves a pharmacy at once.
const MOST_UNITS: u32 = 100_000;

/// The rules' view of what is written.
pub(super) fn draft_of(content: &Content) -> Draft {
    let items = content.items.iter().map(DraftItem::from).collect();
    let Content { diagnosis_code, supply, valid_days, assessment, .. } = content;
    Draft {
        diagnosis_code: diagnosis_code.clone(),
        supply: *supply,
        valid_days: *valid_days,
        items,
        assessed: assessment.is_some(),
    }
}

/// A whole draft.
pub(super) fn content(app: &App, input: views::PrescriptionDraft) -> Result<Content, AppError> {
    let code = input.diagnosis_code.trim();
    let mut wrong = Vec::new();
    if !code.is_empty() && app.formulary.diagnosis(code).is_none() {
        wrong.push(FieldError::new("diagnosis_code", "诊断目录中没有这个编码", "There is no such diagnosis"));
    }
    if input.valid_days == 0 {
        let en = "A prescription is valid for at least one day";
        wrong.push(FieldError::new("valid_days", "处方有效期至少为 1 天", en));
    }
    let items = match items(app, input.items) {
        Ok(items) => items,
        Err(AppError::Invalid(more)) => {
            wrong.extend(more);
            Vec::new()
        }
        Err(other) => return Err(other),
    };
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    let hard_stop_reason = match input.hard_stop_reason.as_deref().map(str::trim).filter(|r| !r.is_empty()) {
        Some(reason) => Some(bounded("hard_stop_reason", reason, 500)?.into()),
        None => None,
    };
    Ok(Content {
        diagnosis_code: code.to_owned(),
        supply: input.supply,
        // Anything above is refused by the rule on validity, whatever the policy says.
        valid_days: u8::try_from(input.valid_days).unwrap_or(u8::MAX),
        items,
        hard_stop_reason,
        assessment: input.assessment.map(assessment).transpose()?.map(Into::into),
    })
}

fn assessment(input: Assessment) -> Result<Assessment, AppError> {
    Ok(Assessment {
        assessed: required("assessment.assessed", &input.assessed, 500)?,
        result: required("assessment.result", &input.result, 500)?,
        confirmed_by: input.confirmed_by,
        confirmed_name: person_name("assessment.confirmed_name", &input.confirmed_name)?,
    })
}

/// The lines of a draft or a favourite, numbered from 1; every problem of every line at once.
pub(in crate::app) fn items(app: &App, lines: Vec<views::DraftItem>) -> Result<Vec<Item>, AppError> {
    if lines.len() > MOST_LINES {
        return Err(AppError::invalid("items", "药品行数过多", "Too many lines"));
    }
    let (mut items, mut wrong) = (Vec::with_capacity(lines.len()), Vec::new());
    for (no, (index, line)) in (1_u16..).zip(lines.into_iter().enumerate()) {
        match item(app, no, line) {
            Ok(item) => items.push(item),
            Err((field, zh, en)) => wrong.push(FieldError::new(format!("items[{index}].{field}"), zh, en)),
        }
    }
    if wrong.is_empty() { Ok(items) } else { Err(AppError::Invalid(wrong)) }
}

/// A field of the line, and what is wrong with it in both languages.
type Wrong = (String, String, String);

fn says(field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Wrong {
    (field.into(), zh.into(), en.into())
}

fn item(app: &App, no: u16, line: views::DraftItem) -> Result<Item, Wrong> {
    let unknown = || says("drug_id", "药品目录中没有这个药品", "This drug is not in the formulary");
    let drug = app.formulary.drug(&line.drug_id).ok_or_else(unknown)?;
    same_unit(drug, line.dose_unit.as_deref())?;
    let dose = dose("dose", line.dose)?;
    let days = days("days", line.days)?;
    let taper = taper(&line, dose, days)?;
    if line.instruction.chars().count() > 200 {
        return Err(says("instruction", "最多 200 个字", "At most 200 characters"));
    }
    let most_per_day = most_per_day(app, &line)?;
    let hours_apart = hours_apart(&line)?;
    let computed = quantity(&steps(dose, line.frequency, days, &taper), drug.doses_per_unit);
    Ok(Item {
        no,
        quantity: supplied(drug, computed, line.quantity)?,
        drug_id: line.drug_id,
        dose,
        frequency: line.frequency,
        route: line.route,
        days,
        taper,
        most_per_day,
        hours_apart,
        instruction: line.instruction,
        substitution: line.substitution,
    })
}

/// A dose that was meant in another unit is another dose.
fn same_unit(drug: &Drug, typed: Option<&str>) -> Result<(), Wrong> {
    let unit = drug.dose_unit();
    match typed.map(str::trim) {
        Some(typed) if typed != unit => {
            let zh = format!("{}的剂量单位是“{unit}”，不是“{typed}”；请换算后填写", drug.name_zh);
            let (of, named) = (&drug.name_en, english_unit(unit));
            let en = format!("The dose of {of} is given in {named}, not in {}: convert it", english_unit(typed));
            Err(says("dose_unit", zh, en))
        }
        _ => Ok(()),
    }
}

fn dose(field: &str, typed: f64) -> Result<Dose, Wrong> {
    Dose::try_from(typed).map_err(|e| says(field, "剂量须大于 0、不超过 100000，最多三位小数", e.to_string()))
}

fn days(field: &str, typed: u32) -> Result<u16, Wrong> {
    if typed == 0 {
        return Err(says(field, "用药天数至少为 1 天", "A medicine is given for at least one day"));
    }
    u16::try_from(typed).map_err(|_| says(field, "天数过大", "Too many days"))
}

/// The steps of a dose that changes: the line itself says the first of them and the days of all.
fn taper(line: &views::DraftItem, first: Dose, all_days: u16) -> Result<Vec<TaperStep>, Wrong> {
    if line.taper.is_empty() {
        return Ok(Vec::new());
    }
    if line.taper.len() < 2 || line.taper.len() > MOST_STEPS {
        let zh = format!("剂量调整须为 2 至 {MOST_STEPS} 步");
        return Err(says("taper", zh, format!("A dose that changes has 2 to {MOST_STEPS} steps")));
    }
    let mut steps = Vec::with_capacity(line.taper.len());
    for (index, &DraftStep { dose: typed, frequency, days: lasting }) in line.taper.iter().enumerate() {
        let at = |field: &str| format!("taper[{index}].{field}");
        if frequency == Frequency::Prn {
            let en = "A step cannot be taken when needed: nobody could say how long it lasts";
            return Err(says(at("frequency"), "分步用药不能为“必要时”，否则无法确定每一步何时结束", en));
        }
        if lasting == 0 {
            return Err(says(at("days"), "每一步至少 1 天", "A step lasts at least one day"));
        }
        steps.push(TaperStep { dose: dose(&at("dose"), typed)?, frequency, days: days(&at("days"), lasting)? });
    }
    let sum: u32 = steps.iter().map(|step| u32::from(step.days)).sum();
    if sum != u32::from(all_days) {
        let zh = format!("各步共 {sum} 天，与用药天数 {all_days} 天不符");
        return Err(says("days", zh, format!("The steps come to {sum} days, the line says {all_days}")));
    }
    if steps[0].dose != first || steps[0].frequency != line.frequency {
        let en = "Dose and frequency of the line are those of its first step";
        return Err(says("taper", "本行的剂量和频次须与第一步相同", en));
    }
    Ok(steps)
}

/// What is taken when needed may say how often at most; nothing else may, since its frequency says it.
fn most_per_day(app: &App, line: &views::DraftItem) -> Result<Option<u32>, Wrong> {
    let Some(most) = line.most_per_day else { return Ok(None) };
    if line.frequency != Frequency::Prn {
        let en = "Only what is taken when needed has a limit of times a day";
        return Err(says("most_per_day", "只有必要时使用的药品才填写每日最多次数", en));
    }
    let all = app.policy.when_needed_doses_per_day;
    if !(1..=all).contains(&most) {
        let zh = format!("每日最多次数为 1 至 {all}");
        return Err(says("most_per_day", zh, format!("The limit is 1 to {all} times a day")));
    }
    Ok(Some(most))
}

/// The same of the least hours from one time to the next.
fn hours_apart(line: &views::DraftItem) -> Result<Option<u32>, Wrong> {
    let Some(hours) = line.hours_apart else { return Ok(None) };
    if line.frequency != Frequency::Prn {
        let en = "Only what is taken when needed has hours from one time to the next";
        return Err(says("hours_apart", "只有必要时使用的药品才填写最短间隔", en));
    }
    if !(1..=HOURS_OF_A_DAY).contains(&hours) {
        let zh = format!("最短间隔为 1 至 {HOURS_OF_A_DAY} 小时");
        return Err(says("hours_apart", zh, format!("It is 1 to {HOURS_OF_A_DAY} hours from one time to the next")));
    }
    Ok(Some(hours))
}

/// What leaves the pharmacy. Without a way to compute it and without a number, 0 says so and the checks ask for it.
fn supplied(drug: &Drug, computed: Option<u32>, typed: Option<u32>) -> Result<u32, Wrong> {
    match (computed, typed) {
        (Some(needed), Some(given)) if given != needed => {
            let unit = &drug.unit;
            let zh = format!("总量 {given} {unit} 与剂量、频次和天数不符，应为 {needed} {unit}");
            let en = format!("The quantity of {given} is not what dose, frequency and days come to: {needed}");
            Err(says("quantity", zh, en))
        }
        (None, Some(given)) if given > MOST_UNITS => {
            let zh = format!("总量最多 {MOST_UNITS}");
            Err(says("quantity", zh, format!("The quantity is at most {MOST_UNITS}")))
        }
        (computed, typed) => Ok(typed.or(computed).unwrap_or(0)),
    }
}
