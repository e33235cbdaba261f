//! How a consultation is shown.

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Consultation, LinkSummary};
use yunzhen_domain::vitals;
use yunzhen_protocol::room::LinkLevel;
use yunzhen_store::{Db, Paging, consultation_notes, prescriptions, rebookings, referrals, residents};

use super::has_call;
use crate::app::consents::missing_for_visit;
use crate::app::eligibility::of_consultation;
use crate::app::names::Names;
use crate::app::prescriptions::{in_sight, summaries as prescription_summaries, under_way};
use crate::app::referrals::summaries as referral_summaries;
use crate::app::residents::latest_of_people;
use crate::app::views::consultations as views;
use crate::app::{App, AppError, Context, media_timeline, queue, recording_question};

/// Referrals that one consultation can have.
const MOST_REFERRALS: u32 = 20;

/// The link in words of the API.
pub(in crate::app) const fn link_words(level: LinkLevel) -> LinkSummary {
    match level {
        LinkLevel::Good => LinkSummary::Good,
        LinkLevel::Weak => LinkSummary::Weak,
        LinkLevel::Poor => LinkSummary::Poor,
        LinkLevel::Lost => LinkSummary::Lost,
    }
}

/// A line of a list.
pub(in crate::app) async fn summary(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    c: &Consultation,
    now: Timestamp,
) -> Result<views::ConsultationSummary, AppError> {
    summaries(app, db, names, &[c], now).await?.pop().ok_or(AppError::NotFound)
}

/// Lines of a list: what stands beside each is looked up for all of them at once.
pub(in crate::app) async fn summaries(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    all: &[&Consultation],
    now: Timestamp,
) -> Result<Vec<views::ConsultationSummary>, AppError> {
    let residents = residents::get_all(db, all.iter().map(|c| c.resident_id)).await?;
    let mut latest = latest_of_people(db, all.iter().map(|c| c.resident_id)).await?;
    let failed = all.iter().filter(|c| c.state == State::FailedTechnical).map(|c| c.id);
    let rebooked = rebookings::of_all_failed(db, failed).await?;
    let places = queue::places_of(db, all, now).await?;
    let mut lines = Vec::with_capacity(all.len());
    for c in all {
        let resident = residents.get(&c.resident_id).cloned().ok_or(AppError::NotFound)?;
        let home = names.home(db, c.home_id).await?;
        let (home_name, today) = (home.name.clone(), home.zone.date(now));
        let specialist = names.staff_ref_opt(db, c.specialist_id).await?;
        // One resident may stand in several lines.
        let latest = latest.entry(c.resident_id).or_default();
        let out_of_range = latest.iter().filter(|o| vitals::find(&o.code).is_some_and(|v| v.is_out_of_range(o.value)));
        let call = app.presence.call(c.id);
        // Before the call there is still the box: its link tells whether a call can be had.
        let link = match call {
            _ if has_call(c) && app.presence.home_call(c.home_id).is_some_and(|other| other != c.id) => {
                LinkSummary::Busy
            }
            Some(call) => call.link.map_or(LinkSummary::None, link_words),
            None => app.presence.home_box(c.home_id).map_or(LinkSummary::None, |b| link_words(b.link)),
        };
        lines.push(views::ConsultationSummary {
            id: c.id,
            state: c.state,
            version: c.version,
            resident: views::ConsultationResident {
                id: resident.id,
                age: resident.age(today).into(),
                name: resident.name.into_exposed(),
                sex: resident.sex,
                bed: resident.bed,
                home_id: c.home_id,
                home_name,
                photo_url: resident.photo_url,
            },
            reason: c.reason.expose().clone(),
            urgency: c.urgency,
            specialist,
            requested_at: c.requested_at.into(),
            queue: places.get(&c.id).cloned(),
            rebooked_as: rebooked.get(&c.id).copied(),
            scheduled_at: c.scheduled_at.map(Into::into),
            waiting_since: c.waiting_since.map(Into::into),
            began_at: c.began_at.map(Into::into),
            ended_at: c.ended_at.map(Into::into),
            out_of_range: out_of_range
                .map(|o| views::OutOfRange { code: o.code.clone(), value: o.value, unit: o.unit.clone() })
                .collect(),
            link,
            participants: call.map_or(0, |call| u32::try_from(call.participants).unwrap_or(u32::MAX)),
        });
    }
    Ok(lines)
}

/// Everything of one consultation that the caller may see.
pub(super) async fn full(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    c: &Consultation,
) -> Result<views::Consultation, AppError> {
    let mut names = Names::default();
    let summary = summary(app, db, &mut names, c, ctx.now).await?;
    let (missing_consents, family_consent_lack) = missing_for_visit(db, c.resident_id, ctx.now).await?;
    let recording_question = recording_question::of_consultation(app, db, &mut names, c.id).await?;
    let note = match consultation_notes::get(db, c.id).await? {
        Some(n) => {
            let (text, version) = (n.text.into_exposed(), n.version);
            views::ConsultationNote { text, diagnosis_code: n.diagnosis_code, version }
        }
        None => views::ConsultationNote { text: String::new(), diagnosis_code: None, version: 0 },
    };
    let first_visits = Some(of_consultation(app, db, ctx, c).await?);
    let filter = referrals::Filter { consultation: Some(c.id), ..Default::default() };
    let found = referrals::list(db, &filter, Paging::newest(MOST_REFERRALS)).await?.items;
    let referred = referral_summaries(app, db, &mut names, &found.iter().collect::<Vec<_>>(), ctx.now).await?;
    let writes = ctx.actor.role() == yunzhen_domain::Role::Specialist && under_way(app, ctx, c).is_ok();
    let signing = if writes { Some(media_timeline::standing(app, db, c.id).await?) } else { None };
    let written = prescriptions::for_consultation(db, c.id).await?;
    let written: Vec<_> = written.iter().filter(|p| in_sight(ctx, p)).collect();
    let shown = prescription_summaries(app, db, &mut names, &written, ctx.now).await?;
    Ok(views::Consultation {
        summary,
        note,
        eligibility: first_visits,
        referrals: referred,
        prescriptions: shown,
        missing_consents,
        family_consent_lack,
        recording_question,
        // Told with the consultation itself, where who reads a name is written down.
        outranked_by: Vec::new(),
        outranks: false,
        signing,
        allowed: allowed(app, ctx, c),
    })
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(app: &App, ctx: &Context, c: &Consultation) -> Vec<String> {
    let specialist = ctx.actor.staff_id().unwrap_or(c.requested_by);
    let reason = String::new;
    let transitions = [
        ("check-in", Action::CheckInConsultation, Event::CheckIn),
        ("offer", Action::OfferConsultation, Event::Offer { specialist }),
        ("accept", Action::AcceptConsultation, Event::Accept { scheduled_at: ctx.now }),
        ("decline", Action::AcceptConsultation, Event::Decline),
        ("move", Action::BookAppointment, Event::Move { scheduled_at: ctx.now }),
        ("begin", Action::BeginConsultation, Event::Begin { specialist }),
        ("complete", Action::CompleteConsultation, Event::Complete),
        ("cancel", Action::CancelConsultation, Event::Cancel { reason: reason() }),
        ("fail", Action::FailConsultation, Event::Fail { reason: reason() }),
        ("stop", Action::StopConsultation, Event::Stop { reason: reason() }),
        ("no-show", Action::NoShowConsultation, Event::NoShow),
    ];
    let may = |action| decide(&ctx.actor, action, &c.facts()) == Decision::Allow;
    let possible = transitions.iter().filter(|(_, a, e)| c.state.apply(e, ctx.now).is_ok() && may(*a));
    let mut allowed: Vec<String> = possible.map(|(name, ..)| (*name).to_owned()).collect();
    let others = [
        ("note", Action::WriteConsultationNote, c.began_at.is_some()),
        ("prescriptions", Action::DraftPrescription, under_way(app, ctx, c).is_ok()),
        ("present-doctors", Action::NamePresentDoctor, has_call(c)),
        ("invitations", Action::InviteObserver, !c.state.is_terminal()),
        ("legs", Action::JoinCall, matches!(c.state, State::Waiting | State::InProgress)),
        ("stills", Action::TakeStill, c.state == State::InProgress),
        ("recordings", Action::RecordConsultation, c.state == State::InProgress),
        ("home-camera", Action::SwitchHomeCamera, c.state == State::InProgress),
    ];
    allowed.extend(others.iter().filter(|(_, a, possible)| *possible && may(*a)).map(|(name, ..)| (*name).to_owned()));
    allowed
}
