//! What a pharmacy's own system asks for that its counter's page has not: who it is, and what changed since. Orders, parcels and stock are the use cases of the
//! page; here is only what of them is shown, and the person who answers for a command.

use yunzhen_domain::Actor;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{AuditRow, EventKind};
use yunzhen_domain::pharmacy_events::{self, KINDS, told};
use yunzhen_domain::records::{OnDuty, PharmacySystem};
use yunzhen_store::{audit, pharmacies, pharmacy_systems};

use super::views::pharmacy_api as views;
use super::work::{line, may_list, person_name, required};
use super::{App, AppError, Context};

/// Events of one page.
const PAGE: u32 = 200;
/// Rows of the log that one call looks through.
const WINDOW: i64 = 20_000;
/// The longest number of a licence.
const LICENCE_CHARS: usize = 40;

/// For whom a system speaks.
pub(super) const fn actor(system: &PharmacySystem) -> Actor {
    Actor::PharmacySystem { system_id: system.id, pharmacy_id: system.pharmacy_id }
}

/// The same request, with the pharmacist at the counter who answers for it.
pub fn answered_for(ctx: Context, pharmacist: views::Pharmacist) -> Result<Context, AppError> {
    let name = person_name("pharmacist.name", &pharmacist.name)?;
    required("pharmacist.licence", &pharmacist.licence, LICENCE_CHARS)?;
    let licence = line("pharmacist.licence", &pharmacist.licence, LICENCE_CHARS)?;
    Ok(Context { on_duty: Some(OnDuty { name, licence }), ..ctx })
}

/// Who the caller is, and where its events are at.
pub async fn me(app: &App, ctx: &Context) -> Result<views::Myself, AppError> {
    may_list(ctx, Action::UsePharmacyApi)?;
    let Actor::PharmacySystem { system_id, pharmacy_id } = ctx.actor else { return Err(AppError::NotFound) };
    let mut db = app.store.read().await?;
    let system = pharmacy_systems::get(&mut db, system_id).await?.ok_or(AppError::NotFound)?;
    let pharmacy = pharmacies::get(&mut db, pharmacy_id).await?.ok_or(AppError::NotFound)?;
    let newest = audit::head(&mut db).await?.seq;
    Ok(views::Myself {
        system_id,
        system_name: system.name,
        pharmacy: super::views::prescriptions::PharmacyRef { id: pharmacy.id, name: pharmacy.name },
        newest_event: pharmacy_events::id(newest),
        webhook_url: system.webhook.map(|webhook| webhook.url),
    })
}

/// What happened after an event, oldest first; each call gets on, also where nothing concerned the caller.
pub async fn events(app: &App, ctx: &Context, query: views::EventsQuery) -> Result<views::PharmacyEvents, AppError> {
    may_list(ctx, Action::UsePharmacyApi)?;
    let after = query.after.as_deref().map(|id| pharmacy_events::seq(id).ok_or(AppError::BadCursor)).transpose()?;
    let page = read(app, &ctx.actor, after.unwrap_or(0)).await?;
    let view = |(row, name): &(AuditRow, &'static str)| {
        views::PharmacyEvent::new(row.seq, name, row.fact.at, row.fact.entity_id)
    };
    Ok(views::PharmacyEvents {
        items: page.items.iter().map(view).collect(),
        next: pharmacy_events::id(page.until),
        more: page.more,
    })
}

/// A stretch of the log as one system hears it.
pub(super) struct Stretch {
    pub(super) items: Vec<(AuditRow, &'static str)>,
    /// Up to which row it was looked through.
    pub(super) until: i64,
    /// There is more behind it.
    pub(super) more: bool,
}

/// Reads on after a row of the log.
pub(super) async fn read(app: &App, actor: &Actor, after: i64) -> Result<Stretch, AppError> {
    let pharmacy = actor.pharmacy_id().ok_or(AppError::NotFound)?;
    let mut db = app.store.read().await?;
    let newest = audit::head(&mut db).await?.seq;
    if after > newest {
        // Of another database, or made up: nothing after it would ever come.
        return Err(AppError::BadCursor);
    }
    let end = newest.min(after.saturating_add(WINDOW));
    let taken = EventKind::PrescriptionAccepted;
    let rows = audit::of_pharmacy(&mut db, pharmacy, KINDS, taken, (after, end), PAGE).await?;
    let full = rows.len() == PAGE as usize;
    let until = rows.last().filter(|_| full).map_or(end, |row| row.seq);
    let heard = rows.into_iter().filter_map(|row| told(actor, &row.fact).map(|name| (row, name)));
    Ok(Stretch { items: heard.collect(), until, more: until < newest })
}
