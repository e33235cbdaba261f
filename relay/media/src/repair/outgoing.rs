//! The box's end: earlier sound with later sound, parity behind pictures, as the policy says.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use yunzhen_protocol::{
    repair::{self, Block, MAX_BLOCK, MAX_SHARD},
    rtp::RtpPacket,
};

use super::{
    code,
    losses::Losses,
    policy::{BLOCK, Budget, Conditions, Copies, Parity, Plan},
};

/// How often the policy is asked.
const LOOK: Duration = Duration::from_millis(200);
/// Sound that may travel again: what the policy's farthest copy takes.
const SOUNDS: usize = 16;

/// Packets that will be protected together.
#[derive(Debug)]
struct Open {
    began: Duration,
    base: u16,
    packets: Vec<Bytes>,
}

/// A parity that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its number.
    pub number: u16,
    /// The content of a datagram of flow 3.
    pub content: Bytes,
    /// When the first packet that it protects left.
    pub since: Duration,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Outgoing {
    plan: Plan,
    looked: Option<Duration>,
    /// Packets since then.
    sent: u32,
    sounds: VecDeque<RtpPacket>,
    open: Option<Open>,
    number: u16,
}

impl Outgoing {
    /// Whether [`Self::look`] has something new to say. `sent` are the packets that left since the last call.
    pub fn is_due(&self, now: Duration) -> bool {
        self.looked.is_none_or(|looked| now >= looked + LOOK)
    }

    /// Asks the policy.
    pub fn look(&mut self, now: Duration, losses: &Losses, round_trip: Duration, budget: Budget) {
        let time = self.looked.map_or(LOOK, |looked| now.saturating_sub(looked)).as_secs_f64().max(0.02);
        let link = Conditions::new(losses, round_trip, f64::from(self.sent) / time, budget);
        (self.looked, self.sent) = (Some(now), 0);
        self.plan = self.plan.next(link);
    }

    /// What is done now.
    pub const fn plan(&self) -> Plan {
        self.plan
    }

    /// Another call, or another link: nothing that was before can be re-created.
    pub fn clear(&mut self) {
        self.sounds.clear();
        self.open = None;
        self.plan = Plan::default();
    }

    /// A packet of sound leaves. The content of a datagram of flow 3 to send instead of it, at most `room` bytes; `None`: send it as it is.
    pub fn sound(&mut self, packet: &RtpPacket, room: usize) -> Option<Bytes> {
        self.sent += 1;
        let Copies { count, distance } = self.plan.copies?;
        let earlier = (1..=count).filter_map(|copy| self.sounds.get((copy * distance).checked_sub(1)?));
        let content = repair::encode_sounds(packet, earlier, room);
        self.sounds.truncate(SOUNDS - 1);
        self.sounds.push_front(packet.clone());
        Some(content)
    }

    /// A packet of pictures left for the first time; `ends_picture` says whether it is the last of one. The parities that are to be sent after it.
    pub fn picture(&mut self, now: Duration, sequence: u16, ends_picture: bool, packet: &Bytes) -> Vec<Made> {
        self.sent += 1;
        let Some(parity) = self.plan.parity else {
            self.open = None;
            return Vec::new();
        };
        if packet.len() + 2 > MAX_SHARD {
            self.open = None;
            return Vec::new();
        }
        let follows = |open: &Open| open.base.wrapping_add(open.packets.len() as u16) == sequence;
        // A packet was dropped in the box: what was gathered before it is protected by itself.
        let before = self.open.take_if(|open| !follows(open)).map(|open| self.close(parity, open));
        let open = self.open.get_or_insert_with(|| Open { began: now, base: sequence, packets: Vec::new() });
        open.packets.push(packet.clone());
        let is_long = now >= open.began + parity.span || open.packets.len() >= BLOCK;
        let mut parities = before.unwrap_or_default();
        if (ends_picture && is_long) || open.packets.len() == MAX_BLOCK {
            parities.extend(self.open.take().map(|open| self.close(parity, open)).unwrap_or_default());
        }
        parities
    }

    fn close(&mut self, parity: Parity, Open { began: since, base, packets }: Open) -> Vec<Made> {
        let count = parity.count(packets.len());
        if count == 0 {
            return Vec::new();
        }
        let longest = packets.iter().map(Bytes::len).max().unwrap_or_default();
        let length = (longest + 2).next_multiple_of(2);
        let shards: Vec<Vec<u8>> = packets.iter().map(|packet| shard(packet, length)).collect();
        let made = code::parities(&shards, count);
        let block = Block { base, count: shards.len() as u8, parities: made.len() as u8 };
        let contents = made.iter().zip(0u8..).map(|(shard, index)| {
            let number = self.number;
            self.number = number.wrapping_add(1);
            Made { number, content: repair::encode_parity(number, block, index, shard), since }
        });
        contents.collect()
    }
}

/// A packet as a shard: its length, its bytes, zeros.
pub(super) fn shard(packet: &[u8], length: usize) -> Vec<u8> {
    let mut shard = Vec::with_capacity(length);
    shard.extend_from_slice(&(packet.len() as u16).to_be_bytes());
    shard.extend_from_slice(packet);
    shard.resize(length, 0);
    shard
}
