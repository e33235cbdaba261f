//! Invented presses for tests and demonstrations: a worn contact under a long finger, through the same decisions as real ones.

use super::press::{Action, KeyEvent};
use super::settings::Key;
use super::source::{Condition, Sink, Source};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The events of one press: it bounces, it is held, it is let go.
pub fn press(device: usize, key: Key) -> [KeyEvent; 6] {
    use Action::{Pressed, Released, Repeated};
    [Pressed, Released, Pressed, Repeated, Repeated, Released].map(|action| KeyEvent { device, key, action })
}

/// The buttons as a source: the first is pressed at the start, then the next one in each interval.
pub struct Simulated {
    keys: Vec<(usize, Key)>,
    every: Duration,
}

impl Simulated {
    /// Buttons that are pressed so often.
    pub const fn new(keys: Vec<(usize, Key)>, every: Duration) -> Self {
        Self { keys, every }
    }
}

#[async_trait::async_trait]
impl Source for Simulated {
    async fn run(self: Box<Self>, sink: Sink, stop: CancellationToken) {
        for (device, _) in &self.keys {
            sink.report(*device, Condition::Simulated);
        }
        let mut ticks = tokio::time::interval(self.every);
        for (device, key) in self.keys.into_iter().cycle() {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            for event in press(device, key) {
                if !sink.deliver(event).await {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::press::{Effect, Presses};
    use super::*;

    #[test]
    fn a_simulated_press_is_one_call() {
        let (key, bed) = (Key(59), "301-1".parse().unwrap());
        let mut presses = Presses::new([(0, key, &bed)].into_iter());
        let effects = press(0, key).map(|event| presses.apply(event, Duration::from_secs(1)));
        assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Call(_))).count(), 1);
    }
}
