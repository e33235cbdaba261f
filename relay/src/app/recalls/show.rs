//! How a recall is shown: the batch to everybody, who has it to whom it concerns. A home sees its residents, a pharmacy its shelf, orders and parcels; the
//! hospital, which oversees the recall, sees places and numbers, and no resident.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::recall::Event;
use yunzhen_domain::machines::recall_home;
use yunzhen_domain::recalls::{Holding, Order, Place, who_has};
use yunzhen_domain::records::{Recall, RecallEnd, RecallHome};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, deliveries, prescriptions, recalls, residents};

use super::views;
use crate::app::names::Names;
use crate::app::reads::Seen;
use crate::app::{App, AppError, Context};

/// Where the batch is. A record of a resident may have gone since; what it held is nobody's to look for.
pub(super) async fn holdings(db: &mut Db, recall: &Recall, now: Timestamp) -> Result<Vec<Holding>, AppError> {
    let ids = recalls::orders(db, &recall.drug_id, &recall.batch).await?;
    let prescriptions = prescriptions::get_all(db, ids.iter().copied()).await?;
    let parcels = deliveries::by_prescriptions(db, ids.iter().copied()).await?;
    let (mut names, mut found) = (Names::default(), Vec::new());
    for id in &ids {
        let Some(prescription) = prescriptions.get(id) else { continue };
        let zone = &names.home(db, prescription.home_id).await?.zone;
        let deliveries = parcels.get(id).map(Vec::as_slice).unwrap_or_default();
        found.extend(who_has(recall, &[Order { prescription, deliveries, zone }], now));
    }
    Ok(found)
}

/// Is it this reader's to know?
fn concerns(actor: &Actor, held: &Holding) -> bool {
    match actor.role() {
        Role::Nurse => actor.home_id() == Some(held.home_id) && matches!(held.place, Place::Road | Place::Home),
        Role::Pharmacy | Role::PharmacySystem => actor.pharmacy_id() == Some(held.pharmacy_id),
        _ => true,
    }
}

/// Recalls of a list: the homes of all of them are looked up at once.
pub(super) async fn summaries(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    all: &[Recall],
) -> Result<Vec<views::RecallSummary>, AppError> {
    let mut homes = recalls::homes_of(db, all.iter().map(|recall| recall.id)).await?;
    let mut names = Names::default();
    let mut shown = Vec::with_capacity(all.len());
    for recall in all {
        let homes = homes.remove(&recall.id).unwrap_or_default();
        shown.push(summary(app, db, ctx, &mut names, recall, &homes).await?);
    }
    Ok(shown)
}

async fn summary(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    r: &Recall,
    homes: &[RecallHome],
) -> Result<views::RecallSummary, AppError> {
    let own = match homes.iter().find(|home| ctx.actor.home_id() == Some(home.home_id)) {
        Some(own) => Some(home(db, names, own).await?),
        None => None,
    };
    let drug = app.formulary.drug(&r.drug_id);
    // A drug that left the formulary is called back under its code.
    let named = |name: Option<&String>| name.cloned().unwrap_or_else(|| r.drug_id.0.clone());
    Ok(views::RecallSummary {
        id: r.id,
        version: r.version,
        state: r.state,
        drug_id: r.drug_id.clone(),
        name_zh: named(drug.map(|d| &d.name_zh)),
        name_en: named(drug.map(|d| &d.name_en)),
        strength: drug.map(|d| d.strength.clone()).unwrap_or_default(),
        unit: drug.map(|d| d.unit.clone()).unwrap_or_default(),
        batch: r.batch.as_str().to_owned(),
        level: r.level,
        reason: r.reason.clone(),
        authority: r.authority.clone(),
        announced_on: r.announced_on,
        declared_at: r.declared_at.into(),
        homes_asked: homes.len(),
        homes_answered: homes.iter().filter(|home| home.state == recall_home::State::Answered).count(),
        own,
    })
}

/// One as its reader may see it.
pub(super) async fn recall(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    seen: &mut Seen,
    r: &Recall,
) -> Result<views::Recall, AppError> {
    let mut names = Names::default();
    let mut held = self::holdings(db, r, ctx.now).await?;
    held.retain(|held| concerns(&ctx.actor, held));
    let on_record = match ctx.actor.home_id() {
        Some(home) => Some(super::on_record::given(app, db, r, &held, home).await?),
        None => None,
    };
    let all = recalls::homes_of(db, [r.id]).await?.remove(&r.id).unwrap_or_default();
    let to_hospital = matches!(ctx.actor.role(), Role::Administrator | Role::Pharmacist);
    let mut homes = Vec::new();
    for one in &all {
        let own = ctx.actor.home_id() == Some(one.home_id);
        let of_own_parcels = held.iter().any(|held| held.place == Place::Home && held.home_id == one.home_id);
        if to_hospital || own || (ctx.actor.home_id().is_none() && of_own_parcels) {
            homes.push(home(db, &mut names, one).await?);
        }
    }
    let declared_by_pharmacy = match r.pharmacy_id {
        Some(id) => Some(names.pharmacy(db, id).await?),
        None => None,
    };
    let mut summary = summary(app, db, ctx, &mut names, r, &all).await?;
    if let Some(own) = &mut summary.own {
        own.given_on_record = on_record;
    }
    Ok(views::Recall {
        summary,
        declared_by: names.staff_ref(db, r.declared_by).await?,
        declared_by_pharmacy,
        closed: end(db, &mut names, r.closed.as_ref()).await?,
        withdrawn: end(db, &mut names, r.withdrawn.as_ref()).await?,
        shelves: shelves(db, ctx, &mut names, r).await?,
        holdings: shown(db, ctx, &mut names, seen, &held).await?,
        homes,
        allowed: allowed(ctx, r, &all),
    })
}

async fn end(db: &mut Db, names: &mut Names, end: Option<&RecallEnd>) -> Result<Option<views::RecallEnd>, AppError> {
    let Some(end) = end else { return Ok(None) };
    let by = names.staff_ref(db, end.by).await?;
    Ok(Some(views::RecallEnd { by, at: end.at.into(), reason: end.reason.clone() }))
}

async fn home(db: &mut Db, names: &mut Names, home: &RecallHome) -> Result<views::RecallHome, AppError> {
    let answer = home.answer.as_ref();
    Ok(views::RecallHome {
        home_id: home.home_id,
        home_name: names.home(db, home.home_id).await?.name.clone(),
        version: home.version,
        state: home.state,
        supplied: home.supplied,
        asked_at: home.asked_at.into(),
        answered_at: answer.map(|answer| answer.at.into()),
        answered_by: names.staff_ref_opt(db, answer.map(|answer| answer.by)).await?,
        set_apart: answer.map(|answer| answer.set_apart),
        given: answer.map(|answer| answer.given),
        note: answer.and_then(|answer| answer.note.as_ref().map(|note| note.expose().clone())),
        on_record: answer.and_then(|answer| answer.on_record),
        counted_again: answer.is_some_and(|answer| answer.counted_again),
        given_on_record: None,
    })
}

/// The home sees for whom it is; the home and the pharmacy, in which order and parcel.
async fn shown(
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    seen: &mut Seen,
    held: &[Holding],
) -> Result<Vec<views::RecallHolding>, AppError> {
    let residents = match ctx.actor.role() == Role::Nurse {
        true => residents::get_all_standing(db, held.iter().map(|held| held.resident_id)).await?,
        false => HashMap::new(),
    };
    let has_to_do_with_it = matches!(ctx.actor.role(), Role::Nurse | Role::Pharmacy | Role::PharmacySystem);
    let mut shown = Vec::with_capacity(held.len());
    for held in held {
        let resident = residents.get(&held.resident_id);
        if let Some(resident) = resident {
            seen.add(EventKind::ResidentPrescriptionViewed, resident.id, held.home_id, None);
        }
        shown.push(views::RecallHolding {
            place: held.place,
            quantity: held.quantity,
            since: held.since.into(),
            pharmacy_name: names.pharmacy(db, held.pharmacy_id).await?,
            home_id: held.home_id,
            home_name: names.home(db, held.home_id).await?.name.clone(),
            running: held.running,
            prescription_id: has_to_do_with_it.then_some(held.prescription_id),
            delivery_id: held.delivery_id.filter(|_| has_to_do_with_it),
            resident: resident.map(|r| views::RecallResident {
                id: r.id,
                name: r.name.expose().clone(),
                bed: r.bed.clone(),
            }),
        });
    }
    Ok(shown)
}

/// A pharmacy sees its own shelf; a home sees none.
async fn shelves(
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    r: &Recall,
) -> Result<Vec<views::RecallShelf>, AppError> {
    let mut shown = Vec::new();
    if ctx.actor.role() == Role::Nurse {
        return Ok(shown);
    }
    for shelf in recalls::shelves(db, &r.drug_id, &r.batch).await? {
        if ctx.actor.pharmacy_id().is_some_and(|own| own != shelf.pharmacy_id) {
            continue;
        }
        shown.push(views::RecallShelf {
            pharmacy_id: shelf.pharmacy_id,
            pharmacy_name: names.pharmacy(db, shelf.pharmacy_id).await?,
            on_hand: shelf.units.on_hand,
            quarantined: shelf.units.quarantined,
            underway: shelf.units.underway,
            supplied: shelf.units.supplied,
            written_off: shelf.units.written_off,
        });
    }
    Ok(shown)
}

fn allowed(ctx: &Context, r: &Recall, homes: &[RecallHome]) -> Vec<String> {
    let own = homes.iter().find(|home| ctx.actor.home_id() == Some(home.home_id));
    let facts = own.map(RecallHome::facts).unwrap_or_default();
    let commands = [
        ("answer", Action::AnswerRecall, Event::Answer),
        ("close", Action::CloseRecall, Event::Close { outstanding: true, explained: true }),
        ("withdraw", Action::CloseRecall, Event::Withdraw),
    ];
    let may = |action| decide(&ctx.actor, action, &facts) == Decision::Allow;
    let now = commands.into_iter().filter(|(_, action, event)| r.state.apply(*event).is_ok() && may(*action));
    now.map(|(name, ..)| name.to_owned()).collect()
}
