//! Pictures to browsers leave spread ([`yunzhen_media::pacing`]): what waits, when it is due, and what follows when some of it is dropped.

use std::time::Instant;

use yunzhen_media::protocol::rtp::RtpPacket;
use yunzhen_media::{Input, LegId as RoomLeg, MediaKind, PayloadTypes};

use super::Shard;
use super::leg::Transport;
use super::timers::Timer;

impl Shard {
    /// A packet of a picture for a line of a browser: now, or within the next milliseconds.
    pub(super) fn picture(&mut self, now: Instant, key: u64, slot: u8, packet: RtpPacket) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        let codec = PayloadTypes::BOX.codec(packet.header.payload_type);
        let starts_key = codec.is_some_and(|codec| codec.starts_keyframe(&packet.payload));
        if let Some(packet) = browser.pacer.picture(now, slot, packet, starts_key) {
            if browser.peer.send(now, slot, MediaKind::Video, &packet, false) {
                Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
            } else {
                self.counters.undeliverable += 1;
            }
            return;
        }
        if browser.pacer.is_broken() {
            self.broken.push(key);
        }
        let due = browser.pacer.poll_timeout();
        self.timers.schedule(Timer::Pace(key), &mut browser.paced, due);
    }

    /// A slice of what waits leaves.
    pub(super) fn pace_due(&mut self, now: Instant, due: Instant, key: u64) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        if browser.paced != Some(due) {
            return;
        }
        browser.paced = None;
        while let Some((slot, packet)) = browser.pacer.release(now) {
            if browser.peer.send(now, slot, MediaKind::Video, &packet, false) {
                Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
            } else {
                self.counters.undeliverable += 1;
            }
        }
        if browser.pacer.is_broken() {
            self.broken.push(key);
        }
        let counts = browser.pacer.take_counts();
        self.counters.paced += counts.waited;
        self.counters.paced_out += counts.dropped;
        let due = browser.pacer.poll_timeout();
        self.timers.schedule(Timer::Pace(key), &mut browser.paced, due);
    }

    /// The room learns whose picture lacks a keyframe because some of it was dropped here.
    pub(super) fn tell_broken(&mut self, now: Instant) {
        while let Some(key) = self.broken.pop() {
            while let Some((room, slot)) = self.next_broken(key) {
                self.feed(now, room, Input::Dropped { leg: RoomLeg(key), slot });
            }
        }
    }

    fn next_broken(&mut self, key: u64) -> Option<(u64, u8)> {
        let leg = self.legs.get_mut(key)?;
        let Transport::Browser(browser) = &mut leg.transport else { return None };
        // A line on which nobody is shown any more is passed over: whoever comes there begins with a keyframe.
        while let Some(line) = browser.pacer.lacks_keyframe() {
            if let Some(slot) = browser.room_slot(line) {
                return Some((leg.room, slot));
            }
        }
        None
    }

    /// A leg reported how its pictures arrive: their pace follows.
    pub(super) fn pace(&mut self, now: Instant, room: u64, key: u64) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        // Who watches one participant is sent nobody else's picture.
        let only = browser.watch.and_then(|(_, at)| at);
        if let Some(bps) = self.rooms.get(room).and_then(|entry| entry.room.pictures_bps(RoomLeg(key), only)) {
            browser.pacer.takes(now, bps);
        }
    }
}
