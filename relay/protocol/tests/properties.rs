//! What holds for all packets: what is built is parsed, and nothing that arrives panics.

use bytes::Bytes;
use proptest::prelude::*;
use yunzhen_protocol::{
    ccfb::{Metric, StreamReport},
    control::{self, FrameReader, ToBox, ToRelay},
    red::{self, Earlier, Red},
    repair::{Block, MAX_EARLIER, MAX_SHARD, Parity, Repair, encode_parity, encode_sounds},
    rtcp::{self, ReportBlock, RtcpPacket, SenderInfo},
    rtp::{self, RtpHeader, RtpPacket, RtpView},
};

prop_compose! {
    fn header()(marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32) -> RtpHeader {
        RtpHeader { marker, payload_type, sequence, timestamp, ssrc }
    }
}

prop_compose! {
    fn report()(
        ssrc: u32,
        fraction_lost: u8,
        cumulative_lost in -0x80_0000i32..0x80_0000,
        highest_sequence: u32,
        jitter: u32,
        last_sr: u32,
        delay_since_last_sr: u32,
    ) -> ReportBlock {
        ReportBlock { ssrc, fraction_lost, cumulative_lost, highest_sequence, jitter, last_sr, delay_since_last_sr }
    }
}

fn stream() -> impl Strategy<Value = StreamReport> {
    let metric = prop_oneof![
        Just(Metric::MISSING),
        (0u8..4, 0u16..0x2000).prop_map(|(ecn, offset)| Metric::arrived(ecn, offset)),
    ];
    (any::<(u32, u16)>(), proptest::collection::vec(metric, 0..200)).prop_map(|((ssrc, begin), metrics)| StreamReport {
        ssrc,
        begin,
        metrics,
    })
}

fn rtcp_packet() -> impl Strategy<Value = RtcpPacket> {
    let reports = || proptest::collection::vec(report(), 0..5);
    prop_oneof![
        (any::<(u32, u64, u32, u32, u32)>(), reports()).prop_map(
            |((ssrc, ntp, rtp_timestamp, packets, octets), reports)| {
                RtcpPacket::SenderReport { ssrc, info: SenderInfo { ntp, rtp_timestamp, packets, octets }, reports }
            }
        ),
        (any::<u32>(), reports()).prop_map(|(ssrc, reports)| RtcpPacket::ReceiverReport { ssrc, reports }),
        (any::<(u32, u32)>(), proptest::collection::vec(any::<u16>(), 1..100))
            .prop_map(|((sender, media), sequences)| RtcpPacket::Nack { sender, media, sequences }),
        any::<(u32, u32)>().prop_map(|(sender, media)| RtcpPacket::Pli { sender, media }),
        any::<(u32, u32, u8)>().prop_map(|(sender, media, sequence)| RtcpPacket::Fir { sender, media, sequence }),
        (any::<(u32, u32)>(), proptest::collection::vec(stream(), 0..4))
            .prop_map(|((sender, timestamp), streams)| RtcpPacket::Arrivals { sender, streams, timestamp }),
    ]
}

/// A NACK names a set; its order on the wire follows the masks.
fn as_set(packet: RtcpPacket) -> RtcpPacket {
    match packet {
        RtcpPacket::Nack { sender, media, mut sequences } => {
            sequences.sort_unstable();
            sequences.dedup();
            RtcpPacket::Nack { sender, media, sequences }
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn rtp_survives_the_wire(header in header(), payload in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let packet = RtpPacket { header, payload: payload.into() };
        prop_assert_eq!(RtpPacket::parse(packet.to_bytes()), Ok(packet));
    }

    #[test]
    fn any_bytes_are_rtp_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..80), version in any::<bool>()) {
        if let Some(first) = bytes.first_mut().filter(|_| version) {
            *first = *first & 0x3f | 0x80;
        }
        if let Ok(view) = RtpView::parse(&bytes) {
            let consumed = 12 + 4 * view.csrcs().count() + view.extension().map_or(0, |extension| 4 + extension.data.len());
            prop_assert!(consumed + view.payload().len() <= bytes.len());
            let packet = RtpPacket::parse(Bytes::from(bytes.clone())).expect("parsed once");
            prop_assert_eq!(&packet.payload[..], view.payload());
        }
        let _ = rtp::is_rtcp(&bytes);
    }

    #[test]
    fn rtcp_survives_the_wire(packets in proptest::collection::vec(rtcp_packet(), 0..5)) {
        let parsed = rtcp::parse(&rtcp::encode(&packets)).expect("own bytes");
        let sets = |packets: Vec<RtcpPacket>| packets.into_iter().map(as_set).collect::<Vec<_>>();
        prop_assert_eq!(sets(parsed), sets(packets));
    }

    #[test]
    fn any_bytes_are_rtcp_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80), kind in 200u8..208) {
        let _ = rtcp::parse(&bytes);
        let mut framed = vec![0x80 | bytes.len() as u8 & 0x1f, kind, 0, (bytes.len() / 4) as u8];
        framed.extend(&bytes[..bytes.len() / 4 * 4]);
        let _ = rtcp::parse(&framed);
    }

    #[test]
    fn any_arrivals_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80), count in 0u16..2000) {
        let mut framed = vec![0x8b, 205, 0, 0];
        framed.extend([0; 8]);
        framed.extend([&[0, 0], &count.to_be_bytes()[..]].concat());
        framed.extend(&bytes[..bytes.len() / 4 * 4]);
        framed[3] = (framed.len() / 4 - 1) as u8;
        if let Ok(packets) = rtcp::parse(&framed) {
            prop_assert_eq!(rtcp::parse(&rtcp::encode(&packets)), Ok(packets));
        }
    }

    #[test]
    fn parity_survives_the_wire(
        number: u16, base: u16, count in 1u8..=32, (parities, index) in (1u8..=16).prop_flat_map(|m| (Just(m), 0..m)),
        half in 7usize..MAX_SHARD / 2, fill: u8,
    ) {
        let (block, shard) = (Block { base, count, parities }, vec![fill; 2 * half]);
        let bytes = encode_parity(number, block, index, &shard);
        prop_assert_eq!(Repair::decode(bytes), Ok(Repair::Parity(Parity { number, block, index, shard: shard.into() })));
    }

    #[test]
    fn sounds_survive_the_wire(
        newest in header(), payload in proptest::collection::vec(any::<u8>(), 0..200),
        earlier in proptest::collection::vec((1u16..256, 0u32..1 << 24, any::<bool>(), 1usize..200), 0..=MAX_EARLIER),
    ) {
        let newest = RtpPacket { header: newest, payload: payload.into() };
        let before = |(back, ticks, marker, length): (u16, u32, bool, usize)| {
            let (sequence, timestamp) = (newest.header.sequence.wrapping_sub(back), newest.header.timestamp.wrapping_sub(ticks));
            RtpPacket { header: RtpHeader { marker, sequence, timestamp, ..newest.header }, payload: vec![back as u8; length].into() }
        };
        let earlier: Vec<RtpPacket> = earlier.into_iter().map(before).collect();
        let bytes = encode_sounds(&newest, earlier.iter(), usize::MAX);
        prop_assert_eq!(Repair::decode(bytes), Ok(Repair::Sounds { newest: newest.to_bytes(), earlier }));
    }

    #[test]
    fn any_bytes_are_repair_or_refused(kind in 0u8..3, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(Repair::Sounds { earlier, .. }) = Repair::decode([vec![kind], bytes].concat().into()) {
            prop_assert!(earlier.len() <= MAX_EARLIER);
        }
    }

    #[test]
    fn redundant_audio_survives_the_wire(
        payload_type in 0u8..128, own in proptest::collection::vec(any::<u8>(), 0..200),
        earlier in proptest::collection::vec((0u8..128, 0..=red::MAX_TICKS, 0..=red::MAX_LENGTH), 0..=red::MAX_EARLIER),
    ) {
        let sound = |(payload_type, ticks, length)| Earlier { payload_type, ticks, payload: vec![ticks as u8; length].into() };
        let earlier: Vec<Earlier> = earlier.into_iter().map(sound).collect();
        let bytes = red::encode(payload_type, &own, &earlier);
        prop_assert_eq!(Red::decode(bytes), Ok(Red { earlier, payload_type, own: own.into() }));
    }

    #[test]
    fn any_bytes_are_redundant_audio_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        if let Ok(read) = Red::decode(bytes.clone()) {
            prop_assert_eq!(red::encode(read.payload_type, &read.own, &read.earlier), bytes);
        }
    }

    #[test]
    fn newer_is_an_order_of_neighbours(sequence: u16, step in 1u16..0x8000) {
        prop_assert!(rtp::is_newer(sequence.wrapping_add(step), sequence));
        prop_assert!(!rtp::is_newer(sequence, sequence.wrapping_add(step)));
        prop_assert!(!rtp::is_newer(sequence, sequence));
    }

    #[test]
    fn any_control_bytes_are_read_or_refused(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
        let mut reader = FrameReader::new();
        'stream: for chunk in chunks {
            reader.push(&chunk);
            loop {
                match reader.next_message::<ToRelay>() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => break 'stream,
                }
            }
        }
    }

    #[test]
    fn any_text_in_a_message_survives(reason in "\\PC{0,200}") {
        let message = ToBox::Drain { reason };
        let bytes = control::encode(&message).expect("short");
        prop_assert_eq!(control::decode::<ToBox>(&bytes[4..]), Ok(control::Decoded::Message(message)));
    }
}
