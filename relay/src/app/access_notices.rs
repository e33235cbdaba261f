//! Whoever has an account is told when a way into it changed, from the audit log: in sessions that are open, and at the next sign-in. What was done under a session is
//! taken as read only in one that was opened later: who had stolen the session that did it cannot hide it from the person.

use yunzhen_domain::audit::{AuditRow, EventKind};
use yunzhen_domain::ids::StaffId;
use yunzhen_store::{audit, staff};

use super::views::access_notices as views;
use super::views::common::Page;
use super::work::Work;
use super::{App, AppError, Context, sessions};

/// What is told.
const KINDS: &[EventKind] = &[
    EventKind::PasswordChanged,
    EventKind::PasswordReset,
    EventKind::SecondFactorSetUp,
    EventKind::SecondFactorRemoved,
    EventKind::SecondFactorReset,
    EventKind::RecoveryCodesMade,
    EventKind::RecoveryCodeUsed,
    EventKind::PasskeyRegistered,
    EventKind::PasskeyRemoved,
    EventKind::PasskeyCountFell,
    EventKind::IdentityBound,
    EventKind::IdentityUnbound,
];

/// More than these are told when the first are read.
const MOST: u32 = 20;

/// What changed since the person read last, the oldest first.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<views::AccessNotice>, AppError> {
    let id = sessions::of_staff(ctx)?;
    let mut db = app.store.read().await?;
    let told = staff::told_until(&mut db, id).await?;
    let mut items = Vec::new();
    for row in audit::about(&mut db, id.uuid(), KINDS, told, MOST).await? {
        let own = is_own(&row, id);
        let by = match row.fact.actor.id.filter(|_| !own && row.fact.actor.role.has_account()) {
            Some(other) => staff::get(&mut db, StaffId::from_uuid(other)).await?.map(|member| member.name),
            None => None,
        };
        let (at, action) = (row.fact.at.into(), row.fact.kind.as_str().to_owned());
        items.push(views::AccessNotice { seq: row.seq, at, action, own, by });
    }
    Ok(Page::whole(items))
}

/// The person has read them.
pub async fn see(app: &App, ctx: &Context, input: views::NoticesSeen) -> Result<(), AppError> {
    let id = sessions::of_staff(ctx)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let opened_at = sessions::opened_at(&mut work.tx, app, ctx).await?;
    let told = staff::told_until(&mut work.tx, id).await?;
    let rows = audit::about(&mut work.tx, id.uuid(), KINDS, told, MOST).await?;
    let read = rows.iter().take_while(|row| {
        row.seq <= input.until && (!is_own(row, id) || row.fact.at.as_millisecond() < opened_at.as_millisecond())
    });
    match read.last() {
        Some(last) => {
            staff::set_told(&mut work.tx, id, last.seq).await?;
            work.finish_unchanged((), "a person was told of changed ways in").await
        }
        None => work.finish_unchanged((), "there was nothing to be told").await,
    }
}

fn is_own(row: &AuditRow, id: StaffId) -> bool {
    row.fact.actor.id == Some(id.uuid())
}
