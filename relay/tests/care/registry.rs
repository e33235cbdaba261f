//! Registering, searching and changing residents.

use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::early_warning::{Band, OxygenScale};
use yunzhen_domain::records::Contact;
use yunzhen_domain::registry::open_work::OpenWork;
use yunzhen_domain::registry::{AllergyInput, ConditionInput, Input, MedicineInput};
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::residents::{Registered, ResidentChange, ResidentQuery, TransferBody};
use yunzhen_relay::app::{AppError, consultations, residents};
use yunzhen_relay::seed;

use crate::world::{Person, World};

pub fn number(born: &str, order: &str) -> String {
    IdNumber::complete(&format!("330106{born}{order}")).unwrap().as_str().to_owned()
}

pub fn somebody(name: &str, id_number: String) -> Input {
    Input { name: name.to_owned(), bed: "309-1".to_owned(), id_number: Some(id_number), ..Input::default() }
}

pub async fn register(w: &World, by: &Person, input: Input) -> Result<Registered, AppError> {
    residents::register(&w.app, &w.by(by), input).await
}

pub fn paths<T>(answer: Result<T, AppError>) -> Vec<String> {
    let Err(AppError::Invalid(fields)) = answer else { panic!("taken, or refused otherwise") };
    for field in &fields {
        assert!(!field.message_zh.is_ascii() && field.message_en.is_ascii(), "{field:?}");
    }
    fields.into_iter().map(|f| f.path).collect()
}

async fn found(w: &World, by: &Person, q: &str) -> Vec<String> {
    let query = ResidentQuery { q: Some(q.to_owned()), ..Default::default() };
    let page = residents::list(&w.app, &w.by(by), query).await.unwrap();
    page.items.into_iter().map(|r| r.name).collect()
}

#[tokio::test]
async fn rare_characters_are_kept_and_found_by_name_initials_bed_and_number() {
    let w = World::new().await;
    let id = number("19400229", "101");
    let full = Input {
        contacts: vec![Contact { name: "吉明".into(), relation: "儿子".into(), phone: "138 0571 0001".into() }],
        allergies: vec![AllergyInput {
            substance: "青霉素".into(), severity: "severe".into(), ..Default::default()
        }],
        conditions: vec![ConditionInput { code: "I10".into(), since: "2008-03-11".into() }],
        medicines: vec![MedicineInput {
            drug_id: Some("amlodipine-5mg".into()),
            since: "2019-04-02".into(),
            ..Default::default()
        }],
        oxygen_scale: Some("scale2".into()),
        ..somebody("𠮷田㛃", id.clone())
    };
    let made = register(&w, &w.nurse, full).await.unwrap();
    assert_eq!((made.name.as_str(), made.birth_date), ("𠮷田㛃", jiff::civil::date(1940, 2, 29)), "a leap day");
    assert!(made.id_number_masked.contains('*') && !made.duplicate_suspected);
    for q in ["𠮷", "㛃", "田㛃", &made.pinyin, "309-1", &id[12..], &id[14..].to_lowercase()] {
        assert_eq!(found(&w, &w.nurse, q).await, ["𠮷田㛃"], "{q}");
        assert!(found(&w, &w.nurse_of_other_home, q).await.is_empty(), "{q} is not the other home's");
    }
    assert!(found(&w, &w.nurse, "%").await.is_empty() && found(&w, &w.nurse, "_").await.is_empty());
    assert!(found(&w, &w.nurse, &id[16..]).await.is_empty(), "two digits are everybody's");
    let chart = residents::get(&w.app, &w.by(&w.nurse), made.id).await.unwrap();
    assert_eq!((chart.version, chart.oxygen_scale, chart.allergies_asked), (1, OxygenScale::Scale2, true));
    assert!(chart.medicines[0].name.contains("氨氯地平"), "named by its code");
    assert_eq!(chart.medicines[0].name_en.as_deref(), Some("Amlodipine besilate tablets 5 mg"));
    assert_eq!(chart.allergies.len(), chart.allergies_en.len());
    assert_eq!(chart.early_warning.now.total, None, "nothing was measured");
    assert_eq!(chart.early_warning.now.missing.len(), 7);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_kept() {
    let w = World::new().await;
    let good = || somebody("吉田", number("19400229", "101"));
    let before = found(&w, &w.nurse, "").await.len();
    let condition = |code: &str, since: &str| Input {
        conditions: vec![ConditionInput { code: code.into(), since: since.into() }],
        ..good()
    };
    let allergy = |group: Option<&str>, severity: &str| Input {
        allergies: vec![AllergyInput {
            substance: "x".into(),
            group: group.map(Into::into),
            severity: severity.into(),
            ..Default::default()
        }],
        ..good()
    };
    let contact = |name: &str, phone: &str| Input {
        contacts: vec![Contact { name: name.into(), relation: "女儿".into(), phone: phone.into() }],
        ..good()
    };
    let rows: Vec<(Input, &[&str])> = vec![
        (Input { name: String::new(), ..good() }, &["name"]),
        (Input { name: "王".repeat(300), ..good() }, &["name"]),
        (Input { name: "王\u{202e}英".into(), ..good() }, &["name"]),
        (Input { name: "王\u{200f}".into(), bed: "3\u{202e}1".into(), ..good() }, &["name", "bed"]),
        (Input { bed: "床".repeat(21), ..good() }, &["bed"]),
        (Input { id_number: None, ..good() }, &["id_number"]),
        (Input { id_number: Some("11010519491231002".into()), ..good() }, &["id_number"]),
        (Input { id_number: Some("110105194912310021".into()), ..good() }, &["id_number"]),
        (Input { id_number: Some(number("19000101", "101")), ..good() }, &["id_number"]),
        (Input { id_number: Some(number("22000101", "101")), ..good() }, &["id_number"]),
        (Input { birth_date: Some("1900-01-01".into()), ..good() }, &["birth_date"]),
        (Input { birth_date: Some("2200-01-01".into()), ..good() }, &["birth_date"]),
        (Input { birth_date: Some("1940-02-28".into()), ..good() }, &["birth_date"]),
        (Input { birth_date: Some("1941-02-29".into()), ..good() }, &["birth_date"]),
        (Input { birth_date: Some("yesterday".into()), ..good() }, &["birth_date"]),
        (Input { sex: Some("female".into()), ..good() }, &["sex"]),
        (Input { sex: Some("other".into()), ..good() }, &["sex"]),
        (Input { pinyin: Some("吉田".into()), ..good() }, &["pinyin"]),
        (Input { oxygen_scale: Some("scale3".into()), ..good() }, &["oxygen_scale"]),
        (condition("X99", "2008-03-11"), &["conditions[0].code"]),
        (condition("I10", "1900-01-01"), &["conditions[0].since"]),
        (condition("I10", "2200-01-01"), &["conditions[0].since"]),
        (condition("", "soon"), &["conditions[0].code", "conditions[0].since"]),
        (allergy(Some("moonlight"), "mild"), &["allergies[0].group"]),
        (allergy(None, "terrible"), &["allergies[0].severity"]),
        (contact("女儿1", "12"), &["contacts[0].name", "contacts[0].phone"]),
        (Input { contacts: vec![contact("a", "13800000000").contacts.remove(0); 61], ..good() }, &["contacts"]),
        (
            Input {
                medicines: vec![MedicineInput {
                    drug_id: Some("moon".into()),
                    since: "2200-01-01".into(),
                    ..Default::default()
                }],
                ..good()
            },
            &["medicines[0].drug_id", "medicines[0].name", "medicines[0].since"],
        ),
    ];
    let start = w.newest().await;
    for (input, expected) in rows {
        assert_eq!(paths(register(&w, &w.nurse, input.clone()).await), *expected);
    }
    assert_eq!(found(&w, &w.nurse, "").await.len(), before);
    assert!(start >= w.newest().await - 2, "only the looking was audited");
}

#[tokio::test]
async fn one_identity_number_is_one_record() {
    let w = World::new().await;
    let id = number("19400229", "101");
    register(&w, &w.nurse, somebody("吉田", id.clone())).await.unwrap();
    let again = register(&w, &w.nurse, somebody("吉天", id.clone())).await;
    let Err(AppError::AlreadyRegistered { known: Some(known) }) = again else { panic!("not named") };
    assert!(known.expose().contains("吉田"));
    let elsewhere = register(&w, &w.nurse_of_other_home, somebody("吉田", id)).await;
    assert!(matches!(elsewhere, Err(AppError::AlreadyRegistered { known: None })), "another home's is not named");
}

#[tokio::test]
async fn a_change_on_an_old_version_is_shown_and_overwrites_nothing() {
    let w = World::new().await;
    let made = register(&w, &w.nurse, somebody("吉田", number("19400229", "101"))).await.unwrap();
    let change = |version, bed: &str, contacts: Vec<Contact>| ResidentChange {
        version,
        resident: Input { id_number: None, bed: bed.into(), contacts, ..somebody("吉田", String::new()) },
    };
    let daughter = || vec![Contact { name: "吉玲".into(), relation: "女儿".into(), phone: "13800000000".into() }];
    let first = residents::change(&w.app, &w.by(&w.nurse), made.id, change(1, "310-1", vec![])).await.unwrap();
    assert_eq!((first.version, first.bed.as_str()), (2, "310-1"));
    // Made offline, on what was seen before.
    let offline = change(1, "309-1", daughter());
    let late = residents::change(&w.app, &w.by(&w.nurse), made.id, offline.clone()).await;
    let Err(AppError::Conflict(conflict)) = late else { panic!("overwritten") };
    assert_eq!((conflict.seen, conflict.current), (1, 2));
    let told: Vec<_> = conflict
        .differences
        .iter()
        .map(|d| {
            (
                d.field,
                d.mine.expose().to_string(),
                d.theirs.expose().to_string(),
                d.seen.as_ref().map(|s| s.expose().to_string()),
            )
        })
        .collect();
    assert_eq!((told[0].0, told[0].1.as_str(), told[0].2.as_str()), ("bed", "\"309-1\"", "\"310-1\""));
    assert_eq!(told[0].3.as_deref(), Some("\"309-1\""), "what was seen tells who changed it");
    assert_eq!((told[1].0, told[1].2.as_str(), told.len()), ("contacts", "[]", 2));
    assert!(!format!("{conflict:?}").contains("吉玲"), "no name in a log");
    let chart = residents::get(&w.app, &w.by(&w.nurse), made.id).await.unwrap();
    assert_eq!((chart.version, chart.bed.as_str(), chart.contacts.len()), (2, "310-1", 0));
    // The person chose.
    let chosen = ResidentChange { version: conflict.current, ..offline };
    let kept = residents::change(&w.app, &w.by(&w.nurse), made.id, chosen).await.unwrap();
    assert_eq!(kept.version, 3);
    let other = residents::change(&w.app, &w.by(&w.nurse_of_other_home), made.id, change(3, "1", vec![])).await;
    assert!(matches!(other, Err(AppError::NotFound)));
    let doctor = residents::change(&w.app, &w.by(&w.specialist), made.id, change(3, "1", vec![])).await;
    assert!(matches!(doctor, Err(AppError::NotFound | AppError::Forbidden)));
}

#[tokio::test]
async fn an_administrator_moves_a_resident_between_homes() {
    let w = World::new().await;
    let r = w.resident("王秀英").await;
    let body = |version| TransferBody { version, home_id: seed::HOME_2, bed: "108".into() };
    let moved = residents::transfer(&w.app, &w.by(&w.administrator), r.id, body(1)).await.unwrap();
    assert_eq!((moved.home_id, moved.version), (seed::HOME_2, 2));
    assert!(matches!(residents::get(&w.app, &w.by(&w.nurse), r.id).await, Err(AppError::NotFound)));
    assert_eq!(residents::get(&w.app, &w.by(&w.nurse_of_other_home), r.id).await.unwrap().bed, "108");
    let stale = residents::transfer(&w.app, &w.by(&w.administrator), r.id, body(1)).await;
    assert!(matches!(stale, Err(AppError::Stale { .. })));
}

#[tokio::test]
async fn who_moves_leaves_no_appointment_behind_in_the_old_home() {
    let w = World::new().await;
    let r = w.resident("王秀英").await;
    let asked = w.waiting("王秀英").await;
    let body = || TransferBody { version: 1, home_id: seed::HOME_2, bed: "108".into() };
    let administrator = w.by(&w.administrator);
    let refused = residents::transfer(&w.app, &administrator, r.id, body()).await;
    assert!(
        matches!(&refused, Err(AppError::OpenWorkInHome(open)) if *open == [OpenWork::Consultation]),
        "{refused:?}"
    );
    let cancel = ReasonBody { version: asked.version, reason: "转院".into() };
    consultations::cancel(&w.app, &w.by(&w.nurse), asked.id, cancel).await.unwrap();
    residents::transfer(&w.app, &administrator, r.id, body()).await.unwrap();
}

#[tokio::test]
async fn the_chart_brings_the_early_warning_score_and_its_trend() {
    let w = World::new().await;
    // Chronic lung disease on scale 2, with oxygen and a falling saturation since three days.
    let ill = w.resident("赵德明").await;
    let chart = residents::get(&w.app, &w.by(&w.specialist), ill.id).await.unwrap();
    let score = &chart.early_warning;
    assert_eq!(chart.oxygen_scale, OxygenScale::Scale2);
    assert!(score.now.total.is_some(), "{:?}", score.now);
    assert_eq!(score.now.parts.len(), 7);
    assert!(score.trend.len() > 10 && score.trend.is_sorted_by_key(|p| p.at));
    let (first, last) = (&score.trend[0], score.trend.last().unwrap());
    assert!(last.at_least > first.at_least, "{first:?} {last:?}");
    let well = w.resident("吴凤珍").await;
    let chart = residents::get(&w.app, &w.by(&w.specialist), well.id).await.unwrap();
    assert_eq!(chart.early_warning.now.band, Some(Band::Low), "{:?}", chart.early_warning.now);
    // A week later nobody has measured: never low.
    w.pass(jiff::SignedDuration::from_hours(7 * 24));
    let chart = residents::get(&w.app, &w.by(&w.specialist), well.id).await.unwrap();
    assert_eq!((chart.early_warning.now.total, chart.early_warning.now.band), (None, None));
    assert_eq!(chart.early_warning.now.old.len(), 7);
}

#[tokio::test]
async fn a_bed_that_another_resident_has_is_refused_by_name_when_registering_changing_and_moving() {
    let w = World::new().await;
    let taken = || Input { bed: "301-1".into(), ..somebody("吉田", number("19400229", "101")) };
    assert_eq!(paths(register(&w, &w.nurse, taken()).await), ["bed"]);
    let made = register(&w, &w.nurse, somebody("吉田", number("19400229", "101"))).await.unwrap();
    let change = ResidentChange { version: made.version, resident: Input { id_number: None, ..taken() } };
    assert_eq!(paths(residents::change(&w.app, &w.by(&w.nurse), made.id, change).await), ["bed"]);
    let body = TransferBody { version: made.version, home_id: seed::HOME_2, bed: "101".into() };
    assert_eq!(paths(residents::transfer(&w.app, &w.by(&w.administrator), made.id, body).await), ["bed"]);
    // Whoever waits for a bed waits with others.
    for (name, order) in [("吉天", "103"), ("吉地", "105")] {
        let waiting = Input { bed: "待分配".into(), ..somebody(name, number("19400229", order)) };
        register(&w, &w.nurse, waiting).await.unwrap();
    }
}
