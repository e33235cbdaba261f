//! How a prescription is shown, each reader seeing what the work needs.

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::documents::DocumentError;
use yunzhen_domain::door_to_dose::{CalledBack, DoorToDose, Parcel, door_to_dose};
use yunzhen_domain::formulary::{Drug, DrugId};
use yunzhen_domain::ids::{DeliveryId, PharmacyId, StaffId};
use yunzhen_domain::machines::delivery;
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::records::{Delivery, Item, Prescription};
use yunzhen_domain::safety::worst;
use yunzhen_domain::substitution::substitutes;
use yunzhen_store::{Db, consultations, deliveries, discrepancies, doses, prescriptions, recalls, residents};

use super::ask::{is_turn, questions};
use super::replace::is_replaceable;
use super::write::under_way;
use crate::app::names::{Names, timeline};
use crate::app::residents::allergens;
use crate::app::views::prescriptions as views;
use crate::app::{App, AppError, Context, offers};

/// Lines of a list: what stands beside each is looked up for all of them at once.
pub(in crate::app) async fn summaries(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    all: &[&Prescription],
    now: Timestamp,
) -> Result<Vec<views::PrescriptionSummary>, AppError> {
    let lines = lines(app, db, names, all, now).await?;
    Ok(lines.into_iter().map(|(line, _)| line).collect())
}

/// The same of what the reader approved, each with what became of it since.
pub(super) async fn approvals(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    all: &[&Prescription],
    now: Timestamp,
) -> Result<Vec<views::PrescriptionSummary>, AppError> {
    let lines = lines(app, db, names, all, now).await?;
    let with_approval = |(p, (line, chain)): (&&Prescription, Line)| {
        let approval = p.approved_at.map(|at| views::Approval {
            at: at.into(),
            resident_id: p.resident_id,
            door_to_dose: chain.map(Into::into),
            withdrawal_reason: p.withdrawal_reason().map(|reason| reason.expose().clone()),
        });
        views::PrescriptionSummary { approval, ..line }
    };
    Ok(all.iter().zip(lines).map(with_approval).collect())
}

/// A line, and the way that it was read from.
type Line = (views::PrescriptionSummary, Option<DoorToDose>);

async fn lines(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    all: &[&Prescription],
    now: Timestamp,
) -> Result<Vec<Line>, AppError> {
    let residents = residents::get_all(db, all.iter().map(|p| p.resident_id)).await?;
    let deliveries = deliveries::get_all(db, all.iter().filter_map(|p| p.delivery_id)).await?;
    let counted = deliveries.values().filter(|d| is_counted(d)).map(|d| d.id);
    let tasks = discrepancies::of_deliveries(db, counted).await?;
    let in_homes = all.iter().filter(|p| p.in_the_home()).map(|p| p.id);
    let first_doses = doses::first_given_of(db, in_homes).await?;
    let to_give = all.iter().filter(|p| p.in_the_home() && !first_doses.contains_key(&p.id)).map(|p| p.id);
    let parcels = deliveries::by_prescriptions(db, to_give).await?;
    let recalls = recalls::barring(db, drugs_in(deliveries.values().chain(parcels.values().flatten()))).await?;
    let ended = all.iter().filter(|p| p.state.is_terminal()).map(|p| p.id);
    let replaced = prescriptions::replacing_all(db, ended).await?;
    let mut lines = Vec::with_capacity(all.len());
    for p in all {
        let resident = residents.get(&p.resident_id).cloned().ok_or(AppError::NotFound)?;
        let delivery = p.delivery_id.and_then(|id| deliveries.get(&id));
        let of_it = parcels.get(&p.id).map_or(&[][..], Vec::as_slice);
        let parcel = delivery.map(|d| Parcel::new(d, of_it, tasks.get(&d.id).map_or(&[][..], Vec::as_slice)));
        let called_back = CalledBack::of(delivery, of_it, &recalls);
        let chain = door_to_dose(p, parcel, called_back, first_doses.get(&p.id).copied(), &app.policy, now);
        let line = chain.as_ref().map(DoorToDose::in_a_line);
        let becomes_late = chain.as_ref().and_then(DoorToDose::becomes_late);
        let diagnosis = diagnosis(app, &p.diagnosis_code);
        let drugs = drug_names(app, &p.items);
        let owed = p.owed_of_a_part();
        // Of each line that has a number; one whose drug the formulary has no more is counted without a unit.
        let counted_in = |item: &Item| app.formulary.drug(&item.drug_id).map_or_else(String::new, |d| d.unit.clone());
        let owed_units = p.items.iter().take(owed.len()).map(counted_in).collect();
        let summary = views::PrescriptionSummary {
            id: p.id,
            state: p.state,
            version: p.version,
            resident: views::SummaryResident {
                age: resident.age(names.home(db, p.home_id).await?.zone.date(now)).into(),
                name: resident.name.into_exposed(),
                sex: resident.sex,
                bed: resident.bed,
                home_name: names.home(db, p.home_id).await?.name.clone(),
            },
            specialist_name: names.staff(db, p.specialist_id).await?.name.clone(),
            diagnosis_display: diagnosis.display,
            diagnosis_display_en: diagnosis.display_en,
            item_count: u32::try_from(p.items.len()).unwrap_or(u32::MAX),
            drug_names: drugs.zh,
            drug_names_en: drugs.en,
            strengths: drugs.strengths,
            urgency: p.urgency,
            signed_at: p.signed_at.map(Into::into),
            waiting_since: p.state_since.into(),
            worst_finding: worst(&p.findings),
            turn: line.map(|(turn, _)| turn),
            next: chain.as_ref().map(|chain| chain.next),
            reason: chain.as_ref().and_then(|chain| chain.reason),
            late: line.is_some_and(|(_, late)| late),
            late_from: becomes_late.map(|(at, _)| at.into()),
            late_turn: becomes_late.map(|(_, turn)| turn),
            offer: None,
            replaced: replaced.contains_key(&p.id),
            owed,
            owed_units,
            approval: None,
        };
        lines.push((summary, chain));
    }
    Ok(lines)
}

/// The way from the signature to the first dose.
async fn chain(app: &App, db: &mut Db, p: &Prescription, now: Timestamp) -> Result<Option<DoorToDose>, AppError> {
    let delivery = match p.delivery_id {
        Some(id) => deliveries::get(db, id).await?,
        None => None,
    };
    let tasks = match &delivery {
        Some(d) if is_counted(d) => discrepancies::of_delivery(db, d.id).await?,
        _ => Vec::new(),
    };
    let (parcels, first_dose) = if p.in_the_home() {
        (deliveries::by_prescription(db, p.id).await?, doses::first_given(db, p.id).await?)
    } else {
        (Vec::new(), None)
    };
    let parcel = delivery.as_ref().map(|d| Parcel::new(d, &parcels, &tasks));
    // What was given is in the home no more to be called back as a whole.
    let to_give = if first_dose.is_none() { &parcels[..] } else { &[] };
    let recalls = recalls::barring(db, drugs_in(delivery.iter().chain(to_give))).await?;
    let called_back = CalledBack::of(delivery.as_ref(), to_give, &recalls);
    Ok(door_to_dose(p, parcel, called_back, first_dose, &app.policy, now))
}

/// The products in these parcels, of which a batch may have been called back.
fn drugs_in<'a>(parcels: impl Iterator<Item = &'a Delivery>) -> Vec<DrugId> {
    parcels.flat_map(|d| &d.packs).filter_map(|pack| pack.drug_id.clone()).collect()
}

/// The home has it: only then something may be wrong with what it has.
const fn is_counted(d: &Delivery) -> bool {
    matches!(d.state, delivery::State::Received | delivery::State::Discrepancy)
}

fn diagnosis(app: &App, code: &str) -> views::PrescriptionDiagnosis {
    let known = app.formulary.diagnosis(code);
    let (display, display_en) = known.map_or((code, code), |d| (d.display_zh.as_str(), d.display_en.as_str()));
    views::PrescriptionDiagnosis {
        code: code.to_owned(),
        display: display.to_owned(),
        display_en: display_en.to_owned(),
    }
}

/// What lines are called, each list in the order of the lines.
#[derive(Default)]
pub(in crate::app) struct DrugNames {
    /// Chinese; the id of what is not in the formulary any more.
    pub zh: Vec<String>,
    /// English, likewise.
    pub en: Vec<String>,
    /// As the formulary writes them; empty where it has the drug no more.
    pub strengths: Vec<String>,
}

/// What the lines are called, and in which strength: two strengths of one medicine have one name.
pub(in crate::app) fn drug_names<'a>(app: &App, items: impl IntoIterator<Item = &'a Item>) -> DrugNames {
    let mut names = DrugNames::default();
    for item in items {
        let (zh, en, strength) = match app.formulary.drug(&item.drug_id) {
            Some(drug) => (drug.name_zh.clone(), drug.name_en.clone(), drug.strength.clone()),
            None => (item.drug_id.to_string(), item.drug_id.to_string(), String::new()),
        };
        names.zh.push(zh);
        names.en.push(en);
        names.strengths.push(strength);
    }
    names
}

/// One line; `None` when its drug is not in the formulary any more.
pub(in crate::app) fn line_of(app: &App, i: &Item, (owed, closed): (u32, u32)) -> Option<views::PrescriptionItem> {
    let drug = app.formulary.drug(&i.drug_id)?;
    Some(views::PrescriptionItem {
        no: i.no.into(),
        drug: drug.clone(),
        dose: i.dose.as_f64(),
        dose_unit: drug.dose_unit().to_owned(),
        frequency: i.frequency,
        route: i.route,
        days: i.days.into(),
        taper: i.taper.clone(),
        most_per_day: i.most_per_day,
        hours_apart: i.hours_apart,
        quantity: i.quantity,
        owed,
        closed,
        quantity_unit: drug.unit.clone(),
        instruction: i.instruction.clone(),
        substitution: i.substitution,
        substitutes: possible(app, i, drug),
    })
}

fn possible(app: &App, i: &Item, drug: &Drug) -> Vec<views::Substitute> {
    if !i.substitution {
        return Vec::new();
    }
    let found = substitutes(drug, &app.formulary).into_iter();
    found.map(|one| views::Substitute { drug: one.drug.clone(), factor: one.factor }).collect()
}

/// Everything that the caller may see of one prescription.
pub(super) async fn full(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    p: &Prescription,
) -> Result<views::Prescription, AppError> {
    let mut names = Names::default();
    let resident = residents::get(db, p.resident_id).await?.ok_or(AppError::NotFound)?;
    let specialist = names.staff(db, p.specialist_id).await?.clone();
    let pharmacy = match p.pharmacy_id {
        Some(id) => Some(views::PharmacyRef { id, name: names.pharmacy(db, id).await? }),
        None => None,
    };
    let mut items = Vec::with_capacity(p.items.len());
    for i in &p.items {
        items.push(line_of(app, i, (p.owed(i), p.closed(i))).ok_or(DocumentError::UnknownDrug(i.no))?);
    }
    let consultation = consultations::get(db, p.consultation_id).await?;
    let writing = consultation.is_some_and(|c| under_way(app, ctx, &c).is_ok());
    let replaced_by = prescriptions::replacing(db, p.id).await?;
    let (allergies, allergies_en) = allergens(app, &resident.allergies);
    // A pharmacy sees the prescription and what safety needs, not the consultation.
    let to_pharmacy = ctx.actor.role().is_of_pharmacy();
    Ok(views::Prescription {
        id: p.id,
        version: p.version,
        state: p.state,
        consultation_id: (!to_pharmacy).then_some(p.consultation_id),
        resident: views::PrescriptionResident {
            id: resident.id,
            age: resident.age(names.home(db, p.home_id).await?.zone.date(ctx.now)).into(),
            name: resident.name.into_exposed(),
            sex: resident.sex,
            bed: resident.bed,
            home_id: p.home_id,
            home_name: names.home(db, p.home_id).await?.name.clone(),
            allergies,
            allergies_en,
        },
        specialist: views::Prescriber {
            id: specialist.id,
            name: specialist.name,
            title: specialist.title.unwrap_or_default(),
            hospital: specialist.hospital.unwrap_or_default(),
        },
        diagnosis: diagnosis(app, &p.diagnosis_code),
        supply: p.supply,
        valid_days: p.valid_days.into(),
        valid_until: p.valid_until,
        items,
        findings: p.findings.clone(),
        hard_stop_reason: p.hard_stop_reason.as_ref().map(|r| r.expose().clone()),
        assessment: p.assessment.as_ref().map(|a| a.expose().clone()),
        questions: questions(db, ctx, &mut names, p).await?,
        replaces: p.replaces,
        replaced_by,
        signed_at: p.signed_at.map(Into::into),
        approved_at: p.approved_at.map(Into::into),
        pharmacist: names.staff_ref_opt(db, p.pharmacist_id).await?,
        rejection: p.rejection.clone(),
        withdrawal_reason: p.withdrawal_reason().map(|reason| reason.expose().clone()),
        offers: offers::shown(app, db, ctx, &mut names, p).await?,
        pharmacy,
        delivery_id: p.delivery_id,
        timeline: timeline(&p.timeline),
        door_to_dose: chain(app, db, p, ctx.now).await?.map(Into::into),
        signature: p.signature.clone(),
        approval: p.approval.clone(),
        allowed: allowed(ctx, p, writing, replaced_by.is_some()),
    })
}

/// Commands that the caller may give now, by their last path segment.
/// `writing`: its consultation still takes prescriptions; `replaced`: another one has taken its place.
fn allowed(ctx: &Context, p: &Prescription, writing: bool, replaced: bool) -> Vec<String> {
    let nobody = uuid::Uuid::nil();
    let staff = ctx.actor.staff_id().unwrap_or(StaffId::from_uuid(nobody));
    let pharmacy = ctx.actor.pharmacy_id().unwrap_or(PharmacyId::from_uuid(nobody));
    let reason = String::new;
    let transitions = [
        ("sign", Action::SignPrescription, Event::Sign { specialist: staff }),
        ("cancel", Action::CancelPrescription, p.withdrawal(reason())),
        ("claim", Action::ClaimPrescription, Event::Claim { pharmacist: staff }),
        ("approve", Action::ReviewPrescription, Event::Approve { pharmacist: staff }),
        ("reject", Action::ReviewPrescription, Event::Reject { pharmacist: staff }),
        ("release", Action::ReviewPrescription, Event::Release),
        ("ask", Action::AskPrescriber, Event::Ask),
        ("answer", Action::AnswerQuestion, Event::Answer),
        ("accept", Action::AcceptPrescription, Event::Accept { pharmacy }),
        ("decline", Action::DispensePrescription, Event::Decline { reason: reason() }),
        ("dispense", Action::DispensePrescription, Event::Dispense),
        ("pack", Action::DispensePrescription, Event::Pack { delivery: DeliveryId::from_uuid(nobody) }),
    ];
    let may = |action| decide(&ctx.actor, action, &p.facts(&ctx.actor)) == Decision::Allow;
    let mut allowed = Vec::new();
    if writing && p.state == State::Draft && may(Action::UpdatePrescription) {
        allowed.push("edit".to_owned());
    }
    for (name, action, event) in transitions {
        let ready = match name {
            // Packing needs batches for every line.
            "pack" => !p.packs.is_empty(),
            "sign" => writing,
            "ask" => is_turn(ctx.actor.role(), p.state),
            _ => true,
        };
        if ready && p.state.apply(&event, ctx.now).is_ok() && may(action) {
            allowed.push(name.to_owned());
        }
    }
    if !replaced && is_replaceable(p.state) && may(Action::ReplacePrescription) {
        allowed.push("replace".to_owned());
    }
    allowed
}
