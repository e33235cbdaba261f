//! Known allergies against each drug and its group. A reaction to the drug or its group blocks; a reaction in a related group blocks when it was severe
//! and else needs the prescriber's reason. An allergy that cannot be placed is `not_covered`, never `clear`.

use super::{clear_if_silent, finding};
use crate::formulary::{Drug, Formulary};
use crate::records::{AllergyRecord, AllergySeverity};
use crate::safety::{Draft, Finding, FindingKind, Outcome, ResidentFacts, Severity};

const KIND: FindingKind = FindingKind::Allergy;

enum Match {
    /// The drug itself or its group.
    Same,
    /// A group in which a reaction is possible as well.
    Related,
    No,
    /// The record says a substance that no word of the data places.
    Unplaced,
}

pub(crate) fn allergy(draft: &Draft, resident: &ResidentFacts<'_>, formulary: &Formulary, out: &mut Vec<Finding>) {
    let source = format!("药品目录 {}", formulary.version());
    if !resident.allergies_asked {
        out.push(finding(
            KIND,
            Outcome::InputMissing,
            Severity::HardStop,
            None,
            ("过敏史尚未询问".into(), "Nobody has asked about allergies yet".into()),
            &source,
            ("请询问并记录过敏史，或说明理由", "Ask and record, or give a reason"),
        ));
    }
    for record in resident.allergies {
        let mut unplaced = false;
        for item in &draft.items {
            let Some(drug) = formulary.drug(&item.drug_id) else {
                out.push(unknown_drug(item.no, &source));
                continue;
            };
            match compare(record, drug, formulary) {
                Match::Same => out.push(same(record, drug, item.no, &source)),
                Match::Related => out.push(related(record, drug, item.no, &source)),
                Match::Unplaced => unplaced = true,
                Match::No => {}
            }
        }
        if unplaced {
            out.push(finding(
                KIND,
                Outcome::NotCovered,
                Severity::Warn,
                None,
                (
                    format!("过敏原“{}”不在知识库中，系统未核查", record.substance),
                    format!("The allergen \"{}\" is not in the knowledge base and was not checked", record.substance),
                ),
                &source,
                ("请自行核对", "Check it yourself"),
            ));
        }
    }
    clear_if_silent(out, KIND, "未发现与已知过敏冲突的药品", "No conflict with known allergies", &source);
}

fn compare(record: &AllergyRecord, drug: &Drug, formulary: &Formulary) -> Match {
    let substance = record.substance.trim().to_lowercase();
    let names = [drug.name_zh.to_lowercase(), drug.name_en.to_lowercase()];
    if !substance.is_empty() && names.iter().any(|n| n.contains(&substance)) {
        return Match::Same;
    }
    let coded = record.group.as_deref().and_then(|key| formulary.group(key));
    let group = coded.or_else(|| formulary.groups().find(|g| g.words.iter().any(|w| substance.contains(w.as_str()))));
    match (group, &drug.allergy_group) {
        (None, _) => Match::Unplaced,
        (Some(group), Some(of_drug)) if group.key == *of_drug => Match::Same,
        (Some(group), Some(of_drug)) if group.cross.contains(of_drug) => Match::Related,
        (Some(_), _) => Match::No,
    }
}

fn same(record: &AllergyRecord, drug: &Drug, no: u16, source: &str) -> Finding {
    finding(
        KIND,
        Outcome::Alert,
        Severity::Block,
        Some(no),
        (
            format!("对{}过敏（{}），不能使用{}", record.substance, record.reaction, drug.name_zh),
            format!("Allergic to {} ({}): {} cannot be used", record.substance, record.reaction, drug.name_en),
        ),
        source,
        ("请换用其他类别的药品", "Choose a drug of another class"),
    )
}

fn related(record: &AllergyRecord, drug: &Drug, no: u16, source: &str) -> Finding {
    let severity = if record.severity == AllergySeverity::Severe { Severity::Block } else { Severity::HardStop };
    let action = if severity == Severity::Block {
        ("请换用其他类别的药品", "Choose a drug of another class")
    } else {
        ("请换用其他类别的药品，或说明理由", "Choose a drug of another class, or give a reason")
    };
    finding(
        KIND,
        Outcome::Alert,
        severity,
        Some(no),
        (
            format!("对{}过敏（{}），{}可能交叉过敏", record.substance, record.reaction, drug.name_zh),
            format!("Allergic to {} ({}): {} may cross-react", record.substance, record.reaction, drug.name_en),
        ),
        source,
        action,
    )
}

fn unknown_drug(no: u16, source: &str) -> Finding {
    finding(
        KIND,
        Outcome::NotCovered,
        Severity::Warn,
        Some(no),
        ("药品目录中没有这个药品，未核查过敏".into(), "Not in the formulary: allergies were not checked".into()),
        source,
        ("请从药品目录中选择", "Choose a drug of the formulary"),
    )
}
