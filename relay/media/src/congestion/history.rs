//! What was sent and is not yet told of.

use std::{collections::VecDeque, time::Duration};

use super::Report;

/// Packets that are remembered: seconds of the fastest call. Older ones are forgotten as if they had arrived.
const KEPT: usize = 4096;
/// A packet is lost when one that was sent this much later arrived: packets overtake each other a little.
const REORDER: u64 = 3;

#[derive(Debug, Clone, Copy)]
struct Sent {
    at: Duration,
    bytes: u32,
    /// Counts as under way.
    open: bool,
    /// Its arrival or loss was told.
    told: bool,
}

/// A packet that arrived, told for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub number: u64,
    /// When it left, on our clock.
    pub sent: Duration,
    /// When it arrived, on the far end's.
    pub arrived: Duration,
    /// Of the packet.
    pub bytes: usize,
    /// Marked on the way.
    pub ce: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct History {
    kept: VecDeque<Sent>,
    /// Number of the first that is kept.
    first: u64,
    under_way: usize,
}

impl History {
    /// Notes a packet. One that does not follow the last begins a new history.
    pub fn sent(&mut self, at: Duration, number: u64, bytes: usize) {
        if number != self.next() {
            self.kept.clear();
            self.under_way = 0;
        }
        if self.kept.is_empty() {
            self.first = number;
        }
        if self.kept.len() == KEPT {
            self.forget_first();
        }
        self.kept.push_back(Sent { at, bytes: bytes as u32, open: true, told: false });
        self.under_way += bytes;
    }

    /// The number of the next packet.
    pub fn next(&self) -> u64 {
        self.first + self.kept.len() as u64
    }

    /// Bytes that nothing is known of.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// When the oldest left that nothing is known of.
    pub fn oldest(&self) -> Option<Duration> {
        self.kept.iter().find(|sent| sent.open).map(|sent| sent.at)
    }

    /// No longer counts on what is under way; a report that comes after all is taken.
    pub fn abandon(&mut self) {
        self.kept.iter_mut().for_each(|sent| sent.open = false);
        self.under_way = 0;
    }

    /// Takes a report: appends what arrived, in the order of numbers, and returns how many are lost.
    pub fn settle(&mut self, reports: &[Report], arrivals: &mut Vec<Arrival>) -> usize {
        let begin = arrivals.len();
        for report in reports {
            let (Some(arrived), Some(sent)) = (report.arrived, self.get(report.number)) else { continue };
            if !std::mem::replace(&mut sent.told, true) {
                let (at, bytes) = (sent.at, sent.bytes as usize);
                let open = std::mem::take(&mut sent.open);
                self.under_way -= if open { bytes } else { 0 };
                arrivals.push(Arrival { number: report.number, sent: at, arrived, bytes, ce: report.ce });
            }
        }
        arrivals[begin..].sort_unstable_by_key(|arrival| arrival.number);
        let Some(highest) = arrivals[begin..].last().map(|arrival| arrival.number) else { return 0 };
        let mut lost = 0;
        let mut lowest = highest;
        for report in reports {
            lowest = lowest.min(report.number);
            if report.arrived.is_none() && report.number + REORDER <= highest {
                lost += usize::from(self.drop_one(report.number));
            }
        }
        // What lies before the report was told of in one that got lost itself.
        while self.first < lowest && !self.kept.is_empty() {
            self.forget_first();
        }
        lost
    }

    fn drop_one(&mut self, number: u64) -> bool {
        let Some(sent) = self.get(number) else { return false };
        let new = !std::mem::replace(&mut sent.told, true);
        let bytes = sent.bytes as usize;
        let open = std::mem::take(&mut sent.open);
        self.under_way -= if open { bytes } else { 0 };
        new
    }

    fn get(&mut self, number: u64) -> Option<&mut Sent> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.kept.get_mut(place)
    }

    fn forget_first(&mut self) {
        if let Some(sent) = self.kept.pop_front() {
            self.first += 1;
            self.under_way -= if sent.open { sent.bytes as usize } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn report(number: u64, arrived: Option<u64>) -> Report {
        let arrived = match arrived {
            Some(ms) => Some(Duration::from_millis(ms)),
            None => None,
        };
        Report { number, arrived, ce: false }
    }

    #[test]
    fn each_packet_is_settled_once_and_a_lost_report_leaves_nothing_under_way() {
        let mut history = History::default();
        for number in 0..10 {
            history.sent(Duration::from_millis(number), number, 100);
        }
        let mut arrivals = Vec::new();
        let first = [report(1, None), report(4, Some(44)), report(2, Some(42)), report(3, None), report(99, Some(1))];
        assert_eq!(history.settle(&first, &mut arrivals), 1, "3 may still come");
        assert_eq!(arrivals.iter().map(|arrival| arrival.number).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(history.under_way(), 600, "0 was told of in a report that is lost");
        assert_eq!(history.settle(&first, &mut arrivals), 0, "a repeated report changes nothing");
        assert_eq!((arrivals.len(), history.under_way()), (2, 600));
        assert_eq!(history.settle(&[report(3, Some(50)), report(9, Some(60))], &mut arrivals), 0);
        assert_eq!((arrivals.len(), history.under_way()), (4, 400));
        assert_eq!(history.oldest(), Some(Duration::from_millis(5)));
        history.abandon();
        assert_eq!((history.under_way(), history.oldest()), (0, None));
    }

    #[test]
    fn is_bounded() {
        let mut history = History::default();
        for number in 7..7 + 3 * KEPT as u64 {
            history.sent(Duration::ZERO, number, 1);
        }
        assert_eq!((history.kept.len(), history.under_way()), (KEPT, KEPT));
    }
}
