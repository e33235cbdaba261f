//! For the administrator: boxes and the audit log.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::{AuditFact, Entity, EventKind, Sort};
use yunzhen_domain::ids::{HomeId, PharmacySystemId, PrescriptionId, StaffId};
use yunzhen_domain::media_timeline::{Second, usual};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{self, BoxState, Dispense, LinkSummary};
use yunzhen_domain::{ActorRef, Role};
use yunzhen_store::audit::UsedFor;
use yunzhen_store::boxes::BoxRecord;
use yunzhen_store::{Db, audit, boxes, dispenses, enrolment_codes, homes, media_timeline, pharmacy_systems, staff};

use super::consultations::link_words;
use super::names::Names;
use super::people::staff_view;
use super::views::admin::{AuditEvent, AuditQuery, BoxStatus, LastCall};
use super::views::common::Page;
use super::views::sessions::{PracticeUpdate, Staff};
use super::work::{Start, Work, may_list, same_version};
use super::{App, AppError, Context};

/// Rows of one page of the audit log.
const AUDIT_PAGE: u32 = 100;
/// Who began before it does not practise any more: a typing error.
const EARLIEST_PRACTICE: Date = jiff::civil::date(1940, 1, 1);

/// So much of a home's last call says how it was.
const SECONDS_OF_LAST_CALL: i64 = 600;

/// A certificate with less left is for a person to look at.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Whether a person is told of boxes at all.
pub fn may_see_boxes(ctx: &Context) -> bool {
    may_list(ctx, Action::ListBoxes).is_ok()
}

/// Every home's box, connected or not.
pub async fn boxes(app: &App, ctx: &Context) -> Result<Page<BoxStatus>, AppError> {
    may_list(ctx, Action::ListBoxes)?;
    let mut db = app.store.read().await?;
    let known: HashMap<HomeId, BoxRecord> =
        boxes::list(&mut db).await?.into_iter().map(|record| (record.home_id, record)).collect();
    let enrolling: HashMap<HomeId, Timestamp> = enrolment_codes::open(&mut db, ctx.now).await?.into_iter().collect();
    let homes = homes::list(&mut db).await?.into_iter();
    let calls = last_calls(&mut db, None).await?;
    let items = homes.map(|home| {
        let id = home.id;
        let last_call = calls.get(&id).copied();
        BoxStatus { last_call, ..box_status(app, home, known.get(&id), enrolling.get(&id).copied(), ctx.now) }
    });
    Ok(Page::whole(items.collect()))
}

/// How the last call went, of each home that had one, or of one home.
pub(super) async fn last_calls(db: &mut Db, home: Option<HomeId>) -> Result<HashMap<HomeId, LastCall>, AppError> {
    let mut seconds: HashMap<HomeId, (i64, Vec<Second>)> = HashMap::new();
    for (home, stretch) in media_timeline::last_calls(db, home, SECONDS_OF_LAST_CALL).await? {
        let (until, all) = seconds.entry(home).or_default();
        *until = stretch.from_second.saturating_add(stretch.seconds.len() as i64);
        all.extend(stretch.seconds);
    }
    let call = |(home, (until, all)): (HomeId, (i64, Vec<Second>))| {
        let until = Timestamp::from_second(until).ok()?.into();
        Some((home, LastCall { until, shown: usual(&all) }))
    };
    Ok(seconds.into_iter().filter_map(call).collect())
}

/// How the box of a home stands, from what is on record and who is there; its last call not.
pub(super) fn box_status(
    app: &App,
    home: records::Home,
    known: Option<&BoxRecord>,
    enrolling: Option<Timestamp>,
    now: Timestamp,
) -> BoxStatus {
    let there = app.presence.home_box(home.id);
    let seen = known.filter(|known| !known.agent_version.is_empty());
    let serial = known.and_then(|known| known.serial.clone());
    // What was renewed counts from the next connection on; until then the record knows better than the connection.
    let until = known.filter(|known| known.serial.is_some()).map(|known| known.certificate_not_after);
    let until = until.or_else(|| there.as_ref().and_then(|there| there.certificate_not_after));
    let is_revoked = |known: &BoxRecord| match &known.serial {
        Some(serial) => known.certificate_revoked || app.revoked.holds(serial),
        None => known.revoked_before.is_some(),
    };
    let state = match known {
        known if there.is_some() && !known.is_some_and(is_revoked) => BoxState::Connected,
        _ if enrolling.is_some() => BoxState::Enrolling,
        Some(known) if is_revoked(known) => BoxState::Revoked,
        None => BoxState::Never,
        Some(_) if until.is_some_and(|until| until < now) => BoxState::Expired,
        Some(_) => BoxState::Away,
    };
    // A box renews at half of its certificate's time; what is left of one that did not is for a person to look at.
    let soon = |known: &BoxRecord| {
        let whole = known.certificate_not_before.map(|from| known.certificate_not_after.duration_since(from));
        let left = known.certificate_not_after.duration_since(now);
        left < whole.map_or(SOON, |whole| SOON.min(whole / 4))
    };
    let ends_soon = known.filter(|known| known.serial.is_some()).is_some_and(soon);
    let since = there.as_ref().map(|there| there.since).or_else(|| seen.map(|seen| seen.since));
    let last_seen = if there.is_some() { Some(now) } else { since };
    BoxStatus {
        home_id: home.id,
        home_name: home.name,
        state,
        connected: there.is_some(),
        since: since.map(Into::into),
        version: there.as_ref().map(|b| b.version.clone()).or_else(|| seen.map(|seen| seen.agent_version.clone())),
        address: there.as_ref().map(|b| b.address.to_string()).or_else(|| seen.map(|seen| seen.address.clone())),
        last_seen: last_seen.map(Into::into),
        box_id: known.and_then(|known| known.box_id),
        certificate_serial: serial,
        certificate_until: until.map(Into::into),
        enrolment_until: enrolling.map(Into::into),
        clone_seen_at: known.and_then(|known| known.clone_seen_at).map(Into::into),
        certificate_days_left: until.map(|at| at.duration_since(now).as_hours() / 24),
        certificate_ends_soon: ends_soon && state != BoxState::Revoked,
        link: there.map_or(LinkSummary::None, |b| link_words(b.link)),
        last_call: None,
    }
}

/// All accounts.
pub async fn staff(app: &App, ctx: &Context) -> Result<Page<Staff>, AppError> {
    may_list(ctx, Action::ListStaff)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for member in staff::list(&mut db).await? {
        items.push(staff_view(app, &mut db, &mut names, member, ctx.now).await?);
    }
    Ok(Page::whole(items))
}

/// Writes down since when a specialist has practised. Guarded by the account's version, so it demands no idempotency key.
pub async fn record_practice(app: &App, ctx: &Context, id: StaffId, input: PracticeUpdate) -> Result<Staff, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    same_version(input.version, before.version)?;
    if before.role != Role::Specialist {
        let (zh, en) = ("只为专科医生登记执业起始日期", "Practice is recorded of specialists only");
        return Err(AppError::invalid("practising_since", zh, en));
    }
    let since = input.practising_since;
    if since > Policy::local_date(ctx.now) || since < EARLIEST_PRACTICE {
        let (zh, en) =
            ("执业起始日期不能在今天之后，也不能早于 1940 年", "Practice begins neither after today nor before 1940");
        return Err(AppError::invalid("practising_since", zh, en));
    }
    let after = records::Staff { version: before.version + 1, practising_since: Some(since), ..before };
    staff::update(&mut work.tx, &after).await?;
    work.record(EventKind::StaffPracticeRecorded, id.uuid(), None, None);
    let view = staff_view(app, &mut work.tx, &mut Names::default(), after, ctx.now).await?;
    work.finish(view).await
}

/// The audit log, newest first.
pub async fn audit(app: &App, ctx: &Context, query: AuditQuery) -> Result<Page<AuditEvent>, AppError> {
    may_list(ctx, Action::ReadAudit)?;
    let before = match &query.cursor {
        Some(text) => Some(text.parse::<i64>().map_err(|_| AppError::BadCursor)?),
        None => None,
    };
    let mut db = app.store.read().await?;
    let filter = audit::Filter {
        kinds: kinds_of(&query)?,
        entity_id: query.entity_id,
        actor_id: query.actor_id,
        purpose: query.purpose.as_deref().map(|name| named(used_for(name), "purpose")).transpose()?,
        from: query.from.map(|at| at.0),
        until: query.until.map(|at| at.0),
    };
    let rows = audit::before(&mut db, &filter, before, AUDIT_PAGE).await?;
    let next = rows.last().filter(|_| rows.len() == AUDIT_PAGE as usize).map(|r| r.seq.to_string());
    let mut items = Vec::with_capacity(rows.len());
    let mut names: HashMap<ActorRef, Option<String>> = HashMap::new();
    let declines = rows.iter().filter(|row| row.fact.kind == EventKind::PrescriptionDeclined);
    let declined = declines.map(|row| PrescriptionId::from_uuid(row.fact.entity_id)).collect::<Vec<_>>();
    let fillings = dispenses::of_prescriptions(&mut db, declined).await?;
    for row in rows {
        let fact = row.fact;
        let actor_name = match names.entry(fact.actor) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => place.insert(name_of(&mut db, fact.actor).await?).clone(),
        };
        items.push(AuditEvent {
            seq: row.seq,
            at: fact.at.into(),
            actor: fact.actor.to_string(),
            actor_role: fact.actor.role,
            actor_name,
            action: fact.kind.as_str().to_owned(),
            entity: fact.kind.entity().as_str().to_owned(),
            entity_id: fact.entity_id,
            home_id: fact.home_id,
            purpose: fact.purpose.map(|purpose| purpose.as_str().to_owned()),
            words: words_of(&fact, &fillings),
        });
    }
    Ok(Page { items, next })
}

/// What the pharmacy wrote when it gave this order back.
fn words_of(fact: &AuditFact, fillings: &HashMap<PrescriptionId, Vec<Dispense>>) -> Option<String> {
    if fact.kind != EventKind::PrescriptionDeclined {
        return None;
    }
    let theirs = fillings.get(&PrescriptionId::from_uuid(fact.entity_id))?;
    let declined = theirs.iter().find(|d| d.declined.is_some() && d.state_since == fact.at)?;
    declined.declined_words.as_ref().map(|words| words.expose().clone())
}

/// What people call an actor; couriers and observers are known by their link only.
async fn name_of(db: &mut Db, actor: ActorRef) -> Result<Option<String>, AppError> {
    let Some(id) = actor.id else { return Ok(None) };
    Ok(match actor.role {
        Role::Box => homes::get(db, HomeId::from_uuid(id)).await?.map(|home| home.name),
        Role::PharmacySystem => {
            pharmacy_systems::get(db, PharmacySystemId::from_uuid(id)).await?.map(|system| system.name)
        }
        role if role.has_account() => staff::get(db, StaffId::from_uuid(id)).await?.map(|member| member.name),
        _ => None,
    })
}

/// The kinds that action, sort and kind of record let through together; nothing where none of the three is asked for.
fn kinds_of(query: &AuditQuery) -> Result<Option<Vec<EventKind>>, AppError> {
    let actions = query.action.as_deref().map(actions_of).transpose()?;
    let sort: Option<Sort> = query.sort.as_deref().map(|name| named(name.parse().ok(), "sort")).transpose()?;
    let entity: Option<Entity> = query.entity.as_deref().map(|name| named(name.parse().ok(), "entity")).transpose()?;
    if actions.is_none() && sort.is_none() && entity.is_none() {
        return Ok(None);
    }
    let passes = |kind: &EventKind| {
        actions.as_ref().is_none_or(|actions| actions.contains(kind))
            && sort.is_none_or(|sort| kind.sort() == sort)
            && entity.is_none_or(|entity| kind.entity() == entity)
    };
    Ok(Some(EventKind::ALL.iter().copied().filter(passes).collect()))
}

fn actions_of(names: &str) -> Result<Vec<EventKind>, AppError> {
    names.split(',').map(|name| named(name.trim().parse().ok(), "action")).collect()
}

/// As FHIR's PurposeOfUse names it.
fn used_for(name: &str) -> Option<UsedFor> {
    match name {
        "TREAT" => Some(UsedFor::Treatment),
        other => other.parse().ok().map(UsedFor::Other),
    }
}

fn named<T>(found: Option<T>, field: &str) -> Result<T, AppError> {
    found.ok_or_else(|| AppError::invalid(field, "没有这个代码", "There is no such code"))
}
