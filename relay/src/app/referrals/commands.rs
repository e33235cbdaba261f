//! What moves a referral on: the referring side sends and withdraws, the hospital decides and reports, the home answers and brings the resident.

use jiff::{SignedDuration, ToSpan};
use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::ids::{NoteId, ReferralId};
use yunzhen_domain::machines::referral::{Event, State};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{HospitalAppointment, Note, NoteKind, Referral, ReferralQuestion, ReferralReport, Staff};
use yunzhen_store::{notes, referrals};

use super::{kind_of, load, record, show, views, who};
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::work::{Start, Work, bounded, required};
use crate::app::{App, AppError, Context, FieldError, fresh};

/// The one frame of the commands: `change` checks what was typed and puts it into the record before the machine moves.
async fn command(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    action: Action,
    seen: i64,
    event: Event,
    change: impl FnOnce(&mut Referral, &Staff) -> Result<(), AppError>,
) -> Result<views::Referral, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (mut before, caller) = load(&mut work, ctx, id, action, seen).await?;
    // A command that is not possible any more is told before anything typed is complained of.
    before.state.apply(&event, ctx.now)?;
    change(&mut before, &caller)?;
    let kind = kind_of(&event);
    let referral = before.apply(event, ctx.now, who(&caller))?;
    referrals::update(&mut work.tx, &referral).await?;
    record(&mut work, kind, &referral);
    if referral.state == State::Done {
        into_the_record(&mut work, ctx, &referral, &caller).await?;
    }
    let view = show::full(app, &mut work.tx, ctx, &referral).await?;
    work.finish(view).await
}

/// Gives it to the hospital; what the hospital needs must be there.
pub async fn send(app: &App, ctx: &Context, id: ReferralId, input: VersionBody) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::SendReferral, input.version, Event::Send, |referral, caller| {
        let missing = [("hospital", &referral.hospital), ("department", &referral.department)];
        let wrong = missing.into_iter().filter(|(_, text)| text.is_empty());
        let wrong: Vec<_> = wrong.map(|(path, _)| FieldError::new(path, "请填写", "Please fill this in")).collect();
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        // Who sends it answers for it.
        if caller.role == Role::Specialist && referral.specialist_id.is_none() {
            referral.specialist_id = Some(caller.id);
        }
        Ok(())
    })
    .await
}

/// The hospital reads it.
pub async fn see(app: &App, ctx: &Context, id: ReferralId, input: VersionBody) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::DecideReferral, input.version, Event::See, |_, _| Ok(())).await
}

/// The hospital asks for more before it decides.
pub async fn ask_information(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: views::QuestionBody,
) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::DecideReferral, input.version, Event::AskInformation, |referral, caller| {
        let question = required("question", &input.question, 1000)?;
        let mut questions = referral.questions.expose().clone();
        questions.push(ReferralQuestion {
            question,
            asked_at: ctx.now,
            asked_by: caller.name.clone(),
            answer: None,
            answered_at: None,
            answered_by: None,
        });
        referral.questions = questions.into();
        Ok(())
    })
    .await
}

/// The home or the referring specialist answers.
pub async fn answer_information(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: views::AnswerBody,
) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::AccompanyReferral, input.version, Event::AnswerInformation, |referral, caller| {
        let answer = required("answer", &input.answer, 2000)?;
        let mut questions = referral.questions.expose().clone();
        if let Some(open) = questions.last_mut() {
            open.answer = Some(answer);
            open.answered_at = Some(ctx.now);
            open.answered_by = Some(caller.name.clone());
        }
        referral.questions = questions.into();
        Ok(())
    })
    .await
}

/// The hospital books an appointment, or another one.
pub async fn accept(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: views::AcceptReferralBody,
) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::DecideReferral, input.version, Event::Accept, |referral, _| {
        let given = input.appointment;
        let (today, day) = (Policy::local_date(ctx.now), Policy::local_date(given.at.0));
        if given.at.0 < ctx.now || day > today.saturating_add(1.year()) {
            let (zh, en) = ("预约时间须在今后一年之内", "The appointment must be within a year from now");
            return Err(AppError::invalid("appointment.at", zh, en));
        }
        let optional = |path: &str, text: Option<String>, most| match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => bounded(path, text.trim(), most).map(Some),
            None => Ok(None),
        };
        referral.appointment = Some(HospitalAppointment {
            at: given.at.0,
            department: required("appointment.department", &given.department, 100)?,
            place: required("appointment.place", &given.place, 200)?,
            doctor: optional("appointment.doctor", given.doctor, 60)?,
            instruction: optional("appointment.instruction", given.instruction, 500)?,
        });
        Ok(())
    })
    .await
}

/// The resident sets out.
pub async fn start(app: &App, ctx: &Context, id: ReferralId, input: VersionBody) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::AccompanyReferral, input.version, Event::Start, |_, _| Ok(())).await
}

/// The ride of an accepted referral left: the resident is on the way, without a second button. Any other state stays as it is.
pub(in crate::app) async fn set_out(
    work: &mut Work,
    ctx: &Context,
    id: ReferralId,
    caller: &Staff,
) -> Result<(), AppError> {
    let referral = referrals::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    if referral.state != State::Accepted {
        return Ok(());
    }
    let referral = referral.apply(Event::Start, ctx.now, who(caller))?;
    referrals::update(&mut work.tx, &referral).await?;
    record(work, kind_of(&Event::Start), &referral);
    Ok(())
}

/// The hospital reports back; the report goes into the resident's record.
pub async fn report(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: views::ReportBody,
) -> Result<views::Referral, AppError> {
    command(app, ctx, id, Action::DecideReferral, input.version, Event::Report, |referral, caller| {
        if input.diagnosis_codes.len() > 20 {
            return Err(AppError::invalid("diagnosis_codes", "最多 20 个诊断", "At most 20 diagnoses"));
        }
        for (i, code) in input.diagnosis_codes.iter().enumerate() {
            if app.formulary.diagnosis(code).is_none() {
                let (zh, en) = ("诊断目录中没有这个编码", "There is no such diagnosis");
                return Err(AppError::invalid(format!("diagnosis_codes[{i}]"), zh, en));
            }
        }
        let report = ReferralReport {
            findings: required("findings", &input.findings, 10_000)?,
            diagnosis_codes: input.diagnosis_codes,
            advice: required("advice", &input.advice, 5_000)?,
            reported_at: ctx.now,
            reported_by: caller.name.clone(),
        };
        referral.report = Some(report.into());
        Ok(())
    })
    .await
}

/// What the hospital found is a note of the resident's record, beside those of the home.
async fn into_the_record(work: &mut Work, ctx: &Context, referral: &Referral, caller: &Staff) -> Result<(), AppError> {
    let Some(report) = &referral.report else { return Ok(()) };
    let ReferralReport { findings, advice, .. } = report.expose();
    let note = Note {
        id: fresh(NoteId::new, ctx.now),
        resident_id: referral.resident_id,
        kind: NoteKind::ReferralReport,
        text: format!("{} {}\n{findings}\n{advice}", referral.hospital, referral.department).into(),
        written_at: ctx.now,
        received_at: ctx.now,
        author: caller.id,
    };
    notes::insert(&mut work.tx, &note).await?;
    let kind = yunzhen_domain::audit::EventKind::NoteWritten;
    work.record(kind, referral.resident_id.uuid(), Some(referral.home_id), None);
    Ok(())
}

/// The hospital does not take the resident.
pub async fn refuse(app: &App, ctx: &Context, id: ReferralId, input: ReasonBody) -> Result<views::Referral, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    command(app, ctx, id, Action::DecideReferral, input.version, Event::Refuse { reason }, |_, _| Ok(())).await
}

/// The resident did not come. Only after the hour of the appointment can anybody know.
pub async fn miss_appointment(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: ReasonBody,
) -> Result<views::Referral, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    let event = Event::MissAppointment { reason };
    command(app, ctx, id, Action::AccompanyReferral, input.version, event, |referral, _| {
        let early = |a: &HospitalAppointment| ctx.now.duration_since(a.at) < SignedDuration::ZERO;
        if referral.appointment.as_ref().is_some_and(early) {
            let (zh, en) =
                ("还没有到预约时间；不去请撤回或改约", "The appointment is still to come; withdraw or move it");
            return Err(AppError::invalid("version", zh, en));
        }
        Ok(())
    })
    .await
}

/// The referring side takes it back.
pub async fn withdraw(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: ReasonBody,
) -> Result<views::Referral, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    command(app, ctx, id, Action::SendReferral, input.version, Event::Withdraw { reason }, |_, _| Ok(())).await
}
