//! Refills: a job looks at each course and, before it runs out, asks its prescriber once. A request is no prescription; a person writes that.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::formulary::Drug;
use yunzhen_domain::ids::{PrescriptionId, RefillId, ResidentId, uuid_v7};
use yunzhen_domain::machines::prescription::State as PrescriptionState;
use yunzhen_domain::machines::refill::{Event, State};
use yunzhen_domain::records::{Item, Prescription, Recall, Refill, RenewalEnd, Supply as SupplyKind};
use yunzhen_domain::runway::{RunsOut, Runway};
use yunzhen_domain::schedule::Zone;
use yunzhen_store::jobs::{self, Job};
use yunzhen_store::{Db, Paging, prescriptions, recalls, refills, residents};

use super::doses::{Supply, resident_ref, zone};
use super::names::Names;
use super::prescriptions::drug_names;
use super::reads::Seen;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::doses as views;
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, fresh};

/// Rows of one page of the list.
const PAGE: u32 = 100;
/// More prescriptions than anybody is signed while one request stands.
const MOST_SIGNED: u32 = 200;
/// The kind of the job.
pub(crate) const WATCH: &str = "watch_refill";

/// Whose course is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    prescription_id: PrescriptionId,
}

/// Requests in the caller's reach, newest first.
pub async fn list(app: &App, ctx: &Context, query: views::RefillQuery) -> Result<Page<views::Refill>, AppError> {
    may_list(ctx, Action::ViewRefill)?;
    let states = super::parse_states::<State>(query.state.as_deref())?;
    let filter = match ctx.actor.home_id() {
        Some(home) => refills::Filter { states, home: Some(home), specialist: None },
        None => refills::Filter { states, home: None, specialist: ctx.actor.staff_id() },
    };
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = refills::list(&mut db, &filter, paging).await?;
    let mut seen = Seen::default();
    let may = |refill: &&Refill| authorize(ctx, Action::ViewRefill, &refill.facts()).is_ok();
    let wanted: Vec<&Refill> = slice.items.iter().filter(may).collect();
    wanted.iter().for_each(|refill| seen.add(EventKind::ResidentListed, refill.resident_id, refill.home_id, None));
    let items = all_shown(app, &mut db, ctx, &wanted).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|cursor| cursor.to_string()) })
}

/// The prescriber has seen it.
pub async fn see(app: &App, ctx: &Context, id: RefillId, input: VersionBody) -> Result<views::Refill, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let refill = load(&mut work, id, input.version).await?.apply(&Event::See, ctx.now)?;
    let view = keep(app, ctx, &mut work, EventKind::RefillSeen, &refill).await?;
    work.finish(view).await
}

/// The medicine ends here.
pub async fn decline(app: &App, ctx: &Context, id: RefillId, input: ReasonBody) -> Result<views::Refill, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, input.version).await?;
    let reason = required("reason", &input.reason, 500)?;
    let mut refill = before.apply(&Event::Decline, ctx.now)?;
    refill.decline_reason = Some(reason.into());
    let view = keep(app, ctx, &mut work, EventKind::RefillDeclined, &refill).await?;
    work.finish(view).await
}

async fn load(work: &mut Work, id: RefillId, seen: i64) -> Result<Refill, AppError> {
    let refill = refills::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::DecideRefill, &refill.facts())?;
    same_version(seen, refill.version)?;
    Ok(refill)
}

async fn keep(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    kind: EventKind,
    refill: &Refill,
) -> Result<views::Refill, AppError> {
    refills::update(&mut work.tx, refill).await?;
    work.record(kind, refill.id.uuid(), Some(refill.home_id), None);
    all_shown(app, &mut work.tx, ctx, &[refill]).await?.pop().ok_or(AppError::NotFound)
}

/// Whoever signs what runs out again for the same person has done what was asked, once every line of the request is signed again, by one prescription or several;
/// called in the transaction of the signature.
pub(super) async fn renewed(work: &mut Work, ctx: &Context, p: &Prescription) -> Result<(), AppError> {
    let states = vec![State::Open, State::Seen];
    let filter = refills::Filter { states, home: Some(p.home_id), specialist: Some(p.specialist_id) };
    let asked = refills::list(&mut work.tx, &filter, Paging::newest(PAGE)).await?.items;
    if asked.is_empty() {
        return Ok(());
    }
    let records = of_same_person(work, p.resident_id).await?;
    let zone = zone(&mut work.tx, p.home_id).await?;
    for refill in asked.into_iter().filter(|refill| records.contains(&refill.resident_id)) {
        let old = prescriptions::get(&mut work.tx, refill.prescription_id).await?.ok_or(AppError::NotFound)?;
        if !refill.is_renewed_in_part_by(&old, p, &zone) {
            continue;
        }
        let others = other_renewals(work, &refill, p.id).await?;
        let signed: Vec<&Prescription> = others.iter().chain([p]).collect();
        if refill.not_renewed_by(&old, &signed, &zone).is_empty() {
            let refill = refill.renew(p.id, ctx.now)?;
            refills::update(&mut work.tx, &refill).await?;
            work.record(EventKind::RefillDone, refill.id.uuid(), Some(refill.home_id), None);
        }
    }
    Ok(())
}

async fn of_same_person(work: &mut Work, resident: ResidentId) -> Result<Vec<ResidentId>, AppError> {
    let standing = residents::standing_id(&mut work.tx, resident).await?.ok_or(AppError::NotFound)?;
    Ok(residents::group(&mut work.tx, standing).await?)
}

/// What was signed for a request has ended, by whatever way, and the medicine has not come: its prescriber is asked anew, once. Called in the transaction of that
/// end, for every prescription that moves; a replacement that is signed later renews the request as any other does.
pub(super) async fn renewal_ended(work: &mut Work, ctx: &Context, p: &Prescription) -> Result<(), AppError> {
    let Some(end) = RenewalEnd::of(p) else { return Ok(()) };
    let zone = zone(&mut work.tx, p.home_id).await?;
    for refill in refills::renewed_by(&mut work.tx, p.id).await? {
        let course = prescriptions::get(&mut work.tx, refill.prescription_id).await?.ok_or(AppError::NotFound)?;
        if !refill.is_open_again(&course, end, zone.date(ctx.now)) {
            continue;
        }
        let refill = reopened(work, ctx, refill, p.id, end).await?;
        let others = other_renewals(work, &refill, p.id).await?;
        let signed: Vec<&Prescription> = others.iter().collect();
        let other = signed.iter().find(|other| refill.is_renewed_in_part_by(&course, other, &zone));
        match other {
            Some(other) if refill.not_renewed_by(&course, &signed, &zone).is_empty() => {
                let refill = refill.renew(other.id, ctx.now)?;
                refills::update(&mut work.tx, &refill).await?;
                work.record_by_system(EventKind::RefillDone, refill.id.uuid(), Some(refill.home_id));
            }
            // What the home lost while it was done nobody was asked for.
            _ => look_again(work, course.id, ctx.now, ctx.now).await?,
        }
    }
    for refill in done_with(work, p).await? {
        let course = prescriptions::get(&mut work.tx, refill.prescription_id).await?.ok_or(AppError::NotFound)?;
        let is_open_again = refill.is_open_again(&course, end, zone.date(ctx.now));
        if !is_open_again || !refill.is_renewed_in_part_by(&course, p, &zone) {
            continue;
        }
        let others = other_renewals(work, &refill, p.id).await?;
        let signed: Vec<&Prescription> = others.iter().collect();
        if !refill.not_renewed_by(&course, &signed, &zone).is_empty() {
            let refill = reopened(work, ctx, refill, p.id, end).await?;
            look_again(work, refill.prescription_id, ctx.now, ctx.now).await?;
        }
    }
    Ok(())
}

async fn reopened(
    work: &mut Work,
    ctx: &Context,
    refill: Refill,
    renewal: PrescriptionId,
    end: RenewalEnd,
) -> Result<Refill, AppError> {
    let refill = refill.reopen(renewal, end, ctx.now)?;
    refills::update(&mut work.tx, &refill).await?;
    work.record_by_system(EventKind::RefillReopened, refill.id.uuid(), Some(refill.home_id));
    Ok(refill)
}

/// The requests of the same person that became done when another prescription was signed after this one: it may have renewed a line of them, and only the last one
/// that did is kept with the request.
async fn done_with(work: &mut Work, p: &Prescription) -> Result<Vec<Refill>, AppError> {
    let mut found = Vec::new();
    for record in of_same_person(work, p.resident_id).await? {
        let courses = prescriptions::for_resident(&mut work.tx, record, MOST_SIGNED).await?;
        let asked = refills::of_prescriptions(&mut work.tx, courses.iter().map(|course| course.id)).await?;
        found.extend(asked.into_values().filter(|refill| {
            let own = refill.home_id == p.home_id && refill.specialist_id == p.specialist_id;
            let since = p.signed_at.is_some_and(|at| at >= refill.asked_at && Some(at) <= refill.decided_at);
            own && since && refill.state == State::Done && refill.renewed_by != Some(p.id)
        }));
    }
    found.sort_unstable_by_key(|refill| refill.id);
    Ok(found)
}

/// What else may renew the request: signed for the same person since it was asked, and it stands.
async fn other_renewals(work: &mut Work, refill: &Refill, but: PrescriptionId) -> Result<Vec<Prescription>, AppError> {
    let mut others = Vec::new();
    for record in of_same_person(work, refill.resident_id).await? {
        let signed = prescriptions::signed_since(&mut work.tx, record, refill.asked_at, MOST_SIGNED).await?;
        others.extend(signed.into_iter().filter(|p| p.id != but && refill.may_be_renewed_by(p)));
    }
    Ok(others)
}

/// A withdrawn course needs no refill; called in the transaction of the withdrawal.
pub(super) async fn lapse(work: &mut Work, ctx: &Context, prescription: PrescriptionId) -> Result<(), AppError> {
    let Some(refill) = refills::of_prescription(&mut work.tx, prescription).await? else { return Ok(()) };
    let Ok(refill) = refill.apply(&Event::Lapse, ctx.now) else { return Ok(()) };
    refills::update(&mut work.tx, &refill).await?;
    work.record_by_system(EventKind::RefillLapsed, refill.id.uuid(), Some(refill.home_id));
    Ok(())
}

/// The home received something: its course is watched from now on. Called in the transaction of the receipt.
pub(super) async fn watch(work: &mut Work, p: &Prescription, now: Timestamp) -> Result<(), AppError> {
    if p.supply == SupplyKind::Emergency {
        return Ok(());
    }
    look_again(work, p.id, now, now).await
}

/// No pharmacy has any more what it owed of a course that began: nothing of it is on its way. Called in the transaction of every prescription that moves.
pub(super) async fn nothing_is_coming(work: &mut Work, p: &Prescription, now: Timestamp) -> Result<(), AppError> {
    if p.is_in_the_pool() && p.in_the_home() { watch(work, p, now).await } else { Ok(()) }
}

/// What the home has of a course, or may still get, became less: it is looked at now. Called in the transaction of the recall or of the settlement.
pub(super) async fn watch_again(work: &mut Work, id: PrescriptionId, now: Timestamp) -> Result<(), AppError> {
    look_again(work, id, now, now).await
}

async fn look_again(
    work: &mut Work,
    prescription_id: PrescriptionId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), AppError> {
    let about = serde_json::to_string(&Watched { prescription_id })?;
    let id = uuid_v7(now, yunzhen_runtime::clock::random_bytes());
    Ok(jobs::enqueue(&mut work.tx, id, WATCH, &about, at).await?)
}

/// The job: asks for a refill when it is time, else looks again on the day when it will be. A second job of the same course finds the request: where the home has less
/// than that says, while nobody has decided, it asks for more lines or an earlier day; else it ends.
pub(crate) async fn look(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Watched = serde_json::from_str(&job.payload)?;
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    jobs::finish(&mut work.tx, job).await?;
    let p = prescriptions::get(&mut work.tx, about.prescription_id).await?.ok_or(AppError::NotFound)?;
    let withdrawn = matches!(p.state, PrescriptionState::Stopped | PrescriptionState::Cancelled);
    let asked = refills::of_prescription(&mut work.tx, p.id).await?;
    if withdrawn || asked.as_ref().is_some_and(|refill| refill.state.is_decided()) {
        return Ok(work.tx.commit_bookkeeping("a course that needs no refill").await?);
    }
    let supply = Supply::of(&mut work.tx, p).await?;
    let zone = zone(&mut work.tx, supply.prescription.home_id).await?;
    let recalls = recalls::barring(&mut work.tx, supply.drugs()).await?;
    let ends = ends(app, &supply, &zone, &recalls, now);
    let Some(&(_, first, last_day)) = ends.iter().min_by_key(|(_, _, last_day)| *last_day) else {
        return Ok(work.tx.commit_bookkeeping("a course that has no end to ask about").await?);
    };
    let today = zone.date(now);
    let item_nos: Vec<u16> =
        ends.iter().filter(|(_, runway, _)| runway.warns(&app.policy, today)).map(|(no, ..)| *no).collect();
    if let Some(asked) = asked {
        let Some(refill) = asked.sooner(&item_nos, last_day, first.runs_out) else {
            return Ok(work.tx.commit_bookkeeping("a course that somebody was asked about").await?);
        };
        refills::ask_for_more(&mut work.tx, &refill).await?;
        work.record(EventKind::RefillAsked, refill.id.uuid(), Some(refill.home_id), None);
        return work.finish(()).await;
    }
    if !first.warns(&app.policy, today) {
        let day = first.first_warning(&app.policy).and_then(|day| zone.instant(day.at(6, 0, 0, 0)));
        let at = day.unwrap_or(now).max(now + SignedDuration::from_mins(1));
        look_again(&mut work, supply.prescription.id, at, now).await?;
        return Ok(work.tx.commit_bookkeeping("a course that lasts").await?);
    }
    let p = &supply.prescription;
    let refill = Refill {
        id: fresh(RefillId::new, now),
        version: 1,
        state: State::Open,
        prescription_id: p.id,
        resident_id: p.resident_id,
        home_id: p.home_id,
        specialist_id: p.specialist_id,
        item_nos,
        last_day,
        runs_out: first.runs_out,
        asked_at: now,
        decided_at: None,
        renewed_by: None,
        reopened: None,
        decline_reason: None,
    };
    refills::insert(&mut work.tx, &refill).await?;
    work.record(EventKind::RefillAsked, refill.id.uuid(), Some(refill.home_id), None);
    work.finish(()).await
}

/// The lines that go on as long as the disease: no anti-infective, no dose that is tapered off, nothing that is given once or when needed, no emergency supply.
/// Of these too, what was called back is missed while there are doses to come; and a line that never came ends before it began.
fn ends(app: &App, supply: &Supply, zone: &Zone, recalls: &[Recall], now: Timestamp) -> Vec<(u16, Runway, Date)> {
    let (p, today) = (&supply.prescription, zone.date(now));
    let is_short = |item: &Item, drug: &Drug| {
        let ends_itself = matches!(item.frequency, Frequency::St | Frequency::Prn) || !item.taper.is_empty();
        drug.anti_infective || ends_itself || p.supply == SupplyKind::Emergency
    };
    let courses = supply.courses(zone);
    let mut ends = Vec::new();
    for item in &p.items {
        let Some(drug) = app.formulary.drug(&item.drug_id) else { continue };
        let nothing = Runway { left_milli: 0, last_day: Some(today), runs_out: RunsOut::Stock };
        let Some(course) = courses.iter().find(|course| course.item.no == item.no) else {
            if p.never_came(item) && !is_short(item, drug) {
                ends.push((item.no, nothing, today));
            }
            continue;
        };
        let lots = supply.lots(item.no, drug.doses_per_unit, recalls);
        let stock = supply.stock(*course, drug.doses_per_unit, &lots);
        let is_missed = stock.misses_what_was_called_back(now);
        if is_missed || !is_short(item, drug) {
            // What was called back is missed in the home, whatever is on its way.
            let runway = if is_missed {
                stock.runway(&app.policy, now)
            } else {
                stock.runway_with_what_is_coming(&app.policy, now)
            };
            let runway = if is_missed && runway.last_day.is_none() { nothing } else { runway };
            ends.extend(runway.last_day.map(|last_day| (item.no, runway, last_day)));
        }
    }
    ends
}

/// Requests of a list: what stands beside each is looked up for all of them at once.
async fn all_shown(app: &App, db: &mut Db, ctx: &Context, all: &[&Refill]) -> Result<Vec<views::Refill>, AppError> {
    let prescriptions = prescriptions::get_all(db, all.iter().map(|refill| refill.prescription_id)).await?;
    let residents = residents::get_all_standing(db, all.iter().map(|refill| refill.resident_id)).await?;
    let waiting = || all.iter().filter(|refill| !refill.state.is_decided());
    let persons = waiting().flat_map(|refill| {
        let standing = residents.get(&refill.resident_id).map(|resident| resident.id);
        [Some(refill.resident_id), standing].into_iter().flatten()
    });
    let persons: Vec<ResidentId> = persons.collect();
    let since = waiting().map(|refill| refill.asked_at).min();
    let signed = match since {
        Some(since) => prescriptions::all_signed_since(db, persons, since).await?,
        None => Vec::new(),
    };
    let mut names = Names::default();
    let mut views = Vec::with_capacity(all.len());
    for refill in all {
        let p = prescriptions.get(&refill.prescription_id).ok_or(AppError::NotFound)?;
        let resident = residents.get(&refill.resident_id).cloned().ok_or(AppError::NotFound)?;
        let lines = p.items.iter().filter(|item| refill.item_nos.contains(&item.no));
        let drugs = drug_names(app, lines);
        let home = names.home(db, refill.home_id).await?.clone();
        let of_person = |new: &&Prescription| [refill.resident_id, resident.id].contains(&new.resident_id);
        let renewals: Vec<&Prescription> =
            signed.iter().filter(of_person).filter(|new| refill.may_be_renewed_by(new)).collect();
        let mut open_nos = refill.not_renewed_by(p, &renewals, &home.zone);
        // Said where a part is signed again, and only while somebody is asked.
        if refill.state.is_decided() || open_nos.len() == refill.item_nos.len() {
            open_nos.clear();
        }
        let open_lines = p.items.iter().filter(|item| open_nos.contains(&item.no));
        let open = drug_names(app, open_lines);
        views.push(views::Refill {
            id: refill.id,
            version: refill.version,
            state: refill.state,
            prescription_id: refill.prescription_id,
            resident: resident_ref(app, resident),
            home_name: home.name,
            specialist_name: names.staff(db, refill.specialist_id).await?.name.clone(),
            drug_names: drugs.zh,
            drug_names_en: drugs.en,
            strengths: drugs.strengths,
            open_names: open.zh,
            open_names_en: open.en,
            open_strengths: open.strengths,
            last_day: refill.last_day,
            runs_out: refill.runs_out,
            asked_at: refill.asked_at.into(),
            decided_at: refill.decided_at.map(Into::into),
            renewed_by: refill.renewed_by,
            reopened: refill.reopened.map(|again| views::RefillReopened {
                at: again.at.into(),
                because: again.because,
                prescription_id: again.renewal,
            }),
            decline_reason: refill.decline_reason.as_ref().map(|reason| reason.expose().clone()),
            allowed: allowed(ctx, refill),
        });
    }
    Ok(views)
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(ctx: &Context, refill: &Refill) -> Vec<String> {
    if decide(&ctx.actor, Action::DecideRefill, &refill.facts()) != Decision::Allow {
        return Vec::new();
    }
    let possible = [("see", Event::See), ("decline", Event::Decline)];
    let possible = possible.iter().filter(|(_, event)| refill.state.apply(event, ctx.now).is_ok());
    possible.map(|(name, _)| (*name).to_owned()).collect()
}
