//! How often a session may offer: each offer costs keys, a port's place and a turn of a shard. Whoever offers more waits, and nobody with them.
//!
//! Not here: whether the session may join at all (`app`), and how many fit into a room (the shards).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use yunzhen_domain::ids::SessionId;
use yunzhen_runtime::allowance::Allowance;

const WINDOW: Duration = Duration::from_secs(60);
/// From so many sessions on, those that have everything left are forgotten first.
const CROWD: usize = 1024;

/// What each session has left.
#[derive(Debug)]
pub struct Offers {
    per_minute: NonZeroU32,
    of: HashMap<SessionId, Allowance>,
}

impl Offers {
    /// So many a minute for each.
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self { per_minute, of: HashMap::new() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long to wait, where none is left.
    pub fn take(&mut self, session: SessionId, at: Duration) -> Result<(), Duration> {
        if self.of.len() >= CROWD {
            self.of.retain(|_, left| !left.is_whole(at));
        }
        let left = self.of.entry(session).or_insert_with(|| Allowance::new(self.per_minute, WINDOW));
        if left.take(at) { Ok(()) } else { Err(left.wait(at)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn session(n: u64) -> SessionId {
        SessionId::from_uuid(Uuid::from_u128(n.into()))
    }

    #[test]
    fn who_offers_without_end_waits_and_the_others_do_not() {
        let mut offers = Offers::new(NonZeroU32::new(3).unwrap());
        let [one, other] = [1, 2].map(session);
        let at = Duration::from_secs(1000);
        for _ in 0..3 {
            assert_eq!(offers.take(one, at), Ok(()));
        }
        assert_eq!(offers.take(one, at), Err(Duration::from_secs(20)));
        assert_eq!(offers.take(other, at), Ok(()));
        assert_eq!(offers.take(one, at + Duration::from_secs(20)), Ok(()));
    }

    #[test]
    fn sessions_that_went_away_are_forgotten() {
        let mut offers = Offers::new(NonZeroU32::MIN);
        for n in 0..5 * CROWD as u64 {
            assert_eq!(offers.take(session(n), Duration::from_secs(n)), Ok(()));
        }
        assert!(offers.of.len() <= CROWD, "{}", offers.of.len());
    }
}
