//! Rides to a hospital: asked for by the home, with or without a referral, and run by it.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ReferralId, TransportId};
use yunzhen_domain::machines::transport::{Event, State};
use yunzhen_domain::records::{Carrier, Resident, Staff, TimelineStep, Transport, TransportNeed, Vehicle};
use yunzhen_store::{Db, Paging, referrals, residents, staff, transports};

use super::names::{Names, timeline};
use super::reads::Seen;
use super::referrals::set_out;
use super::relations::Ties;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::transports as views;
use super::work::{Start, Work, authorize, bounded, line, may_list, required, same_version};
use super::{App, AppError, Context, fresh};

/// Rows of one page of the list.
const PAGE: u32 = 100;
/// A ride can be noted down shortly after it was called by phone.
const NOTED_LATE: SignedDuration = SignedDuration::from_hours(1);
/// Nobody orders a ride further ahead.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Rides in the caller's reach, newest first.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::TransportQuery,
) -> Result<Page<views::TransportSummary>, AppError> {
    may_list(ctx, Action::ListTransports)?;
    let filter = transports::Filter {
        states: super::parse_states::<State>(query.state.as_deref())?,
        home: ctx.actor.home_id().or(query.home_id),
        ..Default::default()
    };
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = transports::list(&mut db, &filter, paging).await?;
    let ties = Ties::to_those(&mut db, ctx, slice.items.iter().map(|ride| ride.resident_id)).await?;
    let mut seen = Seen::default();
    let facts = |ride: &Transport| ties.of_record(ctx, ride.resident_id, ride.facts());
    let may = |ride: &&Transport| authorize(ctx, Action::ListTransports, &facts(ride)).is_ok();
    let shown: Vec<&Transport> = slice.items.iter().filter(may).collect();
    for ride in &shown {
        seen.add(EventKind::ResidentListed, ride.resident_id, ride.home_id, ties.purpose(ride.resident_id));
    }
    let items = summaries(&mut db, &shown).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One ride.
pub async fn get(app: &App, ctx: &Context, id: TransportId) -> Result<views::Transport, AppError> {
    let mut db = app.store.read().await?;
    let ride = transports::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, ride.resident_id).await?;
    authorize(ctx, Action::ViewTransport, &ties.of_record(ctx, ride.resident_id, ride.facts()))?;
    let view = full(&mut db, ctx, &ride).await?;
    drop(db);
    Seen::one(EventKind::ResidentListed, ride.resident_id, ride.home_id, ties.purpose(ride.resident_id))
        .tell(app, ctx)
        .await?;
    Ok(view)
}

/// What a ride begins with.
pub(super) struct Ride<'a> {
    /// Who rides.
    pub(super) resident: &'a Resident,
    /// For which referral.
    pub(super) referral_id: Option<ReferralId>,
    /// In what.
    pub(super) vehicle: Vehicle,
    /// Where to.
    pub(super) destination: String,
    /// When the vehicle shall be at the home.
    pub(super) pick_up_at: Timestamp,
    /// What the resident needs.
    pub(super) needs: Vec<TransportNeed>,
}

/// Asks for a ride inside a command that is under way.
pub(super) async fn open(work: &mut Work, ctx: &Context, by: &Staff, ride: Ride<'_>) -> Result<Transport, AppError> {
    let Ride { resident, referral_id, vehicle, destination, pick_up_at, needs } = ride;
    let asked = TimelineStep {
        step: "request".into(),
        at: ctx.now,
        who: by.name.clone(),
        who_id: Some(by.id.uuid()),
        why: None,
    };
    let ride = Transport {
        id: fresh(TransportId::new, ctx.now),
        version: 1,
        state: State::Requested,
        referral_id,
        resident_id: resident.id,
        home_id: resident.home_id,
        vehicle,
        destination,
        pick_up_at,
        needs,
        carrier: None,
        end_reason: None,
        requested_by: by.id,
        created_at: ctx.now,
        timeline: vec![asked],
    };
    transports::insert(&mut work.tx, &ride).await?;
    record(work, EventKind::TransportRequested, &ride);
    Ok(ride)
}

/// The home asks for a ride.
pub async fn request(app: &App, ctx: &Context, input: views::NewTransport) -> Result<views::Transport, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::RunTransport, &resident).await?;
    let caller = caller(&mut work.tx, ctx).await?;
    let mut destination = bounded("destination", input.destination.trim(), 200)?;
    if let Some(id) = input.referral_id {
        let referral = referrals::get(&mut work.tx, id).await?.filter(|r| r.resident_id == resident.id);
        let wrong = || AppError::invalid("referral_id", "不是这位住民的转诊", "Not a referral of this resident");
        let referral = referral.ok_or_else(wrong)?;
        if destination.is_empty() {
            let place = referral.appointment.map(|a| format!(" {} {}", a.department, a.place)).unwrap_or_default();
            destination = format!("{}{place}", referral.hospital);
        }
    }
    let until = input.pick_up_at.0.duration_since(ctx.now);
    if until < -NOTED_LATE || until > MOST_AHEAD {
        let (zh, en) = ("接送时间须在今后一年之内", "The ride must be within a year from now");
        return Err(AppError::invalid("pick_up_at", zh, en));
    }
    let mut needs = input.needs;
    needs.sort_unstable();
    needs.dedup();
    let ride = Ride {
        resident: &resident,
        referral_id: input.referral_id,
        vehicle: input.vehicle,
        destination: required("destination", &destination, 400)?,
        pick_up_at: input.pick_up_at.0,
        needs,
    };
    let ride = open(&mut work, ctx, &caller, ride).await?;
    let view = full(&mut work.tx, ctx, &ride).await?;
    work.finish(view).await
}

/// A carrier takes it, or another one does.
pub async fn confirm(
    app: &App,
    ctx: &Context,
    id: TransportId,
    input: views::ConfirmTransportBody,
) -> Result<views::Transport, AppError> {
    let plate = input.carrier.plate.as_deref().map(str::trim).filter(|plate| !plate.is_empty());
    let carrier = Carrier {
        name: line("carrier.name", &input.carrier.name, 60)?,
        phone: line("carrier.phone", &input.carrier.phone, 40)?,
        plate: plate.map(|plate| line("carrier.plate", plate, 20)).transpose()?,
    };
    transition(app, ctx, id, input.version, Event::Confirm, Some(carrier)).await
}

/// The vehicle leaves with the resident; an accepted referral is under way with it.
pub async fn depart(
    app: &App,
    ctx: &Context,
    id: TransportId,
    input: VersionBody,
) -> Result<views::Transport, AppError> {
    transition(app, ctx, id, input.version, Event::Depart, None).await
}

/// At the hospital.
pub async fn arrive(
    app: &App,
    ctx: &Context,
    id: TransportId,
    input: VersionBody,
) -> Result<views::Transport, AppError> {
    transition(app, ctx, id, input.version, Event::Arrive, None).await
}

/// Called off.
pub async fn cancel(
    app: &App,
    ctx: &Context,
    id: TransportId,
    input: ReasonBody,
) -> Result<views::Transport, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    transition(app, ctx, id, input.version, Event::Cancel { reason }, None).await
}

async fn transition(
    app: &App,
    ctx: &Context,
    id: TransportId,
    seen: i64,
    event: Event,
    carrier: Option<Carrier>,
) -> Result<views::Transport, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = transports::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut work.tx, ctx, before.resident_id).await?;
    work.authorize(Action::RunTransport, &ties.of_record(ctx, before.resident_id, before.facts()))?;
    same_version(seen, before.version)?;
    let caller = caller(&mut work.tx, ctx).await?;
    let kind = match &event {
        Event::Confirm => EventKind::TransportConfirmed,
        Event::Depart => EventKind::TransportDeparted,
        Event::Arrive => EventKind::TransportArrived,
        Event::Cancel { .. } => EventKind::TransportCancelled,
    };
    let departs = event == Event::Depart;
    let mut ride = before.apply(event, ctx.now, (caller.name.as_str(), Some(caller.id.uuid())))?;
    if carrier.is_some() {
        ride.carrier = carrier;
    }
    transports::update(&mut work.tx, &ride).await?;
    record(&mut work, kind, &ride);
    if let (true, Some(referral)) = (departs, ride.referral_id) {
        set_out(&mut work, ctx, referral, &caller).await?;
    }
    let view = full(&mut work.tx, ctx, &ride).await?;
    work.finish(view).await
}

async fn caller(db: &mut Db, ctx: &Context) -> Result<Staff, AppError> {
    let id = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    staff::get(db, id).await?.ok_or(AppError::Unauthenticated)
}

fn record(work: &mut Work, kind: EventKind, ride: &Transport) {
    work.record(kind, ride.id.uuid(), Some(ride.home_id), None);
}

/// Lines of a list: what stands beside each is looked up for all of them at once.
pub(super) async fn summaries(db: &mut Db, rides: &[&Transport]) -> Result<Vec<views::TransportSummary>, AppError> {
    let residents = residents::get_all(db, rides.iter().map(|ride| ride.resident_id)).await?;
    let line = |ride: &&Transport| -> Result<views::TransportSummary, AppError> {
        let resident = residents.get(&ride.resident_id).cloned().ok_or(AppError::NotFound)?;
        Ok(views::TransportSummary {
            id: ride.id,
            state: ride.state,
            version: ride.version,
            referral_id: ride.referral_id,
            resident_id: resident.id,
            resident_name: resident.name.into_exposed(),
            bed: resident.bed,
            home_id: ride.home_id,
            vehicle: ride.vehicle,
            destination: ride.destination.clone(),
            pick_up_at: ride.pick_up_at.into(),
            needs: ride.needs.clone(),
            carrier: ride.carrier.clone(),
        })
    };
    rides.iter().map(line).collect()
}

async fn full(db: &mut Db, ctx: &Context, ride: &Transport) -> Result<views::Transport, AppError> {
    let may = decide(&ctx.actor, Action::RunTransport, &ride.facts()) == Decision::Allow;
    let events = [
        ("confirm", Event::Confirm),
        ("depart", Event::Depart),
        ("arrive", Event::Arrive),
        ("cancel", Event::Cancel { reason: String::new() }),
    ];
    let possible = events.iter().filter(|(_, event)| may && ride.state.apply(event, ctx.now).is_ok());
    Ok(views::Transport {
        summary: summaries(db, &[ride]).await?.pop().ok_or(AppError::NotFound)?,
        requested_by: Names::default().staff_ref(db, ride.requested_by).await?,
        created_at: ride.created_at.into(),
        end_reason: ride.end_reason.as_ref().map(|reason| reason.expose().clone()),
        timeline: timeline(&ride.timeline),
        allowed: possible.map(|(name, _)| (*name).to_owned()).collect(),
    })
}
