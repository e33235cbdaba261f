//! To which pharmacies a prescription in the pool is offered: those in the first place hear of it at once, the next ones by a job when nobody takes it. Who
//! stands where is decided in the domain; who may reach it is one of the facts of the prescription.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{PharmacyId, PrescriptionId, uuid_v7};
use yunzhen_domain::machines::dispense;
use yunzhen_domain::offers::{Candidate, Offer, Offered, Owed, open_next, rank};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Dispense, Item, Prescription};
use yunzhen_domain::substitution::substitutes;
use yunzhen_store::jobs::{self, Job};
use yunzhen_store::{Db, Paging, dispenses, homes, pharmacies, pharmacy_offers, prescriptions};

use super::names::Names;
use super::views::common::{CursorQuery, Page};
use super::views::offers as views;
use super::work::{Work, may_list};
use super::{App, AppError, Context, parse_cursor};

/// Rows of one page of the list.
const PAGE: u32 = 50;
/// Kind of the job that offers it to the next ones.
pub(crate) const NEXT: &str = "offer_to_next";

/// A prescription in the pool, since when, and which place comes next: whatever moved meanwhile, the job of before does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    prescription_id: PrescriptionId,
    since_ms: i64,
    rank: u32,
}

/// It came into the pool: ranks every pharmacy anew, whoever gave it back last, and offers it to the first ones.
pub(super) async fn begin(work: &mut Work, ctx: &Context, p: &Prescription) -> Result<Offered, AppError> {
    let all = pharmacies::list(&mut work.tx).await?;
    let home = homes::get(&mut work.tx, p.home_id).await?.ok_or(AppError::NotFound)?;
    let owed: Vec<Owed> = p.items.iter().map(|item| line(&work.formulary, p, item)).collect();
    let drugs: BTreeSet<DrugId> = owed.iter().flat_map(Owed::drugs).cloned().collect();
    let shelves = pharmacy_offers::on_hand(&mut work.tx, &drugs, Policy::local_date(ctx.now)).await?;
    let fillings = dispenses::of_prescription(&mut work.tx, p.id).await?;
    let declined = |id: PharmacyId| {
        let theirs = fillings.iter().filter(|d| d.pharmacy_id == id && d.state == dispense::State::Declined);
        theirs.map(|d| d.state_since).max()
    };
    let candidates: Vec<Candidate<'_>> = all
        .iter()
        .map(|pharmacy| Candidate {
            pharmacy,
            on_hand: shelves.get(&pharmacy.id).cloned(),
            declined_at: declined(pharmacy.id),
        })
        .collect();
    open(work, ctx, p, rank(&owed, &home, p.urgency, &candidates, ctx.now)).await
}

/// What is owed of a line, and what may go out for it.
fn line(formulary: &Formulary, p: &Prescription, item: &Item) -> Owed {
    let drug = formulary.drug(&item.drug_id).filter(|_| item.substitution);
    let instead = drug.map(|drug| substitutes(drug, formulary)).unwrap_or_default();
    let substitutes = instead.into_iter().map(|other| (other.drug.id.clone(), other.factor)).collect();
    Owed { drug: item.drug_id.clone(), quantity: p.owed(item), substitutes }
}

/// Offers it to those in the next place, and queues the job for the ones after them.
async fn open(work: &mut Work, ctx: &Context, p: &Prescription, mut offers: Vec<Offer>) -> Result<Offered, AppError> {
    let offered = open_next(&mut offers, ctx.now);
    pharmacy_offers::replace(&mut work.tx, p.id, &offers, &offered).await?;
    if let Some(rank) = next_rank(&offers) {
        let since_ms = p.state_since.as_millisecond();
        let about = serde_json::to_string(&Waiting { prescription_id: p.id, since_ms, rank })?;
        let id = uuid_v7(ctx.now, yunzhen_runtime::clock::random_bytes());
        jobs::enqueue(&mut work.tx, id, NEXT, &about, ctx.now + wave(&work.policy)).await?;
    }
    Ok(offered)
}

/// The job. Of what somebody took, or what came back into the pool since, it does nothing.
pub(crate) async fn offer_to_next(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Waiting = serde_json::from_str(&job.payload)?;
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    jobs::finish(&mut work.tx, job).await?;
    let p = prescriptions::get(&mut work.tx, about.prescription_id).await?;
    let Some(p) = p.filter(|p| p.is_in_the_pool() && p.state_since.as_millisecond() == about.since_ms) else {
        return Ok(work.tx.commit_bookkeeping("an offer of what is not in the pool any more").await?);
    };
    let offers = pharmacy_offers::of_prescription(&mut work.tx, p.id).await?;
    if next_rank(&offers) != Some(about.rank) {
        return Ok(work.tx.commit_bookkeeping("an offer that was made").await?);
    }
    open(&mut work, &ctx, &p, offers).await?;
    work.record(EventKind::PrescriptionOffered, p.id.uuid(), Some(p.home_id), None);
    work.finish(()).await
}

fn next_rank(offers: &[Offer]) -> Option<u32> {
    offers.iter().filter(|offer| offer.offered_at.is_none()).map(|offer| offer.rank).min()
}

fn wave(policy: &Policy) -> SignedDuration {
    SignedDuration::from_mins(i64::from(policy.offer_wave_minutes))
}

/// What the reader sees of it: the prescriber's side and the pharmacist the whole list, a pharmacy its own place, the home nothing.
pub(super) async fn shown(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    p: &Prescription,
) -> Result<Option<views::Offers>, AppError> {
    let mine = ctx.actor.pharmacy_id();
    let reads = matches!(ctx.actor.role(), Role::Specialist | Role::Pharmacist) || mine.is_some();
    if !reads || p.approved_at.is_none() {
        return Ok(None);
    }
    let all = pharmacy_offers::of_prescription(db, p.id).await?;
    let next_at = next_at(app, p, &all).filter(|_| mine.is_none()).map(Into::into);
    let mut offers = Vec::with_capacity(all.len());
    for offer in all.into_iter().filter(|offer| mine.is_none_or(|mine| mine == offer.pharmacy_id)) {
        offers.push(one(db, names, offer).await?);
    }
    Ok((!offers.is_empty()).then_some(views::Offers { offers, next_at }))
}

/// Which pharmacies were asked for what came into the pool, the newest first: for who sees to the pharmacies, without resident and medicine.
pub async fn list(app: &App, ctx: &Context, query: CursorQuery) -> Result<Page<views::OfferedPrescription>, AppError> {
    may_list(ctx, Action::ViewOffers)?;
    let paging = Paging::newest(PAGE).after(parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = prescriptions::approved(&mut db, paging).await?;
    let mut offers = pharmacy_offers::of_prescriptions(&mut db, slice.items.iter().map(|p| p.id)).await?;
    let mut fillings = dispenses::of_prescriptions(&mut db, slice.items.iter().map(|p| p.id)).await?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(slice.items.len());
    for p in &slice.items {
        let Some(approved_at) = p.approved_at else { continue };
        let asked = offers.remove(&p.id).unwrap_or_default();
        let answers = fillings.remove(&p.id).unwrap_or_default();
        let next_at = next_at(app, p, &asked);
        let mut shown = Vec::with_capacity(asked.len());
        for offer in asked {
            let answer = answers.iter().rfind(|d| d.pharmacy_id == offer.pharmacy_id).map(answer);
            shown.push(views::AnsweredOffer { answer, offer: one(&mut db, &mut names, offer).await? });
        }
        items.push(views::OfferedPrescription {
            id: p.id,
            state: p.state,
            home_name: names.home(&mut db, p.home_id).await?.name.clone(),
            approved_at: approved_at.into(),
            offers: shown,
            next_at: next_at.map(Into::into),
        });
    }
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

fn answer(filling: &Dispense) -> views::OfferAnswer {
    match filling.state {
        dispense::State::Declined => {
            let declined_words = filling.declined_words.as_ref().map(|words| words.expose().clone());
            let at = filling.state_since.into();
            views::OfferAnswer { accepted: false, declined: filling.declined, declined_words, at }
        }
        _ => views::OfferAnswer { accepted: true, declined: None, declined_words: None, at: filling.created_at.into() },
    }
}

async fn one(db: &mut Db, names: &mut Names, offer: Offer) -> Result<views::PharmacyOffer, AppError> {
    Ok(views::PharmacyOffer {
        pharmacy_name: names.pharmacy(db, offer.pharmacy_id).await?,
        rank: offer.rank,
        why: why(&offer),
        offered_at: offer.offered_at.map(Into::into),
    })
}

/// When those of the next rank are asked.
fn next_at(app: &App, p: &Prescription, offers: &[Offer]) -> Option<Timestamp> {
    let waits = p.is_in_the_pool() && next_rank(offers).is_some();
    let newest = offers.iter().filter_map(|offer| offer.offered_at).max();
    newest.filter(|_| waits).map(|at| at + wave(&app.policy))
}

/// Why a pharmacy stands in its place.
pub(super) fn why(offer: &Offer) -> views::OfferWhy {
    views::OfferWhy { reasons: offer.reasons.clone(), metres: offer.metres, opens_at: offer.opens_at.map(Into::into) }
}
