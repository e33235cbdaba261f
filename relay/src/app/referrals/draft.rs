//! The draft of a referral: opened by hand, or by the command that ends remote care.

use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, ReferralId};
use yunzhen_domain::machines::referral::State;
use yunzhen_domain::records::{Referral, ReferralContent, Resident, Staff, TimelineStep};
use yunzhen_store::{consultations, referrals, residents};

use super::{caller, load, record, show, views, who};
use crate::app::work::{Start, Work, bounded, required};
use crate::app::{App, AppError, Context, fresh};

/// What a draft begins with.
pub(in crate::app) struct Opening<'a> {
    /// Of whom.
    pub(in crate::app) resident: &'a Resident,
    /// The consultation that led to it.
    pub(in crate::app) consultation_id: Option<ConsultationId>,
    /// Who writes it.
    pub(in crate::app) author: &'a Staff,
    /// What is written.
    pub(in crate::app) content: ReferralContent,
}

/// Opens a draft inside a command that is under way.
pub(in crate::app) async fn open(work: &mut Work, ctx: &Context, opening: Opening<'_>) -> Result<Referral, AppError> {
    let Opening { resident, consultation_id, author, content } = opening;
    let (name, who_id) = who(author);
    let referral = Referral {
        id: fresh(ReferralId::new, ctx.now),
        version: 1,
        state: State::Drafted,
        resident_id: resident.id,
        home_id: resident.home_id,
        consultation_id,
        // A nurse's draft gets its specialist when one sends it.
        specialist_id: (author.role == Role::Specialist).then_some(author.id),
        drafted_by: author.id,
        urgency: content.urgency,
        diagnosis_code: content.diagnosis_code,
        reason: content.reason,
        hospital: content.hospital,
        department: content.department,
        appointment: None,
        questions: Vec::new().into(),
        report: None,
        end_reason: None,
        created_at: ctx.now,
        state_since: ctx.now,
        timeline: vec![TimelineStep { step: "draft".into(), at: ctx.now, who: name.to_owned(), who_id, why: None }],
    };
    referrals::insert(&mut work.tx, &referral).await?;
    record(work, EventKind::ReferralDrafted, &referral);
    Ok(referral)
}

/// Drafts a referral.
pub async fn draft(app: &App, ctx: &Context, input: views::NewReferral) -> Result<views::Referral, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::DraftReferral, &resident).await?;
    let author = caller(&mut work.tx, ctx).await?;
    if let Some(id) = input.consultation_id {
        let of_resident = consultations::get(&mut work.tx, id).await?.is_some_and(|c| c.resident_id == resident.id);
        if !of_resident {
            let (zh, en) = ("不是这位住民的会诊", "Not a consultation of this resident");
            return Err(AppError::invalid("consultation_id", zh, en));
        }
    }
    let content = content(app, &author, input.content)?;
    let opening = Opening { resident: &resident, consultation_id: input.consultation_id, author: &author, content };
    let referral = open(&mut work, ctx, opening).await?;
    let view = show::full(app, &mut work.tx, ctx, &referral).await?;
    work.finish(view).await
}

/// Rewrites a draft. Guarded by its version, so it demands no idempotency key.
pub async fn change(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    input: views::ReferralUpdate,
) -> Result<views::Referral, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (before, author) = load(&mut work, ctx, id, Action::DraftReferral, input.version).await?;
    let referral = before.revise(content(app, &author, input.content)?)?;
    referrals::update(&mut work.tx, &referral).await?;
    record(&mut work, EventKind::ReferralChanged, &referral);
    let view = show::full(app, &mut work.tx, ctx, &referral).await?;
    work.finish(view).await
}

/// Takes what was typed as legal values; whether it is complete is asked when it is sent.
fn content(app: &App, author: &Staff, input: views::ReferralContent) -> Result<ReferralContent, AppError> {
    let diagnosis_code = input.diagnosis_code.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
    if diagnosis_code.as_deref().is_some_and(|code| app.formulary.diagnosis(code).is_none()) {
        let (zh, en) = ("诊断目录中没有这个编码", "There is no such diagnosis");
        return Err(AppError::invalid("content.diagnosis_code", zh, en));
    }
    let hospital = bounded("content.hospital", input.hospital.trim(), 100)?;
    Ok(ReferralContent {
        urgency: input.urgency,
        diagnosis_code,
        reason: required("content.reason", &input.reason, 2000)?.into(),
        hospital: if hospital.is_empty() { author.hospital.clone().unwrap_or_default() } else { hospital },
        department: bounded("content.department", input.department.trim(), 100)?,
    })
}
