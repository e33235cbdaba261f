//! Sequence numbers without the wrap.

/// Turns 16-bit sequence numbers into 64-bit ones by nearness to the highest so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwrapper {
    highest: Option<u64>,
}

impl Unwrapper {
    /// Knows nothing yet.
    pub const fn new() -> Self {
        Self { highest: None }
    }

    /// The highest so far.
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// What `sequence` would be, without remembering it. Numbers start one wrap up, so that nothing lies below zero.
    pub fn peek(&self, sequence: u16) -> u64 {
        match self.highest {
            None => 0x1_0000 + u64::from(sequence),
            Some(highest) => {
                let ahead = i64::from(sequence.wrapping_sub(highest as u16) as i16);
                highest.saturating_add_signed(ahead)
            }
        }
    }

    /// Remembers `extended` if it is the highest.
    pub fn advance(&mut self, extended: u64) {
        self.highest = Some(self.highest.map_or(extended, |highest| highest.max(extended)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn follows_a_source_across_wraps(start in any::<u16>(), steps in proptest::collection::vec(-200i64..400, 1..2000)) {
            let mut unwrapper = Unwrapper::new();
            let first = unwrapper.peek(start);
            unwrapper.advance(first);
            let mut highest = first;
            for step in steps {
                let true_number = highest.saturating_add_signed(step);
                prop_assert_eq!(unwrapper.peek(true_number as u16), true_number);
                unwrapper.advance(true_number);
                highest = highest.max(true_number);
            }
        }
    }
}
