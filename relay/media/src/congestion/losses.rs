//! Loss that our own rate causes, told from loss that the radio has at any rate.
//!
//! A radio loses packets in bursts however little is sent: sending less only makes the picture worse. A queue too short to show as delay, or a
//! policer, loses what is too much. The two are told apart by trying: when much is lost the rate is cut once; if the loss goes on it
//! was the radio's, the rate comes back and so much loss is borne.

/// Loss that is always borne.
const BORNE: f64 = 0.12;
/// Packets that make a sample; fewer say nothing about a share.
const SAMPLE: usize = 60;
/// What the cut leaves.
const CUT: f64 = 0.7;
/// Samples for which the radio's loss is remembered.
const REMEMBERED: u32 = 60;

/// What is to be done about loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Go on.
    Bear,
    /// Multiply the rate.
    Cut(f64),
    /// The cut changed nothing: back to this rate.
    Restore(f64),
}

#[derive(Debug, Clone, Copy)]
struct Trial {
    former_bps: f64,
    loss: f64,
    /// Samples that began before the cut could show.
    settling: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Losses {
    arrived: usize,
    lost: usize,
    trial: Option<Trial>,
    radio: f64,
    remembered: u32,
}

impl Losses {
    /// Takes what one report told.
    pub fn told(&mut self, arrived: usize, lost: usize, target_bps: f64) -> Verdict {
        self.arrived += arrived;
        self.lost += lost;
        let all = self.arrived + self.lost;
        if all < SAMPLE {
            return Verdict::Bear;
        }
        let loss = self.lost as f64 / all as f64;
        (self.arrived, self.lost) = (0, 0);
        self.remembered = self.remembered.saturating_sub(1);
        if self.remembered == 0 {
            self.radio = 0.0;
        }
        match self.trial {
            Some(trial) if trial.settling => {
                self.trial = Some(Trial { settling: false, ..trial });
                Verdict::Bear
            }
            Some(trial) => {
                self.trial = None;
                if loss > trial.loss * 0.6 {
                    self.radio = loss.max(trial.loss);
                    self.remembered = REMEMBERED;
                    return Verdict::Restore(trial.former_bps);
                }
                Verdict::Bear
            }
            None if loss > BORNE + self.radio => {
                self.trial = Some(Trial { former_bps: target_bps, loss, settling: true });
                Verdict::Cut(CUT)
            }
            None => Verdict::Bear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_that_a_cut_does_not_change_is_borne_and_other_loss_is_not() {
        let mut radio = Losses::default();
        assert_eq!(radio.told(48, 12, 1e6), Verdict::Cut(CUT));
        assert_eq!(radio.told(50, 10, 7e5), Verdict::Bear, "sent before the cut");
        assert_eq!(radio.told(50, 10, 7e5), Verdict::Restore(1e6));
        assert_eq!(radio.told(45, 15, 1e6), Verdict::Bear);
        let mut policer = Losses::default();
        assert_eq!(policer.told(48, 12, 1e6), Verdict::Cut(CUT));
        assert_eq!(policer.told(50, 10, 7e5), Verdict::Bear);
        assert_eq!(policer.told(60, 0, 7e5), Verdict::Bear);
        assert_eq!(policer.told(48, 12, 1e6), Verdict::Cut(CUT), "again");
        assert_eq!(Losses::default().told(55, 5, 1e6), Verdict::Bear, "a radio's usual loss");
    }
}
