//! A change of what was signed: the prescription is withdrawn and another begins in its place, together or not at all.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{Content, Prescription};
use yunzhen_store::{consultations, prescriptions, residents};

use super::content::draft_of;
use super::write::{findings, new_draft, under_way, withdraw};
use super::{caller, change, load, record, show, views};
use crate::app::views::prescribing::ReplaceBody;
use crate::app::work::{Start, Work, required};
use crate::app::{App, AppError, Context};

/// A draft is rewritten and not replaced; what was withdrawn already is written anew.
pub(super) const fn is_replaceable(state: State) -> bool {
    !matches!(state, State::Draft | State::Cancelled | State::Stopped)
}

/// Withdraws it and begins a draft of the same content in a consultation under way, of the same person. What was judged then, the reason for a hard stop and the
/// assessment, is judged again.
pub async fn replace(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: ReplaceBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::ReplacePrescription, input.version).await?;
    let refused = |state| Refused { state, event: "replace" };
    if !is_replaceable(before.state) {
        return Err(refused(before.state.as_str()).into());
    }
    if prescriptions::replacing(&mut work.tx, id).await?.is_some() {
        return Err(refused("replaced").into());
    }
    let consultation = consultations::get(&mut work.tx, input.consultation_id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::DraftPrescription, &consultation.facts())?;
    under_way(app, ctx, &consultation)?;
    let of = residents::get_standing(&mut work.tx, before.resident_id).await?.ok_or(AppError::NotFound)?;
    let now = residents::get_standing(&mut work.tx, consultation.resident_id).await?.ok_or(AppError::NotFound)?;
    if of.id != now.id {
        let en = "This consultation is with another resident";
        return Err(AppError::invalid("consultation_id", "这次会诊的住民不是同一人", en));
    }
    let specialist = caller(&mut work.tx, ctx).await?;
    let content = copied(&before);
    if matches!(before.state, State::Rejected | State::Expired) {
        // Over already: only its version moves, so that two replacements at once cannot both begin.
        let p = Prescription { version: before.version + 1, ..before };
        prescriptions::update(&mut work.tx, &p).await?;
    } else {
        let reason = required("reason", input.reason.as_deref().unwrap_or_default(), 500)?;
        let (p, kind) = withdraw(&mut work, ctx, before, reason, &specialist).await?;
        change(&mut work, ctx, kind, &p).await?;
    }
    let draft = draft_of(&content);
    let found = findings(app, &mut work.tx, ctx, &consultation, &draft, None).await?;
    let p = Prescription { replaces: Some(id), ..new_draft(ctx, &consultation, &specialist, content, found) };
    prescriptions::insert(&mut work.tx, &p).await?;
    record(&mut work, EventKind::PrescriptionDrafted, &p);
    let view = show::full(app, &mut work.tx, ctx, &p).await?;
    work.finish(view).await
}

fn copied(p: &Prescription) -> Content {
    Content {
        diagnosis_code: p.diagnosis_code.clone(),
        supply: p.supply,
        valid_days: p.valid_days,
        items: p.items.clone(),
        hard_stop_reason: None,
        assessment: None,
    }
}
