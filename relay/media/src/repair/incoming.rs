//! The relay's end: what comes is kept while repairs come, and what is missing is re-created.
//!
//! Bounded whatever comes: [`KEPT`] packets of pictures, [`BLOCKS`] blocks with at most as many parities as may be. Nothing is kept for a box that sends no repairs,
//! or has sent none for [`QUIET`].

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use yunzhen_protocol::{
    repair::{Block, Parity, Repair, RepairError},
    rtp::{RtpHeader, RtpPacket, RtpView},
};

use super::{code, outgoing::shard};

/// Packets of pictures that are kept; a power of two, a few blocks.
const KEPT: usize = 128;
/// Blocks that wait for their packets.
const BLOCKS: usize = 6;
/// A block this far from what comes now is no block of this stream.
const FAR: u16 = 256;
/// Without repairs for so long nothing is kept any more.
const QUIET: Duration = Duration::from_secs(5);
/// Sounds that are known to have come.
const SOUNDS: u16 = 64;

/// Why a repair was refused. Nothing changed but that a block which cannot be is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// Its bytes.
    #[error(transparent)]
    Malformed(#[from] RepairError),
    /// The block is far from what comes.
    #[error("parity of a block far from what comes")]
    Far,
    /// Another shape than the block's other parities.
    #[error("parity contradicts the block's others")]
    Contradiction,
    /// What it re-creates is no packet of the block.
    #[error("parity re-creates what was not sent")]
    Content,
}

impl Refused {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed(error) => error.name(),
            Self::Far => "far",
            Self::Contradiction => "contradiction",
            Self::Content => "content",
        }
    }
}

/// What came of a repair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The number of a parity, to be told of under source 0.
    pub parity: Option<u16>,
    /// A packet of sound that came with it, to be treated as on flow 1.
    pub sound: Option<Bytes>,
    /// Packets of sound that had not come, oldest first.
    pub sounds: Vec<Bytes>,
    /// Packets of pictures that had not come, in order.
    pub pictures: Vec<Bytes>,
}

#[derive(Debug)]
struct Pending {
    block: Block,
    length: usize,
    parities: Vec<(usize, Bytes)>,
    /// All its packets are here. It is kept for its shape: parities that come late must not contradict it.
    whole: bool,
}

impl Pending {
    fn holds(&self, sequence: u16) -> bool {
        sequence.wrapping_sub(self.block.base) < u16::from(self.block.count)
    }

    fn finish(&mut self) {
        self.whole = true;
        self.parities = Vec::new();
    }
}

/// Pictures' packets that came.
#[derive(Debug)]
struct Kept {
    ring: Box<[Option<(u16, Bytes)>]>,
    newest: Option<u16>,
    blocks: VecDeque<Pending>,
}

impl Kept {
    fn new() -> Self {
        Self { ring: vec![None; KEPT].into(), newest: None, blocks: VecDeque::new() }
    }

    fn is_far(&self, sequence: u16) -> bool {
        self.newest.is_some_and(|newest| sequence.wrapping_sub(newest).min(newest.wrapping_sub(sequence)) > FAR)
    }

    fn get(&self, sequence: u16) -> Option<&Bytes> {
        let kept = self.ring[usize::from(sequence) % KEPT].as_ref()?;
        (kept.0 == sequence).then_some(&kept.1)
    }

    fn put(&mut self, sequence: u16, packet: Bytes) {
        if self.is_far(sequence) {
            // The stream began anew.
            *self = Self::new();
        }
        if self.newest.is_none_or(|newest| sequence.wrapping_sub(newest) < 0x8000) {
            self.newest = Some(sequence);
        }
        self.ring[usize::from(sequence) % KEPT] = Some((sequence, packet));
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Incoming {
    pictures: Option<(Kept, Duration)>,
    /// The newest sound, which of those before it came (bit 0: the newest itself), and when a copy came last.
    sounds: Option<(RtpHeader, u64, Duration)>,
}

impl Incoming {
    /// A packet of pictures came. Packets that can be re-created since it did.
    pub fn picture(&mut self, at: Duration, sequence: u16, packet: &Bytes) -> Result<Vec<Bytes>, Refused> {
        if self.pictures.as_ref().is_some_and(|(_, last)| at > *last + QUIET) {
            self.pictures = None;
        }
        let Some((kept, _)) = &mut self.pictures else { return Ok(Vec::new()) };
        kept.put(sequence, packet.clone());
        match kept.blocks.iter().position(|pending| !pending.whole && pending.holds(sequence)) {
            Some(place) => kept.try_restore(place),
            None => Ok(Vec::new()),
        }
    }

    /// A packet of sound came on flow 1.
    pub fn sound(&mut self, at: Duration, header: RtpHeader) {
        if self.sounds.is_some_and(|(.., last)| at > last + QUIET) {
            self.sounds = None;
        }
        if self.sounds.is_some() {
            self.is_new_sound(header);
        }
    }

    /// A datagram of flow 3 came.
    pub fn repair(&mut self, at: Duration, content: Bytes) -> Result<Taken, Refused> {
        match Repair::decode(content)? {
            Repair::Parity(parity) => {
                let number = parity.number;
                let (kept, last) = self.pictures.get_or_insert_with(|| (Kept::new(), at));
                *last = at;
                let pictures = kept.parity(parity)?;
                Ok(Taken { parity: Some(number), pictures, ..Taken::default() })
            }
            Repair::Sounds { newest, earlier } => {
                let header = RtpView::parse(&newest).map_err(|_| RepairError::Sounds)?.header();
                match &mut self.sounds {
                    Some((.., last)) => *last = at,
                    // What came before this one is not known: the room knows.
                    None => self.sounds = Some((header, 0, at)),
                }
                self.is_new_sound(header);
                let is_near = |packet: &&RtpPacket| header.sequence.wrapping_sub(packet.header.sequence) < SOUNDS;
                let near = earlier.iter().rev().filter(is_near);
                let missing = near.filter(|packet| self.is_new_sound(packet.header));
                let sounds = missing.map(RtpPacket::to_bytes).collect();
                Ok(Taken { sound: Some(newest), sounds, ..Taken::default() })
            }
        }
    }

    /// Notes a sound; `false` if it is known to have come.
    fn is_new_sound(&mut self, header: RtpHeader) -> bool {
        let Some((newest, came, _)) = &mut self.sounds else { return true };
        let ahead = header.sequence.wrapping_sub(newest.sequence);
        let behind = newest.sequence.wrapping_sub(header.sequence);
        if newest.ssrc != header.ssrc || (ahead >= SOUNDS && behind >= SOUNDS) {
            (*newest, *came) = (header, 1);
            return true;
        }
        if ahead < SOUNDS && ahead > 0 {
            (*newest, *came) = (header, (*came << ahead) | 1);
            return true;
        }
        let bit = 1u64 << behind;
        let is_new = *came & bit == 0;
        *came |= bit;
        is_new
    }
}

impl Kept {
    fn parity(&mut self, parity: Parity) -> Result<Vec<Bytes>, Refused> {
        let Parity { block, index, shard, .. } = parity;
        if self.is_far(block.base) {
            return Err(Refused::Far);
        }
        let place = match self.blocks.iter().position(|pending| pending.block.base == block.base) {
            Some(place) => place,
            None => {
                if self.blocks.len() == BLOCKS {
                    self.blocks.pop_front();
                }
                self.blocks.push_back(Pending { block, length: shard.len(), parities: Vec::new(), whole: false });
                self.blocks.len() - 1
            }
        };
        let pending = &mut self.blocks[place];
        if pending.block != block || pending.length != shard.len() {
            return Err(Refused::Contradiction);
        }
        if pending.whole {
            return Ok(Vec::new());
        }
        if pending.parities.iter().all(|(known, _)| *known != usize::from(index)) {
            pending.parities.push((usize::from(index), shard));
        }
        self.try_restore(place)
    }

    /// Re-creates what a block misses, if enough of it came.
    fn try_restore(&mut self, place: usize) -> Result<Vec<Bytes>, Refused> {
        let pending = &self.blocks[place];
        let count = usize::from(pending.block.count);
        let sequence = |index: usize| pending.block.base.wrapping_add(index as u16);
        let have: Vec<(usize, &Bytes)> =
            (0..count).filter_map(|index| Some((index, self.get(sequence(index))?))).collect();
        if have.len() == count {
            self.blocks[place].finish();
            return Ok(Vec::new());
        }
        if have.len() + pending.parities.len() < count {
            return Ok(Vec::new());
        }
        let length = pending.length;
        let fits = have.iter().all(|(_, packet)| packet.len() + 2 <= length);
        let source = have.first().and_then(|(_, packet)| RtpView::parse(packet).ok()).map(|view| view.header().ssrc);
        let shards = have.iter().map(|(index, packet)| (*index, shard(packet, length)));
        let restored = match fits {
            true => code::restore(count, usize::from(pending.block.parities), length, shards, &pending.parities),
            false => None,
        };
        let packets: Option<Vec<(u16, Bytes)>> = restored.and_then(|restored| {
            let packet =
                |(index, shard): (usize, Vec<u8>)| Some((sequence(index), whole(shard, sequence(index), source)?));
            restored.into_iter().map(packet).collect()
        });
        let Some(packets) = packets else {
            self.blocks.remove(place);
            return Err(Refused::Content);
        };
        self.blocks[place].finish();
        for (sequence, packet) in &packets {
            self.put(*sequence, packet.clone());
        }
        Ok(packets.into_iter().map(|(_, packet)| packet).collect())
    }
}

/// The packet of a shard, if it is the one that must be there.
fn whole(mut shard: Vec<u8>, sequence: u16, source: Option<u32>) -> Option<Bytes> {
    let length = usize::from(u16::from_be_bytes([*shard.first()?, *shard.get(1)?]));
    if length + 2 > shard.len() {
        return None;
    }
    shard.truncate(2 + length);
    let packet = Bytes::from(shard).slice(2..);
    let header = RtpView::parse(&packet).ok()?.header();
    (header.sequence == sequence && source.is_none_or(|source| source == header.ssrc)).then_some(packet)
}

#[cfg(test)]
mod tests;
