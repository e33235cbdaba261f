//! ECGs of residents: kept as the recorder sent them, drawn by whoever reads them. Nothing here reads a rhythm out of a curve.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::text;
use yunzhen_domain::ecg::Waveform;
use yunzhen_domain::ids::{ObservationId, ResidentId};
use yunzhen_domain::records::{Ecg, EcgHead, ObservationSource};
use yunzhen_store::{ecgs, residents};

use super::reads::Seen;
use super::relations::Ties;
use super::residents::{CLOCK_OFFSET_MS, wrong_time};
use super::views::common::Page;
use super::views::ecgs as views;
use super::work::{Start, Work, authorize};
use super::{App, AppError, Context, FieldError, fresh};

/// Recordings of one record in a list.
const MOST: u32 = 50;

/// Keeps a recording.
pub async fn record(app: &App, ctx: &Context, id: ResidentId, input: views::NewEcg) -> Result<views::Ecg, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::RecordObservations, &resident).await?;
    let mut wrong: Vec<FieldError> = wrong_time(app, ctx, "recorded_at", input.recorded_at.0).into_iter().collect();
    let device = text::line(&input.device, 100).unwrap_or_else(|e| {
        wrong.push(FieldError::new("device", e.zh(), e.to_string()));
        String::new()
    });
    if input.clock_offset_ms.is_some_and(|ms| ms.unsigned_abs() > CLOCK_OFFSET_MS) {
        wrong.push(FieldError::new("clock_offset_ms", "时钟偏差过大", "More than a hundred years"));
    }
    let waveform = Waveform::read(input.leads, input.period_ms, input.origin_mv, input.factor_mv, &input.data);
    let waveform = match waveform {
        Ok(waveform) if wrong.is_empty() => waveform,
        Ok(_) => return Err(AppError::Invalid(wrong)),
        Err(error) => {
            wrong.push(FieldError::new(error.field(), error.zh(), error.to_string()));
            return Err(AppError::Invalid(wrong));
        }
    };
    let ecg = Ecg {
        id: fresh(ObservationId::new, ctx.now),
        resident_id: resident.id,
        waveform,
        recorded_at: input.recorded_at.0,
        received_at: ctx.now,
        device: Some(device),
        source: ObservationSource::Device,
        clock_offset_ms: input.clock_offset_ms,
    };
    ecgs::insert(&mut work.tx, &ecg).await?;
    work.record(EventKind::ObservationsRecorded, resident.id.uuid(), Some(resident.home_id), None);
    work.finish(whole(&ecg)).await
}

/// The newest recordings of a resident, newest first, without their curves.
pub async fn list(app: &App, ctx: &Context, id: ResidentId) -> Result<Page<views::EcgSummary>, AppError> {
    let mut db = app.store.read().await?;
    let resident = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewResident, &ties.facts(&resident))?;
    let mut found = Vec::new();
    for id in residents::group(&mut db, resident.id).await? {
        found.extend(ecgs::heads(&mut db, id, MOST).await?);
    }
    found.sort_by_key(|e| std::cmp::Reverse((e.recorded_at, e.id)));
    found.truncate(MOST as usize);
    drop(db);
    let purpose = ties.purpose(resident.id);
    Seen::one(EventKind::ObservationsViewed, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    Ok(Page::whole(found.into_iter().map(summary).collect()))
}

/// One recording with its curve.
pub async fn get(app: &App, ctx: &Context, id: ObservationId) -> Result<views::Ecg, AppError> {
    let mut db = app.store.read().await?;
    let ecg = ecgs::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let resident = residents::get_standing(&mut db, ecg.resident_id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewResident, &ties.facts(&resident))?;
    drop(db);
    let purpose = ties.purpose(resident.id);
    Seen::one(EventKind::ObservationsViewed, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    Ok(whole(&ecg))
}

fn summary(e: EcgHead) -> views::EcgSummary {
    views::EcgSummary {
        id: e.id,
        resident_id: e.resident_id,
        leads: e.leads,
        seconds: e.seconds,
        recorded_at: e.recorded_at.into(),
        received_at: e.received_at.into(),
        device: e.device,
        source: e.source,
    }
}

fn whole(ecg: &Ecg) -> views::Ecg {
    views::Ecg {
        summary: summary(ecg.head()),
        clock_offset_ms: ecg.clock_offset_ms,
        period_ms: ecg.waveform.period_ms(),
        origin_mv: ecg.waveform.origin_mv(),
        factor_mv: ecg.waveform.factor_mv(),
        data: ecg.waveform.data(),
    }
}
