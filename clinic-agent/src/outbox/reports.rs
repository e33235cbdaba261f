//! Sender reports (RFC 3550 section 6.4.1) of the box's streams: which moment of the wall clock a media timestamp stands
//! for. The receiving browser keeps the home's sound and picture together by them. Pure.

use bytes::Bytes;
use jiff::Timestamp;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_protocol::rtcp::{self, RtcpPacket, SenderInfo, ntp_time};
use yunzhen_protocol::rtp::RtpPacket;

/// Browsers wait for a report before they align; one a second costs 56 bytes.
const INTERVAL: Duration = Duration::from_secs(1);

/// What has been sent of one stream.
#[derive(Debug)]
struct Sent {
    kind: MediaKind,
    ssrc: u32,
    packets: u32,
    octets: u32,
    /// The newest media timestamp and when its content was taken.
    newest: Option<(u32, Instant)>,
}

/// The streams of a consultation.
#[derive(Debug)]
pub struct Reports {
    streams: [Sent; 2],
    /// The low picture, once some of it was sent.
    low: Option<Sent>,
    due: Option<Instant>,
}

impl Reports {
    /// Nothing has been sent.
    pub const fn new(video_ssrc: u32, audio_ssrc: u32) -> Self {
        let streams = [Sent::new(MediaKind::Video, video_ssrc), Sent::new(MediaKind::Audio, audio_ssrc)];
        Self { streams, low: None, due: None }
    }

    /// A packet goes out whose content was taken at `taken_at`.
    pub fn sent(&mut self, kind: MediaKind, packet: &RtpPacket, taken_at: Instant) {
        for stream in self.streams.iter_mut().filter(|stream| stream.kind == kind) {
            stream.count(packet, taken_at);
        }
    }

    /// The same of a packet of the low picture.
    pub fn low_sent(&mut self, packet: &RtpPacket, taken_at: Instant) {
        let ssrc = packet.header.ssrc;
        let known = self.low.take().filter(|low| low.ssrc == ssrc);
        self.low.insert(known.unwrap_or(Sent::new(MediaKind::Video, ssrc))).count(packet, taken_at);
    }

    /// The reports of all streams that flow, once a second; `wall` is the wall clock at `now`.
    pub fn poll(&mut self, now: Instant, wall: Timestamp) -> Option<Bytes> {
        if self.due.is_some_and(|due| now < due) {
            return None;
        }
        let streams = self.streams.iter().chain(&self.low);
        let reports: Vec<RtcpPacket> = streams.filter_map(|stream| stream.report(now, wall)).collect();
        if reports.is_empty() {
            return None;
        }
        self.due = Some(now + INTERVAL);
        Some(Bytes::from(rtcp::encode(&reports)))
    }
}

impl Sent {
    const fn new(kind: MediaKind, ssrc: u32) -> Self {
        Self { kind, ssrc, packets: 0, octets: 0, newest: None }
    }

    fn count(&mut self, packet: &RtpPacket, taken_at: Instant) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(packet.payload.len() as u32);
        self.newest = Some((packet.header.timestamp, taken_at));
    }

    fn report(&self, now: Instant, wall: Timestamp) -> Option<RtcpPacket> {
        let (timestamp, taken_at) = self.newest?;
        let since = now.saturating_duration_since(taken_at);
        // A stream that pauses (muted, camera off) says nothing: its clock may go on otherwise than this one.
        if since > INTERVAL {
            return None;
        }
        let ticks = |time: Duration| (time.as_micros() * u128::from(self.kind.clock_rate()) / 1_000_000) as u32;
        // A still is stamped ahead of its time.
        let ahead = taken_at.saturating_duration_since(now);
        let info = SenderInfo {
            ntp: ntp_time(wall.as_second(), wall.subsec_nanosecond()),
            rtp_timestamp: timestamp.wrapping_add(ticks(since)).wrapping_sub(ticks(ahead)),
            packets: self.packets,
            octets: self.octets,
        };
        Some(RtcpPacket::SenderReport { ssrc: self.ssrc, info, reports: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::rtp::RtpHeader;
    use yunzhen_runtime::clock;

    fn packet(timestamp: u32, ssrc: u32) -> RtpPacket {
        let header = RtpHeader { marker: true, payload_type: 102, sequence: 1, timestamp, ssrc };
        RtpPacket { header, payload: Bytes::from_static(&[0; 100]) }
    }

    fn infos(report: &Bytes) -> Vec<(u32, SenderInfo)> {
        let packets = rtcp::parse(report).expect("well-formed");
        let info = |packet| match packet {
            RtcpPacket::SenderReport { ssrc, info, .. } => Some((ssrc, info)),
            _ => None,
        };
        packets.into_iter().filter_map(info).collect()
    }

    /// Sound that was heard 40 ms before it left and a picture that was seen 10 ms before it left stand at the same wall clock.
    #[test]
    fn both_streams_are_told_on_the_same_clock_whatever_their_delay() {
        let now = clock::now_instant();
        let wall = Timestamp::from_second(1_800_000_000).expect("a time");
        let ago = |ms| now.checked_sub(Duration::from_millis(ms)).expect("in range");
        let mut reports = Reports::new(1, 2);
        reports.sent(MediaKind::Video, &packet(90_000, 1), ago(10));
        reports.sent(MediaKind::Audio, &packet(48_000, 2), ago(40));
        let told = infos(&reports.poll(now, wall).expect("due at once"));
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|(_, info)| info.ntp == ntp_time(1_800_000_000, 0) && info.packets == 1));
        assert_eq!((told[0].0, told[0].1.rtp_timestamp, told[0].1.octets), (1, 90_000 + 900, 100));
        assert_eq!((told[1].0, told[1].1.rtp_timestamp), (2, 48_000 + 1920));
    }

    #[test]
    fn the_low_picture_is_told_by_its_own_source_while_it_is_sent() {
        let begun = clock::now_instant();
        let at = |ms| begun + Duration::from_millis(ms);
        let wall = Timestamp::UNIX_EPOCH;
        let mut reports = Reports::new(1, 2);
        reports.sent(MediaKind::Video, &packet(90_000, 1), at(0));
        reports.low_sent(&packet(45_000, 3), at(0));
        let told = infos(&reports.poll(at(10), wall).expect("due"));
        let facts: Vec<_> = told.iter().map(|(ssrc, info)| (*ssrc, info.rtp_timestamp, info.packets)).collect();
        assert_eq!(facts, [(1, 90_900, 1), (3, 45_900, 1)]);
        reports.sent(MediaKind::Video, &packet(270_000, 1), at(2000));
        assert_eq!(infos(&reports.poll(at(2000), wall).expect("due")).len(), 1, "it pauses");
    }

    #[test]
    fn a_still_that_is_stamped_ahead_is_told_on_the_same_clock() {
        let now = clock::now_instant();
        let wall = Timestamp::from_second(1_800_000_000).expect("a time");
        let mut reports = Reports::new(1, 2);
        reports.sent(MediaKind::Video, &packet(900_000, 1), now + Duration::from_secs(4));
        let told = infos(&reports.poll(now, wall).expect("due at once"));
        assert_eq!(told[0].1.rtp_timestamp, 900_000 - 4 * 90_000);
    }

    #[test]
    fn once_a_second_and_not_about_a_stream_that_pauses() {
        let begun = clock::now_instant();
        let at = |ms| begun + Duration::from_millis(ms);
        let wall = Timestamp::UNIX_EPOCH;
        let mut reports = Reports::new(1, 2);
        assert!(reports.poll(at(0), wall).is_none(), "nothing was sent");
        reports.sent(MediaKind::Audio, &packet(0, 2), at(0));
        assert_eq!(infos(&reports.poll(at(0), wall).expect("due")).len(), 1);
        reports.sent(MediaKind::Audio, &packet(960, 2), at(900));
        assert!(reports.poll(at(999), wall).is_none());
        assert_eq!(infos(&reports.poll(at(1000), wall).expect("due"))[0].1.packets, 2);
        assert!(reports.poll(at(3000), wall).is_none(), "muted");
    }
}
