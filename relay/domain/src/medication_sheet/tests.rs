use super::*;
use crate::doses::tests::{at, dose, item};
use crate::formulary::Formulary;
use crate::records::{AllergyRecord, AllergySeverity, Item, Sex};
use crate::scan_codes::{Mismatch, check_pack, check_resident};
use uuid::Uuid;

fn resident() -> Resident {
    Resident {
        id: crate::ids::ResidentId::from_uuid(Uuid::from_u128(2)),
        version: 1,
        home_id: crate::ids::HomeId::from_uuid(Uuid::nil()),
        name: "𠮷㛃英".to_owned().into(),
        pinyin: "jjy".to_owned(),
        sex: Sex::Female,
        birth_date: jiff::civil::date(1941, 5, 6),
        bed: "3-12".to_owned(),
        id_number: crate::checked::IdNumber::parse("330106194105060025").unwrap(),
        contacts: Vec::new(),
        surrogate: None,
        allergies: vec![AllergyRecord {
            substance: "青霉素".to_owned(),
            group: None,
            reaction: "皮疹".to_owned(),
            severity: AllergySeverity::Mild,
        }],
        allergies_asked: true,
        conditions: Vec::new(),
        medicines: Vec::new(),
        oxygen_scale: crate::early_warning::OxygenScale::ALL[0],
        photo_url: None,
        merged_into: None,
    }
}

fn printed(english: bool) -> (String, Vec<Label>) {
    let formulary = Formulary::demo().unwrap();
    let drug = formulary.drug(&crate::formulary::DrugId("amlodipine-5mg".to_owned())).unwrap();
    let zone = Zone::shanghai();
    let step = |value, days| TaperStep { dose: dose(value), frequency: Frequency::Bid, days };
    let taper = Item { no: 2, days: 6, taper: vec![step(2.0, 1), step(0.5, 5)], ..item(Frequency::Bid, 6) };
    let weekly = Item { no: 3, instruction: "空腹".to_owned(), ..item(Frequency::Qw, 28) };
    let items = [item(Frequency::Qid, 28), taper, weekly, Item { no: 4, ..item(Frequency::Prn, 28) }];
    let prescription_id = PrescriptionId::from_uuid(Uuid::from_u128(1));
    let course = |item| Course { item, received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone };
    let lines: Vec<Line<'_>> =
        items.iter().map(|item| Line { prescription_id, course: course(item), drug, instead: vec![] }).collect();
    let (resident, home) = (
        resident(),
        Home {
            id: crate::ids::HomeId::from_uuid(Uuid::nil()),
            version: 1,
            name: "松鹤养老院".to_owned(),
            address: String::new(),
            phone: String::new(),
            zone: zone.clone(),
            place: None,
            preferred_pharmacy_id: None,
        },
    );
    let sheet = MedicationSheet {
        resident: &resident,
        home: &home,
        lines: &lines,
        zone: &zone,
        formulary: &formulary,
        made_at: at("2026-11-25T02:00:00Z"),
        most_when_needed: 6,
        english,
    };
    let page = sheet.sheet();
    let mut text = format!("{}\n{}\n", page.title, page.subtitle);
    for section in page.sections {
        text += &format!("[{}]\n", section.heading);
        for row in section.rows {
            text += &format!("{row:?}\n");
        }
    }
    (text, sheet.labels())
}

#[test]
fn the_sheet_goes_by_the_times_of_the_day_with_the_step_in_force() {
    insta::assert_snapshot!("sheet_zh", printed(false).0);
    insta::assert_snapshot!("sheet_en", printed(true).0);
}

#[test]
fn a_label_names_nobody_and_its_code_opens_this_medicine_only() {
    let (_, labels) = printed(false);
    assert_eq!(labels.len(), 5, "one of each medicine and one of the bed");
    assert!(labels.iter().flat_map(|label| &label.lines).all(|line| !line.contains('㛃')));
    assert_eq!(labels[0].lines, ["苯磺酸氨氯地平片 5 mg", "1 片 每日四次", "08:00  12:00  17:00  21:00", "JJY · 3-12"]);
    assert_eq!(labels[3].lines, ["苯磺酸氨氯地平片 5 mg", "1 片 必要时", "24 小时内最多 6 次", "JJY · 3-12"]);
    let id = PrescriptionId::from_uuid(Uuid::from_u128(1));
    assert_eq!(check_pack(&labels[0].code, id, 1), Ok(()));
    assert_eq!(
        check_pack(&format!(" {}\n", labels[0].code.to_lowercase()), id, 1),
        Ok(()),
        "a scanner ends with Enter"
    );
    assert_eq!(check_pack(&labels[0].code, id, 2), Err(Mismatch::WrongMedicine));
    assert_eq!(check_pack("6901234567890", id, 1), Err(Mismatch::Unreadable));
    let resident = resident();
    assert_eq!(check_resident(&labels[4].code, &resident), Ok(()));
    assert_eq!(check_resident("3-12", &resident), Ok(()));
    assert_eq!(check_resident("3-14", &resident), Err(Mismatch::WrongResident));
    assert_eq!(check_resident(&labels[0].code, &resident), Err(Mismatch::Unreadable), "a pack is no resident");
}
