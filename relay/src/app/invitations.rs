//! Invitations of observers: family, a second specialist, an interpreter, by a link that nobody can guess. One device opens it and waits until somebody of the
//! consultation lets it in; whoever is sent away is out of the call within the second, as anybody whose session is over.
//! Not here: the session that the link opens ([`super::sessions`]).

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, InvitationId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::invitation::State;
use yunzhen_domain::records::Invitation;
use yunzhen_store::{consultations, invitations};

use super::relations::Ties;
use super::views::common::{Page, VersionBody};
use super::views::consultations::{Guest, Invitation as InvitationView, NewInvitation};
use super::views::sessions::GuestStanding;
use super::work::{Start, Work, authorize, line, same_version};
use super::{App, AppError, Context, fresh, tokens};

/// Guests of one consultation who have not been sent away. More people in a call see and hear nothing of use.
const MOST_GUESTS: usize = 12;

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
    let guests = invitations::of_consultation(&mut work.tx, id).await?;
    if guests.iter().filter(|guest| !guest.state.is_terminal() && ctx.now < guest.expires_at).count() >= MOST_GUESTS {
        let (zh, en) = (
            format!("最多可邀请 {MOST_GUESTS} 位；请先收回不用的链接"),
            format!("At most {MOST_GUESTS} guests; take back a link that is not used"),
        );
        return Err(AppError::invalid("display_name", zh, en));
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
        version: 1,
        state: State::Open,
        device_sha256: None,
        arrived_at: None,
        decided_by: None,
        decided_at: None,
    };
    invitations::insert(&mut work.tx, &invitation).await?;
    work.record(EventKind::InvitationMade, invitation.id.uuid(), Some(consultation.home_id), None);
    work.answers_with_a_secret();
    work.finish(InvitationView { link_path: format!("/join/{token}"), expires_at: expires_at.into() }).await
}

/// The guests of a consultation whose link still stands, the newest first.
pub async fn guests(app: &App, ctx: &Context, id: ConsultationId) -> Result<Page<Guest>, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::InviteObserver, &ties.of_consultation(ctx, &consultation))?;
    let all = invitations::of_consultation(&mut db, id).await?;
    let standing = all.into_iter().filter(|guest| !guest.state.is_terminal() && ctx.now < guest.expires_at);
    Ok(Page::whole(standing.map(view).collect()))
}

/// Lets a guest in who waits.
pub async fn admit(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    guest: InvitationId,
    input: VersionBody,
) -> Result<Guest, AppError> {
    decide(app, ctx, (id, guest), input, true).await
}

/// Does not let a guest in, sends one away, or takes a link back.
pub async fn revoke(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    guest: InvitationId,
    input: VersionBody,
) -> Result<Guest, AppError> {
    decide(app, ctx, (id, guest), input, false).await
}

async fn decide(
    app: &App,
    ctx: &Context,
    (id, guest): (ConsultationId, InvitationId),
    input: VersionBody,
    admit: bool,
) -> Result<Guest, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::InviteObserver, &consultation.facts())?;
    let before = invitations::get(&mut work.tx, guest).await?.filter(|guest| guest.consultation_id == id);
    let before = before.ok_or(AppError::NotFound)?;
    same_version(input.version, before.version)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let after = before.decide(admit, by, ctx.now)?;
    invitations::update(&mut work.tx, &after).await?;
    let kind = if admit { EventKind::InvitationAdmitted } else { EventKind::InvitationRevoked };
    work.record(kind, after.id.uuid(), Some(consultation.home_id), None);
    work.finish(view(after)).await
}

/// What a guest may know while waiting: whether it is time to come in.
pub async fn standing(app: &App, ctx: &Context) -> Result<GuestStanding, AppError> {
    let Actor::Observer { consultation_id, invitation_id, admitted } = ctx.actor else {
        return Err(AppError::NotFound);
    };
    let mut db = app.store.read().await?;
    let invitation = invitations::get(&mut db, invitation_id).await?.ok_or(AppError::Unauthenticated)?;
    Ok(GuestStanding { consultation_id, display_name: invitation.display_name.into_exposed(), admitted })
}

fn view(guest: Invitation) -> Guest {
    Guest {
        id: guest.id,
        version: guest.version,
        state: guest.state,
        kind: guest.kind,
        display_name: guest.display_name.into_exposed(),
        arrived_at: guest.arrived_at.map(Into::into),
        expires_at: guest.expires_at.into(),
    }
}
