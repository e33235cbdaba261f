//! Random loss, even or in bursts.

use crate::rng::Rng;

/// Loss in bursts (Gilbert–Elliott): two states, each with its own loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Per packet, from good to bad.
    pub to_bad: f64,
    /// Per packet, from bad to good.
    pub to_good: f64,
    /// Loss while bad.
    pub loss_bad: f64,
    /// Loss while good.
    pub loss_good: f64,
}

impl Burst {
    /// Bursts of `length` packets on average in which all is lost, such that `share` is lost in all.
    pub fn of(share: f64, length: f64) -> Self {
        let to_good = 1.0 / length.max(1.0);
        Self { to_bad: to_good * share / (1.0 - share).max(f64::EPSILON), to_good, loss_bad: 1.0, loss_good: 0.0 }
    }

    /// The share lost in the long run.
    pub fn share(&self) -> f64 {
        let bad = self.to_bad / (self.to_bad + self.to_good).max(f64::EPSILON);
        bad * self.loss_bad + (1.0 - bad) * self.loss_good
    }
}

/// How packets are lost at random.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Loss {
    /// Not at all.
    #[default]
    None,
    /// Each with this probability.
    Random(f64),
    /// In bursts.
    Burst(Burst),
}

/// The state of a loss process.
#[derive(Debug, Clone, Default)]
pub(crate) struct LossState {
    bad: bool,
}

impl LossState {
    pub(crate) fn is_lost(&mut self, loss: Loss, rng: &mut Rng) -> bool {
        match loss {
            Loss::None => false,
            Loss::Random(probability) => rng.chance(probability),
            Loss::Burst(burst) => {
                let change = if self.bad { burst.to_good } else { burst.to_bad };
                self.bad ^= rng.chance(change);
                rng.chance(if self.bad { burst.loss_bad } else { burst.loss_good })
            }
        }
    }
}
