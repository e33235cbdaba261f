//! Prescriptions: written and signed by the specialist, approved by the pharmacist, dispensed by one pharmacy.

mod ask;
mod content;
mod dispense;
mod expire;
mod facts;
mod replace;
mod review;
pub mod secrets;
mod show;
mod sign;
mod write;

use uuid::Uuid;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{PrescriptionId, StaffId};
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::offers::Offered;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Prescription, Staff};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, Paging, Slice, pharmacy_offers, prescriptions, staff};

pub use ask::{answer, ask, release};
pub(super) use content::items;
pub use dispense::{accept, decline, dispense, pack};
pub use expire::expire;
pub use facts::{prescribing_facts, review_facts};
pub use replace::replace;
pub(crate) use review::{GIVE_BACK, give_back};
pub use review::{approval_document, approve, claim, reject};
pub(super) use show::{drug_names, line_of, summaries};
pub use sign::{sign, signing_document};
pub(super) use write::under_way;
pub use write::{cancel, create, preview_findings, update};

use super::dispenses;
use super::names::Names;
use super::offers;
use super::reads::Seen;
use super::refills;
use super::relations::Ties;
use super::views::common::Page;
use super::views::prescriptions as views;
use super::work::{Work, authorize, may_list, same_version};
use super::{App, AppError, Context};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Prescriptions in the caller's reach: those that wait longest first, or the newest.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::PrescriptionQuery,
) -> Result<Page<views::PrescriptionSummary>, AppError> {
    may_list(ctx, Action::ListPrescriptions)?;
    let mut filter =
        prescriptions::Filter { states: super::parse_states::<State>(query.state.as_deref())?, ..Default::default() };
    let mine = query.mine.unwrap_or(false);
    let review = query.review.unwrap_or(false);
    if review {
        may_list(ctx, Action::ClaimPrescription)?;
    }
    let approvals = match query.approved.unwrap_or(false) && query.ids.is_none() {
        true => Some(approvals_of(ctx, &filter.states, &query)?),
        false => None,
    };
    if let Actor::PharmacySystem { pharmacy_id, .. } = ctx.actor {
        let within = if mine { &mut filter.pharmacy } else { &mut filter.within_reach_of };
        *within = Some(pharmacy_id);
    }
    if let Actor::Staff { staff_id, role, home_id, pharmacy_id } = ctx.actor {
        match role {
            Role::Nurse => filter.home = home_id,
            Role::Specialist if mine => filter.specialist = Some(staff_id),
            Role::Pharmacist if mine => filter.pharmacist = Some(staff_id),
            Role::Pharmacy if mine => filter.pharmacy = pharmacy_id,
            Role::Pharmacy => filter.within_reach_of = pharmacy_id,
            _ => {}
        }
    }
    let first = if query.newest.unwrap_or(false) { Paging::newest(PAGE) } else { Paging::oldest(PAGE) };
    let paging = first.after(super::parse_cursor(query.cursor.as_deref())?);
    let named = query.ids.as_deref().map(named).transpose()?;
    let mut db = app.store.read().await?;
    let slice = match (named, &approvals) {
        (Some(ids), _) => Slice { items: these(&mut db, &ids).await?, next: None },
        (None, Some(of)) => prescriptions::approved_by(&mut db, of, Paging { oldest_first: false, ..paging }).await?,
        (None, None) if review => prescriptions::review_queue(&mut db, Paging { oldest_first: true, ..paging }).await?,
        (None, None) => prescriptions::list(&mut db, &filter, paging).await?,
    };
    let ties = Ties::to_those(&mut db, ctx, slice.items.iter().map(|p| p.resident_id)).await?;
    let mut seen = Seen::default();
    let may = |p: &&Prescription| authorize(ctx, Action::ListPrescriptions, &ties.of_prescription(ctx, p)).is_ok();
    let shown: Vec<&Prescription> = slice.items.iter().filter(may).collect();
    for p in &shown {
        seen.add(EventKind::ResidentListed, p.resident_id, p.home_id, ties.purpose(p.resident_id));
    }
    let mut names = Names::default();
    let mut items = match approvals {
        Some(_) => show::approvals(app, &mut db, &mut names, &shown, ctx.now).await?,
        None => summaries(app, &mut db, &mut names, &shown, ctx.now).await?,
    };
    if let Some(pharmacy) = ctx.actor.pharmacy_id() {
        let in_the_pool: Vec<_> = shown.iter().filter(|p| p.is_in_the_pool()).map(|p| p.id).collect();
        let open = pharmacy_offers::of_pharmacy(&mut db, pharmacy, &in_the_pool).await?;
        items.iter_mut().for_each(|item| item.offer = open.get(&item.id).map(offers::why));
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// Which of their own approvals somebody asks for: whoever may not review has none.
fn approvals_of(
    ctx: &Context,
    states: &[State],
    query: &views::PrescriptionQuery,
) -> Result<prescriptions::Approvals, AppError> {
    may_list(ctx, Action::ReviewPrescription)?;
    Ok(prescriptions::Approvals {
        pharmacist: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        states: states.to_vec(),
        resident: query.resident_id,
        since: query.from.map(|at| at.0),
        until: query.until.map(|at| at.0),
    })
}

/// The ids of a query.
fn named(text: &str) -> Result<Vec<PrescriptionId>, AppError> {
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::parse::<PrescriptionId>);
    let ids: Vec<PrescriptionId> = ids.collect::<Result<_, _>>().map_err(|_| {
        AppError::invalid("ids", "须为处方编号，以逗号分隔", "Ids of prescriptions, separated by commas")
    })?;
    match ids.len() > PAGE as usize {
        true => Err(AppError::invalid("ids", format!("一次最多 {PAGE} 个"), format!("At most {PAGE} at a time"))),
        false => Ok(ids),
    }
}

/// Those of them that there are, each once, in the order in which they are named.
async fn these(db: &mut Db, ids: &[PrescriptionId]) -> Result<Vec<Prescription>, AppError> {
    let mut found = prescriptions::get_all(db, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One prescription, as far as the caller may see it.
pub async fn get(app: &App, ctx: &Context, id: PrescriptionId) -> Result<views::Prescription, AppError> {
    let mut db = app.store.read().await?;
    let p = prescriptions::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, p.resident_id).await?;
    authorize(ctx, Action::ViewPrescription, &ties.of_prescription(ctx, &p))?;
    let view = show::full(app, &mut db, ctx, &p).await?;
    drop(db);
    let purpose = ties.purpose(p.resident_id);
    Seen::one(EventKind::ResidentPrescriptionViewed, p.resident_id, p.home_id, purpose).tell(app, ctx).await?;
    Ok(view)
}

/// Does the caller see this prescription of a record that the caller sees? A draft is not shown to a nurse.
pub(super) fn in_sight(ctx: &Context, p: &Prescription) -> bool {
    decide(&ctx.actor, Action::ViewPrescription, &p.facts(&ctx.actor)) == Decision::Allow
}

/// Loads what a command works on: in reach, and as the person saw it.
async fn load(work: &mut Work, id: PrescriptionId, action: Action, seen: i64) -> Result<Prescription, AppError> {
    let p = prescriptions::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &p.facts(work.actor()))?;
    same_version(seen, p.version)?;
    Ok(p)
}

/// Stores the changed record with its audit fact and answers with what the caller sees then.
async fn keep(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    kind: EventKind,
    p: &Prescription,
) -> Result<views::Prescription, AppError> {
    let p = Prescription { offered: change(work, ctx, kind, p).await?, ..p.clone() };
    show::full(app, &mut work.tx, ctx, &p).await
}

/// Stores the changed record with its audit fact, and its filling with it: whoever moves a prescription moves both here. A request for a refill that it was
/// written for is open again when it ends without the medicine, and a course whose rest nobody sends any more is looked at. What comes into the pool is offered;
/// the answer is to whom.
pub(super) async fn change(
    work: &mut Work,
    ctx: &Context,
    kind: EventKind,
    p: &Prescription,
) -> Result<Offered, AppError> {
    prescriptions::update(&mut work.tx, p).await?;
    dispenses::follow(work, ctx, kind, p).await?;
    record(work, kind, p);
    refills::renewal_ended(work, ctx, p).await?;
    refills::nothing_is_coming(work, p, ctx.now).await?;
    if p.is_in_the_pool() { offers::begin(work, ctx, p).await } else { Ok(p.offered.clone()) }
}

fn record(work: &mut Work, kind: EventKind, p: &Prescription) {
    work.record(kind, p.id.uuid(), Some(p.home_id), p.pharmacy_id);
}

/// Tells the audit log that somebody whose own it is looked at it. Call it with no transaction open.
async fn viewed(app: &App, ctx: &Context, p: &Prescription) -> Result<(), AppError> {
    Seen::one(EventKind::ResidentPrescriptionViewed, p.resident_id, p.home_id, None).tell(app, ctx).await
}

/// The signed-in member of staff: name for timelines and documents.
async fn caller(db: &mut Db, ctx: &Context) -> Result<Staff, AppError> {
    let id = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    staff::get(db, id).await?.ok_or(AppError::Unauthenticated)
}

/// Who answers for a step: name for timelines, and id where it is somebody with an account.
struct Answerable {
    name: String,
    id: Option<StaffId>,
}

impl Answerable {
    /// As a timeline names them.
    fn who(&self) -> (&str, Option<Uuid>) {
        (self.name.as_str(), self.id.map(|id| id.uuid()))
    }
}

/// The signed-in member of staff, or the pharmacist at the counter whom a pharmacy's system names: no medicine goes out without a person.
async fn answerable(db: &mut Db, ctx: &Context) -> Result<Answerable, AppError> {
    if let Actor::PharmacySystem { .. } = ctx.actor {
        let unnamed = || AppError::invalid("pharmacist", "请填写负责的药师", "Name the pharmacist who answers for it");
        return Ok(Answerable { name: ctx.on_duty.as_ref().ok_or_else(unnamed)?.title(), id: None });
    }
    let member = caller(db, ctx).await?;
    Ok(Answerable { name: member.name, id: Some(member.id) })
}

/// As a timeline names somebody.
fn who(staff: &Staff) -> (&str, Option<Uuid>) {
    (staff.name.as_str(), Some(staff.id.uuid()))
}

/// Past its last day nothing more is decided on it, whether or not the expiry job has run.
fn still_valid(p: &Prescription, ctx: &Context) -> Result<(), AppError> {
    match p.valid_until {
        Some(last) if Policy::local_date(ctx.now) > last => Err(AppError::Expired),
        _ => Ok(()),
    }
}
