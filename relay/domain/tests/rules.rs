//! The rules of the first day on real demo data: what blocks, what needs a reason, what could not be checked.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::{Timestamp, civil::date};
use std::sync::LazyLock;
use yunzhen_domain::checked::Dose;
use yunzhen_domain::dosage::{Frequency, Route, TaperStep};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{EligibilityId, ResidentId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{AllergyRecord, AllergySeverity, Eligibility, Sex, Supply};
use yunzhen_domain::safety::{
    Draft, DraftItem, Finding, FindingKind as Kind, Outcome, Readings, ResidentFacts, Severity, check, quantity, worst,
};

static FORMULARY: LazyLock<Formulary> = LazyLock::new(|| Formulary::demo().unwrap());

const HOSPITAL: Option<&str> = Some("第一医院");

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn eligible(code: &str) -> Eligibility {
    Eligibility {
        id: EligibilityId::new(now(), [1; 10]),
        resident_id: ResidentId::new(now(), [2; 10]),
        diagnosis_code: code.into(),
        display: "原发性高血压".into(),
        hospital: "第一医院".into(),
        date: date(2026, 9, 1),
        clinician: "李医生".into(),
        clinician_id: None,
        evidence: "听诊、血压三次".into(),
        visit_id: None,
        recorded_at: None,
        revocation: None,
    }
}

fn allergy(substance: &str, group: Option<&str>, severity: AllergySeverity) -> AllergyRecord {
    AllergyRecord { substance: substance.into(), group: group.map(Into::into), reaction: "皮疹".into(), severity }
}

fn line(no: u16, drug: &str, days: u16) -> DraftItem {
    let dose = Dose::try_from(1.0).unwrap();
    let per = FORMULARY.drug(&DrugId(drug.into())).map_or(1.0, |d| d.doses_per_unit);
    let quantity = quantity(&[TaperStep { dose, frequency: Frequency::Qd, days }], per).unwrap();
    DraftItem {
        no,
        drug_id: DrugId(drug.into()),
        dose,
        frequency: Frequency::Qd,
        route: Route::Oral,
        days,
        taper: Vec::new(),
        most_per_day: None,
        quantity,
    }
}

fn draft(supply: Supply, items: Vec<DraftItem>) -> Draft {
    Draft { diagnosis_code: "I10".into(), supply, valid_days: 1, items, assessed: false }
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
        hospital: HOSPITAL,
        present_doctor: None,
    }
}

fn findings(draft: &Draft, allergies: &[AllergyRecord], eligibility: &[Eligibility]) -> Vec<Finding> {
    let resident = ResidentFacts { allergies, eligibility, ..nobody() };
    check(draft, &resident, &FORMULARY, &Policy::default(), now())
}

fn only(all: &[Finding], kind: Kind) -> Vec<(Outcome, Severity, Option<u16>)> {
    all.iter().filter(|f| f.kind == kind).map(|f| (f.outcome, f.severity, f.item_no)).collect()
}

const CLEAR: (Outcome, Severity, Option<u16>) = (Outcome::Clear, Severity::Info, None);

#[test]
fn a_lawful_prescription_is_clear_in_every_kind() {
    let all = findings(&draft(Supply::Ordinary, vec![line(1, "amlodipine-5mg", 7)]), &[], &[eligible("I10")]);
    assert_eq!(worst(&all), None);
    for kind in Kind::ALL {
        assert_eq!(only(&all, *kind), [CLEAR], "{kind}");
    }
    assert!(all.iter().all(|f| !f.message_zh.is_empty() && !f.message_en.is_empty() && !f.source.is_empty()));
}

#[test]
fn no_visit_in_person_blocks() {
    let d = draft(Supply::Ordinary, vec![line(1, "amlodipine-5mg", 7)]);
    let block = [(Outcome::Alert, Severity::Block, None)];
    assert_eq!(only(&findings(&d, &[], &[]), Kind::Eligibility), block);
    assert_eq!(only(&findings(&d, &[], &[eligible("E11.9")]), Kind::Eligibility), block);
    assert_eq!(only(&findings(&d, &[], &[eligible("I1")]), Kind::Eligibility), block, "I1 is no code that covers I10");
    let future = Eligibility { date: date(2026, 11, 24), ..eligible("I10") };
    assert_eq!(only(&findings(&d, &[], &[future]), Kind::Eligibility), block);
    let finer = Draft { diagnosis_code: "I10.x1".into(), ..d.clone() };
    assert_eq!(only(&findings(&finer, &[], &[eligible("I10")]), Kind::Eligibility), [CLEAR]);
    let missing = Draft { diagnosis_code: String::new(), ..d };
    assert_eq!(
        only(&findings(&missing, &[], &[eligible("I10")]), Kind::Eligibility),
        [(Outcome::InputMissing, Severity::Block, None)]
    );
}

#[test]
fn allergies_block_by_name_group_and_related_group() {
    let amoxicillin = draft(Supply::Ordinary, vec![line(1, "amoxicillin-500mg", 5)]);
    let cefuroxime = draft(Supply::Ordinary, vec![line(1, "amlodipine-5mg", 5), line(2, "cefuroxime-250mg", 5)]);
    let ok = [eligible("I10")];
    let of = |d: &Draft, a: AllergyRecord| only(&findings(d, &[a], &ok), Kind::Allergy);
    use AllergySeverity::{Mild, Severe};
    let block = |no| vec![(Outcome::Alert, Severity::Block, Some(no))];
    assert_eq!(of(&amoxicillin, allergy("青霉素", Some("penicillins"), Mild)), block(1));
    assert_eq!(of(&amoxicillin, allergy("青霉素", None, Mild)), block(1), "an uncoded allergy is placed by its words");
    assert_eq!(of(&amoxicillin, allergy("阿莫西林", None, Mild)), block(1));
    assert_eq!(of(&amoxicillin, allergy("Amoxicillin", None, Mild)), block(1));
    assert_eq!(of(&cefuroxime, allergy("青霉素", Some("penicillins"), Severe)), block(2));
    assert_eq!(
        of(&cefuroxime, allergy("青霉素", Some("penicillins"), Mild)),
        [(Outcome::Alert, Severity::HardStop, Some(2))]
    );
    assert_eq!(of(&amoxicillin, allergy("磺胺", None, Severe)), [CLEAR]);
    let furosemide = draft(Supply::Ordinary, vec![line(1, "furosemide-20mg", 5)]);
    let rare = |severity| vec![(Outcome::Alert, severity, Some(1))];
    assert_eq!(of(&furosemide, allergy("磺胺", None, Severe)), rare(Severity::HardStop), "a rare one never blocks");
    assert_eq!(of(&furosemide, allergy("磺胺", None, Mild)), rare(Severity::Warn));
    assert_eq!(of(&furosemide, allergy("呋塞米", None, Mild)), block(1), "the drug itself does");
}

#[test]
fn what_could_not_be_checked_never_reads_as_clear() {
    let d = draft(Supply::Ordinary, vec![line(1, "amlodipine-5mg", 7)]);
    let all = findings(&d, &[allergy("芒果", None, AllergySeverity::Mild)], &[eligible("I10")]);
    assert_eq!(only(&all, Kind::Allergy), [(Outcome::NotCovered, Severity::Warn, None)]);
    let unknown = draft(Supply::Ordinary, vec![line(1, "no-such-drug", 7)]);
    let all = findings(&unknown, &[], &[eligible("I10")]);
    assert_eq!(only(&all, Kind::Banned), [(Outcome::NotCovered, Severity::Block, Some(1))]);
    let eligibility = [eligible("I10")];
    let resident = ResidentFacts { allergies_asked: false, eligibility: &eligibility, ..nobody() };
    let all = check(&d, &resident, &FORMULARY, &Policy::default(), now());
    assert_eq!(only(&all, Kind::Allergy), [(Outcome::InputMissing, Severity::HardStop, None)]);
}

#[test]
fn controlled_drugs_block() {
    for drug in ["morphine-sr-10mg", "zolpidem-10mg", "diazepam-2.5mg"] {
        let all = findings(&draft(Supply::Ordinary, vec![line(1, drug, 1)]), &[], &[eligible("I10")]);
        assert_eq!(only(&all, Kind::Banned), [(Outcome::Alert, Severity::Block, Some(1))], "{drug}");
    }
}

#[test]
fn caps_of_supply_and_validity() {
    use Supply::{Chronic, Emergency, Ordinary};
    let of = |supply, days| {
        let all = findings(&draft(supply, vec![line(1, "amlodipine-5mg", days)]), &[], &[eligible("I10")]);
        worst(&all)
    };
    let rows = [(Ordinary, 7, None), (Ordinary, 8, Some(Severity::Block)), (Ordinary, 0, Some(Severity::Block))];
    for (supply, days, expected) in rows {
        assert_eq!(of(supply, days), expected, "{supply} {days}");
    }
    assert_eq!(of(Emergency, 3), None);
    assert_eq!(of(Emergency, 4), Some(Severity::Block));
    assert_eq!(of(Chronic, 28), None);
    assert_eq!(of(Chronic, 29), Some(Severity::Block), "without an assessment");
    let assessed = |days| {
        let d = Draft { assessed: true, ..draft(Chronic, vec![line(1, "amlodipine-5mg", days)]) };
        worst(&findings(&d, &[], &[eligible("I10")]))
    };
    assert_eq!((assessed(29), assessed(84), assessed(85)), (None, None, Some(Severity::Block)));
    for (days, outcome) in [(0, Outcome::Alert), (1, Outcome::Clear), (3, Outcome::Clear), (4, Outcome::Alert)] {
        let d = Draft { valid_days: days, ..draft(Ordinary, vec![line(1, "amlodipine-5mg", 7)]) };
        assert_eq!(only(&findings(&d, &[], &[eligible("I10")]), Kind::Validity)[0].0, outcome, "{days}");
    }
    for wrong in [0, 6, 8, 1_000_000_000] {
        let mut other = line(1, "amlodipine-5mg", 7);
        other.quantity = wrong;
        let all = findings(&draft(Ordinary, vec![other]), &[], &[eligible("I10")]);
        assert_eq!(only(&all, Kind::Supply), [(Outcome::Alert, Severity::Block, Some(1))], "{wrong}");
    }
}

#[test]
fn number_of_lines_decoction_and_long_exclusions() {
    let five = ["amlodipine-5mg", "valsartan-80mg", "aspirin-100mg", "atorvastatin-20mg", "metformin-500mg"];
    let mut items: Vec<_> = five.iter().zip(1..).map(|(d, no)| line(no, d, 7)).collect();
    let ok = [eligible("I10")];
    assert_eq!(only(&findings(&draft(Supply::Ordinary, items.clone()), &[], &ok), Kind::Items), [CLEAR]);
    items.push(line(6, "donepezil-5mg", 7));
    let six = findings(&draft(Supply::Ordinary, items), &[], &ok);
    assert_eq!(only(&six, Kind::Items), [(Outcome::Alert, Severity::Block, None)]);
    let none = findings(&draft(Supply::Ordinary, vec![]), &[], &ok);
    assert_eq!(only(&none, Kind::Items), [(Outcome::InputMissing, Severity::Block, None)]);

    let pieces = draft(Supply::Ordinary, vec![line(1, "huangqi-piece", 7), line(2, "danggui-piece", 7)]);
    assert_eq!(only(&findings(&pieces, &[], &ok), Kind::Decoction), [CLEAR]);
    let mixed = draft(Supply::Ordinary, vec![line(1, "amlodipine-5mg", 7), line(2, "danggui-piece", 7)]);
    assert_eq!(only(&findings(&mixed, &[], &ok), Kind::Decoction), [(Outcome::Alert, Severity::Block, Some(2))]);

    for drug in ["levofloxacin-500mg", "insulin-glargine-300u"] {
        let all = findings(&draft(Supply::Chronic, vec![line(1, drug, 28)]), &[], &ok);
        assert_eq!(only(&all, Kind::LongExclusion), [(Outcome::Alert, Severity::Block, Some(1))], "{drug}");
        let all = findings(&draft(Supply::Ordinary, vec![line(1, drug, 7)]), &[], &ok);
        assert_eq!(only(&all, Kind::LongExclusion), [CLEAR], "{drug}");
    }
}

#[test]
fn doses_above_the_label_need_a_reason_and_prn_needs_a_quantity() {
    let ok = [eligible("I10")];
    let mut high = line(1, "amlodipine-5mg", 7);
    high.dose = Dose::try_from(3.0).unwrap();
    high.quantity = 21;
    let all = findings(&draft(Supply::Ordinary, vec![high]), &[], &ok);
    assert_eq!(worst(&all), Some(Severity::HardStop));
    let mut prn = line(1, "nitroglycerin-0.5mg", 7);
    prn.frequency = Frequency::Prn;
    prn.quantity = 0;
    let all = findings(&draft(Supply::Ordinary, vec![prn.clone()]), &[], &ok);
    assert!(only(&all, Kind::Supply).contains(&(Outcome::InputMissing, Severity::Block, Some(1))));
    prn.quantity = 20;
    for too_much in [43, 1_000_000_000] {
        prn.quantity = too_much;
        let all = findings(&draft(Supply::Ordinary, vec![prn.clone()]), &[], &ok);
        assert_eq!(only(&all, Kind::Supply), [(Outcome::Alert, Severity::Block, Some(1))], "six a day for 7 days");
    }
    prn.quantity = 42;
    let all = findings(&draft(Supply::Ordinary, vec![prn]), &[], &ok);
    assert_eq!(only(&all, Kind::Supply), [CLEAR]);
    assert_eq!(only(&all, Kind::Dose), [(Outcome::InputMissing, Severity::Warn, Some(1))], "by its label");
}

/// The daily dose of what is taken when needed was never checked, whatever the prescriber wrote.
#[test]
fn the_most_times_a_day_of_what_is_taken_when_needed_is_checked_like_a_frequency() {
    let of = |most_per_day, quantity| {
        let (route, frequency) = (Route::Sublingual, Frequency::Prn);
        let one = DraftItem { route, frequency, most_per_day, quantity, ..line(1, "nitroglycerin-0.5mg", 7) };
        findings(&draft(Supply::Ordinary, vec![one]), &[], &[eligible("I10")])
    };
    // At most 1.5 mg a day: three of 0.5 mg.
    let within = of(Some(3), 21);
    assert_eq!((only(&within, Kind::Dose), only(&within, Kind::Supply)), (vec![CLEAR], vec![CLEAR]));
    assert_eq!(only(&of(Some(4), 28), Kind::Dose), [(Outcome::Alert, Severity::HardStop, Some(1))]);
    assert_eq!(only(&of(None, 21), Kind::Dose), [(Outcome::InputMissing, Severity::Warn, Some(1))]);
    // Its own limit bounds how much goes out.
    assert_eq!(only(&of(Some(3), 22), Kind::Supply), [(Outcome::Alert, Severity::Block, Some(1))]);
}
