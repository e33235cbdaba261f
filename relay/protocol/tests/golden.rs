//! Golden vectors: the bytes that PROTOCOL.md promises. A change of a snapshot is a change of the protocol.
//!
//! `fuzz/run.sh` takes its seed corpus from the snapshots `tests/snapshots/golden__<target>.snap`: lines of a name and hexadecimal bytes; for what is no part of the
//! protocol, from files of the same form in `fuzz/seeds`.

use std::fmt::Write;

use bytes::Bytes;
use yunzhen_domain::ids::{RecordingId, SegmentId, StillId};
use yunzhen_protocol::{
    bulk::{BulkError, BulkHead, BulkKind},
    ccfb::{self, Metric, StreamReport},
    control::{
        self, ActiveCamera, AudioPlan, BoxCamera, Decoded, FrameReader, Message, RadioSignal, RadioTechnology,
        RecordTrouble, RecordingKey, RefusedCode, Rung, SegmentLoss, SegmentRefusal, StillRefusal, StillTrouble,
        StopReason, ToBox, ToRelay, VideoPlan,
    },
    fragment::Fragmenter,
    red::{self, Earlier, Red},
    repair::{self, Block, Repair},
    room::{
        AudioState, Camera, ConsultationId, Departure, DepartureReason, EndReason, LinkLevel, Participant,
        ParticipantId, ParticipantKind, Pictures, RoomPhase, RoomState, SlotAssignment, Tablet, VideoState,
    },
    roq::{Datagram, Flow},
    rtcp::{self, ReportBlock, RtcpPacket, SenderInfo},
    rtp::{RtpHeader, RtpPacket, RtpView},
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

fn lines<'a>(vectors: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> String {
    vectors.into_iter().fold(String::new(), |mut text, (name, bytes)| {
        writeln!(text, "{name} {}", hex(&bytes)).expect("a string takes all");
        text
    })
}

fn consultation() -> ConsultationId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("id")
}

fn participant(number: u128) -> ParticipantId {
    ParticipantId(uuid::Uuid::from_u128(0x0189_0a5d_ac96_7000_8000_0000_0000_0000 + number))
}

/// The home's link takes no pictures; the specialist's is not to be sent.
fn paused() -> RoomState {
    let mut state = room_state();
    state.participants[0].pictures = Some(Pictures::Paused);
    RoomState { you: state.participants[1].id, send: Some(Pictures::Paused), ..state }
}

fn room_state() -> RoomState {
    let person = |number, kind, name: &str, camera| Participant {
        id: participant(number),
        kind,
        display_name: name.to_owned(),
        audio: AudioState::On,
        video: VideoState::On,
        camera,
        tablet: camera.map(|_| Tablet::Here),
        rung: camera.map(|_| Rung::Small),
        signals: Vec::new(),
        link: LinkLevel::Good,
        pictures: None,
        since: "2026-11-23T08:00:00.5Z".parse().expect("time"),
    };
    RoomState {
        consultation_id: consultation(),
        state: RoomPhase::Open,
        ended_reason: None,
        participants: vec![
            person(1, ParticipantKind::Home, "云栖护理院", Some(Camera::Room)),
            person(2, ParticipantKind::Specialist, "李医生", None),
        ],
        departed: vec![Departure {
            participant_id: participant(3),
            kind: ParticipantKind::Observer,
            display_name: "家属".to_owned(),
            reason: DepartureReason::HangUp,
        }],
        slots: vec![SlotAssignment { slot: 0, participant_id: participant(2) }],
        you: participant(1),
        send: None,
        send_low: false,
        version: 7,
    }
}

fn to_relay() -> Vec<(&'static str, ToRelay)> {
    vec![
        (
            "hello",
            ToRelay::Hello {
                protocol: 1,
                agent_version: "0.1.0".into(),
                cameras: vec![BoxCamera::Room, BoxCamera::CloseUp],
                microphone: true,
                arrivals: true,
                records: true,
                low_picture: false,
                instance: None,
            },
        ),
        (
            "hello_of_a_start",
            ToRelay::Hello {
                protocol: 1,
                agent_version: "0.2.0".into(),
                cameras: vec![],
                microphone: false,
                arrivals: false,
                records: false,
                low_picture: false,
                instance: Some("1f".repeat(16)),
            },
        ),
        (
            "hello_with_low_picture",
            ToRelay::Hello {
                protocol: 1,
                agent_version: "0.2.0".into(),
                cameras: vec![BoxCamera::Room],
                microphone: true,
                arrivals: true,
                records: true,
                low_picture: true,
                instance: None,
            },
        ),
        ("join", ToRelay::Join { protocol: 1, session: "5e".repeat(32), path: "wired".into() }),
        ("take_control", ToRelay::TakeControl { turn: 1, consultation_id: Some(consultation()) }),
        ("take_control_of_no_call", ToRelay::TakeControl { turn: 2, consultation_id: None }),
        ("camera_state", ToRelay::CameraState { active: ActiveCamera::Room, failed: None }),
        (
            "camera_state_failed",
            ToRelay::CameraState { active: ActiveCamera::None, failed: Some("the camera is unplugged".into()) },
        ),
        ("media_stats", ToRelay::MediaStats { rtt_ms: 42, loss_ratio: 0.25, sent_bps: 1_500_000 }),
        ("media_rung", ToRelay::MediaRung { rung: Some(Rung::Slow), target_bps: Some(150_000), queue_ms: Some(60) }),
        ("media_rung_unknown", ToRelay::MediaRung { rung: None, target_bps: None, queue_ms: None }),
        (
            "signal",
            ToRelay::Signal {
                modems: vec![
                    RadioSignal {
                        path: "5G".into(),
                        technology: RadioTechnology::Nr5g,
                        quality_percent: 67,
                        dbm: Some(-93),
                    },
                    RadioSignal {
                        path: String::new(),
                        technology: RadioTechnology::Hspa,
                        quality_percent: 12,
                        dbm: None,
                    },
                ],
            },
        ),
        ("media_joined", ToRelay::MediaJoined { consultation_id: consultation(), tablet: true }),
        ("media_state", ToRelay::MediaState { audio: AudioState::Muted, video: VideoState::On }),
        ("leg_quality", ToRelay::LegQuality { level: LinkLevel::Weak, rtt_ms: 12, loss_ratio: 0.5, freezes: 2 }),
        ("keyframe_request", ToRelay::KeyframeRequest { slot: 1 }),
        (
            "still_offer",
            ToRelay::StillOffer {
                still_id: still(),
                taken_at: "2026-11-23T08:00:00.25Z".parse().expect("time"),
                media_type: "image/png".into(),
                width: 1280,
                height: 720,
                bytes: 1_200_000,
                sha256: "5".repeat(64),
            },
        ),
        ("still_failed", ToRelay::StillFailed { still_id: still(), reason: StillTrouble::CameraOff }),
        (
            "segment_offer",
            ToRelay::SegmentOffer {
                segment_id: segment(),
                recording_id: recording(),
                index: 7,
                waiting: 3,
                bytes: 800_000,
                sha256: "6".repeat(64),
            },
        ),
        (
            "segment_lost",
            ToRelay::SegmentLost {
                segment_id: segment(),
                recording_id: recording(),
                index: 7,
                reason: SegmentLoss::Unreadable,
            },
        ),
        (
            "recording_trouble",
            ToRelay::RecordingTrouble { recording_id: recording(), reason: Some(RecordTrouble::BoxDisk) },
        ),
        ("recording_untroubled", ToRelay::RecordingTrouble { recording_id: recording(), reason: None }),
        ("recording_over", ToRelay::RecordingOver { recording_id: recording() }),
        ("hang_up", ToRelay::HangUp { consultation_id: consultation() }),
        ("bye", ToRelay::Bye { reason: "power button".into() }),
    ]
}

fn recording() -> RecordingId {
    RecordingId::from_uuid(still().uuid())
}

fn segment() -> SegmentId {
    SegmentId::from_uuid(still().uuid())
}

fn still() -> StillId {
    "01890a5d-ac96-774b-bcce-b302099a8059".parse().expect("id")
}

#[test]
fn bulk_heads() {
    let head = |offset| BulkHead { kind: BulkKind::Still, id: still().uuid(), offset };
    let segment = BulkHead { kind: BulkKind::Segment, ..head(0) };
    let vectors = [("still", head(0)), ("still_goes_on", head(65_536)), ("segment", segment)];
    insta::assert_snapshot!("bulk", lines(vectors.map(|(name, head)| (name, head.encode()))));
    for (name, head) in vectors {
        let bytes = head.encode();
        assert_eq!(BulkHead::decode(&bytes), Ok(Some((head, bytes.len()))), "{name}");
    }
    assert_eq!(BulkHead::decode(&[9]), Err(BulkError::UnknownKind(9)));
}

fn to_box() -> Vec<(&'static str, ToBox)> {
    let consultation_id = consultation();
    vec![
        (
            "welcome",
            ToBox::Welcome {
                repair: true,
                timeline: true,
                arrivals: true,
                signal: true,
                relay_version: "0.1.0".into(),
                home_id: "01890a5d-ac96-774b-bcce-b302099a8058".parse().expect("id"),
                server_time: "2026-11-23T08:00:00Z".parse().expect("time"),
                session: None,
            },
        ),
        (
            "welcome_with_session",
            ToBox::Welcome {
                repair: true,
                timeline: true,
                arrivals: true,
                signal: true,
                relay_version: "0.1.0".into(),
                home_id: "01890a5d-ac96-774b-bcce-b302099a8058".parse().expect("id"),
                server_time: "2026-11-23T08:00:00Z".parse().expect("time"),
                session: Some("5e".repeat(32)),
            },
        ),
        ("joined", ToBox::Joined {}),
        (
            "refused",
            ToBox::Refused { code: RefusedCode::ProtocolVersion, reason: "protocol 2 is not spoken here".into() },
        ),
        (
            "refused_revoked",
            ToBox::Refused { code: RefusedCode::Revoked, reason: "the certificate was revoked".into() },
        ),
        (
            "start_media",
            ToBox::StartMedia {
                consultation_id,
                video: VideoPlan {
                    ssrc: 0xdead_beef,
                    payload_type: 102,
                    bitrate_bps: 1_500_000,
                    fps: 30,
                    width: 1280,
                    height: 720,
                },
                audio: AudioPlan { ssrc: 1, payload_type: 111, bitrate_bps: 32_000 },
                hold_s: Some(600),
                low: None,
            },
        ),
        (
            "start_media_with_low_picture",
            ToBox::StartMedia {
                consultation_id,
                video: VideoPlan {
                    ssrc: 5,
                    payload_type: 102,
                    bitrate_bps: 1_500_000,
                    fps: 30,
                    width: 1280,
                    height: 720,
                },
                audio: AudioPlan { ssrc: 4, payload_type: 111, bitrate_bps: 32_000 },
                hold_s: None,
                low: Some(VideoPlan {
                    ssrc: 7,
                    payload_type: 102,
                    bitrate_bps: 150_000,
                    fps: 15,
                    width: 320,
                    height: 180,
                }),
            },
        ),
        ("stop_media", ToBox::StopMedia { consultation_id, reason: StopReason::HangUp }),
        ("keyframe_request", ToBox::KeyframeRequest { low: false }),
        ("keyframe_request_low", ToBox::KeyframeRequest { low: true }),
        ("set_bitrate", ToBox::SetBitrate { video_bps: 800_000 }),
        ("select_camera", ToBox::SelectCamera { camera: Camera::CloseUp }),
        ("take_still", ToBox::TakeStill { still_id: still(), consultation_id, camera: BoxCamera::CloseUp }),
        ("still_at", ToBox::StillAt { still_id: still(), offset: 65_536 }),
        ("still_done", ToBox::StillDone { still_id: still() }),
        (
            "record",
            ToBox::Record { recording_id: recording(), consultation_id, key: RecordingKey("a2V5".into()), next: 7 },
        ),
        ("stop_recording", ToBox::StopRecording { recording_id: recording() }),
        ("segment_at", ToBox::SegmentAt { segment_id: segment(), offset: 65_536 }),
        ("segment_done", ToBox::SegmentDone { segment_id: segment() }),
        ("segment_refused", ToBox::SegmentRefused { segment_id: segment(), reason: SegmentRefusal::WrongDigest }),
        ("recording_next", ToBox::RecordingNext { recording_id: recording(), next: 8 }),
        ("still_refused", ToBox::StillRefused { still_id: still(), reason: StillRefusal::WrongDigest }),
        ("room_state", ToBox::RoomState(room_state())),
        ("room_state_paused", ToBox::RoomState(paused())),
        (
            "room_state_ended",
            ToBox::RoomState(RoomState {
                state: RoomPhase::Ended,
                ended_reason: Some(EndReason::HangUp),
                departed: vec![],
                ..room_state()
            }),
        ),
        ("drain", ToBox::Drain { reason: "the relay is being updated".into() }),
    ]
}

/// Each message as JSON; each survives the wire byte by byte.
fn check<T: Message + PartialEq + std::fmt::Debug + Clone>(vectors: &[(&'static str, T)]) -> String {
    let mut stream = Vec::new();
    let mut text = String::new();
    for (_, message) in vectors {
        let bytes = control::encode(message).expect("encodes");
        writeln!(text, "{}", std::str::from_utf8(&bytes[4..]).expect("JSON")).expect("a string takes all");
        stream.extend(bytes);
    }
    let mut reader = FrameReader::new();
    let mut read = Vec::new();
    for byte in stream {
        reader.push(&[byte]);
        if let Some(message) = reader.next_message::<T>().expect("well-formed") {
            read.push(message);
        }
    }
    assert!(!reader.is_mid_message());
    assert_eq!(read, vectors.iter().map(|(_, message)| Decoded::Message(message.clone())).collect::<Vec<_>>());
    let known: std::collections::BTreeSet<_> = T::TYPES.iter().copied().collect();
    let seen: std::collections::BTreeSet<_> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["type"].as_str().expect("type").to_owned()
        })
        .collect();
    assert_eq!(known, seen.iter().map(String::as_str).collect(), "every type has a vector, and TYPES names them all");
    text
}

#[test]
fn control_messages() {
    insta::assert_snapshot!("to_relay", check(&to_relay()));
    insta::assert_snapshot!("to_box", check(&to_box()));
    let up = to_relay().into_iter().map(|(name, message)| (name, control::encode(&message).expect("encodes")));
    let down = to_box().into_iter().map(|(name, message)| (name, control::encode(&message).expect("encodes")));
    insta::assert_snapshot!("control", lines(up.chain(down)));
}

#[test]
fn control_messages_grow_without_breaking_old_peers() {
    let decode = |json: &str| control::decode::<ToBox>(json.as_bytes());
    assert_eq!(
        decode(r#"{"type":"set_bitrate","video_bps":5,"why":["new"]}"#),
        Ok(Decoded::Message(ToBox::SetBitrate { video_bps: 5 }))
    );
    assert_eq!(decode(r#"{"type":"dance"}"#), Ok(Decoded::Unknown { kind: "dance".into() }));
    assert_eq!(
        decode(r#"{"type":"refused","code":"moon_phase","reason":""}"#),
        Ok(Decoded::Message(ToBox::Refused { code: RefusedCode::Other, reason: String::new() }))
    );
}

/// A box of before `revoked` could not read a room that somebody had left so, and nothing else in that state either.
#[test]
fn a_departure_for_a_reason_of_a_newer_relay_leaves_the_rest_of_the_room_readable() {
    let message = ToBox::RoomState(room_state());
    let mut json = serde_json::to_value(&message).expect("JSON");
    json["departed"][0]["reason"] = "moon_phase".into();
    let mut expected = room_state();
    expected.departed[0].reason = DepartureReason::Other;
    let read = control::decode::<ToBox>(json.to_string().as_bytes());
    assert_eq!(read, Ok(Decoded::Message(ToBox::RoomState(expected))));
    json["departed"][0]["reason"] = 7.into();
    assert!(control::decode::<ToBox>(json.to_string().as_bytes()).is_err(), "what is no word at all is malformed");
}

#[test]
fn malformed_control_messages_are_refused_with_a_reason() {
    let deep = format!("{{\"type\":\"drain\",\"reason\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let mut text = String::new();
    for json in
        ["", "[]", "{}", r#"{"type":1}"#, r#"{"type":"drain"}"#, r#"{"type":"set_bitrate","video_bps":-1}"#, &deep]
    {
        let error = control::decode::<ToBox>(json.as_bytes()).expect_err("refused");
        writeln!(text, "{} → {:#x} {error}", json.chars().take(50).collect::<String>(), error.close_code())
            .expect("fits");
    }
    insta::assert_snapshot!("refused", text);
    let mut reader = FrameReader::new();
    reader.push(&[0, 1, 0, 1]);
    assert_eq!(reader.next_message::<ToBox>(), Err(control::ControlError::TooLarge(65_537)), "before the body is read");
    let long = ToBox::Drain { reason: "x".repeat(70_000) };
    assert!(matches!(control::encode(&long), Err(control::ControlError::TooLarge(_))));
}

fn rtp_vectors() -> Vec<(&'static str, Vec<u8>)> {
    let header =
        RtpHeader { marker: true, payload_type: 102, sequence: 0x1234, timestamp: 0x0102_0304, ssrc: 0xdead_beef };
    let plain = RtpPacket { header, payload: Bytes::from_static(&[0x67, 0x42, 0xe0, 0x1f]) }.to_bytes().to_vec();
    let mut everything = vec![0xb2, 0xe6, 0x12, 0x34, 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef];
    everything.extend([0, 0, 0, 1, 0, 0, 0, 2]);
    everything.extend([0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0]);
    everything.extend([0x41, 0x9a, 0, 0, 0, 4]);
    vec![
        ("plain", plain),
        ("csrc_extension_padding", everything),
        ("padding_only", vec![0xa0, 0x66, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4]),
    ]
}

#[test]
fn rtp_packets() {
    insta::assert_snapshot!("rtp", lines(rtp_vectors()));
    let parsed = |index: usize| RtpPacket::parse(rtp_vectors()[index].1.clone().into()).expect("parses");
    assert_eq!(parsed(0).to_bytes(), rtp_vectors()[0].1);
    assert_eq!((parsed(1).header, &parsed(1).payload[..]), (parsed(0).header, &[0x41, 0x9a][..]));
    assert!(parsed(2).payload.is_empty());
    let bytes = &rtp_vectors()[1].1;
    let view = RtpView::parse(bytes).expect("parses");
    assert_eq!(view.csrcs().collect::<Vec<_>>(), [1, 2]);
    let extension = view.extension().expect("extension");
    assert_eq!((extension.profile, extension.data), (0xbede, &[0x10, 0xff, 0, 0][..]));
    for cut in 0..24 {
        assert!(RtpView::parse(&bytes[..cut]).is_err(), "{cut}");
    }
}

fn rtcp_vectors() -> Vec<(&'static str, Vec<RtcpPacket>)> {
    let info = SenderInfo { ntp: 0x0123_4567_89ab_cdef, rtp_timestamp: 90_000, packets: 10, octets: 9000 };
    let report = ReportBlock {
        ssrc: 7,
        fraction_lost: 26,
        cumulative_lost: -3,
        highest_sequence: 0x1_0005,
        jitter: 12,
        last_sr: 0x4567_89ab,
        delay_since_last_sr: 65_536,
    };
    let nack = |sequences: Vec<u16>| RtcpPacket::Nack { sender: 1, media: 2, sequences };
    let arrivals = |streams| RtcpPacket::Arrivals { sender: 0, streams, timestamp: 0x0123_8000 };
    let metrics = [
        Metric::arrived(0, 1024),
        Metric::MISSING,
        Metric::arrived(ccfb::ECN_CE, 0),
        Metric::arrived(0, ccfb::OFFSET_LATER),
        Metric::arrived(1, 40_000),
    ];
    let stream = |ssrc, begin, count| StreamReport { ssrc, begin, metrics: metrics[..count].to_vec() };
    vec![
        ("sender_report", vec![RtcpPacket::SenderReport { ssrc: 5, info, reports: vec![report] }]),
        ("receiver_report", vec![RtcpPacket::ReceiverReport { ssrc: 5, reports: vec![report, report] }]),
        ("nack", vec![nack(vec![65_534, 65_535, 0, 14, 15, 40])]),
        ("pli", vec![RtcpPacket::Pli { sender: 1, media: 2 }]),
        ("fir", vec![RtcpPacket::Fir { sender: 1, media: 2, sequence: 9 }]),
        ("arrivals", vec![arrivals(vec![stream(7, 65_534, 5), stream(8, 0, 2)])]),
        ("arrivals_of_nothing", vec![arrivals(vec![])]),
        (
            "compound",
            vec![
                RtcpPacket::ReceiverReport { ssrc: 5, reports: vec![] },
                RtcpPacket::Pli { sender: 1, media: 2 },
                nack(vec![3]),
            ],
        ),
    ]
}

#[test]
fn rtcp_packets() {
    let vectors = rtcp_vectors();
    insta::assert_snapshot!("rtcp", lines(vectors.iter().map(|(name, packets)| (*name, rtcp::encode(packets)))));
    for (name, packets) in vectors {
        assert_eq!(rtcp::parse(&rtcp::encode(&packets)), Ok(packets), "{name}");
    }
    // A packet of another type (SDES) between two known ones is skipped.
    let mut bytes = rtcp::encode(&[RtcpPacket::Pli { sender: 1, media: 2 }]);
    bytes.extend([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 1, b'x', 0]);
    bytes.extend(rtcp::encode(&[RtcpPacket::Pli { sender: 3, media: 4 }]));
    assert_eq!(rtcp::parse(&bytes).map(|packets| packets.len()), Ok(2));
}

#[test]
fn datagrams() {
    let packet = RtpPacket::parse(rtp_vectors()[0].1.clone().into()).expect("parses");
    let mut fragmenter = Fragmenter::new();
    let mut cut = |flow, payload: &[u8], max| -> Vec<Bytes> {
        fragmenter.datagrams(flow, &packet.header.encode(), payload, max).expect("fits").collect()
    };
    let whole = cut(Flow::Video, &packet.payload, 1162);
    let slot = cut(Flow::SlotAudio(2), &packet.payload, 1162);
    let pieces = cut(Flow::SlotVideo(1), &[0x41; 30], 32);
    let low = cut(Flow::LowVideo, &packet.payload, 1162);
    let feedback: Vec<u8> = [vec![2], rtcp::encode(&rtcp_vectors()[2].1)].concat();
    let vectors = vec![
        ("video", whole[0].to_vec()),
        ("slot_2_audio", slot[0].to_vec()),
        ("fragment_0", pieces[0].to_vec()),
        ("fragment_1", pieces[1].to_vec()),
        ("feedback", feedback),
        ("low_video", low[0].to_vec()),
    ];
    for (name, bytes) in &vectors {
        let datagram = Datagram::decode(bytes.clone().into()).expect("decodes");
        assert_eq!(datagram.is_fragment, name.starts_with("fragment"), "{name}");
    }
    insta::assert_snapshot!("datagram", lines(vectors));
}

/// A relay of before says nothing of a low picture, and a box of before neither: each reads the other's words as before.
#[test]
fn an_older_side_says_nothing_of_a_low_picture_and_is_not_asked_for_one() {
    let hello = r#"{"type":"hello","protocol":1,"agent_version":"0.1.0","cameras":[],"microphone":true}"#;
    let read = control::decode::<ToRelay>(hello.as_bytes());
    assert!(matches!(read, Ok(Decoded::Message(ToRelay::Hello { low_picture: false, .. }))), "{read:?}");
    let read = control::decode::<ToBox>(br#"{"type":"keyframe_request"}"#);
    assert_eq!(read, Ok(Decoded::Message(ToBox::KeyframeRequest { low: false })));
}

/// The protocol's version is the same with and without repairs: each side does with what the other has.
#[test]
fn a_welcome_of_a_relay_without_repairs_is_read_as_such_and_members_that_are_not_known_are_passed_over() {
    let welcome = |more: &str| {
        let json = format!(
            r#"{{"type":"welcome","relay_version":"0.1.0","home_id":"01890a5d-ac96-774b-bcce-b302099a8058","server_time":"2026-11-23T08:00:00Z"{more}}}"#
        );
        match serde_json::from_str(&json) {
            Ok(ToBox::Welcome { repair, timeline, .. }) => (repair, timeline),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        [welcome(""), welcome(r#","repair":true"#), welcome(r#","later":1,"repair":true,"timeline":true"#)],
        [(false, false), (true, false), (true, true)]
    );
}

#[test]
fn a_rung_of_a_newer_box_reads_as_none_and_one_of_the_wrong_kind_is_refused() {
    let read = |rung: &str| {
        let body = format!(r#"{{"type":"media_rung","rung":{rung},"target_bps":1}}"#);
        match control::decode::<ToRelay>(body.as_bytes()) {
            Ok(Decoded::Message(ToRelay::MediaRung { rung, target_bps: Some(1), queue_ms: None })) => Ok(rung),
            Err(error) => Err(error.close_code()),
            other => panic!("{other:?}"),
        }
    };
    for rung in Rung::ALL {
        assert_eq!(read(&format!("{:?}", rung.as_str())), Ok(Some(*rung)));
    }
    assert_eq!([read(r#""holographic""#), read("null"), read("6")], [Ok(None), Ok(None), Err(0x23)]);
}

#[test]
fn repairs() {
    let sound = |sequence: u16, payload: &'static [u8]| RtpPacket {
        header: RtpHeader { marker: false, payload_type: 111, sequence, timestamp: 960 * u32::from(sequence), ssrc: 2 },
        payload: Bytes::from_static(payload),
    };
    let block = Block { base: 65_530, count: 10, parities: 3 };
    let (newest, earlier) = (sound(700, &[0xb0, 1, 2]), [sound(698, &[0xa8, 3, 4, 5]), sound(696, &[0xa6])]);
    let vectors = vec![
        ("parity", repair::encode_parity(513, block, 2, &[0x5a; 16]).to_vec()),
        ("sounds", repair::encode_sounds(&newest, earlier.iter(), 1100).to_vec()),
        ("sound_alone", repair::encode_sounds(&newest, [].into_iter(), 1100).to_vec()),
    ];
    for (name, bytes) in &vectors {
        assert!(Repair::decode(bytes.clone().into()).is_ok(), "{name}");
    }
    insta::assert_snapshot!("repair", lines(vectors));
}

#[test]
fn redundant_audio() {
    let sound =
        |ticks: u16, payload: &'static [u8]| Earlier { payload_type: 111, ticks, payload: Bytes::from_static(payload) };
    let vectors = vec![
        ("alone", red::encode(111, &[0xb0, 1, 2], &[]).to_vec()),
        ("with_one", red::encode(111, &[9, 8], &[sound(960, &[1, 2, 3])]).to_vec()),
        ("with_two", red::encode(63, &[6], &[sound(16_383, &[7]), sound(2_880, &[5, 4])]).to_vec()),
    ];
    for (name, bytes) in &vectors {
        assert!(Red::decode(bytes.clone().into()).is_ok(), "{name}");
    }
    insta::assert_snapshot!("red", lines(vectors));
}

fn seeds(text: &'static str) -> Vec<(&'static str, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal");
    let seed = |line: &'static str| {
        let (name, hex) = line.split_once(' ').expect("a name and bytes");
        (name, hex.as_bytes().chunks(2).map(byte).collect())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(seed).collect()
}

/// A seed that is refused at its first byte leads a fuzzer nowhere.
#[test]
fn what_fuzzing_starts_from_is_taken() {
    for (name, bytes) in seeds(include_str!("../fuzz/seeds/timeline.txt")) {
        let read = yunzhen_domain::media_timeline::Stretch::decode(0, &bytes);
        assert!(read.is_ok(), "{name}: {read:?}");
    }
    for (name, bytes) in seeds(include_str!("../fuzz/seeds/voice.txt")) {
        let read = yunzhen_domain::voice_file::read(&bytes);
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}
