//! Invitations of observers: family or a second specialist, by a link that nobody can guess.

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, InvitationId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::records::Invitation;
use yunzhen_store::{consultations, invitations};

use super::views::consultations::{Invitation as InvitationView, NewInvitation};
use super::work::{Start, Work, line};
use super::{App, AppError, Context, fresh, tokens};

/// Invites one observer to a consultation that is not over.
pub async fn invite(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: NewInvitation,
) -> Result<InvitationView, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::InviteObserver, &consultation.facts())?;
    if consultation.state.is_terminal() {
        return Err(Refused { state: consultation.state.as_str(), event: "invite" }.into());
    }
    let display_name = line("display_name", &input.display_name, 60)?;
    let (token, token_sha256) = tokens::new();
    let lasts = SignedDuration::from_hours(i64::from(app.policy.invitation_hours));
    let expires_at = ctx.now.checked_add(lasts).map_err(|_| AppError::NotFound)?;
    let invitation = Invitation {
        id: fresh(InvitationId::new, ctx.now),
        consultation_id: id,
        kind: input.kind,
        display_name: display_name.into(),
        token_sha256,
        invited_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        created_at: ctx.now,
        expires_at,
    };
    invitations::insert(&mut work.tx, &invitation).await?;
    work.record(EventKind::InvitationMade, invitation.id.uuid(), Some(consultation.home_id), None);
    work.answers_with_a_secret();
    work.finish(InvitationView { link_path: format!("/join/{token}"), expires_at: expires_at.into() }).await
}
