//! A TCP sender that always has data: Reno's window over selective acknowledgements. Enough of TCP to compete with.

use std::{collections::VecDeque, time::Duration};

const SEGMENT: usize = 1500;
const LEAST_TIMEOUT: Duration = Duration::from_millis(400);

pub struct Tcp {
    back: Duration,
    window: f64,
    threshold: f64,
    next: u64,
    /// Sent and not acknowledged.
    flying: VecDeque<(u64, Duration)>,
    acks: VecDeque<(Duration, u64)>,
    recovered_at: u64,
    heard: Duration,
    round_trip: f64,
}

impl Tcp {
    pub fn new(back: Duration) -> Self {
        Self {
            back,
            window: 4.0,
            threshold: f64::MAX,
            next: 0,
            flying: VecDeque::new(),
            acks: VecDeque::new(),
            recovered_at: 0,
            heard: Duration::ZERO,
            round_trip: 0.1,
        }
    }

    pub fn arrived(&mut self, now: Duration, number: u64) {
        self.acks.push_back((now + self.back, number));
    }

    pub fn drive(&mut self, now: Duration, mut send: impl FnMut(u64, usize)) {
        while let Some((_, number)) = self.acks.front().copied().filter(|(at, _)| *at <= now) {
            self.acks.pop_front();
            self.acknowledged(now, number);
        }
        let timeout = LEAST_TIMEOUT.max(Duration::from_secs_f64(2.0 * self.round_trip));
        if !self.flying.is_empty() && now > self.heard + timeout {
            self.threshold = (self.window / 2.0).max(2.0);
            self.window = 1.0;
            self.flying.clear();
            self.heard = now;
        }
        while (self.flying.len() as f64) < self.window {
            if self.flying.is_empty() {
                self.heard = now;
            }
            send(self.next, SEGMENT);
            self.flying.push_back((self.next, now));
            self.next += 1;
        }
    }

    fn acknowledged(&mut self, now: Duration, number: u64) {
        let Some(place) = self.flying.iter().position(|(flying, _)| *flying == number) else { return };
        if let Some((_, sent)) = self.flying.remove(place) {
            self.round_trip += ((now - sent).as_secs_f64() - self.round_trip) / 8.0;
        }
        self.heard = now;
        let mut lost = false;
        while let Some((first, _)) = self.flying.front().copied().filter(|(first, _)| first + 3 <= number) {
            self.flying.pop_front();
            lost |= first >= self.recovered_at;
        }
        if lost {
            self.window = (self.window / 2.0).max(2.0);
            self.threshold = self.window;
            self.recovered_at = self.next;
        } else {
            self.window += if self.window < self.threshold { 1.0 } else { 1.0 / self.window };
        }
    }
}
