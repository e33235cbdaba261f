//! Doses on the real store: due after the receipt, written about once, corrected by a new entry, ended with the prescription; the way from door to dose.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::door_to_dose::{Stage, Turn};
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::doses::Round;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::dose::{Outcome, State};
use yunzhen_domain::records::{Count, NeedReason, NotGivenReason};
use yunzhen_relay::app::views::common::{LanguageQuery, VersionBody};
use yunzhen_relay::app::views::deliveries::ReceiveBody;
use yunzhen_relay::app::views::doses::{Dose, DoseQuery, DosesOfDay, NewDoseEntry};
use yunzhen_relay::app::views::prescribing::DraftStep;
use yunzhen_relay::app::views::prescriptions::{Prescription, PrescriptionDraft};
use yunzhen_relay::app::{AppError, Context, deliveries, dispenses, doses, medication_sheet, prescriptions};

use crate::hand_over::text_of;
use crate::world::{World, courier_of, draft};

impl World {
    /// A prescription of these lines, carried through to the nurse's count.
    pub async fn in_the_home(&self, resident: &str, written: PrescriptionDraft) -> Prescription {
        let c = self.in_progress(resident).await;
        let p = self.draft(c.id, written).await;
        let p = self.try_sign(&p).await.unwrap();
        let accepted = self.accept(&self.approve(&self.claim(&p).await).await).await;
        let dispensed = self.dispense(&accepted).await;
        let packed = self.pack(&dispensed, &accepted.secret).await;
        let d = self.on_the_road(&packed.delivery).await;
        let seen = VersionBody { version: d.version };
        let d = deliveries::arrive(&self.app, &self.of(courier_of(&d)), d.id, seen).await.unwrap();
        let count = |i: &yunzhen_relay::app::views::prescriptions::PrescriptionItem| Count {
            item_no: i.no.try_into().unwrap(),
            quantity: i.quantity,
            damaged: 0,
        };
        let counts = p.items.iter().map(count).collect();
        let body =
            ReceiveBody { version: d.version, parcel_code: packed.parcel_code, counts, comment: None, celsius: None };
        deliveries::receive(&self.app, &self.by(&self.nurse), d.id, body).await.unwrap();
        self.see(p.id).await
    }

    pub async fn doses_on(&self, day: &str) -> DosesOfDay {
        let query = DoseQuery { day: Some(day.parse().unwrap()), resident_id: None };
        doses::list(&self.app, &self.by(&self.nurse), query).await.unwrap()
    }

    pub fn clock_to(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        self.pass(time.duration_since(self.now()));
    }
}

pub fn entry(dose: &Dose, outcome: Option<Outcome>, at: Timestamp) -> NewDoseEntry {
    NewDoseEntry {
        prescription_id: dose.prescription_id,
        item_no: dose.item_no,
        due_at: dose.due_at,
        sequence: dose.sequence,
        outcome,
        at: at.into(),
        not_given: None,
        need: None,
        batch: None,
        note: None,
        scanned_resident: None,
        scanned_medicine: None,
    }
}

async fn write(w: &World, ctx: &Context, resident: ResidentId, input: NewDoseEntry) -> Result<Dose, AppError> {
    doses::record(&w.app, ctx, resident, input).await
}

fn wrong(answer: Result<Dose, AppError>) -> String {
    match answer {
        Err(AppError::Invalid(fields)) => fields[0].path.clone(),
        other => panic!("taken: {other:?}"),
    }
}

#[tokio::test]
async fn the_first_dose_closes_the_way_and_each_step_says_whose_turn_it_is() {
    let w = World::new().await;
    let turn = async |p: &Prescription| w.see(p.id).await.door_to_dose.unwrap().turn;
    let p = w.signed().await;
    assert_eq!(turn(&p).await, Turn::Pharmacist);
    let listed = async || {
        let list = prescriptions::list(&w.app, &w.by(&w.pharmacist), Default::default()).await.unwrap();
        list.items.into_iter().find(|line| line.id == p.id).unwrap()
    };
    // A page that stays open needs no second answer to say that it is late.
    let line = listed().await;
    let due_by = w.see(p.id).await.door_to_dose.unwrap().due_by;
    assert_eq!((line.late, line.late_from, line.late_turn), (false, due_by, Some(Turn::Pharmacist)));
    w.pass(SignedDuration::from_mins(31));
    let late = w.see(p.id).await.door_to_dose.unwrap();
    assert!(late.late && late.steps.iter().any(|step| step.stage == Stage::Approved && step.late));
    let line = listed().await;
    assert_eq!((line.turn, line.late, line.late_from), (Some(Turn::Pharmacist), true, None));

    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    let chain = p.door_to_dose.unwrap();
    assert_eq!((chain.turn, chain.late), (Turn::Nurse, false));
    assert_eq!(chain.steps.iter().filter(|step| step.at.is_some()).count(), 7);
    // Received on Monday after ten: the first is on Tuesday at eight.
    let today = w.doses_on("2026-11-23").await;
    assert!(today.items.is_empty() && today.runways.len() == 1);
    w.clock_to("2026-11-24T00:05:00Z");
    let tuesday = w.doses_on("2026-11-24").await;
    let dose = &tuesday.items[0];
    assert_eq!((tuesday.items.len(), dose.state, dose.round), (1, State::Due, Some(Round::Morning)));
    assert_eq!(dose.due_at.unwrap().0, "2026-11-24T00:00:00Z".parse().unwrap());
    let given = NewDoseEntry {
        scanned_resident: Some(dose.resident.code.clone()),
        scanned_medicine: Some(dose.code.clone()),
        ..entry(dose, Some(Outcome::Given), w.now())
    };
    let after = write(&w, &w.by(&w.nurse), dose.resident.id, given).await.unwrap();
    assert_eq!((after.state, after.sequence, after.entries[0].scanned), (State::Given, 1, true));
    assert_eq!(after.entries[0].fhir_status.as_deref(), Some("completed"));
    let chain = w.see(p.id).await.door_to_dose.unwrap();
    assert_eq!((chain.turn, chain.steps.iter().filter(|step| step.at.is_some()).count()), (Turn::Nobody, 8));
    assert_eq!((w.count(EventKind::DoseRecorded).await, w.count(EventKind::PrescriptionFirstDose).await), (1, 1));
}

#[tokio::test]
async fn written_once_for_its_key_and_a_second_nurse_is_told_who_was_faster() {
    let w = World::new().await;
    w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    w.clock_to("2026-11-24T00:10:00Z");
    let dose = w.doses_on("2026-11-24").await.items.remove(0);
    let input = entry(&dose, Some(Outcome::Given), w.now());
    let ctx = w.by(&w.nurse);
    let first = write(&w, &ctx, dose.resident.id, input.clone()).await.unwrap();
    let again = write(&w, &ctx, dose.resident.id, input.clone()).await.unwrap();
    assert_eq!((first, w.count(EventKind::DoseRecorded).await), (again, 1), "the same key gets the first answer");
    let second = write(&w, &w.by(&w.nurse), dose.resident.id, input).await;
    assert!(matches!(second, Err(AppError::DoseRecorded { state: State::Given, .. })), "{second:?}");
    let other_home = write(&w, &w.by(&w.nurse_of_other_home), dose.resident.id, entry(&dose, None, w.now())).await;
    assert!(matches!(other_home, Err(AppError::NotFound)));
}

#[tokio::test]
async fn a_correction_is_another_entry_and_nothing_is_overwritten() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    w.clock_to("2026-11-24T00:10:00Z");
    let dose = w.doses_on("2026-11-24").await.items.remove(0);
    let given = entry(&dose, Some(Outcome::Given), w.now());
    let dose = write(&w, &w.by(&w.nurse), dose.resident.id, given).await.unwrap();
    let bare = entry(&dose, Some(Outcome::Refused), w.now());
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), dose.resident.id, bare.clone()).await), "not_given");
    let other = NewDoseEntry { not_given: Some(NotGivenReason::Other), ..bare.clone() };
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), dose.resident.id, other).await), "note");
    let refused = NewDoseEntry { not_given: Some(NotGivenReason::Vomiting), ..bare };
    let dose = write(&w, &w.by(&w.nurse), dose.resident.id, refused).await.unwrap();
    let codes: Vec<_> = dose.entries.iter().map(|e| (e.state, e.fhir_status.clone().unwrap())).collect();
    assert_eq!(codes, [(State::Given, "entered-in-error".to_owned()), (State::Refused, "not-done".to_owned())]);
    assert_eq!(w.see(p.id).await.door_to_dose.unwrap().turn, Turn::Nurse, "the first dose does not stand any more");
    let back = entry(&dose, None, w.now());
    let dose = write(&w, &w.by(&w.nurse), dose.resident.id, back).await.unwrap();
    assert_eq!((dose.state, dose.sequence), (State::Due, 3));
    w.pass(SignedDuration::from_hours(3));
    assert_eq!(w.doses_on("2026-11-24").await.items[0].state, State::Missed);
    // An entry of the morning that was made without a link comes now.
    let late = entry(&dose, Some(Outcome::Given), "2026-11-24T00:20:00Z".parse().unwrap());
    assert_eq!(write(&w, &w.by(&w.nurse), dose.resident.id, late).await.unwrap().state, State::Given);
    w.pass(SignedDuration::from_hours(80));
    let dose = w.doses_on("2026-11-24").await.items.remove(0);
    let too_late =
        NewDoseEntry { not_given: Some(NotGivenReason::Asleep), ..entry(&dose, Some(Outcome::Held), w.now()) };
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), dose.resident.id, too_late).await), "outcome");
}

#[tokio::test]
async fn another_resident_s_bed_or_another_medicine_is_refused_in_words() {
    let w = World::new().await;
    w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7), ("metoprolol-47.5mg", 7)])).await;
    let neighbour = w.resident("赵德明").await;
    w.clock_to("2026-11-24T00:10:00Z");
    let day = w.doses_on("2026-11-24").await;
    let (one, two) = (&day.items[0], &day.items[1]);
    let scanned = |resident: &str, medicine: &str| NewDoseEntry {
        scanned_resident: Some(resident.to_owned()),
        scanned_medicine: Some(medicine.to_owned()),
        ..entry(one, Some(Outcome::Given), "2026-11-24T00:10:00Z".parse().unwrap())
    };
    let id = one.resident.id;
    let bed = &neighbour.bed;
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, scanned(bed, &one.code)).await), "scanned_resident");
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, scanned(&one.resident.code, &two.code)).await), "scanned_medicine");
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, scanned("??:?", &one.code)).await), "scanned_resident");
    let of_other = write(&w, &w.by(&w.nurse), neighbour.id, scanned(bed, &one.code)).await;
    assert_eq!(wrong(of_other), "prescription_id");
    assert_eq!(w.count(EventKind::DoseScanRefused).await, 3, "each wrong scan is counted");
    let early = entry(one, Some(Outcome::Given), "2026-11-23T22:59:00Z".parse().unwrap());
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, early).await), "at");
    assert_eq!(w.count(EventKind::DoseScanRefused).await, 3, "too early is no wrong scan");
    assert_eq!(w.count(EventKind::DoseRecorded).await, 0, "nothing of it was kept");
    write(&w, &w.by(&w.nurse), id, scanned(&one.resident.bed, &one.code)).await.unwrap();
}

#[tokio::test]
async fn what_is_given_when_needed_has_a_reason_and_a_bound() {
    let w = World::new().await;
    let mut written = draft("I10", &[("paracetamol-500mg", 7)]);
    written.items[0].frequency = Frequency::Prn;
    written.items[0].quantity = Some(14);
    written.items[0].most_per_day = Some(3);
    w.in_the_home("赵德明", written).await;
    let day = w.doses_on("2026-11-23").await;
    assert!(day.items.is_empty());
    let medicine = &day.as_needed[0];
    let most = medicine.most_per_day.unwrap();
    assert_eq!(most, 3, "as the prescriber says, and not the six of any medicine");
    let id = medicine.resident.id;
    let silent = entry(medicine, Some(Outcome::Given), w.now());
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, silent).await), "need");
    for _ in 0..most {
        let given = NewDoseEntry { need: Some(NeedReason::Pain), ..entry(medicine, Some(Outcome::Given), w.now()) };
        write(&w, &w.by(&w.nurse), id, given).await.unwrap();
        w.pass(SignedDuration::from_hours(1));
    }
    assert_eq!(w.doses_on("2026-11-23").await.as_needed[0].given_last_day, Some(most));
    let more = NewDoseEntry { need: Some(NeedReason::Pain), ..entry(medicine, Some(Outcome::Given), w.now()) };
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, more.clone()).await), "at");
    // One of them was an error: it is taken back, and another may be given.
    let last = w.doses_on("2026-11-23").await.as_needed[0].entries.last().unwrap().clone();
    let back = NewDoseEntry { due_at: Some(last.due_at), sequence: last.sequence, ..entry(medicine, None, w.now()) };
    write(&w, &w.by(&w.nurse), id, back).await.unwrap();
    write(&w, &w.by(&w.nurse), id, more).await.unwrap();
}

/// The prescriber's "not within four hours" was words in the instruction, and the box took a second dose a minute after the first.
#[tokio::test]
async fn what_is_given_when_needed_keeps_the_hours_that_the_prescriber_signed() {
    let w = World::new().await;
    let mut written = draft("I10", &[("paracetamol-500mg", 7)]);
    let line = &mut written.items[0];
    (line.frequency, line.quantity, line.most_per_day, line.hours_apart) = (Frequency::Prn, Some(14), Some(3), Some(4));
    let p = w.in_the_home("赵德明", written).await;
    let seen = w.see(p.id).await;
    assert_eq!(seen.items[0].hours_apart, Some(4));
    let signed = yunzhen_certs::jws::verify(&seen.signature.unwrap().jws, &w.app.signers, w.now()).unwrap();
    assert!(signed.payload.contains("\"hours_apart\":4"), "{}", signed.payload);
    let day = w.doses_on("2026-11-23").await;
    let medicine = &day.as_needed[0];
    assert_eq!((medicine.hours_apart, medicine.not_before), (Some(4), None));
    let id = medicine.resident.id;
    let given = |at| NewDoseEntry { need: Some(NeedReason::Pain), ..entry(medicine, Some(Outcome::Given), at) };
    let first = w.now();
    write(&w, &w.by(&w.nurse), id, given(first)).await.unwrap();
    let again = first + SignedDuration::from_hours(4);
    assert_eq!(w.doses_on("2026-11-23").await.as_needed[0].not_before.map(|at| at.0), Some(again));
    w.pass(SignedDuration::from_hours(3));
    let refused = write(&w, &w.by(&w.nurse), id, given(w.now())).await;
    let Err(AppError::Invalid(fields)) = &refused else { panic!("{refused:?}") };
    assert!(fields[0].message_zh.contains("至少间隔 4 小时"), "{fields:?}");
    assert!(fields[0].message_en.starts_with("At least 4 hours apart"), "{fields:?}");
    w.pass(SignedDuration::from_hours(1));
    write(&w, &w.by(&w.nurse), id, given(w.now())).await.unwrap();
}

/// A dose that was in the resident was refused for its limit, stayed unwritten, and the next nurse counted one too few.
#[tokio::test]
async fn what_was_given_when_needed_without_a_link_is_kept_beyond_its_bound_and_after_a_stop() {
    let w = World::new().await;
    let mut written = draft("I10", &[("paracetamol-500mg", 7)]);
    let line = &mut written.items[0];
    (line.frequency, line.quantity, line.most_per_day, line.hours_apart) = (Frequency::Prn, Some(14), Some(2), Some(4));
    let p = w.in_the_home("赵德明", written).await;
    let day = w.doses_on("2026-11-23").await;
    let medicine = &day.as_needed[0];
    let id = medicine.resident.id;
    let given = |at| NewDoseEntry { need: Some(NeedReason::Pain), ..entry(medicine, Some(Outcome::Given), at) };
    let later = SignedDuration::from_mins(i64::from(w.app.policy.at_once_minutes) + 1);
    let nurse = w.by(&w.nurse);
    write(&w, &nurse, id, given(w.now())).await.unwrap();
    w.pass(SignedDuration::from_hours(1));
    let second = w.now();
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, given(second)).await), "at", "about to be given it is refused");
    assert_eq!(w.count(EventKind::DoseBeyondBound).await, 0);
    w.pass(later);
    let kept = write(&w, &w.by(&w.nurse), id, given(second)).await.unwrap();
    let marked: Vec<_> = kept.entries.iter().map(|entry| entry.beyond_bound).collect();
    assert_eq!((kept.given_last_day, marked), (Some(2), vec![false, true]), "counted, and said to be too soon");
    assert_eq!(w.count(EventKind::DoseBeyondBound).await, 1);
    w.pass(SignedDuration::from_hours(5));
    assert_eq!(wrong(write(&w, &w.by(&w.nurse), id, given(w.now())).await), "at", "the next nurse counts both");
    // One that was given after a stop that nobody could tell is in the resident as well.
    w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
    w.pass(SignedDuration::from_hours(20));
    let third = w.now();
    let now = write(&w, &w.by(&w.nurse), id, given(third)).await;
    assert!(matches!(now, Err(AppError::DoseStopped { .. })), "{now:?}");
    w.pass(later);
    write(&w, &w.by(&w.nurse), id, given(third)).await.unwrap();
    assert_eq!(w.count(EventKind::DoseBeyondBound).await, 1, "it kept its hours");
}

#[tokio::test]
async fn a_stop_ends_the_doses_at_once_and_says_why() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    w.clock_to("2026-11-24T00:10:00Z");
    let tuesday = w.doses_on("2026-11-24").await.items.remove(0);
    write(&w, &w.by(&w.nurse), tuesday.resident.id, entry(&tuesday, Some(Outcome::Given), w.now())).await.unwrap();
    let wednesday = w.doses_on("2026-11-25").await.items.remove(0);
    let stopped = w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
    assert_eq!(stopped.withdrawal_reason.as_deref(), Some("病情变化"));
    let after = w.doses_on("2026-11-25").await;
    assert!(after.items.is_empty() && after.runways.is_empty());
    assert_eq!((after.stopped[0].reason.as_str(), after.stopped[0].prescription_id), ("病情变化", p.id));
    assert_eq!(w.doses_on("2026-11-24").await.items.len(), 1, "what was given before stands");
    w.clock_to("2026-11-25T00:05:00Z");
    let given = entry(&wednesday, Some(Outcome::Given), w.now());
    let refused = write(&w, &w.by(&w.nurse), wednesday.resident.id, given).await;
    assert!(matches!(refused, Err(AppError::DoseStopped { .. })), "{refused:?}");
    w.pass(SignedDuration::from_hours(24 * 4));
    assert!(w.doses_on("2026-11-29").await.stopped.is_empty(), "after some days nobody needs to be told");
}

#[tokio::test]
async fn a_dose_that_was_due_before_a_stop_is_not_given_after_it() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    w.clock_to("2026-11-24T00:10:00Z");
    let due = w.doses_on("2026-11-24").await.items.remove(0);
    let id = due.resident.id;
    w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
    let stopped_at = w.now();
    w.pass(SignedDuration::from_mins(9));
    let nurse = w.by(&w.nurse);
    let after = write(&w, &nurse, id, entry(&due, Some(Outcome::Given), w.now())).await;
    assert!(matches!(after, Err(AppError::DoseStopped { .. })), "{after:?}");
    assert_eq!(w.doses_on("2026-11-24").await.items[0].entries.len(), 0);
    // Given to the resident without a link, told when the link was back: it happened.
    w.pass(SignedDuration::from_hours(1));
    let told_late = entry(&due, Some(Outcome::Given), stopped_at.checked_add(SignedDuration::from_mins(2)).unwrap());
    write(&w, &nurse, id, told_late).await.unwrap();
    // It is put right with what the doctor said.
    let held = NewDoseEntry {
        sequence: 1,
        not_given: Some(NotGivenReason::DoctorsOrder),
        ..entry(&due, Some(Outcome::Held), w.now())
    };
    write(&w, &nurse, id, held).await.unwrap();
}

#[tokio::test]
async fn the_sheet_and_the_labels_are_printed_for_the_home_and_audited() {
    let w = World::new().await;
    w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    let id = w.resident("王秀英").await.id;
    for (paper, lang) in [(medication_sheet::Paper::Sheet, "zh"), (medication_sheet::Paper::Labels, "en")] {
        let query = LanguageQuery { lang: Some(lang.to_owned()) };
        let file = medication_sheet::make(&w.app, &w.by(&w.nurse), id, query, paper).await.unwrap();
        assert!(file.printed.pdf.starts_with(b"%PDF") && file.printed.missing.is_empty(), "{lang}");
        if let Ok(folder) = std::env::var("YUNZHEN_PDFS") {
            std::fs::write(std::path::Path::new(&folder).join(&file.file_name), &file.printed.pdf).unwrap();
        }
    }
    assert_eq!(w.count(EventKind::MedicationSheetMade).await, 2);
    for other in [&w.nurse_of_other_home, &w.specialist, &w.pharmacist] {
        let paper = medication_sheet::Paper::Sheet;
        let hidden = medication_sheet::make(&w.app, &w.by(other), id, LanguageQuery::default(), paper).await;
        assert!(matches!(hidden, Err(AppError::NotFound | AppError::Forbidden)));
    }
}

/// One dose was printed until the last day of all steps, and what the home had recorded was left out.
#[tokio::test]
async fn the_papers_of_a_taper_name_every_step_and_the_sheet_what_the_home_recorded() {
    let w = World::new().await;
    let step = |dose, days| DraftStep { dose, frequency: Frequency::Qd, days };
    let mut written = draft("I10", &[("amlodipine-5mg", 7)]);
    (written.items[0].dose, written.items[0].instruction) = (2.0, "早餐后服用".into());
    written.items[0].taper = vec![step(2.0, 3), step(1.0, 2), step(0.5, 2)];
    w.in_the_home("王秀英", written).await;
    let id = w.resident("王秀英").await.id;
    let read = async |paper, lang: &str| {
        let query = LanguageQuery { lang: Some(lang.to_owned()) };
        let file = medication_sheet::make(&w.app, &w.by(&w.nurse), id, query, paper).await.unwrap();
        // A row breaks anywhere.
        text_of(&file.printed.pdf).split_whitespace().collect::<String>()
    };
    let sheet = read(medication_sheet::Paper::Sheet, "zh").await;
    for row in [
        "08:002026-11-24至2026-11-26：苯磺酸氨氯地平片5mg·2片·第1步，共3步·口服·早餐后服用",
        "08:002026-11-27至2026-11-28：苯磺酸氨氯地平片5mg·1片·第2步，共3步·口服·早餐后服用",
        "08:002026-11-29至2026-11-30：苯磺酸氨氯地平片5mg·0.5片·第3步，共3步·口服·早餐后服用",
        "已在服用（养老院登记，非本院处方）",
        "阿托伐他汀",
        "2018-02-20",
    ] {
        assert!(sheet.contains(row), "{row}: {sheet}");
    }
    let sheet = read(medication_sheet::Paper::Sheet, "en").await;
    assert!(sheet.contains("from2026-11-27until2026-11-28:Amlodipinebesilatetablets5mg·1tablet·step2of3"), "{sheet}");
    assert!(sheet.contains("Takenalready,asrecordedbythehome"), "{sheet}");
    for (lang, last) in [
        ("zh", "第3步，共3步·2026-11-29至2026-11-300.5片每日一次·口服08:00早餐后服用"),
        ("en", "step3of3·from2026-11-29until2026-11-300.5tabletonceaday·bymouth08:00早餐后服用"),
    ] {
        let labels = read(medication_sheet::Paper::Labels, lang).await;
        assert!(labels.contains(last), "{last}: {labels}");
    }
}

/// English pages said medicines and diagnoses in Chinese: lists, parcels and what was stopped had no other name.
#[tokio::test]
async fn what_an_english_page_shows_has_its_english_name_beside_the_chinese_one() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    let drug = ["Amlodipine besilate tablets"];
    assert_eq!(p.diagnosis.display_en, "Essential (primary) hypertension");
    let listed = prescriptions::list(&w.app, &w.by(&w.pharmacist), Default::default()).await.unwrap().items;
    assert_eq!(listed[0].diagnosis_display_en, p.diagnosis.display_en);
    assert_eq!(listed[0].drug_names, ["苯磺酸氨氯地平片"]);
    assert_eq!(listed[0].drug_names_en, drug);
    assert_eq!(listed[0].strengths, ["5 mg"]);
    let parcel = deliveries::get(&w.app, &w.by(&w.nurse), p.delivery_id.unwrap()).await.unwrap();
    let pack = &parcel.packs.unwrap()[0];
    assert_eq!((pack.name_en.as_deref(), pack.strength.as_deref()), (Some(drug[0]), Some("5 mg")));
    let filling = &dispenses::list(&w.app, &w.by(&w.nurse), p.id).await.unwrap().items[0];
    assert_eq!(
        (filling.packs[0].name.as_str(), filling.packs[0].strength.as_deref()),
        (pack.name.as_str(), Some("5 mg"))
    );
    w.cancel(p.id, p.version).await.unwrap();
    assert_eq!(w.doses_on("2026-11-24").await.stopped[0].drug_names_en, drug);
}

/// Two strengths of one medicine read alike where it was stopped and where it runs out.
#[tokio::test]
async fn what_is_stopped_and_what_runs_out_is_said_with_its_strength() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    assert_eq!(w.doses_on("2026-11-24").await.runways[0].strength, "5 mg");
    w.cancel(p.id, p.version).await.unwrap();
    assert_eq!(w.doses_on("2026-11-24").await.stopped[0].strengths, ["5 mg"]);
}

/// A dose that is given once was listed under what runs out, of which the prescriber is to be asked.
#[tokio::test]
async fn what_is_given_once_does_not_run_out() {
    let w = World::new().await;
    let mut written = draft("I10", &[("amlodipine-5mg", 1)]);
    written.items[0].frequency = Frequency::St;
    w.in_the_home("王秀英", written).await;
    let day = w.doses_on("2026-11-23").await;
    assert_eq!((day.items.len(), day.runways.len()), (1, 0));
}
