//! A press until somebody knows of it. Pure: moments, ids and jitter are arguments, the driver does the sending.
//!
//! ```text
//!            due             Heard
//!  Waiting ───────▶ Sending ───────▶ Heard ── a minute ──▶ gone
//!     ▲  no answer     │
//!     └────────────────┤    Refused
//!                      └───────────▶ Refused
//!  any ── seen by a nurse ──▶ gone
//! ```
//!
//! A bed has one call at a time, so that there are never more than beds in the configuration, and a bound of those that a page named.

use super::settings::Bed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;
use yunzhen_runtime::backoff::Backoff;

/// Time between two attempts while the relay does not answer; the link's return does not wait for it.
const RETRY: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10));
/// A call that the relay has is shown as heard for this long; from then on the relay's own list shows it.
const HEARD_SHOWN: Duration = Duration::from_secs(60);

/// Refused calls that are shown at once.
const PAGES_SHOWN: usize = 32;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Under way to the relay.
    Sending,
    /// Nobody answered; the next attempt is at `retry_at`.
    Waiting {
        /// When, on the driver's clock.
        retry_at: Duration,
    },
    /// The relay has it.
    Heard {
        /// Until when that is shown.
        until: Duration,
    },
    /// The relay does not take it: nobody is called unless a nurse goes.
    Refused {
        /// Its status.
        status: u16,
    },
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The relay has the call.
    Heard,
    /// It will never take it.
    Refused(u16),
    /// None, or one that says to try again.
    None,
}

impl Answer {
    /// What a status means for a press.
    pub const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Heard,
            // Two attempts that met, too many, or too early.
            408 | 409 | 425 | 429 | 500..=599 => Self::None,
            _ => Self::Refused(status),
        }
    }
}

/// What is known of a press at the press, and kept over a power cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// Its id, which makes the idempotency key.
    pub id: Uuid,
    /// Whose button.
    pub bed: Bed,
    /// When it was pressed, by the clock of the box.
    pub pressed_at: Timestamp,
}

/// One press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id, which makes the idempotency key.
    pub id: Uuid,
    /// Whose button.
    pub bed: Bed,
    /// When it was pressed.
    pub pressed_at: Timestamp,
    /// Attempts without an answer.
    pub attempts: u32,
    /// Where it stands.
    pub standing: Standing,
}

impl Call {
    /// The same for every attempt.
    pub fn idempotency_key(&self) -> String {
        format!("button-{}", self.id)
    }

    /// Whether the relay may still learn of it by an attempt of this box.
    pub const fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Sending | Standing::Waiting { .. })
    }
}

/// The calls of this box's buttons.
#[derive(Clone, Debug, Default)]
pub struct Calls(Vec<Call>);

impl Calls {
    /// All, the oldest first.
    pub fn all(&self) -> &[Call] {
        &self.0
    }

    /// Is an earlier press of this bed still on the way?
    pub fn is_open(&self, bed: &Bed) -> bool {
        self.0.iter().any(|call| call.bed == *bed && call.is_open())
    }

    /// A bed's button was pressed. `false` when its earlier press is still on the way: this one is heard with it.
    pub fn pressed(&mut self, press: Press, now: Duration) -> bool {
        let Press { id, bed, pressed_at } = press;
        if self.is_open(&bed) {
            return false;
        }
        self.0.retain(|call| call.bed != bed);
        let standing = Standing::Waiting { retry_at: now };
        self.0.push(Call { id, bed, pressed_at, attempts: 0, standing });
        true
    }

    /// The relay refused a press of the button on a page, which nobody repeats: it is shown to the nurses as one of a wired button is. A page names any bed, so of
    /// more than [`PAGES_SHOWN`] the oldest goes; it was refused before the eyes of whoever pressed.
    pub fn refused_on_a_page(&mut self, press: Press, status: u16) {
        let Press { id, bed, pressed_at } = press;
        if self.is_open(&bed) {
            return;
        }
        self.0.retain(|call| call.bed != bed);
        let refused = |call: &Call| matches!(call.standing, Standing::Refused { .. });
        if self.0.iter().filter(|call| refused(call)).count() >= PAGES_SHOWN
            && let Some(oldest) = self.0.iter().position(refused)
        {
            self.0.remove(oldest);
        }
        self.0.push(Call { id, bed, pressed_at, attempts: 1, standing: Standing::Refused { status } });
    }

    /// Takes what is to be sent now, and lets go what was shown long enough.
    pub fn due(&mut self, now: Duration) -> Vec<Call> {
        self.0.retain(|call| !matches!(call.standing, Standing::Heard { until } if until <= now));
        let due =
            self.0.iter_mut().filter(|call| matches!(call.standing, Standing::Waiting { retry_at } if retry_at <= now));
        due.map(|call| {
            call.standing = Standing::Sending;
            call.clone()
        })
        .collect()
    }

    /// When [`Self::due`] has something to do next.
    pub fn next_due(&self) -> Option<Duration> {
        let moments = self.0.iter().filter_map(|call| match call.standing {
            Standing::Waiting { retry_at } => Some(retry_at),
            Standing::Heard { until } => Some(until),
            Standing::Sending | Standing::Refused { .. } => None,
        });
        moments.min()
    }

    /// An attempt ended.
    pub fn answered(&mut self, id: Uuid, answer: Answer, now: Duration, jitter: f64) {
        // A nurse may have seen it in between, or a new press has its place.
        let Some(call) = self.0.iter_mut().find(|call| call.id == id) else { return };
        call.standing = match answer {
            Answer::Heard => Standing::Heard { until: now + HEARD_SHOWN },
            Answer::Refused(status) => Standing::Refused { status },
            Answer::None => {
                let wait = RETRY.delay(call.attempts, jitter);
                call.attempts = call.attempts.saturating_add(1);
                Standing::Waiting { retry_at: now + wait }
            }
        };
    }

    /// The link is back: nobody waits any longer.
    pub fn link_returned(&mut self, now: Duration) {
        for call in &mut self.0 {
            if let Standing::Waiting { retry_at } = &mut call.standing {
                *retry_at = (*retry_at).min(now);
            }
        }
    }

    /// A nurse has seen it and goes: nobody needs to be called any more. `false` when there is no such call.
    pub fn seen(&mut self, id: Uuid) -> bool {
        let before = self.0.len();
        self.0.retain(|call| call.id != id);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn bed(name: &str) -> Bed {
        name.parse().unwrap()
    }

    fn press(id: Uuid, name: &str) -> Press {
        Press { id, bed: bed(name), pressed_at: Timestamp::UNIX_EPOCH }
    }

    fn pressed(number: u128) -> (Calls, Uuid) {
        let (mut calls, id) = (Calls::default(), Uuid::from_u128(number));
        assert!(calls.pressed(press(id, "301-1"), NOW));
        assert_eq!(calls.due(NOW).len(), 1);
        (calls, id)
    }

    #[test]
    fn what_an_answer_makes_of_a_call() {
        for (status, expected) in [
            (201, Standing::Heard { until: NOW + HEARD_SHOWN }),
            (200, Standing::Heard { until: NOW + HEARD_SHOWN }),
            (404, Standing::Refused { status: 404 }),
            (403, Standing::Refused { status: 403 }),
            (422, Standing::Refused { status: 422 }),
            (409, Standing::Waiting { retry_at: NOW + Duration::from_millis(500) }),
            (429, Standing::Waiting { retry_at: NOW + Duration::from_millis(500) }),
            (503, Standing::Waiting { retry_at: NOW + Duration::from_millis(500) }),
        ] {
            let (mut calls, id) = pressed(1);
            calls.answered(id, Answer::of(status), NOW, 1.0);
            assert_eq!(calls.all()[0].standing, expected, "{status}");
        }
    }

    #[test]
    fn an_unheard_call_is_repeated_under_its_own_key_until_it_is_answered() {
        let (mut calls, id) = pressed(1);
        let (key, mut now) = (calls.all()[0].idempotency_key(), NOW);
        for _ in 0..50 {
            calls.answered(id, Answer::None, now, 1.0);
            let next = calls.next_due().expect("it goes on");
            assert!(next > now && next <= now + RETRY.max, "never at once, never later than {:?}", RETRY.max);
            assert!(calls.due(now).is_empty());
            now = next;
            let due = calls.due(now);
            assert_eq!((due.len(), due[0].idempotency_key()), (1, key.clone()));
        }
        calls.answered(id, Answer::None, now, 1.0);
        calls.link_returned(now);
        assert_eq!(calls.due(now).len(), 1, "the link's return is not waited for");
        calls.answered(id, Answer::Heard, now, 1.0);
        assert_eq!(calls.next_due(), Some(now + HEARD_SHOWN));
        assert!(calls.due(now + HEARD_SHOWN).is_empty() && calls.all().is_empty());
    }

    #[test]
    fn a_call_from_a_page_that_was_refused_is_shown_until_it_is_seen_and_hides_none_on_the_way() {
        let (mut calls, wired) = pressed(1);
        calls.refused_on_a_page(press(Uuid::from_u128(2), "301-1"), 404);
        assert_eq!(calls.all().iter().map(|call| call.id).collect::<Vec<_>>(), [wired]);
        calls.answered(wired, Answer::Heard, NOW, 0.0);
        for number in 0..40 {
            calls.refused_on_a_page(press(Uuid::from_u128(100 + number), &format!("9{number:02}-1")), 404);
        }
        assert_eq!(calls.all().len(), 1 + PAGES_SHOWN);
        assert_eq!(calls.all().last().map(|call| call.standing), Some(Standing::Refused { status: 404 }));
        assert!(calls.due(NOW).is_empty(), "nobody repeats it");
        assert!(calls.seen(Uuid::from_u128(139)));
    }

    #[test]
    fn a_bed_has_one_call_and_a_nurse_who_saw_it_ends_it() {
        let (mut calls, first) = pressed(1);
        let second = Uuid::from_u128(2);
        assert!(!calls.pressed(press(second, "301-1"), NOW), "still on the way");
        assert!(calls.pressed(press(second, "301-2"), NOW), "another bed");
        calls.answered(first, Answer::Refused(404), NOW, 0.0);
        let third = Uuid::from_u128(3);
        assert!(calls.pressed(press(third, "301-1"), NOW), "a refused call does not silence the button");
        assert_eq!(calls.all().iter().map(|call| call.id).collect::<Vec<_>>(), [second, third]);
        assert_eq!(calls.due(NOW).len(), 2);
        assert!(calls.seen(third) && !calls.seen(third));
        calls.answered(third, Answer::None, NOW, 0.0);
        assert_eq!(calls.all().len(), 1, "the answer that comes later finds nothing");
    }
}
