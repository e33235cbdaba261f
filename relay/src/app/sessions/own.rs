//! What a person does with the own sessions: see and end them. What an administrator does with those of somebody: end them all.

use jiff::Timestamp;
use yunzhen_domain::Sensitive;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{SessionId, StaffId};
use yunzhen_domain::records::EndedBy;
use yunzhen_store::{Db, Tx, sessions, staff};

use super::present;
use crate::app::names::Names;
use crate::app::views::common::Page;
use crate::app::views::sessions as views;
use crate::app::work::{Work, may_list};
use crate::app::{App, AppError, Context, tokens};

/// The caller's sessions, the newest first.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<views::OwnSession>, AppError> {
    let staff_id = of_staff(ctx)?;
    let mut db = app.store.read().await?;
    let current = present(&mut db, app, ctx).await?.id;
    let (mut names, idle, mut items) = (Names::default(), app.policy.session_idle(), Vec::new());
    for session in sessions::of_staff(&mut db, staff_id).await?.into_iter().filter(|s| s.stands(idle, ctx.now)) {
        let home_name = match session.through_box {
            Some(id) => Some(names.home(&mut db, id).await?.name.clone()),
            None => None,
        };
        items.push(views::OwnSession {
            id: session.id,
            current: session.id == current,
            method: session.method,
            home_name,
            opened_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
            idle_at: session.idle_at(idle).map(|at| at.min(session.expires_at).into()),
            device: Some(session.device).filter(|device| !device.is_empty()),
            address: session.address.map(Sensitive::into_exposed),
        });
    }
    Ok(Page::whole(items))
}

/// Ends one of the caller's sessions. One that is over, or somebody else's, is no error and no news.
pub async fn end_one(app: &App, ctx: &Context, id: SessionId) -> Result<(), AppError> {
    let staff_id = of_staff(ctx)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    if !sessions::delete_one(&mut work.tx, staff_id, id, EndedBy::Person).await? {
        return work.finish_unchanged((), "there was no such session").await;
    }
    work.record(EventKind::SessionRevoked, id.uuid(), None, None);
    work.finish(()).await
}

/// Ends all of the caller's sessions but this one.
pub async fn end_others(app: &App, ctx: &Context) -> Result<views::SessionsEnded, AppError> {
    let staff_id = of_staff(ctx)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let current = present(&mut work.tx, app, ctx).await?.id;
    let ended = sessions::delete_of_staff(&mut work.tx, staff_id, Some(current), EndedBy::Person).await?;
    work.record(EventKind::SessionsEnded, staff_id.uuid(), None, None);
    work.finish(views::SessionsEnded { ended }).await
}

/// Signs somebody out everywhere, for an administrator: a telephone was lost, or somebody is not to be there any more.
pub async fn end_all_of(app: &App, ctx: &Context, id: StaffId) -> Result<views::SessionsEnded, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    let ended = sessions::delete_of_staff(&mut work.tx, id, None, EndedBy::Administrator).await?;
    work.record(EventKind::StaffSignedOut, id.uuid(), None, None);
    work.finish(views::SessionsEnded { ended }).await
}

/// The caller's session goes on under another token, and all others of the person end: what the person may do, or how the person signs in, has changed.
pub(in crate::app) async fn renew(tx: &mut Tx, app: &App, ctx: &Context) -> Result<(String, Timestamp), AppError> {
    let session = present(tx, app, ctx).await?;
    let (token, token_sha256) = tokens::new();
    sessions::renew(tx, &session.token_sha256, &token_sha256).await?;
    sessions::delete_of_staff(tx, of_staff(ctx)?, Some(session.id), EndedBy::Person).await?;
    Ok((token, session.expires_at))
}

/// The same after the person set an own password: a second factor that the hospital asks for is still to be set up.
pub(in crate::app) async fn renew_with_own_password(
    tx: &mut Tx,
    app: &App,
    ctx: &Context,
) -> Result<(String, Timestamp), AppError> {
    let session = present(tx, app, ctx).await?;
    let (token, token_sha256) = tokens::new();
    sessions::renew_with_own_password(tx, &session.token_sha256, &token_sha256).await?;
    sessions::delete_of_staff(tx, of_staff(ctx)?, Some(session.id), EndedBy::Person).await?;
    Ok((token, session.expires_at))
}

/// When the caller's session was opened.
pub(in crate::app) async fn opened_at(db: &mut Db, app: &App, ctx: &Context) -> Result<Timestamp, AppError> {
    Ok(present(db, app, ctx).await?.created_at)
}

/// Whoever has an account may keep the own access to it.
pub(in crate::app) fn of_staff(ctx: &Context) -> Result<StaffId, AppError> {
    may_list(ctx, Action::KeepOwnAccess)?;
    ctx.actor.staff_id().ok_or(AppError::NotFound)
}
