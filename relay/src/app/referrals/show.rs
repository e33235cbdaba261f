//! How a referral is shown.

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Decision, Facts, decide};
use yunzhen_domain::machines::referral::{Event, State};
use yunzhen_domain::records::{HospitalAppointment, Referral};
use yunzhen_store::{Db, Paging, residents, transports};

use super::{PAGE, decides, views};
use crate::app::names::{Names, timeline};
use crate::app::transports::summaries as transport_summaries;
use crate::app::{App, AppError, Context};

/// A line of a list.
pub(in crate::app) async fn summary(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    r: &Referral,
    now: Timestamp,
) -> Result<views::ReferralSummary, AppError> {
    summaries(app, db, names, &[r], now).await?.pop().ok_or(AppError::NotFound)
}

/// Lines of a list: what stands beside each is looked up for all of them at once.
pub(in crate::app) async fn summaries(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    all: &[&Referral],
    now: Timestamp,
) -> Result<Vec<views::ReferralSummary>, AppError> {
    let residents = residents::get_all(db, all.iter().map(|r| r.resident_id)).await?;
    let mut lines = Vec::with_capacity(all.len());
    for r in all {
        let resident = residents.get(&r.resident_id).cloned().ok_or(AppError::NotFound)?;
        let home = names.home(db, r.home_id).await?;
        let (home_name, today) = (home.name.clone(), home.zone.date(now));
        lines.push(views::ReferralSummary {
            id: r.id,
            state: r.state,
            version: r.version,
            resident: views::ReferralResident {
                id: resident.id,
                age: resident.age(today).into(),
                name: resident.name.into_exposed(),
                sex: resident.sex,
                bed: resident.bed,
                home_id: r.home_id,
                home_name,
            },
            urgency: r.urgency,
            diagnosis: r.diagnosis_code.as_deref().map(|code| diagnosis(app, code)),
            reason: r.reason.expose().clone(),
            hospital: r.hospital.clone(),
            department: r.department.clone(),
            appointment: r.appointment.as_ref().map(appointment),
            specialist: names.staff_ref_opt(db, r.specialist_id).await?,
            created_at: r.created_at.into(),
            state_since: r.state_since.into(),
        });
    }
    Ok(lines)
}

fn diagnosis(app: &App, code: &str) -> views::ReferralDiagnosis {
    let words = app.formulary.diagnosis(code);
    views::ReferralDiagnosis {
        code: code.to_owned(),
        display_zh: words.map_or_else(|| code.to_owned(), |d| d.display_zh.clone()),
        display_en: words.map_or_else(|| code.to_owned(), |d| d.display_en.clone()),
    }
}

fn appointment(a: &HospitalAppointment) -> views::ReferralAppointment {
    views::ReferralAppointment {
        at: a.at.into(),
        department: a.department.clone(),
        place: a.place.clone(),
        doctor: a.doctor.clone(),
        instruction: a.instruction.clone(),
    }
}

/// Everything of one referral that the caller may see.
pub(super) async fn full(app: &App, db: &mut Db, ctx: &Context, r: &Referral) -> Result<views::Referral, AppError> {
    let mut names = Names::default();
    let filter = transports::Filter { referral: Some(r.id), ..Default::default() };
    let found = transports::list(db, &filter, Paging::newest(PAGE)).await?.items;
    let rides = transport_summaries(db, &found.iter().collect::<Vec<_>>()).await?;
    let questions = r.questions.expose().iter().cloned().map(|q| views::ReferralQuestion {
        question: q.question,
        asked_at: q.asked_at.into(),
        asked_by: q.asked_by,
        answer: q.answer,
        answered_at: q.answered_at.map(Into::into),
        answered_by: q.answered_by,
    });
    let report = r.report.as_ref().map(|report| report.expose().clone()).map(|report| views::ReferralReport {
        findings: report.findings,
        diagnoses: report.diagnosis_codes.iter().map(|code| diagnosis(app, code)).collect(),
        advice: report.advice,
        reported_at: report.reported_at.into(),
        reported_by: report.reported_by,
    });
    let decides = decides(db, &ctx.actor, r).await?;
    Ok(views::Referral {
        summary: summary(app, db, &mut names, r, ctx.now).await?,
        consultation_id: r.consultation_id,
        drafted_by: names.staff_ref(db, r.drafted_by).await?,
        questions: questions.collect(),
        report,
        end_reason: r.end_reason.as_ref().map(|reason| reason.expose().clone()),
        transports: rides,
        timeline: timeline(&r.timeline),
        allowed: allowed(ctx, r, decides),
    })
}

/// Commands that the caller may give now, by their last path segment. `decides`: the caller speaks for the hospital.
fn allowed(ctx: &Context, r: &Referral, decides: bool) -> Vec<String> {
    let reason = String::new;
    let transitions = [
        ("send", Action::SendReferral, Event::Send),
        ("see", Action::DecideReferral, Event::See),
        ("ask-information", Action::DecideReferral, Event::AskInformation),
        ("answer-information", Action::AccompanyReferral, Event::AnswerInformation),
        ("accept", Action::DecideReferral, Event::Accept),
        ("start", Action::AccompanyReferral, Event::Start),
        ("report", Action::DecideReferral, Event::Report),
        ("refuse", Action::DecideReferral, Event::Refuse { reason: reason() }),
        ("miss-appointment", Action::AccompanyReferral, Event::MissAppointment { reason: reason() }),
        ("withdraw", Action::SendReferral, Event::Withdraw { reason: reason() }),
    ];
    // Whoever reads it is tied to the resident.
    let facts = Facts { related: true, ..r.facts() };
    let may =
        |action| decide(&ctx.actor, action, &facts) == Decision::Allow && (action != Action::DecideReferral || decides);
    // Nobody can know of a missed appointment before its hour.
    let passed = r.appointment.as_ref().is_some_and(|a| a.at <= ctx.now);
    let mut allowed = Vec::new();
    if r.state == State::Drafted && may(Action::DraftReferral) {
        allowed.push("edit".to_owned());
    }
    for (name, action, event) in transitions {
        let ready = name != "miss-appointment" || passed;
        if ready && r.state.apply(&event, ctx.now).is_ok() && may(action) {
            allowed.push(name.to_owned());
        }
    }
    allowed
}
