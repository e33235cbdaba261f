//! The parcels of a prescription as the chain reads them: when the first came to the door, what is open about the newest, what was called back.

use crate::machines::discrepancy::Cause;
use crate::records::{Delivery, Discrepancy, Pack, Recall};
use jiff::Timestamp;

/// The newest parcel, with what is open about it.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    pub(super) delivery: &'a Delivery,
    /// Those of the prescription, oldest first, as far as they count: without them nothing came before the newest.
    pub(super) all: &'a [Delivery],
    /// What is wrong with what the home has, until the pharmacy has settled it.
    pub(super) open: Option<Cause>,
    /// The count, which is open, found too many and nothing else.
    pub(super) surplus: bool,
}

impl<'a> Parcel<'a> {
    /// `all` are the parcels of the prescription, oldest first; `tasks` are those of this delivery. What must not be given weighs more than what is missing.
    pub fn new(delivery: &'a Delivery, all: &'a [Delivery], tasks: &[Discrepancy]) -> Self {
        let open_ones = || tasks.iter().filter(|task| !task.state.is_terminal());
        let open = open_ones().map(|task| task.cause).max();
        let surplus = open == Some(Cause::Count) && open_ones().all(Discrepancy::is_surplus);
        Self { delivery, all, open, surplus }
    }

    /// When the first of them that was filled since `packed` came to the door.
    pub(super) fn arrived(self, packed: Timestamp) -> Option<Timestamp> {
        let oldest_first = self.all.iter().chain([self.delivery]);
        oldest_first.filter_map(at_the_door).find(|at| *at >= packed)
    }
}

/// What of it was called back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalledBack {
    /// A batch in the newest parcel.
    pub(super) parcel: bool,
    /// All that reached the home: nothing of it may be given.
    pub(super) home: bool,
}

impl CalledBack {
    /// `parcels` are all of the prescription, `newest` among them; `recalls` those that bar a batch: open or closed.
    pub fn of(newest: Option<&Delivery>, parcels: &[Delivery], recalls: &[Recall]) -> Self {
        let barred = |pack: &Pack| recalls.iter().any(|recall| recall.is_of(pack));
        let parcel = newest.is_some_and(|d| d.packs.iter().any(barred));
        let packs = || parcels.iter().flat_map(|d| d.packs.iter().filter(move |pack| came_whole(d, pack)));
        Self { parcel, home: packs().next().is_some() && packs().all(barred) }
    }
}

/// Of the line of this pack the home counted something whole.
fn came_whole(delivery: &Delivery, pack: &Pack) -> bool {
    delivery.counts.iter().any(|count| count.item_no == pack.item_no && count.quantity > count.damaged)
}

/// When the courier came to the door with it, unless it has left the door again to be brought once more.
pub(super) fn at_the_door(delivery: &Delivery) -> Option<Timestamp> {
    delivery.timeline.iter().fold(None, |arrived, step| match step.step.as_str() {
        "arrive" => Some(step.at),
        "fail_attempt" | "release" => None,
        _ => arrived,
    })
}
