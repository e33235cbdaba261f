//! What a case's links could carry, over time.

use std::time::Duration;

use yunzhen_netem::cases::{Case, Direction};
use yunzhen_netem::{Change, Config, LinkConfig, Outage};

use yunzhen_media::ladder::forward::SOUND_LEAST_BPS;

/// How finely it is looked at.
const BIN: Duration = Duration::from_millis(20);
/// What opens for less, and for less than sound needs meanwhile, has not opened.
const ISLAND: Duration = Duration::from_millis(400);
/// A shorter hole is the radio's ordinary business.
const LEAST_DARK: Duration = Duration::from_millis(240);

/// One direction of one link: what it is like from when on.
fn periods(link: &LinkConfig, direction: Direction) -> Vec<(Duration, &Config)> {
    let first = match direction {
        Direction::Up => &link.up,
        Direction::Down => &link.down,
    };
    let mut periods = vec![(Duration::ZERO, first)];
    periods.extend(link.timeline.iter().filter_map(|(at, change)| match (change, direction) {
        (Change::Up(config), Direction::Up) | (Change::Down(config), Direction::Down) => Some((*at, config)),
        _ => None,
    }));
    periods
}

/// Bits that the better of the links could carry; nothing where it is not limited.
pub fn bits(case: &Case, direction: Direction, from: Duration, to: Duration) -> Option<f64> {
    let of = |link: &LinkConfig| {
        let periods = periods(link, direction);
        let mut bits = 0.0;
        for (index, (begin, config)) in periods.iter().enumerate() {
            let end = periods.get(index + 1).map_or(Duration::MAX, |(next, _)| *next);
            let (begin, end) = ((*begin).max(from), end.min(to));
            if begin < end {
                bits += config.rate.capacity_bits(&config.outages, begin, end)?;
            }
        }
        Some(bits)
    };
    case.links.iter().map(of).reduce(|one, other| Some(one?.max(other?))).flatten()
}

/// One way, of the shortest link at the beginning.
pub fn delay(case: &Case, direction: Direction) -> Duration {
    case.links.iter().map(|link| periods(link, direction)[0].1.delay).min().unwrap_or_default()
}

/// When no link carries even sound for a while: outages, times without an address, holes of a radio.
pub fn dark(case: &Case, direction: Direction) -> Vec<Outage> {
    let mut dark: Vec<Outage> = Vec::new();
    let mut add = |from: Duration, to: Duration| match dark.last_mut() {
        // A packet or two between holes carry no sound.
        Some(last)
            if from <= last.to + ISLAND
                && bits(case, direction, last.to, from)
                    .is_some_and(|bits| bits < f64::from(SOUND_LEAST_BPS) * ISLAND.as_secs_f64()) =>
        {
            last.to = to;
        }
        _ => dark.push(Outage { from, to }),
    };
    let blackouts = |at: Duration| {
        case.links.iter().all(|link| {
            link.timeline.iter().any(|(from, change)| match change {
                Change::Address { blackout } => (*from..*from + *blackout).contains(&at),
                Change::Up(_) | Change::Down(_) => false,
            })
        })
    };
    let mut at = Duration::ZERO;
    while at < case.length {
        let end = at + BIN;
        let carried = bits(case, direction, at, end).unwrap_or(f64::INFINITY);
        if carried < f64::from(SOUND_LEAST_BPS) * BIN.as_secs_f64() || blackouts(at) {
            add(at, end);
        }
        at = end;
    }
    dark.retain(|outage| outage.to - outage.from >= LEAST_DARK);
    dark
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_netem::cases::case;

    #[test]
    fn follows_the_timeline_and_knows_when_it_is_dark() {
        let s = Duration::from_secs;
        let variable = case("8867-5.1-variable-50ms", 1).expect("case");
        assert_eq!(bits(&variable, Direction::Up, s(39), s(41)), Some(1e6 + 2.5e6));
        assert_eq!(dark(&variable, Direction::Up), []);
        let dark = dark(&case("tunnel-3s", 1).expect("case"), Direction::Up);
        assert_eq!(dark.len(), 3);
        assert!(dark.iter().all(|outage| (outage.to - outage.from).abs_diff(s(3)) <= BIN), "{dark:?}");
        let dual = case("dual-one-dying", 1).expect("case");
        assert_eq!(bits(&dual, Direction::Up, s(60), s(61)), Some(1e6), "the one that lives");
    }
}
