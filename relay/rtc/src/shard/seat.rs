//! Where a shard works: its own thread, and for a short turn the thread that brings a box's burst.
//!
//! To wake a sleeping thread for a handful of packets costs about as much as to forward them. So whoever brings them forwards them while
//! the shard is free; when it is not, or when more waits than a short turn, the shard's thread is woken. Only that thread ever waits
//! for the seat.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use mio::{Events, Poll};
use quinn_udp::BATCH_SIZE;

use super::{BUFFER, SOCKET, Shard, Turn};
use crate::clock;

/// Empty before the shard starts and after it has ended.
#[derive(Default)]
pub(crate) struct Seat(Mutex<Option<Shard>>);

/// Somebody works. A panic ends the shard whose state it leaves torn: the owners of its rooms learn it from their channels, its thread
/// from the empty seat.
struct Seated<'s>(MutexGuard<'s, Option<Shard>>);

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(shard) = self.0.take()
        {
            shard.inbox.bell.ring();
        }
    }
}

impl Seat {
    /// Places the shard.
    pub(crate) fn take(&self, shard: Shard) {
        *self.wait().0 = Some(shard);
    }

    fn leave(&self) {
        *self.wait().0 = None;
    }

    // A poisoned seat is an empty one.
    fn wait(&self) -> Seated<'_> {
        Seated(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A short turn on the caller's thread. `false` when the shard's own thread has to be woken: the shard is busy, more waits, or
    /// something is due before that thread wakes by itself.
    pub(crate) fn serve_as_guest(&self) -> bool {
        // A guest that is unwinding already must not be the one who works.
        if std::thread::panicking() {
            return false;
        }
        let mut seated = match self.0.try_lock() {
            Ok(guard) => Seated(guard),
            Err(TryLockError::WouldBlock) => return false,
            Err(TryLockError::Poisoned(poisoned)) => Seated(poisoned.into_inner()),
        };
        match seated.0.as_mut() {
            Some(shard) => shard.guest_turn() && shard.due() >= shard.wakes_at,
            None => true,
        }
    }
}

/// The shard's thread: runs until told to stop, or until nobody is left who could.
pub(crate) fn run(seat: &Seat, mut poll: Poll) {
    if let Err(error) = work(seat, &mut poll) {
        tracing::error!(%error, "a media thread cannot poll and ends");
    }
    seat.leave();
}

fn work(seat: &Seat, poll: &mut Poll) -> io::Result<()> {
    let mut events = Events::with_capacity(16);
    let mut storage = vec![0u8; BATCH_SIZE * BUFFER];
    // Told once per arrival (edge-triggered) and true until a read finds nothing: a wake-up for a box's packet does not read the socket.
    let mut readable = true;
    let mut due = clock::now();
    loop {
        match poll.poll(&mut events, Some(due.saturating_duration_since(clock::now()))) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        readable |= events.iter().any(|event| event.token() == SOCKET);
        let mut seated = seat.wait();
        let Some(shard) = seated.0.as_mut() else { return Ok(()) };
        shard.inbox.bell.answered();
        if matches!(shard.turn(&mut storage, &mut readable), Turn::Stop) {
            return Ok(());
        }
        due = shard.due();
        shard.wakes_at = due;
    }
}
