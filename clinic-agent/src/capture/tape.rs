//! The recording thread: pictures and sound of the devices as sealed segments on disk, at a rate of its own.
//!
//! The live encoder follows the link; this one does not, so a weak link costs the recording nothing. It yields to the live one: pictures wait for it in a short
//! queue and are left out, and counted, when it does not keep up; where that is more than now and then the hospital is told. Sound is the live encoder's own, which is slim
//! on a narrow link. A tape begins at once and writes when the one before it has ended: nobody waits for a disk but these threads.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ffmpeg_next::frame;
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_protocol::control::RecordTrouble;
use yunzhen_protocol::segment::{self, After, SampleKind, Segment};
use yunzhen_runtime::clock;
use yunzhen_runtime::sealed::SealingKey;

use super::error::CaptureError;
use super::h264::{CLOCK, H264};
use crate::bulk::BulkEvent;
use crate::recordings::cutter::{Cut, Cutter};
use crate::recordings::disk::{Disk, KeepError, Waiting};
use crate::recordings::pace::Pace;
use crate::recordings::{RecordOrder, TapeEvent, TapeTarget};

/// Pieces that may wait: a second of sound and then some. One more is left out.
const QUEUE: usize = 96;
/// Pictures among them: each has a megabyte and more.
const PICTURES: usize = 6;
/// Pictures that the encoder is told to expect in a second.
const FPS: u32 = 30;

/// What the thread of a tape does.
type Run = Box<dyn FnOnce() + Send>;

/// What devices hand over.
enum Piece {
    Picture(frame::Video, Instant),
    Sound(Bytes, Instant),
    /// Nothing comes for now: what is open goes to disk.
    Pause,
}

/// Where devices put what is to be recorded: nowhere, while nothing is.
#[derive(Clone, Default)]
pub(super) struct TapeSlot(Arc<Mutex<Option<Feed>>>);

impl std::fmt::Debug for TapeSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TapeSlot")
    }
}

struct Feed {
    pieces: mpsc::SyncSender<Piece>,
    counts: Arc<Counts>,
}

/// What both ends of a feed count.
#[derive(Default)]
struct Counts {
    /// Pictures that wait.
    pictures: AtomicUsize,
    /// Pieces that were left out.
    left_out: AtomicU64,
}

impl Counts {
    fn leave_out(&self, kind: &'static str) {
        self.left_out.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("yunzhen_recording_left_out_total", "kind" => kind).increment(1);
    }
}

impl TapeSlot {
    /// A picture in the agreed size; copied only when something records.
    pub(super) fn picture(&self, picture: &frame::Video, taken_at: Instant) {
        let slot = self.lock();
        let Some(feed) = &*slot else { return };
        if feed.counts.pictures.fetch_add(1, Ordering::Relaxed) >= PICTURES
            || feed.pieces.try_send(Piece::Picture(picture.clone(), taken_at)).is_err()
        {
            feed.counts.pictures.fetch_sub(1, Ordering::Relaxed);
            feed.counts.leave_out("video");
        }
    }

    /// A packet of sound.
    pub(super) fn sound(&self, packet: &Bytes, taken_at: Instant) {
        if let Some(feed) = &*self.lock()
            && feed.pieces.try_send(Piece::Sound(packet.clone(), taken_at)).is_err()
        {
            feed.counts.leave_out("audio");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Feed>> {
        // Set and cleared whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recording that runs.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) recording: RecordingId,
    slot: TapeSlot,
    thread: JoinHandle<()>,
}

impl Tape {
    /// Starts recording what comes through the slot, behind the tapes `before`, which may be of the same recording: it has each place once. It is `None` when
    /// it cannot begin; why is in the log, and the hospital is told in words where it is the box that fails. They stay where they are then, to be waited for by who closes the devices.
    pub(super) fn start(
        order: &RecordOrder,
        target: &TapeTarget,
        slot: TapeSlot,
        before: &mut Vec<JoinHandle<()>>,
    ) -> Option<Self> {
        let spawn = |run: Run| thread::Builder::new().name("recording".to_owned()).spawn(run);
        Self::start_on(order, target, slot, before, spawn)
    }

    fn start_on(
        order: &RecordOrder,
        target: &TapeTarget,
        slot: TapeSlot,
        before: &mut Vec<JoinHandle<()>>,
        spawn: impl FnOnce(Run) -> io::Result<JoinHandle<()>>,
    ) -> Option<Self> {
        let TapeTarget { settings, disk, events } = target.clone();
        let recording = order.recording_id;
        let bytes = STANDARD.decode(&order.key.0).ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let Some(key) = bytes.and_then(|key| SealingKey::new(key).ok()) else {
            tracing::error!(%recording, "the order to record has no key");
            return None;
        };
        let (sender, pieces) = mpsc::sync_channel(QUEUE);
        let counts = Arc::<Counts>::default();
        let writer = Writer {
            recording,
            key,
            disk,
            events,
            bitrate_bps: settings.video_bitrate_bps,
            next: order.next,
            after: After::Start,
            began: clock::now_instant(),
            began_us: u64::try_from(clock::now_timestamp().as_microsecond()).unwrap_or(0),
            cutter: Cutter::default(),
            encoder: None,
            size: (0, 0),
            pace: Pace::default(),
            failed: None,
            told: None,
        };
        // Who waits for the end of it must have heard of its beginning.
        if writer.events.try_send(BulkEvent::Tape(recording, TapeEvent::Opened)).is_err() {
            tracing::error!(%recording, "too much waits to begin a recording; the relay asks again");
            return None;
        }
        let (counted, events) = (counts.clone(), writer.events.clone());
        // A thread that never begins drops what it was given, and a handle that is dropped is waited for by nobody.
        let earlier = Arc::new(Mutex::new(std::mem::take(before)));
        let awaited = earlier.clone();
        let run = move || {
            super::join(taken(&awaited));
            writer.run(&pieces, &counted);
        };
        match spawn(Box::new(run)) {
            Ok(thread) => {
                *slot.lock() = Some(Feed { pieces: sender, counts });
                Some(Self { recording, slot, thread })
            }
            Err(error) => {
                tracing::error!(%recording, %error, "no thread for a recording; the call goes on without");
                metrics::counter!("yunzhen_recordings_not_begun_total").increment(1);
                *before = taken(&earlier);
                for event in [TapeEvent::Trouble(Some(RecordTrouble::Other)), TapeEvent::Closed] {
                    if events.try_send(BulkEvent::Tape(recording, event)).is_err() {
                        tracing::error!(%recording, "too much waits to say that it does not record");
                    }
                }
                None
            }
        }
    }

    /// Nothing more comes. The thread ends when its last segment is on disk.
    pub(super) fn end(self) -> JoinHandle<()> {
        *self.slot.lock() = None;
        self.thread
    }

    /// The devices are closed for now.
    pub(super) fn pause(&self) {
        if let Some(feed) = &*self.slot.lock() {
            // A full queue is written first, and the next pause or the end comes.
            let _ = feed.pieces.try_send(Piece::Pause);
        }
    }
}

fn taken(threads: &Mutex<Vec<JoinHandle<()>>>) -> Vec<JoinHandle<()>> {
    std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Writer {
    recording: RecordingId,
    key: SealingKey,
    disk: Disk,
    events: tokio::sync::mpsc::Sender<BulkEvent>,
    bitrate_bps: u32,
    /// Of the next segment.
    next: u32,
    after: After,
    began: Instant,
    /// The same moment by the box's clock.
    began_us: u64,
    cutter: Cutter,
    encoder: Option<H264>,
    size: (u16, u16),
    pace: Pace,
    /// Why the last segment, or picture, was not kept.
    failed: Option<RecordTrouble>,
    /// What the hospital was told last.
    told: Option<RecordTrouble>,
}

impl Writer {
    fn run(mut self, pieces: &mpsc::Receiver<Piece>, counts: &Counts) {
        // What an earlier run of the box left goes before.
        match self.disk.next_index(self.recording) {
            Ok(next) => self.next = self.next.max(next),
            Err(error) => tracing::error!(%error, "recordings on disk"),
        }
        tracing::info!(recording = %self.recording, first = self.next, "recording");
        while let Ok(piece) = pieces.recv() {
            if let Piece::Picture(_, taken_at) | Piece::Sound(_, taken_at) = &piece {
                let at_us = self.at_us(*taken_at);
                self.hindered(at_us, counts.left_out.load(Ordering::Relaxed));
            }
            match piece {
                Piece::Picture(picture, taken_at) => {
                    counts.pictures.fetch_sub(1, Ordering::Relaxed);
                    if let Err(error) = self.picture(picture, taken_at) {
                        tracing::warn!(%error, "a picture was not recorded");
                        self.encoder = None;
                        self.failed = Some(RecordTrouble::Other);
                    }
                }
                Piece::Sound(packet, taken_at) => {
                    let cut = self.cutter.push(SampleKind::Sound, self.at_us(taken_at), packet);
                    self.keep(cut);
                }
                Piece::Pause => {
                    let cut = self.cutter.flush();
                    self.keep(cut);
                }
            }
        }
        let cut = self.cutter.flush();
        self.keep(cut);
        tracing::info!(recording = %self.recording, segments = self.next, "recording ended");
        self.tell(TapeEvent::Closed);
    }

    fn at_us(&self, taken_at: Instant) -> u64 {
        u64::try_from(taken_at.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }

    fn picture(&mut self, mut picture: frame::Video, taken_at: Instant) -> Result<(), CaptureError> {
        let (width, height) = (picture.width(), picture.height());
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            None => self.encoder.insert(H264::new(width, height, FPS, self.bitrate_bps)?),
        };
        self.size = (u16::try_from(width).unwrap_or(0), u16::try_from(height).unwrap_or(0));
        let at_us = u64::try_from(taken_at.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX);
        let pts = i64::try_from(u128::from(at_us) * CLOCK as u128 / 1_000_000).unwrap_or(i64::MAX);
        let keyframe = self.cutter.wants_keyframe(at_us);
        // Nothing is held back: the encoder has no delay.
        if let Some(access_unit) = encoder.encode(&mut picture, pts, keyframe)? {
            let kind = if keyframe { SampleKind::Keyframe } else { SampleKind::Picture };
            let cut = self.cutter.push(kind, at_us, access_unit);
            self.keep(cut);
        }
        Ok(())
    }

    fn keep(&mut self, cut: Option<Cut>) {
        let Some(Cut { begins_us, samples }) = cut else { return };
        let (recording, index) = (self.recording, self.next);
        let begins_us = self.began_us.saturating_add(begins_us);
        let segment =
            Segment { recording: recording.uuid(), index, begins_us, after: self.after, size: self.size, samples };
        let place = segment::place(recording.uuid(), index);
        let Ok(sealed) = self.key.seal(clock::random_bytes(), &place, segment.encode()) else {
            tracing::error!(%recording, index, "a segment is too long to be sealed");
            return;
        };
        let id = SegmentId::new(clock::now_timestamp(), clock::random_bytes());
        match self.disk.keep(Waiting { recording, index, segment: id }, &sealed) {
            Ok(()) => {
                self.next += 1;
                self.after = After::Segment;
                self.failed = None;
                self.tell(TapeEvent::Kept);
            }
            Err(error) => {
                tracing::error!(%error, "a stretch of a recording is lost; the call goes on");
                metrics::counter!("yunzhen_segments_lost_total").increment(1);
                self.after = if self.after == After::Start { After::Start } else { After::Disk };
                self.failed = Some(match error {
                    KeepError::Full(_) => RecordTrouble::BoxFull,
                    KeepError::Disk(_) => RecordTrouble::BoxDisk,
                });
            }
        }
    }

    /// Looks whether something hinders it, at each piece.
    fn hindered(&mut self, at_us: u64, left_out: u64) {
        let is_slow = self.pace.is_slow(at_us, left_out);
        let trouble = self.failed.or(is_slow.then_some(RecordTrouble::Other));
        if self.told != trouble {
            self.told = trouble;
            self.tell(TapeEvent::Trouble(trouble));
        }
    }

    fn tell(&self, event: TapeEvent) {
        // Waits for room; the task that reads never waits for this thread. When it is gone, so is the program.
        let _ = self.events.blocking_send(BulkEvent::Tape(self.recording, event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recordings::RecordingSettings;
    use yunzhen_protocol::control::RecordingKey;

    type Told = tokio::sync::mpsc::Receiver<BulkEvent>;

    fn stage() -> (tempfile::TempDir, TapeTarget, Told, RecordOrder) {
        let folder = tempfile::tempdir().expect("folder");
        let disk = Disk::open(folder.path(), u64::MAX).expect("opened");
        let (events, told) = tokio::sync::mpsc::channel(64);
        let target = TapeTarget { settings: RecordingSettings::default(), disk, events };
        let recording_id = RecordingId::from_uuid(uuid::Uuid::from_u128(7));
        // Base64 of 32 zeros.
        let order = RecordOrder { recording_id, key: RecordingKey(format!("{}=", "A".repeat(43))), next: 0 };
        (folder, target, told, order)
    }

    /// A tape that ends when it is released.
    fn held() -> (mpsc::Sender<()>, Vec<JoinHandle<()>>) {
        let (release, held) = mpsc::channel();
        let tape = thread::spawn(move || {
            // Released, or the test is over.
            let _ = held.recv();
        });
        (release, vec![tape])
    }

    fn all(told: &mut Told) -> Vec<TapeEvent> {
        let mut all = Vec::new();
        while let Ok(BulkEvent::Tape(_, event)) = told.try_recv() {
            all.push(event);
        }
        all
    }

    /// The task that moves packets stood still until the last segment of the tape before was on a slow disk.
    #[test]
    fn a_tape_begins_at_once_and_writes_behind_the_one_before_it() {
        let (_folder, target, mut told, order) = stage();
        let (release, mut before) = held();
        let slot = TapeSlot::default();
        let tape = Tape::start(&order, &target, slot.clone(), &mut before).expect("it begins beside the one before it");
        assert!(before.is_empty(), "whose end is its own thread's to wait for");
        slot.sound(&Bytes::from_static(&[0x78, 0]), clock::now_instant());
        // The one before it keeps its last segment yet.
        let last =
            Waiting { recording: order.recording_id, index: 0, segment: SegmentId::from_uuid(uuid::Uuid::nil()) };
        target.disk.keep(last, b"sealed").expect("kept");
        drop(release);
        tape.end().join().expect("it ends");
        let places: Vec<u32> = target.disk.waiting().expect("listed").iter().map(|one| one.index).collect();
        assert_eq!(places, [0, 1], "each place once");
        assert_eq!(all(&mut told), [TapeEvent::Opened, TapeEvent::Kept, TapeEvent::Closed]);
    }

    /// The hospital saw a recording that had begun, for ever, and the end of the one before it was waited for by nobody.
    #[test]
    fn a_box_that_has_no_thread_for_it_says_so_and_still_waits_for_what_it_had() {
        let (_folder, target, mut told, order) = stage();
        let (release, mut before) = held();
        let slot = TapeSlot::default();
        let none = |_: Run| Err(io::Error::other("no thread"));
        assert!(Tape::start_on(&order, &target, slot.clone(), &mut before, none).is_none());
        let trouble = TapeEvent::Trouble(Some(RecordTrouble::Other));
        assert_eq!(all(&mut told), [TapeEvent::Opened, trouble, TapeEvent::Closed]);
        assert_eq!(before.len(), 1);
        // What the devices give goes nowhere, and the next order may begin.
        slot.sound(&Bytes::from_static(&[0x78, 0]), clock::now_instant());
        drop(release);
        let tape = Tape::start(&order, &target, slot, &mut before).expect("it begins");
        tape.end().join().expect("it ends");
        assert_eq!(all(&mut told), [TapeEvent::Opened, TapeEvent::Closed]);
    }

    /// That pictures were missing was a counter that nobody looked at.
    #[test]
    fn a_box_that_is_too_slow_says_so() {
        let (_folder, target, mut told, order) = stage();
        let (release, mut before) = held();
        let slot = TapeSlot::default();
        let tape = Tape::start(&order, &target, slot.clone(), &mut before).expect("it begins");
        // Three seconds of sound for which nobody has time.
        let began = clock::now_instant();
        for packet in 0..150 {
            slot.sound(&Bytes::from_static(&[0x78, 0]), began + std::time::Duration::from_millis(20) * packet);
        }
        drop(release);
        tape.end().join().expect("it ends");
        assert!(all(&mut told).contains(&TapeEvent::Trouble(Some(RecordTrouble::Other))));
    }
}
