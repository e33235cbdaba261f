//! What the law says about remote prescriptions: first visit in person, controlled classes, validity, lines, decoction, long supply.

use super::{clear_if_silent, finding};
use crate::eligibility::{Label, Missing, Standing, standing};
use crate::formulary::{Banned, Formulary};
use crate::policy::Policy;
use crate::records::Supply;
use crate::safety::{Draft, Finding, FindingKind, Outcome, ResidentFacts, Severity};
use jiff::Timestamp;

const FOLLOW_UP: (&str, &str) = (
    "互联网诊疗管理办法（试行）：仅限常见病、慢性病复诊",
    "Measures for the Administration of Internet Diagnosis and Treatment (trial): follow-up of common and chronic diseases only",
);
const JOINT: (&str, &str) = (
    "互联网诊疗管理办法（试行）：患者在实体医疗机构、由其他医师在场陪同时的远程会诊",
    "Measures for the Administration of Internet Diagnosis and Treatment (trial): consultation with another doctor present beside the patient",
);
const CONTROLLED: (&str, &str) = (
    "互联网诊疗监管细则（试行）：特殊管理药品不得在线开具",
    "Rules for the Supervision of Internet Diagnosis and Treatment (trial): controlled drugs are not prescribed online",
);
const PRESCRIPTION_RULES: (&str, &str) = ("处方管理办法", "Prescription Administration Measures");
const LONG_RULES: (&str, &str) =
    ("长期处方管理规范（试行）", "Specification for the Management of Long-Term Prescriptions (trial)");

/// Seen in person for the diagnosis by the prescriber's hospital, or together with the home's own doctor where that is allowed.
pub(crate) fn eligibility(
    draft: &Draft,
    resident: &ResidentFacts<'_>,
    formulary: &Formulary,
    now: Timestamp,
    out: &mut Vec<Finding>,
) {
    let kind = FindingKind::Eligibility;
    let code = draft.diagnosis_code.as_str();
    let label = Label::of(formulary, code);
    match standing(resident.eligibility, code, resident.hospital, Policy::local_date(now)) {
        Standing::Eligible(_) => {}
        Standing::Missing(missing) => {
            let input = matches!(missing, Missing::Diagnosis | Missing::Hospital);
            // The exception replaces the visit, not the diagnosis or the prescriber's hospital.
            if let (Some(doctor), false) = (resident.present_doctor, input) {
                let words = (
                    format!("会诊例外：机构执业医师{doctor}在场；{}", missing.words(&label).0),
                    format!("Joint consultation: the home's doctor {doctor} is present. {}", missing.words(&label).1),
                );
                let action = ("请在病历中写明例外理由", "Say in the note why the exception applies");
                out.push(finding(kind, Outcome::Alert, Severity::Warn, None, words, JOINT, action));
                return;
            }
            let outcome = if input { Outcome::InputMissing } else { Outcome::Alert };
            out.push(finding(kind, outcome, Severity::Block, None, missing.words(&label), FOLLOW_UP, missing.action()));
        }
    }
    clear_if_silent(out, kind, "已有该诊断的线下初诊记录", "Seen in person for this diagnosis", FOLLOW_UP);
}

/// Controlled classes are never prescribed remotely; a drug that nobody knows might be one.
pub(crate) fn banned(
    draft: &Draft,
    resident: &ResidentFacts<'_>,
    formulary: &Formulary,
    policy: &Policy,
    out: &mut Vec<Finding>,
) {
    let kind = FindingKind::Banned;
    for item in &draft.items {
        let Some(drug) = formulary.drug(&item.drug_id) else {
            out.push(finding(
                kind,
                Outcome::NotCovered,
                Severity::Block,
                Some(item.no),
                (
                    "药品目录中没有这个药品，无法核查管制类别".into(),
                    "This drug is not in the formulary; whether it is controlled cannot be checked".into(),
                ),
                CONTROLLED,
                ("请从药品目录中选择", "Choose a drug of the formulary"),
            ));
            continue;
        };
        let (zh, en) = match drug.banned {
            Banned::None => continue,
            Banned::Narcotic => ("麻醉药品", "a narcotic"),
            Banned::Psychotropic => ("精神药品", "a psychotropic"),
            Banned::Toxic => ("医疗用毒性药品", "a toxic drug"),
            Banned::Radioactive => ("放射性药品", "a radioactive drug"),
        };
        out.push(finding(
            kind,
            Outcome::Alert,
            Severity::Block,
            Some(item.no),
            (
                format!("{}属于{zh}，不得远程开具", drug.name_zh),
                format!("{} is {en} and cannot be prescribed remotely", drug.name_en),
            ),
            CONTROLLED,
            ("请删除该药品，需要时转线下就诊", "Remove it; refer the resident in person if it is needed"),
        ));
    }
    if u32::from(resident.age) < policy.guardian_below_years {
        out.push(finding(
            kind,
            Outcome::InputMissing,
            Severity::HardStop,
            None,
            ("低龄患者须有监护人在场".into(), "A guardian must be present for a child of this age".into()),
            CONTROLLED,
            ("请记录在场的监护人", "Record the guardian who is present"),
        ));
    }
    clear_if_silent(out, kind, "无特殊管理药品", "No controlled drug", CONTROLLED);
}

/// Valid on the day of signing, extended to the cap at most.
pub(crate) fn validity(draft: &Draft, policy: &Policy, out: &mut Vec<Finding>) {
    let kind = FindingKind::Validity;
    let cap = policy.validity_days;
    if draft.valid_days == 0 || u32::from(draft.valid_days) > cap {
        out.push(finding(
            kind,
            Outcome::Alert,
            Severity::Block,
            None,
            (
                format!("处方有效期须为 1 至 {cap} 天，现为 {} 天", draft.valid_days),
                format!("A prescription is valid for 1 to {cap} days; this says {}", draft.valid_days),
            ),
            PRESCRIPTION_RULES,
            ("请修改有效期", "Change the validity"),
        ));
    }
    clear_if_silent(out, kind, "有效期在允许范围内", "Validity is within the cap", PRESCRIPTION_RULES);
}

/// At least one line, not more than the cap, no drug twice.
pub(crate) fn items(draft: &Draft, formulary: &Formulary, policy: &Policy, out: &mut Vec<Finding>) {
    let kind = FindingKind::Items;
    let cap = policy.items as usize;
    // A decoction is one remedy of many pieces; the cap counts drugs.
    let counted = draft.items.iter().filter(|i| !formulary.drug(&i.drug_id).is_some_and(|d| d.decoction)).count();
    if draft.items.is_empty() {
        out.push(finding(
            kind,
            Outcome::InputMissing,
            Severity::Block,
            None,
            ("处方中还没有药品".into(), "There is no drug on the prescription yet".into()),
            PRESCRIPTION_RULES,
            ("请添加药品", "Add a drug"),
        ));
    } else if counted > cap {
        out.push(finding(
            kind,
            Outcome::Alert,
            Severity::Block,
            None,
            (
                format!("每张处方不得超过 {cap} 种药品，现为 {counted} 种"),
                format!("A prescription has at most {cap} drugs; this has {counted}"),
            ),
            PRESCRIPTION_RULES,
            ("请拆分为两张处方", "Split it into two prescriptions"),
        ));
    }
    for (index, item) in draft.items.iter().enumerate() {
        if let Some(earlier) = draft.items[..index].iter().find(|i| i.drug_id == item.drug_id) {
            out.push(finding(
                kind,
                Outcome::Alert,
                Severity::HardStop,
                Some(item.no),
                (format!("与第 {} 行是同一药品", earlier.no), format!("The same drug as on line {}", earlier.no)),
                PRESCRIPTION_RULES,
                ("请合并为一行，或说明理由", "Make one line of both, or give a reason"),
            ));
        }
    }
    clear_if_silent(out, kind, "药品种数符合规定", "The number of drugs is within the cap", PRESCRIPTION_RULES);
}

/// Decoction pieces are on a prescription of their own.
pub(crate) fn decoction(draft: &Draft, formulary: &Formulary, out: &mut Vec<Finding>) {
    let kind = FindingKind::Decoction;
    let (mut pieces, mut others) = (None, false);
    for item in &draft.items {
        match formulary.drug(&item.drug_id) {
            Some(drug) if drug.decoction => pieces = pieces.or(Some(item.no)),
            Some(_) => others = true,
            // Unknown drugs are blocked by the rule on controlled classes.
            None => {}
        }
    }
    if let (Some(no), true) = (pieces, others) {
        out.push(finding(
            kind,
            Outcome::Alert,
            Severity::Block,
            Some(no),
            ("中药饮片须单独开具处方".into(), "Decoction pieces need a prescription of their own".into()),
            PRESCRIPTION_RULES,
            ("请将饮片移到另一张处方", "Move the pieces to another prescription"),
        ));
    }
    clear_if_silent(out, kind, "饮片与其他药品未混开", "No mixing of decoction pieces with others", PRESCRIPTION_RULES);
}

/// A long prescription excludes anti-infectives and drugs of special storage.
pub(crate) fn long_exclusion(draft: &Draft, formulary: &Formulary, out: &mut Vec<Finding>) {
    let kind = FindingKind::LongExclusion;
    if draft.supply == Supply::Chronic {
        for item in &draft.items {
            let Some(drug) = formulary.drug(&item.drug_id) else { continue };
            let (zh, en) = match (drug.anti_infective, drug.cold_chain) {
                (true, _) => ("抗菌药物", "an anti-infective"),
                (_, true) => ("须冷藏储存的药品", "a drug of cold storage"),
                _ => continue,
            };
            out.push(finding(
                kind,
                Outcome::Alert,
                Severity::Block,
                Some(item.no),
                (
                    format!("{}是{zh}，不能开具长期处方", drug.name_zh),
                    format!("{} is {en} and is excluded from a long prescription", drug.name_en),
                ),
                LONG_RULES,
                ("请改开普通处方", "Write an ordinary prescription for it"),
            ));
        }
    }
    clear_if_silent(out, kind, "无长期处方除外药品", "Nothing that a long prescription excludes", LONG_RULES);
}
