//! What a proxy can be told, in Rust and as a line.

use std::time::Duration;

use crate::{
    cases,
    link::LinkConfig,
    loss::{Burst, Loss},
    path::Config,
    rate::Rate,
};

/// What a proxy can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The link is this one from now on, and its time begins now.
    Link(Box<LinkConfig>, u64),
    /// The old address dies, a new one lives after the blackout.
    Address {
        /// Nothing can be sent meanwhile.
        blackout: Duration,
    },
    /// Nothing leaves either bottleneck for this long; queues fill.
    Outage(Duration),
    /// Everything is dropped, until it is told otherwise.
    Dark(bool),
    /// One thing about the way up.
    Up(Tuning),
    /// One thing about the way down.
    Down(Tuning),
    /// What became of packets.
    Stats,
}

/// One thing about a direction.
#[derive(Debug, Clone, PartialEq)]
pub enum Tuning {
    /// Bits per second.
    Rate(u64),
    /// One way.
    Delay(Duration),
    /// Up to this much more.
    Jitter(Duration),
    /// Share, in bursts of this mean length.
    Loss(f64, f64),
    /// The bottleneck's queue.
    Queue(usize),
}

impl Tuning {
    pub(crate) fn apply(self, mut config: Config) -> Config {
        match self {
            Self::Rate(rate) => config.rate = Rate::BitsPerSecond(rate),
            Self::Delay(delay) => config.delay = delay,
            Self::Jitter(jitter) => config.jitter = jitter,
            Self::Loss(share, length) => config.loss = Loss::Burst(Burst::of(share, length)),
            Self::Queue(bytes) => config.queue_bytes = bytes,
        }
        config
    }
}

/// Why a line is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// See the message.
    #[error(
        "not a command; there are: case NAME [SEED], address [BLACKOUT_MS], outage MS, dark on|off, stats, and \
         up|down rate BPS|delay MS|jitter MS|loss SHARE [BURST]|queue BYTES"
    )]
    Unknown,
    /// Not in the table.
    #[error("no case is named {0}")]
    NoCase(String),
    /// Not a number, or not one that is possible here.
    #[error("{0} is not a number that fits here")]
    Number(String),
}

impl Command {
    /// Reads a line. For a case of two links it takes the first; the second is another proxy's, `case NAME SEED 2`.
    pub fn parse(line: &str) -> Result<Self, CommandError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        Ok(match words[..] {
            ["case", name] => Self::case(name, 1, 1)?,
            ["case", name, seed] => Self::case(name, number(seed)?, 1)?,
            ["case", name, seed, link] => Self::case(name, number(seed)?, number(link)?)?,
            ["address"] => Self::Address { blackout: Duration::ZERO },
            ["address", blackout] => Self::Address { blackout: milliseconds(blackout)? },
            ["outage", length] => Self::Outage(milliseconds(length)?),
            ["dark", "on"] => Self::Dark(true),
            ["dark", "off"] => Self::Dark(false),
            ["stats"] => Self::Stats,
            ["up", ref tuning @ ..] => Self::Up(tuning_of(tuning)?),
            ["down", ref tuning @ ..] => Self::Down(tuning_of(tuning)?),
            _ => return Err(CommandError::Unknown),
        })
    }

    fn case(name: &str, seed: u64, link: u64) -> Result<Self, CommandError> {
        let case = cases::case(name, seed).ok_or_else(|| CommandError::NoCase(name.to_owned()))?;
        let chosen = link.checked_sub(1).and_then(|index| case.links.into_iter().nth(index as usize));
        Ok(Self::Link(Box::new(chosen.ok_or_else(|| CommandError::Number(link.to_string()))?), seed))
    }
}

fn tuning_of(words: &[&str]) -> Result<Tuning, CommandError> {
    Ok(match words {
        ["rate", rate] => Tuning::Rate(number(rate)?),
        ["delay", delay] => Tuning::Delay(milliseconds(delay)?),
        ["jitter", jitter] => Tuning::Jitter(milliseconds(jitter)?),
        ["loss", share] => Tuning::Loss(share_of(share)?, 1.0),
        ["loss", share, length] => Tuning::Loss(share_of(share)?, number::<u32>(length)?.max(1).into()),
        ["queue", bytes] => Tuning::Queue(number(bytes)?),
        _ => return Err(CommandError::Unknown),
    })
}

fn number<N: std::str::FromStr>(word: &str) -> Result<N, CommandError> {
    word.parse().map_err(|_| CommandError::Number(word.to_owned()))
}

fn milliseconds(word: &str) -> Result<Duration, CommandError> {
    number(word).map(|ms: u32| Duration::from_millis(ms.into()))
}

fn share_of(word: &str) -> Result<f64, CommandError> {
    let share: f64 = number(word)?;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err(CommandError::Number(word.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands() {
        let parse = |line| Command::parse(line).expect(line);
        let link = |name, index: usize| cases::case(name, 7).expect("case").links[index].clone();
        assert_eq!(parse("case handover 7"), Command::Link(Box::new(link("handover", 0)), 7));
        assert_eq!(parse("case dual-one-dying 7 2"), Command::Link(Box::new(link("dual-one-dying", 1)), 7));
        assert_eq!(parse("address 300"), Command::Address { blackout: Duration::from_millis(300) });
        assert_eq!(parse("outage 3000"), Command::Outage(Duration::from_secs(3)));
        assert_eq!(parse("up rate 150000"), Command::Up(Tuning::Rate(150_000)));
        assert_eq!(parse("down loss 0.02 4"), Command::Down(Tuning::Loss(0.02, 4.0)));
        assert_eq!(parse(" dark  off "), Command::Dark(false));
    }

    #[test]
    fn other_lines_say_why_not() {
        let error = |line| Command::parse(line).expect_err(line);
        assert_eq!(error(""), CommandError::Unknown);
        assert_eq!(error("up"), CommandError::Unknown);
        assert_eq!(error("case nowhere"), CommandError::NoCase("nowhere".to_owned()));
        assert_eq!(error("case handover 1 2"), CommandError::Number("2".to_owned()));
        assert_eq!(error("outage -1"), CommandError::Number("-1".to_owned()));
        assert_eq!(error("up loss 1.5"), CommandError::Number("1.5".to_owned()));
    }
}
