//! Known allergies against each drug and its group. A reaction to the drug or its group blocks; a reaction in a related group blocks when it was severe
//! and else needs the prescriber's reason, one step less where the data calls such a reaction rare. An allergy that cannot be placed is `not_covered`, never `clear`.

use super::{by_rule, clear_if_silent, finding};
use crate::formulary::{AllergyGroup, Drug};
use crate::records::{AllergyRecord, AllergySeverity};
use crate::safety::check::Case;
use crate::safety::course::Course;
use crate::safety::knowledge::{Ingredient, IngredientAt, Knowledge, Rule as _};
use crate::safety::{Finding, FindingKind, Outcome, Severity};

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

pub(super) fn allergy(case: &Case<'_>, out: &mut Vec<Finding>) {
    let source = case.source();
    if !case.resident.allergies_asked {
        out.push(finding(
            KIND,
            Outcome::InputMissing,
            Severity::HardStop,
            None,
            ("过敏史尚未询问".into(), "Nobody has asked about allergies yet".into()),
            source,
            ("请询问并记录过敏史，或说明理由", "Ask and record, or give a reason"),
        ));
    }
    for record in case.resident.allergies {
        let place = Place::of(record, case.knowledge);
        let mut unplaced = false;
        for line in case.lines() {
            let Some(drug) = line.drug else {
                out.push(unknown_drug(line.line().unwrap_or_default(), source));
                continue;
            };
            let no = line.line().unwrap_or_default();
            match compare(&place, line, drug, case.knowledge) {
                Match::Same => out.push(place.told(same(record, &place, drug, no, source), false)),
                Match::Related => out.push(place.told(related(record, &place, drug, no, source), true)),
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
                source,
                ("请自行核对", "Check it yourself"),
            ));
        }
    }
    clear_if_silent(out, KIND, "未发现与已知过敏冲突的药品", "No conflict with known allergies", source);
}

/// What an allergy is about, as far as the data can place it.
struct Place<'a> {
    /// As recorded, lower case.
    substance: String,
    /// For a reader of English: by its code, else as recorded.
    english: String,
    ingredient: Option<IngredientAt>,
    group: Option<&'a AllergyGroup>,
}

impl<'a> Place<'a> {
    /// By its code, else by an ingredient of that name, else by the words of a group.
    fn of(record: &AllergyRecord, knowledge: &'a Knowledge) -> Self {
        let substance = record.substance.trim().to_lowercase();
        let named = |i: &&Ingredient| i.name_zh == substance || i.name_en.to_lowercase() == substance;
        let ingredient = knowledge.ingredients().iter().find(named);
        let coded = record.group.as_deref().and_then(|key| knowledge.group(key));
        let of_ingredient = || ingredient.and_then(|i| i.allergy_groups.first()).and_then(|key| knowledge.group(key));
        let by_words = || knowledge.groups().find(|g| g.words.iter().any(|w| substance.contains(w.as_str())));
        let group = coded.or_else(of_ingredient).or_else(by_words);
        let english = knowledge.allergen_en(record).unwrap_or_else(|| record.substance.clone());
        Self { ingredient: ingredient.and_then(|i| knowledge.position(&i.key)), group, substance, english }
    }

    /// Whether a reaction in a related group is rare.
    fn rarely_crosses(&self) -> bool {
        self.group.is_some_and(|group| group.cross_is_rare)
    }

    /// The finding with the rule of the group that it comes from, and what is to know of it.
    fn told(&self, mut finding: Finding, related: bool) -> Finding {
        let Some(group) = self.group else { return finding };
        if related {
            finding.message_zh = format!("{}。{}", finding.message_zh, group.message_zh);
            finding.message_en = format!("{}. {}", finding.message_en, group.message_en);
        }
        let (source, source_en) = group.about().source;
        finding.source = source.to_owned();
        finding.source_en = Some(source_en.to_owned());
        by_rule(finding, group)
    }
}

fn compare(place: &Place<'_>, line: &Course<'_>, drug: &Drug, knowledge: &Knowledge) -> Match {
    let names = [drug.name_zh.to_lowercase(), drug.name_en.to_lowercase()];
    let by_name = !place.substance.is_empty() && names.iter().any(|n| n.contains(&place.substance));
    if by_name || line.parts.iter().any(|p| Some(p.at) == place.ingredient) {
        return Match::Same;
    }
    let of_parts = line.parts.iter().flat_map(|p| &knowledge.ingredient(p.at).allergy_groups);
    let mut groups = of_parts.chain(&drug.allergy_group);
    match place.group {
        None if place.ingredient.is_some() => Match::No,
        None => Match::Unplaced,
        Some(group) if groups.clone().any(|key| *key == group.key) => Match::Same,
        Some(group) if groups.any(|key| group.cross.contains(key)) => Match::Related,
        Some(_) => Match::No,
    }
}

fn same(record: &AllergyRecord, place: &Place<'_>, drug: &Drug, no: u16, source: (&str, &str)) -> Finding {
    finding(
        KIND,
        Outcome::Alert,
        Severity::Block,
        Some(no),
        (
            format!("对{}过敏（{}），不能使用{}", record.substance, record.reaction, drug.name_zh),
            format!("Allergic to {} ({}): {} cannot be used", place.english, record.reaction, drug.name_en),
        ),
        source,
        ("请换用其他类别的药品", "Choose a drug of another class"),
    )
}

fn related(record: &AllergyRecord, place: &Place<'_>, drug: &Drug, no: u16, source: (&str, &str)) -> Finding {
    let severity = match (record.severity == AllergySeverity::Severe, place.rarely_crosses()) {
        (true, false) => Severity::Block,
        (true, true) | (false, false) => Severity::HardStop,
        (false, true) => Severity::Warn,
    };
    let action = match severity {
        Severity::Block => ("请换用其他类别的药品", "Choose a drug of another class"),
        Severity::HardStop => ("请换用其他类别的药品，或说明理由", "Choose a drug of another class, or give a reason"),
        _ => ("首次用药后请观察", "Watch the resident after the first dose"),
    };
    finding(
        KIND,
        Outcome::Alert,
        severity,
        Some(no),
        (
            format!("对{}过敏（{}），{}可能交叉过敏", record.substance, record.reaction, drug.name_zh),
            format!("Allergic to {} ({}): {} may cross-react", place.english, record.reaction, drug.name_en),
        ),
        source,
        action,
    )
}

fn unknown_drug(no: u16, source: (&str, &str)) -> Finding {
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
