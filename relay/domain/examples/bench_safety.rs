//! How long a check takes: 15 medicines (five on the draft, ten in hand) of a resident with diseases, allergies and readings, against all rules.
//! `make bench-safety`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench measures time and prints figures")]

use jiff::{SignedDuration, Timestamp, civil::date};
use std::hint::black_box;
use std::time::Instant;
use yunzhen_domain::checked::Dose;
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{AllergyRecord, AllergySeverity, Condition, Medicine, Sex, Supply};
use yunzhen_domain::safety::{Draft, DraftItem, Reading, Readings, ResidentFacts, check};

const DRAFT: [&str; 5] =
    ["ibuprofen-sr-300mg", "levofloxacin-500mg", "metformin-500mg", "tolterodine-2mg", "quetiapine-25mg"];
const IN_HAND: [&str; 10] = [
    "warfarin-2.5mg",
    "furosemide-20mg",
    "spironolactone-20mg",
    "valsartan-80mg",
    "metoprolol-47.5mg",
    "digoxin-0.25mg",
    "donepezil-5mg",
    "simvastatin-20mg",
    "sertraline-50mg",
    "insulin-glargine-300u",
];
const ROUNDS: usize = 20_000;
/// The promise.
const MOST_MICROSECONDS: f64 = 1000.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let read = Instant::now();
    let formulary = Formulary::demo()?;
    let read = read.elapsed();
    let now: Timestamp = "2026-11-23T06:00:00Z".parse()?;
    let since = date(2020, 1, 1);
    let item = |(drug, no): (&&str, u16)| {
        let dose = Dose::try_from(1.0)?;
        let drug_id = DrugId((*drug).to_owned());
        let (frequency, route) = (Frequency::Bid, Route::Oral);
        let taper = Vec::new();
        Ok(DraftItem { no, drug_id, dose, frequency, route, days: 7, taper, most_per_day: None, quantity: 14 })
    };
    let items = DRAFT.iter().zip(1..).map(item).collect::<Result<_, yunzhen_domain::checked::DoseError>>()?;
    let draft = Draft { diagnosis_code: "I10".into(), supply: Supply::Ordinary, valid_days: 1, items, assessed: false };
    let medicines = IN_HAND.map(|drug| Medicine {
        drug_id: Some(DrugId(drug.into())),
        name: drug.into(),
        dose_text: String::new(),
        since,
    });
    let conditions = ["I50.9", "N18.3", "G30.9", "N40", "R29.6"].map(|code| Condition {
        code: code.into(),
        display_zh: String::new(),
        display_en: String::new(),
        since,
    });
    let allergies = ["青霉素", "磺胺"].map(|substance| AllergyRecord {
        substance: substance.into(),
        group: None,
        reaction: "皮疹".into(),
        severity: AllergySeverity::Moderate,
    });
    let reading = |value| Some(Reading { value, measured_at: now - SignedDuration::from_hours(48) });
    let facts = ResidentFacts {
        age: 84,
        sex: Sex::Male,
        allergies_asked: true,
        allergies: &allergies,
        conditions: &conditions,
        medicines: &medicines,
        running: &[],
        readings: Readings { creatinine: reading(160.0), potassium: reading(3.3), weight: reading(58.0) },
        eligibility: &[],
        hospital: Some("第一医院"),
        present_doctor: None,
    };
    let policy = Policy::default();
    let found = check(&draft, &facts, &formulary, &policy, now);
    let mut took = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        black_box(check(black_box(&draft), &facts, &formulary, &policy, now));
        took.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let proving = Instant::now();
    let proved = formulary.prove_rules(now)?;
    let proving = proving.elapsed();
    println!("safety check of 15 medicines: {} ingredients, {proved} rules", formulary.knowledge().ingredients().len());
    println!("  answers      {} ({} with a rule)", found.len(), found.iter().filter(|f| f.rule_id.is_some()).count());
    println!("  p50          {:.1} µs", at(0.5));
    println!("  p99          {:.1} µs", at(0.99));
    println!("  worst        {:.1} µs of {ROUNDS}", at(1.0));
    println!("  read         {:.1} ms, once at the start", read.as_secs_f64() * 1e3);
    println!("  prove        {:.1} ms, once at the start", proving.as_secs_f64() * 1e3);
    if at(0.99) > MOST_MICROSECONDS {
        return Err(format!("p99 is above {MOST_MICROSECONDS} µs").into());
    }
    Ok(())
}
