//! What a thread should do, written by the handle and read by the thread: the latest wish counts, so nothing can queue up.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use yunzhen_protocol::control::BoxCamera;
use yunzhen_runtime::clock;

use yunzhen_media::ladder::VideoTarget;
use yunzhen_media::ladder::sound::SoundTarget;

/// What the picture thread should do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wish {
    pub(super) camera: Option<BoxCamera>,
    pub(super) target: VideoTarget,
    /// No frames for now.
    pub(super) held: bool,
    pub(super) keyframe: bool,
    /// The low picture beside the main one, while it is asked for.
    pub(super) low: Option<VideoTarget>,
    pub(super) low_keyframe: bool,
    pub(super) stop: bool,
}

impl Wish {
    pub(super) const fn new(camera: Option<BoxCamera>, target: VideoTarget) -> Self {
        Self { camera, target, held: false, keyframe: false, low: None, low_keyframe: false, stop: false }
    }
}

/// What the sound thread should do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SoundWish {
    pub(super) on: bool,
    pub(super) target: SoundTarget,
    pub(super) stop: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Desk<W> {
    wish: Mutex<W>,
    changed: Condvar,
    /// Set with a wish that must end a blocking read of ffmpeg.
    interrupt: Arc<AtomicBool>,
}

impl<W: Copy + PartialEq> Desk<W> {
    pub(super) fn new(wish: W) -> Self {
        Self { wish: Mutex::new(wish), changed: Condvar::new(), interrupt: Arc::default() }
    }

    /// A wish that ends what goes on: another source, or none. The same wish again ends nothing.
    pub(super) fn change(&self, edit: impl FnOnce(&mut W)) {
        let mut wish = self.lock();
        let before = *wish;
        edit(&mut wish);
        if *wish != before {
            // Under the lock: who reads the new wish clears the mark, and it does not come back.
            self.interrupt.store(true, Ordering::Release);
            self.changed.notify_all();
        }
    }

    /// A wish for the next frame.
    pub(super) fn nudge(&self, edit: impl FnOnce(&mut W)) {
        edit(&mut self.lock());
    }

    /// Reads the wish; what `take` resets in it is taken.
    pub(super) fn read(&self, take: impl FnOnce(&mut W)) -> W {
        let mut wish = self.lock();
        self.interrupt.store(false, Ordering::Release);
        let now = *wish;
        take(&mut wish);
        now
    }

    /// Waits until `due`, or until a change. Returns whether the time came.
    pub(super) fn wait_until(&self, due: Instant) -> bool {
        let mut guard = self.lock();
        loop {
            let left = due.saturating_duration_since(clock::now_instant());
            if left.is_zero() {
                return true;
            }
            if self.interrupt.load(Ordering::Acquire) {
                return false;
            }
            guard = self.changed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for a change, for at most this long.
    pub(super) fn wait(&self, time: Duration) {
        self.wait_until(clock::now_instant() + time);
    }

    /// For ffmpeg: whether a blocking call should give up.
    pub(super) fn interrupt(&self) -> Arc<AtomicBool> {
        self.interrupt.clone()
    }

    fn lock(&self) -> MutexGuard<'_, W> {
        // A panic while editing cannot leave a wish half written.
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
