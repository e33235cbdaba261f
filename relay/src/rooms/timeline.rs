//! The media timeline of the calls that go on: what is seen once a second, kept in memory until it is stored.
//!
//! Two tasks. The sampler looks at each call's box at the full second; what the box sent was counted by its uplink, in numbers that nobody locks. What of it was sent to
//! the attending specialist's page is asked of the room, which also knows whether anything arrives there. The writer stores
//! what is whole, some rows in one transaction, and tries again what failed. Media and calls wait for neither; the care plane reads here what is not stored yet.
//!
//! Bounded: a call is recorded for at most [`yunzhen_domain::media_timeline::recorder::MOST_SECONDS_OF_CALL`], and of rows that cannot be stored the oldest are
//! dropped beyond [`MOST_UNWRITTEN`], and counted.

mod observed;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::media_timeline::{Observed, Recorder, Stretch};
use yunzhen_rtc::Totals;
use yunzhen_runtime::backoff::Backoff;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::Rooms;
use crate::app::{App, media_timeline};

/// Rows that wait for the store: an hour of three hundred calls.
const MOST_UNWRITTEN: usize = 20_000;
/// Rows of one transaction.
const BATCH: usize = 200;
/// Between tries of a store that fails.
const RETRY: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(15));

/// What a box's uplink counted: one task writes, one reads, and a sum that is a packet older than its neighbour does no harm.
#[derive(Debug, Default)]
pub struct Counted {
    bytes: AtomicU64,
    came: AtomicU64,
    lost: AtomicU64,
    pictures: AtomicU64,
    sounds: AtomicU64,
    jitter_us: AtomicU64,
}

impl Counted {
    /// The sums as they are.
    pub fn put(&self, totals: Totals) {
        let Totals { bytes, came, lost, pictures, sounds, jitter } = totals;
        self.bytes.store(bytes, Ordering::Relaxed);
        self.came.store(came, Ordering::Relaxed);
        self.lost.store(lost, Ordering::Relaxed);
        self.pictures.store(pictures, Ordering::Relaxed);
        self.sounds.store(sounds, Ordering::Relaxed);
        self.jitter_us.store(u64::try_from(jitter.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn load(&self) -> Totals {
        Totals {
            bytes: self.bytes.load(Ordering::Relaxed),
            came: self.came.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            pictures: self.pictures.load(Ordering::Relaxed),
            sounds: self.sounds.load(Ordering::Relaxed),
            jitter: Duration::from_micros(self.jitter_us.load(Ordering::Relaxed)),
        }
    }
}

/// What a box said of itself: rung, target, queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    pub(super) rung: Option<yunzhen_domain::media_timeline::Rung>,
    pub(super) target_bps: Option<u32>,
    pub(super) queue_ms: Option<u32>,
    /// Seconds since.
    pub(super) age: u8,
}

/// The seconds of all calls that are not stored yet. Clones share the same.
#[derive(Debug, Clone, Default)]
pub struct Timeline(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to store, or nothing more will come.
    wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    recorder: Recorder,
    /// Oldest first, each with its number. The last batch that was stored is among them: whoever began to read the store before it was has it from here.
    unwritten: VecDeque<(u64, ConsultationId, Stretch)>,
    numbers: u64,
    /// Up to this number all are stored.
    written: u64,
    has_ended: bool,
}

impl Timeline {
    /// What is not stored yet of one consultation, oldest first. Read it before the store, and what is in both is the same.
    pub fn unwritten(&self, id: ConsultationId) -> Vec<Stretch> {
        let state = self.state();
        let whole = state.unwritten.iter().filter(|(_, of, _)| *of == id).map(|(.., stretch)| stretch);
        whole.chain(state.recorder.open(id)).cloned().collect()
    }

    /// A second is over.
    pub fn second(&self, second: i64, observed: &BTreeMap<ConsultationId, Observed>) {
        let here = observed.values().filter(|seen| matches!(seen, Observed::Here(_))).count();
        metrics::counter!("yunzhen_media_timeline_seconds_total").increment(here as u64);
        let mut state = self.state();
        let whole = state.recorder.second(second, observed);
        self.keep(state, whole);
    }

    /// Nothing more will come: what there is is whole.
    pub fn end(&self) {
        let mut state = self.state();
        let whole = state.recorder.end();
        state.has_ended = true;
        self.keep(state, whole);
        self.0.wake.notify_one();
    }

    fn keep(&self, mut state: MutexGuard<'_, State>, whole: Vec<(ConsultationId, Stretch)>) {
        if whole.is_empty() {
            return;
        }
        for (id, stretch) in whole {
            state.numbers += 1;
            let number = state.numbers;
            state.unwritten.push_back((number, id, stretch));
        }
        let beyond = state.unwritten.len().saturating_sub(MOST_UNWRITTEN);
        if beyond > 0 {
            state.unwritten.drain(..beyond);
            metrics::counter!("yunzhen_media_timeline_dropped_total").increment(beyond as u64);
        }
        drop(state);
        self.0.wake.notify_one();
    }

    /// What is to be stored next, with the number of its last row; `None` when there is nothing.
    fn batch(&self) -> Option<(u64, Vec<(ConsultationId, Stretch)>)> {
        let state = self.state();
        let rows = state.unwritten.iter().filter(|(number, ..)| *number > state.written).take(BATCH);
        let last = rows.clone().last().map(|(number, ..)| *number)?;
        Some((last, rows.map(|(_, id, stretch)| (*id, stretch.clone())).collect()))
    }

    fn written(&self, last: u64) {
        let mut state = self.state();
        let before = std::mem::replace(&mut state.written, last);
        state.unwritten.retain(|(number, ..)| *number > before);
    }

    fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks once a second until the program drains.
pub(super) async fn sample(rooms: Rooms, timeline: Timeline, life: Lifecycle) -> Result<(), Infallible> {
    let (mut looked, mut given) = (clock::now_instant(), HashMap::new());
    loop {
        let now = clock::now_timestamp();
        let to_next = 1000 - now.as_millisecond().rem_euclid(1000).unsigned_abs();
        if life.soft().run_until_cancelled(tokio::time::sleep(Duration::from_millis(to_next))).await.is_none() {
            timeline.end();
            return Ok(());
        }
        let since = std::mem::replace(&mut looked, clock::now_instant());
        let observed = rooms.observe(looked.saturating_duration_since(since), &mut given).await;
        // The second that is over.
        timeline.second(second_of(clock::now_timestamp()) - 1, &observed);
    }
}

/// The whole second of a moment, to the nearer one: the sleep may end a little before it.
fn second_of(at: Timestamp) -> i64 {
    (at.as_millisecond() + 500).div_euclid(1000)
}

/// Stores what is whole; ends when the sampler has and nothing is left, or when the program aborts.
pub(super) async fn write(app: App, timeline: Timeline, life: Lifecycle) -> Result<(), Infallible> {
    if life.hard().run_until_cancelled(write_all(&app, &timeline)).await.is_none()
        && let Some((_, rows)) = timeline.batch()
    {
        tracing::error!(rows = rows.len(), "the media timeline could not be stored before the program ended");
    }
    Ok(())
}

async fn write_all(app: &App, timeline: &Timeline) {
    let mut failed = 0;
    loop {
        let Some((last, rows)) = timeline.batch() else {
            if timeline.has_ended() {
                return;
            }
            timeline.0.wake.notified().await;
            continue;
        };
        match media_timeline::keep(app, &rows).await {
            Ok(()) => {
                failed = 0;
                timeline.written(last);
            }
            Err(error) => {
                tracing::warn!(%error, rows = rows.len(), "the media timeline is not stored; trying again");
                metrics::counter!("yunzhen_media_timeline_failures_total").increment(1);
                tokio::time::sleep(RETRY.delay(failed, clock::random_fraction())).await;
                failed = failed.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_domain::media_timeline::Heard;

    fn id(n: u8) -> ConsultationId {
        ConsultationId::new(Timestamp::UNIX_EPOCH, [n; 10])
    }

    fn here() -> BTreeMap<ConsultationId, Observed> {
        BTreeMap::from([(id(1), Observed::Here(Heard::default()))])
    }

    #[test]
    fn what_is_not_stored_is_told_whole_or_not_and_stored_once() {
        let timeline = Timeline::default();
        for second in 50..65 {
            timeline.second(second, &here());
        }
        let lengths =
            |timeline: &Timeline| timeline.unwritten(id(1)).iter().map(|s| s.seconds.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&timeline), [10, 5]);
        let (last, rows) = timeline.batch().unwrap();
        assert_eq!(rows.len(), 1, "the minute that goes on waits");
        assert_eq!(timeline.batch().unwrap().0, last, "a write that failed is tried again with the same rows");
        timeline.written(last);
        assert_eq!(
            (lengths(&timeline), timeline.batch()),
            (vec![10, 5], None),
            "who began to read before has it from here"
        );
        timeline.end();
        assert!(timeline.has_ended());
        assert_eq!(timeline.batch().unwrap().1[0].1.seconds.len(), 5, "the drain leaves nothing behind");
        timeline.written(timeline.batch().unwrap().0);
        assert_eq!((lengths(&timeline), timeline.batch()), (vec![5], None));
        assert!(timeline.unwritten(id(2)).is_empty());
    }

    #[test]
    fn a_store_that_never_takes_anything_costs_bounded_memory() {
        let timeline = Timeline::default();
        for minute in 0..(MOST_UNWRITTEN as i64 + 5) {
            // A call of one second each: an end is a row.
            timeline.second(minute * 60, &here());
            timeline.second(minute * 60 + 1, &BTreeMap::new());
        }
        let unwritten = timeline.unwritten(id(1));
        assert_eq!(unwritten.len(), MOST_UNWRITTEN);
        assert_eq!(unwritten[0].from_second, 5 * 60, "the oldest went");
        assert_eq!(timeline.batch().unwrap().1.len(), BATCH);
    }

    #[test]
    fn the_nearer_second_is_meant() {
        let second = |ms| second_of(Timestamp::from_millisecond(ms).unwrap());
        assert_eq!([second(9_999), second(10_000), second(10_020), second(10_600)], [10, 10, 10, 11]);
    }
}
