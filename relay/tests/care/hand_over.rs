//! The hand-over summary as a reader of the PDF finds it: `pdftotext` reads it back.

use std::io::Write as _;
use std::process::{Command, Stdio};

use yunzhen_domain::audit::EventKind;
use yunzhen_relay::app::referrals::{self, HandOverFile};
use yunzhen_relay::app::views::common::{LanguageQuery, ReasonBody};
use yunzhen_relay::app::views::consultations::NoteUpdate;
use yunzhen_relay::app::views::residents::{NewObservations, Reading};
use yunzhen_relay::app::{AppError, consultations, residents};
use yunzhen_relay::print::{FontFile, PrintConfig, Printer};
use yunzhen_store::audit;

use crate::world::World;

/// The text of a PDF, page by page, as a person would copy it.
pub fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of the package poppler-utils");
    let mut input = reader.stdin.take().expect("stdin");
    input.write_all(pdf).expect("written");
    drop(input);
    let done = reader.wait_with_output().expect("read back");
    assert!(done.status.success(), "the file is no PDF");
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// A consultation with a note ends for `reason`; the referral that it opened.
async fn opened(w: &World, reason: &str) -> yunzhen_domain::ids::ReferralId {
    let c = w.in_progress("王秀英").await;
    let note = NoteUpdate {
        text: "头痛加重，视物模糊。\n颈软，无偏瘫。".into(),
        diagnosis_code: Some("I10".into()),
        version: 0,
    };
    consultations::save_note(&w.app, &w.by(&w.specialist), c.id, note).await.unwrap();
    let stop = ReasonBody { version: c.version, reason: reason.into() };
    consultations::stop(&w.app, &w.by(&w.specialist), c.id, stop).await.unwrap().referral.id
}

async fn hand_over(w: &World, id: yunzhen_domain::ids::ReferralId, lang: &str) -> Result<HandOverFile, AppError> {
    let query = LanguageQuery { lang: Some(lang.to_owned()) };
    referrals::hand_over(&w.app, &w.by(&w.nurse), id, query).await
}

#[tokio::test]
async fn a_doctor_who_has_never_seen_the_resident_finds_what_matters() {
    let w = World::new().await;
    let id = opened(&w, "血压 210/120，伴视物模糊").await;
    let zh = hand_over(&w, id, "zh").await.unwrap();
    assert!(zh.printed.missing.is_empty(), "{:?}", zh.printed.missing);
    assert_eq!(zh.file_name, "hand-over-2026-11-23-zh.pdf");
    let text = text_of(&zh.printed.pdf);
    for expected in [
        "转诊交接摘要",
        "王秀英",
        "1941-05-06",
        "330*************",
        "松鹤养老院",
        "301-1",
        "刘海峰",
        "青霉素",
        "喉头水肿",
        "紧急",
        "血压 210/120，伴视物模糊",
        "原发性高血压",
        "收缩压",
        "mmHg",
        "(UTC+08:00)",
        "氨氯地平",
        "头痛加重，视物模糊。",
        "颈软，无偏瘫。",
        "陈建国",
        "尚未预约",
        "1/",
    ] {
        assert!(text.contains(expected), "{expected} is not on the page:\n{text}");
    }
    assert!(!text.contains("194105"), "the identity number is masked");
    let en = hand_over(&w, id, "en").await.unwrap();
    assert_eq!(en.file_name, "hand-over-2026-11-23-en.pdf", "both may lie in one folder");
    let en = text_of(&en.printed.pdf);
    for expected in [
        "Hand-over summary",
        "female, 85 years",
        "Allergies",
        "Urgent",
        "Essential (primary) hypertension I10",
        "Systolic blood pressure",
        "Last vital signs",
        "Medicines",
        "Remote consultation of this visit",
        "Not booked yet",
        "头痛加重",
    ] {
        assert!(en.contains(expected), "{expected} is not on the page:\n{en}");
    }
    let mut db = w.app.store.read().await.unwrap();
    let rows = audit::after(&mut db, 0, 10_000).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.fact.kind == EventKind::ReferralHandOverMade).count(), 2);
}

/// An emergency doctor read "0 points" of an alert resident as coma.
#[tokio::test]
async fn the_level_of_responsiveness_is_a_word_and_not_a_number() {
    let w = World::new().await;
    let id = opened(&w, "血压 210/120").await;
    let resident = w.resident("王秀英").await;
    let alert = Reading {
        code: "67775-7".into(),
        value: 0.0,
        unit: "{score}".into(),
        measured_at: w.now().into(),
        device: None,
        clock_offset_ms: None,
        raw_frame: None,
    };
    let readings = NewObservations { readings: vec![alert] };
    residents::record_observations(&w.app, &w.by(&w.nurse), resident.id, readings).await.unwrap();
    let zh = text_of(&hand_over(&w, id, "zh").await.unwrap().printed.pdf);
    assert!(zh.contains("意识水平: 清醒") && !zh.contains("0 分"), "{zh}");
    let en = text_of(&hand_over(&w, id, "en").await.unwrap().printed.pdf);
    assert!(en.contains("Level of responsiveness: Alert") && !en.contains("0 points"), "{en}");
}

#[tokio::test]
async fn rare_characters_print_and_what_no_font_has_is_shown_as_its_code() {
    let w = World::new().await;
    // The first two are in the font, the third is newer than it.
    let id = opened(&w, "家属𠮷㛃\u{30000}要求").await;
    let file = hand_over(&w, id, "zh").await.unwrap();
    assert_eq!(file.printed.missing, ['\u{30000}']);
    let text = text_of(&file.printed.pdf);
    assert!(text.contains("家属𠮷㛃[U+30000]要求"), "{text}");
    assert!(text.contains("以下字符所用字体中没有"), "{text}");
}

#[tokio::test]
async fn a_long_note_goes_on_on_the_next_page() {
    let w = World::new().await;
    let long = "患者今晨起头痛，血压持续升高，服药后未缓解；".repeat(20);
    let c = w.in_progress("王秀英").await;
    let text = format!("{}\n末行", [long.as_str(); 12].join("\n"));
    let note = NoteUpdate { text, diagnosis_code: None, version: 0 };
    consultations::save_note(&w.app, &w.by(&w.specialist), c.id, note).await.unwrap();
    let stop = ReasonBody { version: c.version, reason: "须当面检查".into() };
    let id = consultations::stop(&w.app, &w.by(&w.specialist), c.id, stop).await.unwrap().referral.id;
    let text = text_of(&hand_over(&w, id, "zh").await.unwrap().printed.pdf);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= 3, "{} pages", pages.len());
    for (n, page) in (1..).zip(&pages) {
        assert!(page.contains(&format!("{n}/{}", pages.len())), "page {n} says which it is");
    }
    assert!(text.contains("末行"), "nothing is cut off");
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // A page may end in the middle of the sentence, never within a character.
    assert_eq!(whole.matches('缓').count(), 240);
}

#[tokio::test]
async fn without_a_font_the_missing_package_is_named() {
    let mut w = World::new().await;
    let id = opened(&w, "须当面检查").await;
    let fonts = vec![FontFile { path: "/nonexistent/font.otf".into(), index: 0 }];
    w.app = w.app.clone().with_printer(Printer::new(PrintConfig { fonts }));
    let said = hand_over(&w, id, "zh").await.unwrap_err();
    assert!(matches!(said, AppError::Print(_)), "{said}");
    assert!(
        said.to_string().contains("/nonexistent/font.otf") && said.to_string().contains("fonts-noto-cjk"),
        "{said}"
    );
    let query = LanguageQuery { lang: Some("fr".to_owned()) };
    let refused = referrals::hand_over(&w.app, &w.by(&w.nurse), id, query).await;
    assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == "lang"));
}
