use super::*;
use crate::dosage::TaperStep;
use crate::doses::tests::{at, dose, item};
use crate::formulary::DrugId;
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

fn lot(batch: &str, barred_since: Option<Timestamp>) -> Lot {
    Lot { drug_id: None, batch: batch.to_owned(), milli: 28_000, barred_since }
}

fn printed(english: bool) -> (String, Vec<Label>) {
    printed_with(english, &[])
}

/// With these lots of the first medicine.
fn printed_with(english: bool, lots: &[Lot]) -> (String, Vec<Label>) {
    let step = |value, days| TaperStep { dose: dose(value), frequency: Frequency::Bid, days };
    let taper = Item { no: 2, days: 6, taper: vec![step(2.0, 1), step(0.5, 5)], ..item(Frequency::Bid, 6) };
    let weekly = Item { no: 3, instruction: "空腹".to_owned(), ..item(Frequency::Qw, 28) };
    let items = [item(Frequency::Qid, 28), taper, weekly, Item { no: 4, ..item(Frequency::Prn, 28) }];
    printed_of(&items.map(|item| (1, item)), english, lots)
}

/// Lines, each with the number of its prescription; these lots are of the first line of each.
fn printed_of(items: &[(u128, Item)], english: bool, lots: &[Lot]) -> (String, Vec<Label>) {
    printed_for(&resident(), items, english, lots, &[])
}

/// The same for somebody, with other products that came for each line.
fn printed_for(
    resident: &Resident,
    items: &[(u128, Item)],
    english: bool,
    lots: &[Lot],
    instead: &[(&str, u32)],
) -> (String, Vec<Label>) {
    let formulary = Formulary::demo().unwrap();
    let zone = Zone::shanghai();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (prescription, item) in items {
        lines.push(Line {
            prescription_id: PrescriptionId::from_uuid(Uuid::from_u128(*prescription)),
            course: Course { item, received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone },
            drug: formulary.drug(&item.drug_id).unwrap(),
            instead: instead.iter().map(|(id, n)| (formulary.drug(&DrugId((*id).to_owned())).unwrap(), *n)).collect(),
            lots: if item.no == items[0].1.no { lots.to_vec() } else { vec![] },
        });
    }
    let home = Home {
        id: crate::ids::HomeId::from_uuid(Uuid::nil()),
        version: 1,
        name: "松鹤养老院".to_owned(),
        address: String::new(),
        phone: String::new(),
        zone: zone.clone(),
        place: None,
        preferred_pharmacy_id: None,
    };
    let sheet = MedicationSheet {
        resident,
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
fn the_sheet_goes_by_the_times_of_the_day_with_the_steps_that_are_not_over() {
    insta::assert_snapshot!("sheet_zh", printed(false).0);
    insta::assert_snapshot!("sheet_en", printed(true).0);
}

/// Sheet and labels printed after a recall still said to give it, while the screen said not to.
#[test]
fn paper_does_not_say_to_give_what_was_called_back() {
    let barred = lot("A2604", Some(at("2026-11-24T02:00:00Z")));
    let none_left = "已召回，不要给：批号 A2604；没有其他批号";
    let (page, labels) = printed_with(false, std::slice::from_ref(&barred));
    assert_eq!(page.matches(none_left).count(), 4, "at each of its hours: {page}");
    assert_eq!(page.matches("Alert(\"08:00").count(), 1, "{page}");
    assert_eq!(labels[0].lines[1], none_left);
    assert!(labels[1..].iter().flat_map(|label| &label.lines).all(|line| !line.contains("召回")));
    let lots = [barred.clone(), lot("A2611", None), barred, lot("A2611", None)];
    let (page, labels) = printed_with(true, &lots);
    let other = "Recalled, do not give: batch A2604; give batch A2611 only";
    assert_eq!(page.matches(other).count(), 4, "{page}");
    assert_eq!(labels[0].lines[1], other);
    assert!(!printed_with(false, &[lot("A2611", None)]).0.contains("召回"));
}

/// The paper said how often, and not how soon again.
#[test]
fn paper_says_the_hours_between_two_times_of_what_is_taken_when_needed() {
    let of = |hours, english| {
        let line = Item { hours_apart: Some(hours), most_per_day: Some(3), ..item(Frequency::Prn, 28) };
        printed_of(&[(1, line)], english, &[])
    };
    let (page, labels) = of(4, false);
    let words = "24 小时内最多 3 次，两次至少间隔 4 小时";
    assert!(page.contains(words), "{page}");
    assert!(labels[0].lines.iter().any(|line| line == words), "{:?}", labels[0].lines);
    assert!(of(1, true).0.contains("at most 3 in 24 hours, at least 1 hour apart"));
    assert!(of(6, true).0.contains("at least 6 hours apart"));
}

#[test]
fn a_label_names_nobody_and_its_code_opens_this_medicine_only() {
    let (_, labels) = printed(false);
    assert_eq!(labels.len(), 5, "one of each medicine and one of the bed");
    assert!(labels.iter().flat_map(|label| &label.lines).all(|line| !line.contains('㛃')));
    assert_eq!(
        labels[0].lines,
        ["苯磺酸氨氯地平片 5 mg", "1 片 每日四次 · 口服", "08:00  12:00  17:00  21:00", "JJY · 3-12"]
    );
    assert_eq!(labels[3].lines, ["苯磺酸氨氯地平片 5 mg", "1 片 必要时 · 口服", "24 小时内最多 6 次", "JJY · 3-12"]);
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

/// Both were printed at 08:00 as if nothing were the matter.
#[test]
fn the_same_ingredient_of_two_prescriptions_at_one_hour_is_marked_on_the_sheet() {
    let once = item(Frequency::Qd, 28);
    let twice = item(Frequency::Bid, 28);
    let zh = "Alert(\"08:00 同一时间另有 苯磺酸氨氯地平片 5 mg · 1 片：请核对后再给\")";
    let en = "Alert(\"The same medicine is also due at 08:00: Amlodipine besilate tablets 5 mg · 1 tablet. Check before \
              giving both\")";
    let two = [(1, once.clone()), (2, twice.clone())];
    assert_eq!(printed_of(&two, false, &[]).0.matches(zh).count(), 2, "under each of both");
    assert_eq!(printed_of(&two, true, &[]).0.matches(en).count(), 2);
    assert!(!printed_of(&two, false, &[]).0.contains("18:00 同一时间"), "only one is due in the evening");
    let of_one = [(1, once.clone()), (1, Item { no: 2, ..twice })];
    assert!(!printed_of(&of_one, false, &[]).0.contains("同一时间"), "lines of one prescription were judged together");
    let over = [(1, once.clone()), (2, item(Frequency::Qd, 1))];
    assert!(!printed_of(&over, false, &[]).0.contains("同一时间"), "the other is over when both would be due");
    let other = Item { drug_id: DrugId("nifedipine-cr-30mg".to_owned()), ..item(Frequency::Qd, 28) };
    assert!(!printed_of(&[(1, once), (2, other)], false, &[]).0.contains("同一时间"), "another ingredient");
}

/// Thirty, twenty and ten: six, four and two tablets, five days each.
fn taper(frequency: Frequency) -> Item {
    let step = |value| TaperStep { dose: dose(value), frequency, days: 5 };
    Item { dose: dose(6.0), taper: vec![step(6.0), step(4.0), step(2.0)], ..item(frequency, 15) }
}

/// The sheet named one dose until the last day of all: whoever went by it gave the strongest to the end.
#[test]
fn each_step_of_a_taper_stands_on_the_sheet_with_its_own_days_and_dose() {
    let (page, _) = printed_of(&[(1, taper(Frequency::Qd))], false, &[]);
    let rows: Vec<&str> = page.lines().filter(|row| row.contains("08:00")).collect();
    let row = |days: &str, count: u8, step: u8| {
        format!("Text(\"08:00  {days}：苯磺酸氨氯地平片 5 mg · {count} 片 · 第 {step} 步，共 3 步 · 口服\")")
    };
    let steps = [
        row("2026-11-24 至 2026-11-28", 6, 1),
        row("2026-11-29 至 2026-12-03", 4, 2),
        row("2026-12-04 至 2026-12-08", 2, 3),
    ];
    assert_eq!(rows, steps);
    let (page, _) = printed_of(&[(1, taper(Frequency::Qd))], true, &[]);
    let english =
        "from 2026-11-29 until 2026-12-03: Amlodipine besilate tablets 5 mg · 4 tablets · step 2 of 3 · by mouth";
    assert!(page.contains(english), "{page}");
}

/// A step every other day names its first and its last dose, not the days of the step.
#[test]
fn a_taper_every_other_day_names_the_days_of_its_doses() {
    let (page, _) = printed_of(&[(1, taper(Frequency::Qod))], false, &[]);
    for days in ["2026-11-24 至 2026-11-28", "2026-11-29 至 2026-12-03", "2026-12-04 至 2026-12-08"] {
        assert_eq!(page.matches(days).count(), 1, "{page}");
    }
    assert_eq!(page.matches("隔日一次").count(), 3, "{page}");
}

/// The label named one step, without the way it is taken and without what the prescriber says about it.
#[test]
fn the_label_of_a_taper_has_every_step_the_way_and_the_instruction() {
    let line = Item { instruction: " 饭后 ".to_owned(), ..taper(Frequency::Qd) };
    let (_, labels) = printed_of(&[(1, line.clone())], false, &[]);
    let lines = [
        "苯磺酸氨氯地平片 5 mg",
        "第 1 步，共 3 步 · 2026-11-24 至 2026-11-28",
        "6 片 每日一次 · 口服",
        "08:00",
        "第 2 步，共 3 步 · 2026-11-29 至 2026-12-03",
        "4 片 每日一次 · 口服",
        "08:00",
        "第 3 步，共 3 步 · 2026-12-04 至 2026-12-08",
        "2 片 每日一次 · 口服",
        "08:00",
        "饭后",
        "JJY · 3-12",
    ];
    assert_eq!(labels[0].lines, lines);
    let (_, labels) = printed_of(&[(1, line)], true, &[]);
    assert_eq!(
        labels[0].lines[1..3],
        ["step 1 of 3 · from 2026-11-24 until 2026-11-28", "6 tablets once a day · by mouth"]
    );
    // Received in the morning, so twice a day begins in the evening: the day of the change has doses of both.
    let (_, labels) = printed_of(&[(1, taper(Frequency::Bid))], false, &[]);
    let change = ["第 2 步，共 3 步 · 2026-11-28 至 2026-12-03", "2026-11-28 18:00 起"];
    assert!(labels[0].lines.windows(2).any(|pair| pair == change), "{:?}", labels[0].lines);
}

#[test]
fn the_label_of_what_is_not_taken_every_day_says_from_which_day_on() {
    let (_, labels) = printed_of(&[(1, item(Frequency::Qod, 7))], false, &[]);
    let lines = ["苯磺酸氨氯地平片 5 mg", "1 片 隔日一次 · 口服", "08:00", "2026-11-24 至 2026-11-30", "JJY · 3-12"];
    assert_eq!(labels[0].lines, lines);
}

/// Only the smaller strength came, and the paper called it by the strength that nobody has.
#[test]
fn paper_names_what_came_and_beside_it_what_was_prescribed() {
    let prescribed = "atorvastatin-20mg";
    let line = Item { drug_id: DrugId(prescribed.to_owned()), ..item(Frequency::Qn, 28) };
    let of = |id: &str| Lot { drug_id: Some(DrugId(id.to_owned())), ..lot("B1", None) };
    let printed = |lots: &[Lot], english| {
        printed_for(&resident(), &[(1, line.clone())], english, lots, &[("atorvastatin-10mg", 2)])
    };
    let (page, labels) = printed(&[of("atorvastatin-10mg")], false);
    assert!(page.contains("阿托伐他汀钙片 10 mg · 2 片 · 处方为 阿托伐他汀钙片 20 mg: 1 片 · 口服"), "{page}");
    let lines = ["阿托伐他汀钙片 10 mg", "2 片 每晚一次 · 口服", "处方为 阿托伐他汀钙片 20 mg: 1 片"];
    assert_eq!(labels[0].lines[..3], lines);
    let (page, _) = printed(&[of("atorvastatin-10mg"), of(prescribed)], true);
    let both = "Atorvastatin calcium tablets 20 mg · 1 tablet · or Atorvastatin calcium tablets 10 mg: 2 tablets";
    assert!(page.contains(both) && !page.contains("prescribed as"), "{page}");
}

/// Medicines that the home had recorded were left out, and the sheet read as if it were all.
#[test]
fn what_the_home_recorded_stands_apart_and_a_medicine_of_both_is_marked() {
    let since = jiff::civil::date(2025, 3, 1);
    let taken = |drug: Option<&str>, name: &str, dose: &str| Medicine {
        drug_id: drug.map(|id| DrugId(id.to_owned())),
        name: name.to_owned(),
        dose_text: dose.to_owned(),
        since,
    };
    let medicines = vec![taken(None, "鱼油", "每日 1 粒"), taken(Some("amlodipine-5mg"), "络活喜", "")];
    let somebody = Resident { medicines, ..resident() };
    let (zh, labels) = printed_for(&somebody, &[(1, item(Frequency::Qd, 28))], false, &[], &[]);
    assert!(zh.contains("[已在服用（养老院登记，非本院处方）]\nText(\"鱼油 · 每日 1 粒 · 自 2025-03-01 起\")"), "{zh}");
    assert!(
        zh.contains("Alert(\"络活喜 · 自 2025-03-01 起 · 上面已有处方的 苯磺酸氨氯地平片 5 mg：请核对后再给\")"),
        "{zh}"
    );
    assert_eq!(labels.len(), 2, "nobody labels what came from elsewhere");
    let (en, _) = printed_for(&somebody, &[], true, &[], &[]);
    assert!(en.contains("No medicine from a prescription at present"), "{en}");
    let recorded = "[Taken already, as recorded by the home]\nText(\"鱼油 · 每日 1 粒 · since 2025-03-01\")\n\
                    Text(\"Amlodipine besilate tablets 5 mg · since 2025-03-01\")";
    assert!(en.contains(recorded), "{en}");
}
