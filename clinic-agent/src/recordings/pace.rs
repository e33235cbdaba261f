//! Whether the box keeps up with what it is to record: a second encoder beside the live one is too much for a small one. Pure; times are microseconds since the
//! recorder began.

/// Left out pieces are counted within this.
const WINDOW_US: u64 = 10_000_000;
/// A box that leaves out so many in it does not keep up: a second's pictures of ten.
const SLOW: u64 = 30;

/// See the module.
#[derive(Debug, Default)]
pub struct Pace {
    from_us: u64,
    left_before: u64,
    is_slow: bool,
}

impl Pace {
    /// So many pieces were left out in all. Whether the box is too slow: from when it left out too many, for as long as it does, and some seconds more.
    pub fn is_slow(&mut self, at_us: u64, left_out: u64) -> bool {
        let too_many = left_out.saturating_sub(self.left_before) >= SLOW;
        self.is_slow |= too_many;
        if at_us.saturating_sub(self.from_us) >= WINDOW_US {
            *self = Self { from_us: at_us, left_before: left_out, is_slow: too_many };
        }
        self.is_slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000;

    #[test]
    fn a_picture_now_and_then_is_no_trouble_and_a_second_of_ten_is() {
        let mut pace = Pace::default();
        // Two a second, for a minute.
        assert!((0..60).all(|second| !pace.is_slow(second * S, second * 2)));
        let before = 120;
        let told: Vec<bool> =
            (60..90).map(|second| pace.is_slow(second * S, before + (second - 59).min(10) * 10)).collect();
        let first = told.iter().position(|slow| *slow).expect("it is told");
        assert!(first <= 3, "at once: {first}");
        let last = told.iter().rposition(|slow| *slow).expect("it is told");
        assert!((10..25).contains(&last), "until it keeps up again: {last}");
        assert!(told[first..=last].iter().all(|slow| *slow), "without a flicker");
    }
}
