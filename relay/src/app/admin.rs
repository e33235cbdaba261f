//! For the administrator: boxes and the audit log.

use yunzhen_domain::access::Action;
use yunzhen_domain::records::LinkSummary;
use yunzhen_store::{audit, homes, staff};

use super::consultations::link_words;
use super::names::Names;
use super::people::staff_view;
use super::views::admin::{AuditEvent, AuditQuery, BoxStatus};
use super::views::common::Page;
use super::views::sessions::Staff;
use super::work::may_list;
use super::{App, AppError, Context};

/// Rows of one page of the audit log.
const AUDIT_PAGE: u32 = 100;

/// Whether a person is told of boxes at all.
pub fn may_see_boxes(ctx: &Context) -> bool {
    may_list(ctx, Action::ListBoxes).is_ok()
}

/// Every home's box, connected or not.
pub async fn boxes(app: &App, ctx: &Context) -> Result<Page<BoxStatus>, AppError> {
    may_list(ctx, Action::ListBoxes)?;
    let mut db = app.store.read().await?;
    let mut items = Vec::new();
    for home in homes::list(&mut db).await? {
        let there = app.presence.home_box(home.id);
        let days_left = |at: jiff::Timestamp| at.duration_since(ctx.now).as_hours() / 24;
        items.push(BoxStatus {
            home_id: home.id,
            home_name: home.name,
            connected: there.is_some(),
            since: there.as_ref().map(|b| b.since.into()),
            version: there.as_ref().map(|b| b.version.clone()),
            address: there.as_ref().map(|b| b.address.to_string()),
            certificate_days_left: there.as_ref().and_then(|b| b.certificate_not_after).map(days_left),
            link: there.map_or(LinkSummary::None, |b| link_words(b.link)),
        });
    }
    Ok(Page::whole(items))
}

/// All accounts.
pub async fn staff(app: &App, ctx: &Context) -> Result<Page<Staff>, AppError> {
    may_list(ctx, Action::ListStaff)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for member in staff::list(&mut db).await? {
        items.push(staff_view(&mut db, &mut names, member).await?);
    }
    Ok(Page::whole(items))
}

/// The audit log, newest first.
pub async fn audit(app: &App, ctx: &Context, query: AuditQuery) -> Result<Page<AuditEvent>, AppError> {
    may_list(ctx, Action::ReadAudit)?;
    let before = match query.cursor {
        Some(text) => Some(text.parse::<i64>().map_err(|_| AppError::BadCursor)?),
        None => None,
    };
    let mut db = app.store.read().await?;
    let filter = audit::Filter {
        kind: query.action.as_deref().map(|name| named(name.parse().ok(), "action")).transpose()?,
        entity_id: query.entity_id,
        actor_id: query.actor_id,
        purpose: query.purpose.as_deref().map(|name| named(name.parse().ok(), "purpose")).transpose()?,
        from: query.from.map(|at| at.0),
        until: query.until.map(|at| at.0),
    };
    let rows = audit::before(&mut db, &filter, before, AUDIT_PAGE).await?;
    let next = rows.last().filter(|_| rows.len() == AUDIT_PAGE as usize).map(|r| r.seq.to_string());
    let items = rows.into_iter().map(|row| AuditEvent {
        seq: row.seq,
        at: row.fact.at.into(),
        actor: row.fact.actor.to_string(),
        action: row.fact.kind.as_str().to_owned(),
        entity: row.fact.kind.entity().as_str().to_owned(),
        entity_id: row.fact.entity_id,
        home_id: row.fact.home_id,
        purpose: row.fact.purpose.map(|purpose| purpose.as_str().to_owned()),
    });
    Ok(Page { items: items.collect(), next })
}

fn named<T>(found: Option<T>, field: &str) -> Result<T, AppError> {
    found.ok_or_else(|| AppError::invalid(field, "没有这个代码", "There is no such code"))
}
