//! What a home's box says and brings of a recording: segments in their order, what it gives up, what hinders it, and that it has no more.

use bytes::Bytes;
use jiff::Timestamp;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{HomeId, RecordingId};
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{GapReason, Recording, RecordingFailure, RecordingTrouble, SEGMENTS_OF_RECORDING};
use yunzhen_protocol::control::SegmentRefusal;
use yunzhen_protocol::segment::{self, Segment};
use yunzhen_runtime::sealed::SealingKey;
use yunzhen_store::recordings;

use super::settling::complete;
use super::{of_home, place, received, sealing};
use crate::app::work::Work;
use crate::app::{App, AppError, Context};
use crate::disk::blocking;
use crate::recordings::Lost;
use crate::recordings::files::Received;

/// What a segment is to become, while it comes.
pub enum Expected {
    /// Its bytes are to come.
    Next,
    /// It is here.
    Known,
    /// It is not wanted.
    Refused(SegmentRefusal),
}

/// What a segment that a home's box offers is to become. Segments come in their order. `waiting`: how many the box has, this one included.
pub async fn expect(app: &App, home: HomeId, id: RecordingId, index: u32, waiting: u32) -> Result<Expected, AppError> {
    let Some(recording) = of_home(app, home, id).await?.filter(|one| one.state.takes_segments()) else {
        return Ok(Expected::Refused(SegmentRefusal::NotAsked));
    };
    let Received { next, here, .. } = received(app, recording.id).await?;
    let total = u64::from(here) + u64::from(waiting.max(1));
    app.arriving.set(id.uuid(), u8::try_from(u64::from(here) * 100 / total).unwrap_or(100));
    Ok(match index {
        _ if index >= SEGMENTS_OF_RECORDING => Expected::Refused(SegmentRefusal::TooLarge),
        known if known < next => Expected::Known,
        new if new == next => Expected::Next,
        _ => Expected::Refused(SegmentRefusal::OutOfOrder),
    })
}

/// The box gives up on all segments up to this one that are not here: they will never come, and hold up none that do. Tells which is to come next.
pub async fn lose(
    app: &App,
    home: HomeId,
    id: RecordingId,
    index: u32,
    reason: GapReason,
) -> Result<Result<u32, SegmentRefusal>, AppError> {
    if of_home(app, home, id).await?.is_none_or(|one| !one.state.takes_segments()) {
        return Ok(Err(SegmentRefusal::NotAsked));
    }
    if index >= SEGMENTS_OF_RECORDING {
        return Ok(Err(SegmentRefusal::TooLarge));
    }
    let files = app.recordings.clone();
    let next = blocking(move || {
        let next = files.received(id)?.next;
        if index >= next {
            files.lose(id, Lost { first: next, last: index, reason })?;
        }
        Ok(next.max(index + 1))
    });
    next.await.map(Ok).map_err(AppError::RecordingDisk)
}

/// Keeps a segment whose digest was right, once: it is on this relay's disk when this returns. One of a recording that did not say that it has begun begins it.
pub async fn take(
    app: &App,
    home: HomeId,
    id: RecordingId,
    index: u32,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<Result<(), SegmentRefusal>, AppError> {
    let Some(recording) = of_home(app, home, id).await?.filter(|one| one.state.takes_segments()) else {
        return Ok(Err(SegmentRefusal::NotAsked));
    };
    let key = sealing(&app.vault.open(&place(id), &recording.key)?)?;
    let files = app.recordings.clone();
    let taken = blocking(move || {
        let next = files.received(id)?.next;
        if index != next {
            // A broken connection's write came to its end beside its successor's.
            return Ok(if index < next { Ok(()) } else { Err(SegmentRefusal::OutOfOrder) });
        }
        match opened(&key, id, index, sealed.clone()) {
            Some(_) => files.take(id, index, &sealed).map(Ok),
            None => Ok(Err(SegmentRefusal::Damaged)),
        }
    });
    let taken = taken.await.map_err(AppError::RecordingDisk)?;
    if taken.is_ok() && recording.state == State::Asked {
        let ctx = Context::of(Actor::Box { home_id: home }, now);
        let mut work = Work::unkeyed(app, &ctx).await?;
        let before = recordings::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
        // It may have been stopped, or purged, meanwhile.
        if before.state == State::Asked {
            let after = before.begin(now)?;
            recordings::update(&mut work.tx, &after).await?;
            work.record(EventKind::ConsultationRecordingBegun, after.consultation_id.uuid(), Some(home), None);
            work.finish(()).await?;
        }
    }
    Ok(taken)
}

pub(super) fn opened(key: &SealingKey, id: RecordingId, index: u32, sealed: Vec<u8>) -> Option<Segment> {
    let plain = key.open(&segment::place(id.uuid(), index), sealed).ok()?;
    Segment::decode(Bytes::from(plain)).ok().filter(|s| s.recording == id.uuid() && s.index == index)
}

/// The box tells what hinders it; `None`: nothing, it records. The first such word begins the recording, however long its first segment takes to come.
pub async fn trouble(
    app: &App,
    home: HomeId,
    id: RecordingId,
    trouble: Option<RecordingTrouble>,
    now: Timestamp,
) -> Result<(), AppError> {
    let ctx = Context::of(Actor::Box { home_id: home }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    let before = recordings::get(&mut work.tx, id).await?.filter(|r| r.home_id == home).ok_or(AppError::NotFound)?;
    let (after, kind) = if before.state == State::Asked && trouble.is_none() {
        (Recording { trouble: None, ..before.begin(now)? }, EventKind::ConsultationRecordingBegun)
    } else {
        let Some(after) = before.troubled(trouble) else { return Ok(()) };
        (after, EventKind::ConsultationRecordingTroubled)
    };
    recordings::update(&mut work.tx, &after).await?;
    work.record(kind, after.consultation_id.uuid(), Some(home), None);
    work.finish(()).await
}

/// The box has nothing more of it. One that was not stopped, or has gone on from there, stays as it is.
pub async fn over(app: &App, home: HomeId, id: RecordingId, now: Timestamp) -> Result<(), AppError> {
    let ctx = Context::of(Actor::Box { home_id: home }, now);
    match of_home(app, home, id).await? {
        None => Err(AppError::NotFound),
        Some(one) if one.state != State::Backfilling => Ok(()),
        Some(_) => complete(app, &ctx, id, RecordingFailure::Nothing).await,
    }
}
