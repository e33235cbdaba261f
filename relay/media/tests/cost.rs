//! What feedback and repairs add to the relay's work for a packet on a clean link.

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use common::*;
use yunzhen_media::{
    MediaKind,
    congestion::{BOX_REPORT_INTERVAL, arrivals::Arrivals},
    downlink::Downlink,
    repair::Incoming,
    room::Input,
};
use yunzhen_protocol::{
    room::ParticipantKind,
    rtcp,
    rtp::{RtpPacket, RtpView},
};

/// What is done with each packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Forwarded,
    WithFeedback,
    WithRepairs,
}

/// Beside the room's own work for one watcher: without QUIC, encryption and sockets, so that the share of the whole relay is smaller.
/// `cargo test --release -p yunzhen-media --test cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn on_a_clean_link() {
    let mut best = [Duration::MAX; 3];
    // In turns, and the best of each: the machine's speed drifts.
    for _ in 0..15 {
        for (best, work) in best.iter_mut().zip([Work::Forwarded, Work::WithFeedback, Work::WithRepairs]) {
            let packets = packets(20_000);
            let begun = Instant::now();
            forward(packets, work);
            *best = (*best).min(begun.elapsed() / 20_000);
        }
    }
    let share = |with: Duration, without: Duration| 100.0 * (with.as_secs_f64() / without.as_secs_f64() - 1.0);
    println!("a packet to one watcher {:?}", best[0]);
    println!("with feedback {:?}, {:+.1} %", best[1], share(best[1], best[0]));
    println!("with feedback and repairs {:?}, {:+.1} %", best[2], share(best[2], best[0]));
}

/// What the rate towards a box adds to a packet that leaves at once; the box's own work is in it. Without QUIC, encryption and sockets.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn towards_a_box_on_a_wide_link() {
    let mut best = Duration::MAX;
    for _ in 0..15 {
        let packets = packets(20_000);
        let begun = Instant::now();
        let mut downlink = Downlink::new(Duration::ZERO);
        let mut arrivals = Arrivals::every(BOX_REPORT_INTERVAL);
        let mut left = 0;
        for (number, packet) in (0..).zip(packets) {
            let at = Duration::from_millis(24) * number;
            let header = RtpView::parse(&packet).expect("rtp").header();
            assert!(downlink.push(at, 0, MediaKind::Video, packet));
            while let Some(leaving) = downlink.pop(at, 0) {
                downlink.sent(at, &leaving, leaving.packet.len() + 1);
                arrivals.slot_arrived(at, 0, MediaKind::Video, header);
                left += 1;
            }
            let told = arrivals.report(at);
            if let Some(rtcp::RtcpPacket::Arrivals { streams, timestamp, .. }) = told {
                downlink.arrived(at, &streams, timestamp, Duration::ZERO).expect("true");
                downlink.poll(at);
            }
        }
        assert_eq!(left, 20_000, "nothing waits");
        best = best.min(begun.elapsed() / 20_000);
    }
    println!("a packet to a box that reports {best:?}");
}

fn packets(count: usize) -> Vec<Bytes> {
    let mut camera = Camera::new(77, 1);
    let mut whole = Vec::new();
    while whole.len() < count {
        let with_size =
            |packet: RtpPacket| RtpPacket { payload: [&packet.payload[..], &[7; 1100]].concat().into(), ..packet };
        whole.extend(camera.film().into_iter().map(|packet| with_size(packet).to_bytes()));
    }
    whole
}

/// 250 packets a second.
fn forward(packets: Vec<Bytes>, work: Work) {
    let origin = origin();
    let mut room = room(origin);
    for (leg, kind) in [(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)] {
        room.handle(origin.instant, Input::Join(Box::new(join(leg, kind, 3)))).expect("joins");
    }
    let (mut arrivals, mut incoming) = (Arrivals::default(), Incoming::default());
    for (number, packet) in (0..).zip(packets) {
        let at = Duration::from_millis(4) * number;
        let header = RtpView::parse(&packet).expect("rtp").header();
        if work != Work::Forwarded {
            arrivals.arrived(at, MediaKind::Video, header);
            if let Some(report) = arrivals.report(at) {
                assert!(!rtcp::encode(&[report]).is_empty());
            }
        }
        if work == Work::WithRepairs {
            assert_eq!(incoming.picture(at, header.sequence, &packet), Ok(Vec::new()));
        }
        let packet = RtpPacket::parse(packet).expect("rtp");
        room.handle(origin.instant + at, Input::Rtp { leg: HOME, packet }).expect("true");
        while room.poll_output().is_some() {}
    }
}
