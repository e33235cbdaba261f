//! The media timeline of consultations: stored by the session plane's writer, shown to who sees the consultation, asked when a prescription is signed.
//!
//! What is not stored yet is read from memory ([`crate::rooms::timeline::Timeline`]), so that a call is seen up to the last second; media is never waited for.

use std::collections::BTreeMap;

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::media_timeline::{Second, Standing, Stretch, enough};
use yunzhen_store::{Db, consultations, media_timeline};

use super::reads::Seen;
use super::relations::Ties;
use super::views::media_timeline as views;
use super::work::authorize;
use super::{App, AppError, Context};

/// Stores rows; those that are there already stay as they are.
pub async fn keep(app: &App, rows: &[(ConsultationId, Stretch)]) -> Result<(), AppError> {
    let mut tx = app.store.write().await?;
    for (id, stretch) in rows {
        media_timeline::add(&mut tx, *id, stretch).await?;
    }
    Ok(tx.commit_bookkeeping("seconds of calls, which nobody decides and nobody changes").await?)
}

/// How the call of a consultation went, second by second.
pub async fn show(app: &App, ctx: &Context, id: ConsultationId) -> Result<views::MediaTimeline, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::ViewMediaTimeline, &ties.of_consultation(ctx, &consultation))?;
    drop(db);
    // A transaction of its own: it must not have begun before memory is read.
    let unwritten = app.timeline.unwritten(id);
    let mut db = app.store.read().await?;
    let stretches = joined(unwritten, media_timeline::of_consultation(&mut db, id).await?);
    drop(db);
    let (resident, purpose) = (consultation.resident_id, ties.purpose(consultation.resident_id));
    Seen::one(EventKind::MediaTimelineViewed, resident, consultation.home_id, purpose).tell(app, ctx).await?;
    let signing = signing(app, &seconds(&stretches));
    let stretches = stretches.iter().filter_map(views::MediaStretch::of).collect();
    Ok(views::MediaTimeline { consultation_id: id, stretches, signing })
}

/// Whether prescriptions of a consultation may be signed by what its call showed, with what it comes to.
pub(super) async fn standing(app: &App, db: &mut Db, id: ConsultationId) -> Result<views::SigningByCall, AppError> {
    Ok(signing(app, &seconds(&of(app, db, id).await?)))
}

/// Refuses where the call showed less than the hospital asks for.
pub(super) async fn enough_to_sign(app: &App, db: &mut Db, id: ConsultationId) -> Result<(), AppError> {
    let standing = Standing::of(&seconds(&of(app, db, id).await?), &app.policy);
    Ok(enough(&standing, &app.policy)?)
}

/// All rows, oldest first. In a transaction of the writer, which has the store to itself, or of a reader that has not asked anything yet.
async fn of(app: &App, db: &mut Db, id: ConsultationId) -> Result<Vec<Stretch>, AppError> {
    let unwritten = app.timeline.unwritten(id);
    Ok(joined(unwritten, media_timeline::of_consultation(db, id).await?))
}

/// A row that is in both is the same.
fn joined(unwritten: Vec<Stretch>, stored: Vec<Stretch>) -> Vec<Stretch> {
    let both = unwritten.into_iter().chain(stored);
    both.map(|stretch| (stretch.from_second, stretch)).collect::<BTreeMap<_, _>>().into_values().collect()
}

fn seconds(stretches: &[Stretch]) -> Vec<Second> {
    stretches.iter().flat_map(|stretch| stretch.seconds.iter().cloned()).collect()
}

fn signing(app: &App, seconds: &[Second]) -> views::SigningByCall {
    let standing = Standing::of(seconds, &app.policy);
    views::SigningByCall {
        enough: enough(&standing, &app.policy).is_ok(),
        apart: standing.is_apart(&app.policy),
        least_rung: app.policy.least_rung(),
        last: standing.last,
        held: standing.held,
        held_seconds: app.policy.rung_held_seconds,
        connected_seconds: standing.connected,
        least_connected_seconds: app.policy.call_seconds_for_signing,
    }
}
