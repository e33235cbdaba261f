//! Couriers' ways of one day: several parcels behind one link and one PIN, in an order that pharmacy and courier may change.

use yunzhen_domain::Sensitive;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::Pin;
use yunzhen_domain::ids::{CourierRunId, DeliveryId, PharmacyId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{CourierRun, Delivery, same_phone};
use yunzhen_store::{Db, courier_runs, deliveries, pharmacies};

use super::reads::Seen;
use super::views::common::VersionBody;
use super::views::courier_runs as views;
use super::views::deliveries::Courier;
use super::work::{Start, Work, authorize, same_version};
use super::{App, AppError, Context, courier_pins, deliveries as parcels, fresh, tokens};

/// A link and a PIN that open nothing yet.
struct Link {
    path: String,
    token_sha256: [u8; 32],
    pin: String,
    pin_hash: Sensitive<String>,
}

impl Link {
    fn new() -> Self {
        let pin = Pin::from_random(yunzhen_runtime::clock::random_bytes());
        let (token, token_sha256) = tokens::new();
        let pin_hash = courier_pins::proof(&token, &pin);
        Self { path: format!("/courier/{token}"), token_sha256, pin: pin.as_str().to_owned(), pin_hash }
    }

    /// What the pharmacy passes on.
    fn told(self) -> views::CourierLink {
        views::CourierLink { courier_link_path: self.path, courier_pin: self.pin }
    }
}

/// Who carries a parcel.
pub(super) struct Carrier<'a> {
    pub(super) pharmacy: PharmacyId,
    pub(super) name: &'a str,
    pub(super) phone: &'a str,
}

/// Puts a parcel on the courier's run of today; the first one makes the run and gets its link and PIN.
pub(super) async fn join(
    work: &mut Work,
    ctx: &Context,
    carrier: Carrier<'_>,
    parcel: DeliveryId,
) -> Result<(CourierRunId, Option<views::CourierLink>), AppError> {
    let day = Policy::local_date(ctx.now);
    let of_day = courier_runs::of_day(&mut work.tx, carrier.pharmacy, day).await?;
    let same = |run: &CourierRun| run.courier_name == carrier.name && same_phone(&run.courier_phone, carrier.phone);
    if let Some(run) = of_day.into_iter().find(same) {
        let run = run.with(parcel);
        courier_runs::update(&mut work.tx, &run).await?;
        work.record(EventKind::CourierRunExtended, run.id.uuid(), None, Some(run.pharmacy_id));
        return Ok((run.id, None));
    }
    let link = Link::new();
    let run = CourierRun {
        id: fresh(CourierRunId::new, ctx.now),
        version: 1,
        pharmacy_id: carrier.pharmacy,
        day,
        courier_name: carrier.name.to_owned(),
        courier_phone: carrier.phone.to_owned(),
        token_sha256: link.token_sha256,
        pin_hash: link.pin_hash.clone(),
        stops: vec![parcel],
        created_at: ctx.now,
    };
    courier_runs::insert(&mut work.tx, &run).await?;
    work.record(EventKind::CourierRunMade, run.id.uuid(), None, Some(run.pharmacy_id));
    Ok((run.id, Some(link.told())))
}

/// Is anything of it still on the way?
pub(super) async fn is_under_way(db: &mut Db, run: &CourierRun) -> Result<bool, AppError> {
    Ok(stops(db, run).await?.iter().any(|d| !d.state.is_terminal()))
}

/// One run with its parcels.
pub async fn get(app: &App, ctx: &Context, id: CourierRunId) -> Result<views::CourierRun, AppError> {
    let mut db = app.store.read().await?;
    let run = courier_runs::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewCourierRun, &run.facts())?;
    let (view, seen) = show(app, &mut db, ctx, &run).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(view)
}

/// Changes the order in which the parcels are brought.
pub async fn reorder(
    app: &App,
    ctx: &Context,
    id: CourierRunId,
    input: views::RunOrder,
) -> Result<views::CourierRun, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::OrderCourierRun, input.version).await?;
    let wrong = || AppError::invalid("order", "须包含全部包裹，每个一次", "All parcels of the run, each once");
    let run = before.ordered(input.order).ok_or_else(wrong)?;
    courier_runs::update(&mut work.tx, &run).await?;
    work.record(EventKind::CourierRunOrdered, run.id.uuid(), None, Some(run.pharmacy_id));
    let (view, _) = show(app, &mut work.tx, ctx, &run).await?;
    work.finish(view).await
}

/// Makes a new link and PIN, for a courier who lost them; the former ones open nothing any more.
pub async fn renew_link(
    app: &App,
    ctx: &Context,
    id: CourierRunId,
    input: VersionBody,
) -> Result<views::CourierLink, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::RenewCourierLink, input.version).await?;
    let link = Link::new();
    let run = CourierRun {
        version: before.version + 1,
        token_sha256: link.token_sha256,
        pin_hash: link.pin_hash.clone(),
        ..before
    };
    courier_runs::update(&mut work.tx, &run).await?;
    work.record(EventKind::CourierRunLinkRenewed, run.id.uuid(), None, Some(run.pharmacy_id));
    work.answers_with_a_secret();
    work.finish(link.told()).await
}

async fn load(work: &mut Work, id: CourierRunId, action: Action, seen: i64) -> Result<CourierRun, AppError> {
    let run = courier_runs::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &run.facts())?;
    same_version(seen, run.version)?;
    Ok(run)
}

async fn stops(db: &mut Db, run: &CourierRun) -> Result<Vec<Delivery>, AppError> {
    let mut all = Vec::with_capacity(run.stops.len());
    for id in &run.stops {
        all.push(deliveries::get(db, *id).await?.ok_or(AppError::NotFound)?);
    }
    Ok(all)
}

async fn show(app: &App, db: &mut Db, ctx: &Context, run: &CourierRun) -> Result<(views::CourierRun, Seen), AppError> {
    let pharmacy = pharmacies::get(db, run.pharmacy_id).await?.ok_or(AppError::NotFound)?;
    let (mut seen, mut views) = (Seen::default(), Vec::with_capacity(run.stops.len()));
    for d in stops(db, run).await? {
        if parcels::shows_resident(ctx) {
            seen.add(EventKind::ResidentListed, d.resident_id, d.home_id, None);
        }
        views.push(parcels::show(app, db, ctx, &d).await?);
    }
    let commands = [("order", Action::OrderCourierRun), ("link", Action::RenewCourierLink)];
    let may = |action| decide(&ctx.actor, action, &run.facts()) == Decision::Allow;
    let view = views::CourierRun {
        id: run.id,
        version: run.version,
        day: run.day,
        pharmacy_name: pharmacy.name,
        pharmacy_phone: pharmacy.phone,
        courier: Courier { name: run.courier_name.clone(), phone: run.courier_phone.clone() },
        stops: views,
        allowed: commands.iter().filter(|(_, a)| may(*a)).map(|(name, _)| (*name).to_owned()).collect(),
    };
    Ok((view, seen))
}
