//! The safety engine on its own data: every rule keeps its word, nothing is checked on nothing, and what could not be checked says so.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use std::sync::LazyLock;
use yunzhen_domain::checked::Dose;
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::formulary::{DrugId, Formulary, FormularyError};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{AllergyRecord, AllergySeverity, Condition, Medicine, Sex, Supply};
use yunzhen_domain::runway::Lasts;
use yunzhen_domain::safety::{
    Draft, DraftItem, ExampleError, Finding, FindingKind as Kind, Hand, Knowledge, KnowledgeError, NothingLeft,
    Outcome, Reading, Readings, ResidentFacts, RuleFile, Running, Severity, Taken, check,
};

static FORMULARY: LazyLock<Formulary> = LazyLock::new(|| Formulary::demo().unwrap());

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn line(no: u16, drug: &str) -> DraftItem {
    DraftItem {
        no,
        drug_id: DrugId(drug.into()),
        dose: Dose::try_from(1.0).unwrap(),
        frequency: Frequency::Bid,
        route: Route::Oral,
        days: 7,
        taper: Vec::new(),
        most_per_day: None,
        quantity: 14,
    }
}

/// Warfarin of another prescription.
fn other(hand: Hand) -> Running {
    let item = line(1, "warfarin-2.5mg");
    Running { taken: Taken::from_the_first(&item), item, hand, rest: None, hours_apart: None }
}

fn draft(drugs: &[&str]) -> Draft {
    let items = drugs.iter().zip(1..).map(|(drug, no)| line(no, drug)).collect();
    Draft { diagnosis_code: "I10".into(), supply: Supply::Ordinary, valid_days: 1, items, assessed: false }
}

fn nobody() -> ResidentFacts<'static> {
    ResidentFacts {
        age: 82,
        sex: Sex::Female,
        allergies_asked: true,
        allergies: &[],
        conditions: &[],
        medicines: &[],
        running: &[],
        readings: Readings::default(),
        eligibility: &[],
        hospital: None,
        present_doctor: None,
    }
}

fn medicine(drug: Option<&str>, name: &str) -> Medicine {
    let drug_id = drug.map(|d| DrugId(d.into()));
    Medicine { drug_id, name: name.into(), dose_text: String::new(), since: date(2026, 1, 1) }
}

fn of(draft: &Draft, facts: &ResidentFacts<'_>) -> Vec<Finding> {
    check(draft, facts, &FORMULARY, &Policy::default(), now())
}

fn kind(all: &[Finding], kind: Kind) -> Vec<(Outcome, Severity, Option<u16>)> {
    all.iter().filter(|f| f.kind == kind).map(|f| (f.outcome, f.severity, f.item_no)).collect()
}

/// The kinds that rest on the safety data, other than allergies.
const OF_THE_DATA: [Kind; 8] = [
    Kind::Duplicate,
    Kind::Interaction,
    Kind::Dose,
    Kind::Renal,
    Kind::Elderly,
    Kind::Anticholinergic,
    Kind::Qt,
    Kind::Overlap,
];

#[test]
fn every_rule_finds_its_example_and_spares_the_other() {
    let rules = FORMULARY.knowledge().rules().count();
    assert_eq!(FORMULARY.prove_rules(now()), Ok(rules));
    assert!(rules >= 380, "{rules}");
}

#[test]
fn the_knowledge_is_as_large_as_was_promised() {
    let k = FORMULARY.knowledge();
    let with = |prefix: &str| k.rules().filter(|r| r.about().id.starts_with(prefix)).count();
    assert!(k.ingredients().len() >= 150, "{}", k.ingredients().len());
    assert!(with("ix-") >= 75, "{}", with("ix-"));
    assert!(with("renal-") >= 30 && with("max-") >= 120 && k.groups().count() >= 10);
    let elderly =
        k.rules().filter(|r| r.about().source.0.contains("STOPP") || r.about().id.starts_with("old-")).count();
    assert!(elderly >= 60, "{elderly}");
    assert_eq!(k.editions().len(), 7);
    assert!(k.editions().iter().all(|e| !e.version.is_empty() && e.entries > 0));
}

#[test]
fn a_rule_that_does_not_keep_its_word_is_found() {
    let broken = |from: &str, to: &str| {
        let mut files = Formulary::shipped_rules();
        let file = files.iter_mut().find(|f| f.text.contains(from)).unwrap();
        file.text = file.text.replacen(from, to, 1);
        let drugs = include_str!("../data/drugs.toml");
        Formulary::parse(drugs, include_str!("../data/diagnoses.toml"), &files).unwrap().prove_rules(now())
    };
    let missed = broken("a = [\"warfarin\"]\nb = [\"fluconazole\"]", "a = [\"warfarin\"]\nb = [\"itraconazole\"]");
    assert_eq!(missed, Err(ExampleError::Missed("ix-warfarin-fluconazole".into())));
    let spoke = broken(
        "a = [\"warfarin\"]\nb = [\"fluconazole\"]",
        "a = [\"warfarin\"]\nb = [\"fluconazole\", \"paracetamol\"]",
    );
    assert_eq!(spoke, Err(ExampleError::Spoke("ix-warfarin-fluconazole".into())));
}

/// A public system once went on answering "nothing found" after its data were gone. Here an empty, missing, cut or unreadable file is the end of the start.
#[test]
fn an_empty_cut_or_unreadable_file_stops_the_engine() {
    for at in 0..Formulary::shipped_rules().len() {
        let with = |change: &dyn Fn(&str) -> String| {
            let mut files = Formulary::shipped_rules();
            files[at].text = change(&files[at].text);
            (files[at].name.clone(), Knowledge::parse(&files).unwrap_err())
        };
        let (name, empty) = with(&|_| String::new());
        assert_eq!(empty, KnowledgeError::Empty(name.clone()));
        let (_, blank) = with(&|_| "  \n\n".into());
        assert_eq!(blank, KnowledgeError::Empty(name.clone()));
        let (_, no_rules) = with(&|_| "version = \"1\"\nentries = 0\n".into());
        assert_eq!(no_rules, KnowledgeError::Empty(name.clone()));
        let (_, comments) = with(&|_| "# nothing\n".into());
        assert!(matches!(comments, KnowledgeError::Malformed { .. }));
        let (_, unreadable) = with(&|text| format!("{}\u{0}{{", &text[..200]));
        assert!(matches!(unreadable, KnowledgeError::Malformed { .. }), "{name}: {unreadable}");
        // Cut at the end of an entry: what is left reads well, and is found out by its count.
        let (_, cut) = with(&|text| text[..text.rfind("\n[[").unwrap()].to_owned());
        assert!(matches!(cut, KnowledgeError::Count { .. }), "{name}: {cut}");
        let (_, half) = with(&|text| text.chars().take(text.chars().count() / 2).collect());
        assert!(matches!(half, KnowledgeError::Malformed { .. } | KnowledgeError::Count { .. }), "{name}: {half}");
        for error in [empty, cut, half] {
            assert!(error.to_string().contains(&name), "{error}");
        }
        let mut files = Formulary::shipped_rules();
        files.remove(at);
        assert!(Knowledge::parse(&files).is_err(), "without {name}");
    }
    assert!(Knowledge::parse(&[]).is_err());
}

/// English pages showed the Chinese name of the guideline: the data had no other.
#[test]
fn every_rule_that_ships_names_its_source_in_both_languages() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for rule in FORMULARY.knowledge().rules() {
        let about = rule.about();
        let (zh, en) = about.source;
        assert!(zh.chars().any(is_han), "{}: {zh}", about.id);
        assert!(!en.trim().is_empty() && !en.chars().any(is_han), "{}: {en}", about.id);
    }
}

#[test]
fn the_source_of_every_answer_follows_the_language() {
    let mut findings =
        of(&draft(&["diazepam-2.5mg", "no-such-drug", "warfarin-2.5mg", "ibuprofen-sr-300mg"]), &nobody());
    findings.extend(of(&draft(&[]), &nobody()));
    for found in &findings {
        let en = found.source_en.as_deref().unwrap_or_default();
        assert!(!en.is_empty() && en.is_ascii(), "{:?}: {en}", found.kind);
    }
    let mut old = serde_json::to_value(&findings[0]).unwrap();
    old.as_object_mut().unwrap().remove("source_en");
    let read: Finding = serde_json::from_value(old).unwrap();
    assert_eq!(read.source_en, None, "a finding that was signed before has its Chinese source alone");
}

#[test]
fn typing_errors_in_the_data_are_refused() {
    let with = |from: &str, to: &str| {
        let mut files = Formulary::shipped_rules();
        let file = files.iter_mut().find(|f| f.text.contains(from)).unwrap();
        file.text = file.text.replacen(from, to, 1);
        Knowledge::parse(&files).unwrap_err().to_string()
    };
    assert!(with("a = [\"@nitrate\"]", "a = [\"@nitrat\"]").contains("`@nitrat`, which is not declared"));
    assert!(with("a = [\"@nitrate\"]", "a = []").contains("(nothing)"));
    assert!(with("severity = \"hard_stop\"", "severity = \"block\"").contains("only law and allergies block"));
    assert!(with("id = \"renal-nsaid\"", "id = \"renal-metformin-stop\"").contains("there twice"));
    assert!(with("message_en = \"two statins\"", "message_en = \" \"").contains("both languages"));
    assert!(with("source_en = \"Product labels", "source_en = \" \" #\"").contains("both languages"));
    assert!(with("below = 30.0", "belw = 30.0").contains("renal.toml"));
    assert!(with("version = \"2026-11-1\"", "version = \"\"").contains("a version is needed"));
    assert!(with("cross = [\"cephalosporins\"]", "cross = [\"cefalosporins\"]").contains("not declared"));
    assert!(with("qt = 3", "qt = 4").contains("0 to 3"));
    assert!(with("key = \"amlodipine\"", "key = \"Amlodipine\"").contains("lower-case"));
}

#[test]
fn an_operator_s_files_are_read_like_ours() {
    let rule = r#"
version = "licensed-3"
entries = 1

[[interaction]]
id = "licensed-1"
severity = "warn"
message_zh = "示例"
message_en = "an example"
action_zh = "监测"
action_en = "watch"
source = "Licensed data"
date = "2026-10-01"
a = ["amlodipine"]
b = ["tamsulosin"]
hit = { draft = ["amlodipine 5", "tamsulosin 0.2"] }
miss = { draft = ["amlodipine 5"] }
"#;
    let more = |text: &str| Formulary::with_rules(vec![RuleFile::new("licensed.toml", text)]);
    let formulary = more(rule).unwrap();
    assert!(formulary.knowledge().version().contains("licensed.toml licensed-3"));
    assert!(formulary.prove_rules(now()).is_ok());
    let all = check(&draft(&["amlodipine-5mg", "tamsulosin-0.2mg"]), &nobody(), &formulary, &Policy::default(), now());
    let found = all.iter().find(|f| f.rule_id.as_deref() == Some("licensed-1")).unwrap();
    assert_eq!(found.rule_version.as_deref(), Some("licensed-3"));
    assert_eq!(found.source_en.as_deref(), Some("Licensed data"), "what has no English is shown as it is");
    let both = rule.replace("source = \"Licensed data\"", "source = \"授权数据\"\nsource_en = \"Licensed data\"");
    let rules = more(&both).unwrap();
    let about = rules.knowledge().rules().map(|r| r.about()).find(|about| about.id == "licensed-1").unwrap();
    assert_eq!(about.source, ("授权数据", "Licensed data"));
    assert!(matches!(more(""), Err(FormularyError::Knowledge(KnowledgeError::Empty(name))) if name == "licensed.toml"));
    assert!(more(&rule.replace("licensed-1", "ix-warfarin-fluconazole")).unwrap_err().to_string().contains("twice"));
}

#[test]
fn an_unknown_medicine_is_named_and_nothing_reads_as_clear_because_of_it() {
    let in_hand = [medicine(None, "祖传降压丸"), medicine(Some("no-longer-sold"), "某药")];
    let facts = ResidentFacts { medicines: &in_hand, ..nobody() };
    let all = of(&draft(&["amlodipine-5mg"]), &facts);
    assert_eq!(kind(&all, Kind::Coverage), [(Outcome::NotCovered, Severity::Warn, None); 2]);
    assert!(all.iter().any(|f| f.kind == Kind::Coverage && f.message_zh.contains("祖传降压丸")));
    for several in [Kind::Duplicate, Kind::Interaction, Kind::Anticholinergic, Kind::Qt, Kind::Overlap] {
        assert!(kind(&all, several).iter().all(|f| f.0 != Outcome::Clear), "{several}");
    }
    for unknown in ["no-such-drug", "huangqi-piece"] {
        let all = of(&draft(&[unknown]), &nobody());
        assert_eq!(kind(&all, Kind::Coverage), [(Outcome::NotCovered, Severity::Warn, Some(1))], "{unknown}");
        for any in OF_THE_DATA {
            assert!(kind(&all, any).iter().all(|f| f.0 != Outcome::Clear), "{unknown} {any}");
        }
    }
    let known = of(&draft(&["amlodipine-5mg"]), &nobody());
    for any in OF_THE_DATA {
        assert_eq!(kind(&known, any), [(Outcome::Clear, Severity::Info, None)], "{any}");
    }
}

#[test]
fn kidneys_are_judged_by_a_recent_creatinine_or_not_at_all() {
    let d = draft(&["metformin-500mg"]);
    let with = |days: i64, value, weight: Option<f64>| {
        let at = |days: i64| now() - SignedDuration::from_hours(24 * days);
        let creatinine = Some(Reading { value, measured_at: at(days) });
        let weight = weight.map(|value| Reading { value, measured_at: at(1) });
        let readings = Readings { creatinine, weight, potassium: None };
        of(&d, &ResidentFacts { readings, ..nobody() })
    };
    let renal = |all: &[Finding]| all.iter().filter(|f| f.kind == Kind::Renal).cloned().collect::<Vec<_>>();
    let missing = renal(&of(&d, &nobody()));
    assert_eq!((missing[0].outcome, missing[0].creatinine_days), (Outcome::InputMissing, None));
    assert!(missing[0].message_zh.contains("没有肌酐记录"));
    let stale = renal(&with(181, 70.0, None));
    assert_eq!((stale[0].outcome, stale[0].creatinine_days), (Outcome::InputMissing, Some(181)));
    assert_eq!(stale.len(), 1, "a stale creatinine is never clear");
    let well = renal(&with(180, 70.0, Some(60.0)));
    assert_eq!((well[0].outcome, well[0].creatinine_days), (Outcome::Clear, Some(180)));
    assert!(well[0].message_en.contains("Cockcroft–Gault") && well[0].message_en.contains("180 days"));
    let ill = renal(&with(12, 260.0, None));
    assert_eq!(
        (ill[0].outcome, ill[0].severity, ill[0].creatinine_days),
        (Outcome::Alert, Severity::HardStop, Some(12))
    );
    assert!(ill[0].message_en.contains("CKD-EPI 2021") && ill[0].rule_id.as_deref() == Some("renal-metformin-stop"));
    let without = of(&draft(&["amlodipine-5mg"]), &nobody());
    assert_eq!(kind(&without, Kind::Renal), [(Outcome::Clear, Severity::Info, None)], "amlodipine needs no creatinine");
}

#[test]
fn what_is_in_hand_or_prescribed_elsewhere_counts() {
    let in_hand = [medicine(Some("rivaroxaban-15mg"), "利伐沙班片"), medicine(Some("ibuprofen-sr-300mg"), "布洛芬")];
    let heart_failure = [Condition {
        code: "I50.9".into(),
        display_zh: "心力衰竭".into(),
        display_en: "Heart failure".into(),
        since: date(2018, 1, 1),
    }];
    let facts = ResidentFacts { medicines: &in_hand, conditions: &heart_failure, ..nobody() };
    let all = of(&draft(&["ibuprofen-sr-300mg"]), &facts);
    let bleeding = all.iter().find(|f| f.rule_id.as_deref() == Some("ix-anticoagulant-nsaid")).unwrap();
    assert_eq!((bleeding.severity, bleeding.item_no), (Severity::HardStop, Some(1)));
    assert!(bleeding.message_zh.contains("在用的利伐沙班片") && bleeding.message_en.contains("in hand"));
    assert!(all.iter().any(|f| f.rule_id.as_deref() == Some("hf-nsaid") && f.severity == Severity::HardStop));
    assert_eq!(
        kind(&all, Kind::Overlap),
        [(Outcome::InputMissing, Severity::Info, Some(1))],
        "how much is left is unknown"
    );
    assert_eq!(kind(&all, Kind::Duplicate), [(Outcome::Clear, Severity::Info, None)], "a repeat is no duplicate");
    assert!(all.windows(2).all(|w| w[0].severity >= w[1].severity), "worst first");
    assert!(all.iter().all(|f| f.severity < Severity::Block || f.rule_id.is_none()), "the data never block");
    assert_eq!(all, of(&draft(&["ibuprofen-sr-300mg"]), &facts));

    let lasts = Some(Lasts::between(date(2026, 11, 23), date(2026, 12, 20)));
    let hand = Hand::Left { milli: 28_000, lasts };
    let running = [other(hand)];
    let facts = ResidentFacts { running: &running, ..nobody() };
    let all = of(&draft(&["warfarin-2.5mg", "sulfamethoxazole-tmp-480mg"]), &facts);
    assert!(kind(&all, Kind::Overlap).contains(&(Outcome::Alert, Severity::Warn, Some(1))));
    let interactions = kind(&all, Kind::Interaction);
    assert_eq!(interactions, [(Outcome::Alert, Severity::HardStop, Some(2))], "told once, not for each place");
}

#[test]
fn what_was_called_back_written_off_or_used_up_is_no_overlap_and_still_counts_for_what_does_not_go_together() {
    let nothing = |why| [other(Hand::Nothing(why))];
    for why in NothingLeft::ALL {
        let running = nothing(*why);
        let facts = ResidentFacts { running: &running, ..nobody() };
        let all = of(&draft(&["warfarin-2.5mg"]), &facts);
        assert_eq!(kind(&all, Kind::Overlap), [(Outcome::Clear, Severity::Info, None)], "{why}");
        let all = of(&draft(&["sulfamethoxazole-tmp-480mg"]), &facts);
        let found = all.iter().find(|f| f.kind == Kind::Interaction && f.outcome == Outcome::Alert).unwrap();
        assert!(found.message_zh.contains("另一张处方的"), "{why}: {}", found.message_zh);
    }
    // The rest that is on its way is not nothing.
    let [mut coming] = nothing(NothingLeft::CalledBack);
    coming.rest = Some(Lasts::between(date(2026, 11, 24), date(2026, 12, 7)));
    let running = [coming];
    let all = of(&draft(&["warfarin-2.5mg"]), &ResidentFacts { running: &running, ..nobody() });
    assert!(all.iter().any(|f| f.kind == Kind::Overlap && f.message_zh.contains("还有 14 天")), "{all:#?}");
}

#[test]
fn duplicates_weigh_less_beside_what_is_in_hand() {
    let twice = of(&draft(&["atorvastatin-20mg", "rosuvastatin-10mg"]), &nobody());
    assert_eq!(kind(&twice, Kind::Duplicate), [(Outcome::Alert, Severity::Warn, Some(2))]);
    let in_hand = [medicine(Some("perindopril-4mg"), "培哚普利")];
    let facts = ResidentFacts { medicines: &in_hand, ..nobody() };
    let all = of(&draft(&["valsartan-80mg"]), &facts);
    assert!(kind(&all, Kind::Interaction).contains(&(Outcome::Alert, Severity::HardStop, Some(1))));
    assert_eq!(kind(&all, Kind::Duplicate), [(Outcome::Clear, Severity::Info, None)]);
}

#[test]
fn doses_are_counted_in_milligrams_over_all_lines() {
    let mut d = draft(&["paracetamol-500mg"]);
    d.items[0].frequency = Frequency::Qid;
    assert_eq!(kind(&of(&d, &nobody()), Kind::Dose), [(Outcome::Clear, Severity::Info, None)]);
    let mut more = line(2, "paracetamol-500mg");
    more.frequency = Frequency::Qd;
    d.items.push(more);
    let all = of(&d, &nobody());
    assert!(kind(&all, Kind::Dose).contains(&(Outcome::Alert, Severity::HardStop, Some(1))));
    let found = all.iter().find(|f| f.kind == Kind::Dose).unwrap();
    assert!(found.message_en.contains("2500 mg"), "{}", found.message_en);
}

fn when_needed(no: u16, drug: &str, most_per_day: Option<u32>) -> DraftItem {
    DraftItem { frequency: Frequency::Prn, most_per_day, ..line(no, drug) }
}

/// What is taken when needed and had no limit a day counted as nothing in the sum, and the other line read as if its sum had been checked.
#[test]
fn a_sum_with_a_line_that_has_no_limit_a_day_is_not_checked_and_says_which() {
    let with = |most_per_day| {
        let mut d = draft(&["paracetamol-500mg"]);
        d.items.push(when_needed(2, "paracetamol-500mg", most_per_day));
        of(&d, &nobody())
    };
    let dose = |all: &[Finding]| all.iter().filter(|f| f.kind == Kind::Dose).cloned().collect::<Vec<_>>();
    // 1 g a day, and at most 2 g.
    let unsaid = dose(&with(None));
    let missing = |no| (Outcome::InputMissing, Severity::Warn, Some(no));
    assert_eq!(kind(&unsaid, Kind::Dose), [missing(1), missing(2)]);
    assert!(unsaid.iter().all(|f| f.rule_id.as_deref() == Some("max-paracetamol")));
    assert!(unsaid.iter().all(|f| f.action_zh.contains("每日最多次数")));
    assert!(unsaid[0].message_zh.contains("第 2 行的对乙酰氨基酚片"), "{}", unsaid[0].message_zh);
    assert!(unsaid[0].message_en.contains("Paracetamol tablets (line 2)"), "{}", unsaid[0].message_en);
    assert!(unsaid[1].message_zh.contains("未填写每日最多次数"), "{}", unsaid[1].message_zh);
    assert_eq!(kind(&with(Some(2)), Kind::Dose), [(Outcome::Clear, Severity::Info, None)]);
    let over = dose(&with(Some(3)));
    assert_eq!(kind(&over, Kind::Dose), [1, 2].map(|no| (Outcome::Alert, Severity::HardStop, Some(no))));
    assert!(over[0].message_en.contains("in a day 2500 mg"), "{}", over[0].message_en);
}

#[test]
fn a_sum_that_one_dose_when_needed_puts_above_its_maximum_is_an_alert_without_a_limit() {
    let mut d = draft(&["paracetamol-500mg"]);
    d.items[0].frequency = Frequency::Qid;
    d.items.push(when_needed(2, "paracetamol-500mg", None));
    let all = of(&d, &nobody());
    assert_eq!(kind(&all, Kind::Dose), [1, 2].map(|no| (Outcome::Alert, Severity::HardStop, Some(no))));
    let found = all.iter().find(|f| f.kind == Kind::Dose).unwrap();
    assert!(found.message_zh.contains("每日合计至少 2500 mg"), "{}", found.message_zh);
}

/// One ingredient has a rule and the other has none: the rule and the label said the same of one line.
#[test]
fn a_product_with_an_ingredient_without_a_rule_asks_once_for_the_limit_a_day() {
    let products = [("levodopa-benserazide-250mg", "max-levodopa"), ("calcium-d3-600mg", "max-calcium-carbonate")];
    for (drug, rule) in products {
        let items = vec![when_needed(1, drug, None)];
        let all = of(&Draft { items, ..draft(&[]) }, &nobody());
        assert_eq!(kind(&all, Kind::Dose), [(Outcome::InputMissing, Severity::Warn, Some(1))], "{all:#?}");
        let found = all.iter().find(|f| f.kind == Kind::Dose).unwrap();
        assert_eq!(found.rule_id.as_deref(), Some(rule));
    }
}

/// Two ingredients with a rule each asked for one limit twice, and with a second line for each of them.
#[test]
fn a_product_of_two_ingredients_with_rules_asks_once_for_its_limit_and_once_beside_another_line() {
    let drug = "sulfamethoxazole-tmp-480mg";
    let alone = of(&Draft { items: vec![when_needed(1, drug, None)], ..draft(&[]) }, &nobody());
    let missing = |no| (Outcome::InputMissing, Severity::Warn, Some(no));
    assert_eq!(kind(&alone, Kind::Dose), [missing(1)], "{alone:#?}");
    let items = vec![DraftItem { frequency: Frequency::Qd, ..line(1, drug) }, when_needed(2, drug, None)];
    let both = of(&Draft { items, ..draft(&[]) }, &nobody());
    assert_eq!(kind(&both, Kind::Dose), [missing(1), missing(2)], "{both:#?}");
}

/// Insulin by mouth was signed: every line was written "by mouth", and nothing held the way against the form.
#[test]
fn a_way_by_which_the_form_cannot_be_given_blocks_and_a_seldom_one_asks_for_a_reason() {
    let by = |drug: &str, route| {
        let items = vec![DraftItem { route, ..line(1, drug) }];
        of(&Draft { items, ..draft(&[]) }, &nobody())
    };
    let blocked = [(Outcome::Alert, Severity::Block, Some(1))];
    let clear = [(Outcome::Clear, Severity::Info, None)];
    for (drug, fits) in [
        ("insulin-glargine-300u", Route::Subcutaneous),
        ("amlodipine-5mg", Route::Oral),
        ("salbutamol-100ug", Route::Inhaled),
        ("tiotropium-18ug", Route::Inhaled),
        ("huangqi-piece", Route::Oral),
    ] {
        assert_eq!(kind(&by(drug, fits), Kind::Route), clear, "{drug}");
        let wrong = if fits == Route::Oral { Route::Subcutaneous } else { Route::Oral };
        assert_eq!(kind(&by(drug, wrong), Kind::Route), blocked, "{drug}");
    }
    let all = by("insulin-glargine-300u", Route::Oral);
    let found = all.iter().find(|f| f.kind == Kind::Route).unwrap();
    assert_eq!((found.rule_id.as_deref(), found.rule_version.is_some()), (Some("form-pen"), true));
    assert!(found.message_zh.contains("甘精胰岛素注射液（口服）"), "{}", found.message_zh);
    assert!(found.message_en.contains("Insulin glargine injection (by mouth)"), "{}", found.message_en);
    assert!(found.message_en.ends_with("cannot be given this way"), "{}", found.message_en);
    for (drug, seldom) in [("nitroglycerin-0.5mg", Route::Oral), ("amlodipine-5mg", Route::Sublingual)] {
        assert_eq!(kind(&by(drug, seldom), Kind::Route), [(Outcome::Alert, Severity::HardStop, Some(1))], "{drug}");
    }
}

#[test]
fn an_operator_s_product_of_an_unknown_form_is_not_covered_or_held_against_the_ways_of_its_entry() {
    let with = |more: &str| {
        let product = format!(
            "version = \"own-1\"\n[[drug]]\nid = \"own\"\nname_zh = \"某药\"\nname_en = \"Own\"\npinyin = \"my\"\natc = \"A02\"\n\
             form = \"外星剂\"\nstrength = \"1 mg\"\nunit = \"片\"\nclass = \"own\"\n{more}"
        );
        let formulary = Formulary::demo().unwrap().with_more(&product).unwrap();
        kind(&check(&draft(&["own"]), &nobody(), &formulary, &Policy::default(), now()), Kind::Route)
    };
    assert_eq!(with(""), [(Outcome::NotCovered, Severity::Info, Some(1))]);
    assert_eq!(with("routes = [\"topical\"]"), [(Outcome::Alert, Severity::HardStop, Some(1))]);
    assert_eq!(with("routes = [\"topical\", \"oral\"]"), [(Outcome::Clear, Severity::Info, None)]);
}

#[test]
fn forms_that_contradict_themselves_are_refused() {
    let with = |from: &str, to: &str| {
        let mut files = Formulary::shipped_rules();
        let file = files.iter_mut().find(|f| f.name == "forms.toml").unwrap();
        file.text = file.text.replacen(from, to, 1);
        Knowledge::parse(&files).unwrap_err().to_string()
    };
    assert!(with("seldom = [\"sublingual\"]", "seldom = [\"oral\"]").contains("usual and seldom"));
    assert!(with("names = [\"散剂\"]", "names = [\"片剂\"]").contains("there twice"));
    assert!(with("names = [\"散剂\"]", "names = []").contains("a name and a way"));
}

/// A maximum of what is inhaled counted what is swallowed, and a swallowed line without a limit left the inhaled one unchecked.
#[test]
fn a_maximum_of_one_route_does_not_sum_what_is_given_by_another() {
    let with = |second: DraftItem| {
        let inhaled = DraftItem { route: Route::Inhaled, ..line(1, "salbutamol-100ug") };
        of(&Draft { items: vec![inhaled, second], ..draft(&[]) }, &nobody())
    };
    let by = |route| DraftItem {
        route,
        dose: Dose::try_from(2.0).unwrap(),
        frequency: Frequency::Qid,
        ..line(2, "salbutamol-100ug")
    };
    // 200 µg and 800 µg a day.
    let both = with(by(Route::Inhaled));
    assert_eq!(kind(&both, Kind::Dose), [1, 2].map(|no| (Outcome::Alert, Severity::HardStop, Some(no))));
    assert_eq!(kind(&with(by(Route::Oral)), Kind::Dose), [(Outcome::Clear, Severity::Info, None)]);
    // Without a limit only the swallowed line is asked about, by its label.
    let unsaid = with(when_needed(2, "salbutamol-100ug", None));
    assert_eq!(kind(&unsaid, Kind::Dose), [(Outcome::InputMissing, Severity::Warn, Some(2))], "{unsaid:#?}");
    let unsaid = with(DraftItem { route: Route::Inhaled, ..when_needed(2, "salbutamol-100ug", None) });
    assert_eq!(kind(&unsaid, Kind::Dose), [1, 2].map(|no| (Outcome::InputMissing, Severity::Warn, Some(no))));
}

#[test]
fn kidneys_and_old_age_have_no_answer_to_what_has_no_limit_a_day() {
    // A creatinine with which 1 g of metformin a day is the most, and metformin is not stopped yet.
    let creatinine = Some(Reading { value: 115.0, measured_at: now() });
    let readings = Readings { creatinine, ..Readings::default() };
    let facts = ResidentFacts { readings, ..nobody() };
    let with = |drug: &str, most| {
        let items = vec![when_needed(1, drug, most)];
        of(&Draft { items, ..draft(&[]) }, &facts)
    };
    let unsaid = with("metformin-500mg", None);
    assert_eq!(kind(&unsaid, Kind::Renal), [(Outcome::InputMissing, Severity::Warn, Some(1))], "{unsaid:#?}");
    let found = unsaid.iter().find(|f| f.kind == Kind::Renal).unwrap();
    assert_eq!((found.rule_id.as_deref(), found.creatinine_days), (Some("renal-metformin-half"), Some(0)));
    assert_eq!(kind(&with("metformin-500mg", Some(2)), Kind::Renal), [(Outcome::Clear, Severity::Info, None)]);
    assert_eq!(kind(&with("metformin-500mg", Some(3)), Kind::Renal)[0].0, Outcome::Alert);

    let unsaid = with("aspirin-100mg", None);
    assert!(kind(&unsaid, Kind::Elderly).contains(&(Outcome::InputMissing, Severity::Warn, Some(1))), "{unsaid:#?}");
    let limited = with("aspirin-100mg", Some(1));
    assert!(kind(&limited, Kind::Elderly).iter().all(|f| f.0 != Outcome::InputMissing), "{limited:#?}");
}

/// An English reader was told the allergen in Chinese.
#[test]
fn an_english_finding_names_a_coded_allergen_in_english_and_another_as_it_was_written() {
    let told = |substance: &str, group: Option<&str>| {
        let allergies = [AllergyRecord {
            substance: substance.into(),
            group: group.map(Into::into),
            reaction: "rash".into(),
            severity: AllergySeverity::Mild,
        }];
        let facts = ResidentFacts { allergies: &allergies, ..nobody() };
        let all = of(&draft(&["amoxicillin-500mg"]), &facts);
        let found = all.into_iter().find(|f| f.kind == Kind::Allergy && f.outcome == Outcome::Alert).unwrap();
        (found.message_zh, found.message_en)
    };
    let (zh, en) = told("青霉素", Some("penicillins"));
    assert!(zh.starts_with("对青霉素过敏") && en.starts_with("Allergic to Penicillins (rash)"), "{zh} {en}");
    let (zh, en) = told("头孢呋辛", Some("cephalosporins"));
    assert!(zh.starts_with("对头孢呋辛过敏") && en.starts_with("Allergic to Cefuroxime"), "{zh} {en}");
    assert!(told("青霉素针", None).1.starts_with("Allergic to 青霉素针"), "nobody coded it");
}
