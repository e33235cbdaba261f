//! DTLS, SRTP and everything around them over loopback.

#![allow(clippy::disallowed_methods, reason = "tests drive real time")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use support::*;
use uuid::Uuid;
use yunzhen_media::protocol::red::{self, Earlier, Red};
use yunzhen_media::protocol::room::{
    AudioState, EndReason, LinkLevel, ParticipantId, ParticipantKind, RoomPhase, VideoState,
};
use yunzhen_media::protocol::rtp::RtpPacket;
use yunzhen_rtc::client::{Client, OPUS, RED};
use yunzhen_rtc::{
    ConnectError, ConnectLeg, LeaveReason, LegDirection, LegId, MediaFlow, NewParticipant, PatchError, Patched,
    RoomEvent,
};

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_box_is_seen_by_several_and_hears_one() {
    let world = World::new(1);
    let (room, mut heard) = world.room();
    let mut home = world.home(&room);
    let mut people: Vec<Person> =
        (0..3).map(|_| world.join(&room, ParticipantKind::Specialist, &CALL_OF_FOUR)).collect();
    let mut all: Vec<&mut Person> = people.iter_mut().collect();
    connect(&mut all);
    // The shard hears of the handshake's end at the same time as the client, and asks for a keyframe for each.
    until("a keyframe is asked for", &mut all, SOON, |_| {
        events(&mut heard)
            .iter()
            .any(|event| matches!(event, RoomEvent::KeyframeWanted { participant, .. } if *participant == home.id))
    });
    let mut frames = 0;
    let mut next = Instant::now();
    until("all see 30 frames", &mut all, SOON, |people| {
        if frames < 30 && Instant::now() >= next && people.iter().all(|person| person.client.is_connected()) {
            home.frame(4, frames % 10 == 0);
            frames += 1;
            next = Instant::now() + Duration::from_millis(10);
        }
        frames == 30 && people.iter().all(|person| person.line(0) == 30 && person.line(1) >= 4 * 20)
    });
    // Numbers go on without a gap across the wrap, and payloads are untouched.
    for person in &all {
        let video = &person.got[&1];
        let payloads: std::collections::BTreeSet<&Bytes> = video.values().collect();
        assert_eq!(payloads.len(), video.len());
        assert_eq!(person.duplicates, 0);
    }
    // And back: what one of them sends reaches the box and the other two.
    let specialist = 0;
    for number in 0..20u16 {
        let now = Instant::now();
        let payload = Bytes::from(vec![if number == 0 { 0x67 } else { 0x61 }; 900]);
        all[specialist].client.send(now, 1, (number, u32::from(number) * 3000, true), payload).expect("send");
        all[specialist]
            .client
            .send(now, 0, (number, u32::from(number) * 960, false), Bytes::from_static(b"sound"))
            .expect("send");
        all[specialist].transmit();
    }
    until("the box and the others get the specialist", &mut all, SOON, |people| {
        home.received.count(MediaFlow::Video) >= 20
            && home.received.count(MediaFlow::Audio) >= 20
            && people[1..].iter().all(|person| person.line(2) + person.line(4) >= 20)
    });
    let packets = home.received.0.lock().expect("lock");
    assert!(
        packets.iter().all(|(slot, flow, _)| *flow == MediaFlow::Rtcp || *slot == Some(0)),
        "the first specialist is on slot 0"
    );
}

#[test]
fn a_burst_arrives_whole_whoever_forwards_it() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    // The thread that brings up to 64 packets forwards them, with more the shard's thread does.
    let mut expected = 0;
    for packets in [1, 2, 62, 63, 64, 65, 80] {
        home.frame(packets, true);
        expected += packets;
        until("the burst is there", &mut [&mut person], SOON, |people| {
            people[0].line(0) == home.frame as usize && people[0].line(1) == expected
        });
    }
    let numbers: Vec<u16> = person.got[&1].keys().copied().collect();
    let breaks = numbers.windows(2).filter(|pair| pair[1] != pair[0].wrapping_add(1)).count();
    assert!(breaks <= 1, "numbers go on without a gap, but for the wrap: {numbers:?}");
}

#[test]
fn a_sound_does_not_wait_behind_a_keyframe_that_leaves_spread() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    // The sound of a frame is the last that the box brings of it.
    for round in 1..=3 {
        home.frame(60, true);
        until("the keyframe is there", &mut [&mut person], SOON, |people| {
            people[0].line(0) == round && people[0].line(1) == 60 * round
        });
        let order = std::mem::take(&mut person.order);
        let sound = order.iter().position(|line| *line == 0).expect("a sound");
        assert!(sound < 30, "the sound came after {sound} of 60 packets of the picture");
    }
    assert_eq!(person.duplicates, 0);
}

#[test]
fn what_is_lost_is_sent_again() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    person.lose = Some((Dice(0x5eed), 5));
    let (mut frames, mut next) = (0, Instant::now());
    until("every packet arrives in the end", &mut [&mut person], SOON, |people| {
        if frames < 300 && Instant::now() >= next {
            home.frame(4, frames == 0);
            frames += 1;
            next = Instant::now() + Duration::from_millis(5);
        }
        let video = people[0].got.get(&1);
        // The last packets show no gap; all before them must be there.
        let complete = |video: &std::collections::BTreeMap<u16, Bytes>| {
            let numbers: std::collections::BTreeSet<(u32, u8)> =
                video.values().map(|p| (u32::from_be_bytes([p[1], p[2], p[3], p[4]]), p[5])).collect();
            (1..290).all(|frame| (0..4).all(|index| numbers.contains(&(frame, index))))
        };
        frames == 300 && video.is_some_and(complete)
    });
    assert!(person.lost > 40, "5 % of 1500 were to be lost, {} were", person.lost);
}

#[test]
fn a_browser_whose_link_loses_and_that_takes_redundant_audio_gets_sounds_with_those_before() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let (mut taking, mut plain) =
        (world.join_with_red(&room, &CALL), world.join(&room, ParticipantKind::Observer, &CALL_OF_FOUR));
    assert!(taking.answer.contains("SAVPF 109 106\r\n"), "Opus first: {}", taking.answer);
    connect(&mut [&mut taking, &mut plain]);
    let drive = |home: &mut Home, people: &mut [&mut Person], what: &str, done: &dyn Fn(&[&mut Person]) -> bool| {
        let mut next = Instant::now();
        until(what, people, SOON, |people| {
            if Instant::now() >= next {
                home.frame(1, home.frame.is_multiple_of(50));
                next = Instant::now() + Duration::from_millis(5);
            }
            done(people)
        });
    };
    let mut people = [&mut taking, &mut plain];
    drive(&mut home, &mut people, "sound without loss", &|people: &[&mut Person]| {
        people.iter().all(|person| person.line(0) >= 300)
    });
    assert!(people[0].redundant.is_empty(), "nothing travels twice on a clean link");
    people.iter_mut().for_each(|person| person.lose = Some((Dice(0x5eed), 8)));
    drive(&mut home, &mut people, "sounds with those before", &|people: &[&mut Person]| {
        people[0].redundant.len() >= 400
    });
    assert!(people[1].redundant.is_empty() && people[1].line(0) > 400, "who does not take it gets plain Opus");
    // Each sound says its number.
    let number = |sound: &Bytes| u32::from_be_bytes(sound[..].try_into().expect("four bytes"));
    let redundant = &people[0].redundant;
    let (mut heard, mut shifts) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for (sequence, payload) in redundant {
        let red = Red::decode(payload.clone()).expect("redundant audio");
        let own = number(&red.own);
        shifts.insert((own as u16).wrapping_sub(*sequence));
        assert!((1..=2).contains(&red.earlier.len()));
        for earlier in &red.earlier {
            let before = number(&earlier.payload);
            assert_eq!(own.wrapping_sub(before) * 960, u32::from(earlier.ticks));
            heard.insert(before as u16);
        }
        heard.insert(own as u16);
    }
    assert_eq!(shifts.len(), 1, "numbers go on as those of the box");
    let shift = *shifts.first().expect("one");
    let (first, last) = (*redundant.keys().next().expect("some"), *redundant.keys().next_back().expect("some"));
    let lost = (first..last).filter(|sequence| !redundant.contains_key(sequence));
    let alone: Vec<u16> = lost.filter(|sequence| redundant.contains_key(&(sequence + 1))).collect();
    let came = |sequence: &u16| heard.contains(&sequence.wrapping_add(shift));
    assert!(alone.len() > 10 && alone.iter().all(came), "what was lost alone came with the next: {alone:?}");
}

#[test]
fn what_a_browser_sends_with_redundant_audio_reaches_the_box_whole() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let home = world.home(&room);
    let mut person = world.join_with_red(&room, &CALL);
    connect(&mut [&mut person]);
    let sound = |number: u16| Bytes::from(number.to_be_bytes().to_vec());
    let (mut sent, mut next) = (0u16, Instant::now());
    until("the box gets every sound", &mut [&mut person], SOON, |people| {
        if sent < 120 && Instant::now() >= next {
            let place = (sent, u32::from(sent) * 960, false);
            let before = |back| Earlier { payload_type: OPUS, ticks: 960 * back, payload: sound(sent - back) };
            let earlier: Vec<Earlier> = (1..=sent.min(2)).rev().map(before).collect();
            // One that holds nothing readable is its sender's loss.
            let payload =
                if sent == 60 { Bytes::from_static(&[0xff]) } else { red::encode(OPUS, &sound(sent), &earlier) };
            people[0].client.send_as(Instant::now(), 0, RED, place, payload).expect("send");
            // Two in a row are lost of every five.
            let lost = matches!(sent % 5, 2 | 3);
            while let Some((to, datagram)) = people[0].client.poll_transmit() {
                if !(lost && datagram[0] >= 128 && !(192..224).contains(&datagram[1])) {
                    people[0].socket.send_to(&datagram, to).expect("sent");
                }
            }
            sent += 1;
            next = Instant::now() + Duration::from_millis(2);
        }
        sent == 120 && home.received.count(MediaFlow::Audio) >= 120
    });
    let packets = home.received.0.lock().expect("lock");
    let sounds = packets.iter().filter(|(_, flow, _)| *flow == MediaFlow::Audio);
    let got: Vec<(u16, u8)> = sounds
        .map(|(_, _, packet)| {
            let packet = RtpPacket::parse(packet.clone()).expect("RTP");
            assert_eq!(packet.payload, sound(packet.header.sequence));
            (packet.header.sequence, packet.header.payload_type)
        })
        .collect();
    let expected: Vec<(u16, u8)> = (0..120).map(|number| (number, 111)).collect();
    assert_eq!(got, expected, "in order, each once, as plain Opus");
}

#[test]
fn what_a_browser_loses_on_its_way_to_us_is_asked_for() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    let mut dice = Dice(7);
    let (mut sent, mut lost, mut next) = (0u16, 0, Instant::now());
    until("the box gets every packet", &mut [&mut person], SOON, |people| {
        if sent < 600 && Instant::now() >= next {
            let payload = Bytes::from(vec![if sent == 0 { 0x67 } else { 0x61 }; 800]);
            people[0].client.send(Instant::now(), 1, (sent, u32::from(sent) * 900, true), payload).expect("send");
            // Lost on the way, but remembered by the sender.
            let drop = sent > 0 && sent < 590 && dice.roll(5);
            lost += usize::from(drop);
            while let Some((to, datagram)) = people[0].client.poll_transmit() {
                if !(drop && datagram[0] >= 128 && !(192..224).contains(&datagram[1])) {
                    people[0].socket.send_to(&datagram, to).expect("sent");
                }
            }
            sent += 1;
            next = Instant::now() + Duration::from_millis(3);
        }
        sent == 600 && home.received.count(MediaFlow::Video) == 600
    });
    assert!(lost > 10);
}

#[test]
fn keyframe_requests_reach_whoever_publishes() {
    let world = World::new(1);
    let (room, mut heard) = world.room();
    let home = world.home(&room);
    let (mut one, mut two) = (
        world.join(&room, ParticipantKind::Specialist, &CALL_OF_FOUR),
        world.join(&room, ParticipantKind::Observer, &CALL_OF_FOUR),
    );
    connect(&mut [&mut one, &mut two]);
    events(&mut heard);
    until("the box is asked", &mut [&mut one, &mut two], SOON, |people| {
        people[0].client.request_keyframe(Instant::now(), 1).expect("PLI");
        people[0].transmit();
        events(&mut heard).contains(&RoomEvent::KeyframeWanted { participant: home.id, low: false })
    });
    let before = two.keyframes_wanted;
    until("the browser on slot 1 is asked", &mut [&mut one, &mut two], SOON, |people| {
        people[0].client.request_keyframe(Instant::now(), 3).expect("PLI");
        people[0].transmit();
        people[1].keyframes_wanted > before
    });
}

#[test]
fn a_peer_that_moves_is_followed() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    let pump = |person: &mut Person, home: &mut Home, what: &str, want: usize| {
        let mut next = Instant::now();
        until(what, &mut [person], SOON, |people| {
            if Instant::now() >= next {
                home.frame(1, true);
                next = Instant::now() + Duration::from_millis(20);
            }
            people[0].line(1) >= want
        });
    };
    pump(&mut person, &mut home, "media before", 5);
    let old = person.socket.try_clone().expect("clone");
    let moved_to = person.move_away();
    assert_ne!(Some(moved_to), old.local_addr().ok());
    let so_far = person.line(1);
    // The client's next consent check (with USE-CANDIDATE) comes from the new port, and media follows it there.
    pump(&mut person, &mut home, "media after", so_far + 20);
    assert_eq!(world.sizes()[0].addresses, 2);
}

#[test]
fn a_datagram_at_the_wrong_shard_is_handed_over() {
    let world = World::new(3);
    let (room, _events) = world.room_on(1);
    let mut home = world.home(&room);
    // Many sockets, so that the kernel's hash gives some of them to each shard.
    let mut people: Vec<Person> = (0..6).map(|_| world.join(&room, ParticipantKind::Observer, &WATCH)).collect();
    let mut all: Vec<&mut Person> = people.iter_mut().collect();
    connect(&mut all);
    let mut next = Instant::now();
    until("all see the box", &mut all, SOON, |people| {
        if Instant::now() >= next {
            home.frame(2, true);
            next = Instant::now() + Duration::from_millis(20);
        }
        people.iter().all(|person| person.line(1) >= 20 && person.line(0) >= 10)
    });
    let sizes = world.sizes();
    assert_eq!((sizes[1].rooms, sizes[1].legs, sizes[1].addresses), (1, 7, 6));
    let elsewhere = sizes[0].addresses + sizes[2].addresses;
    assert!(elsewhere > 0, "the kernel gave no peer to another shard: {sizes:?}");
}

#[test]
fn noise_disturbs_nobody() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    let target = world.shards.local_addr();
    let stranger = std::net::UdpSocket::bind("127.0.0.1:0").expect("socket");
    let ufrag = person.answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).expect("ufrag").to_owned();
    let mut seed = Dice(99);
    for round in 0..2000usize {
        let len = round % 300;
        let mut noise: Vec<u8> = (0..len)
            .map(|_| {
                seed.roll(1);
                seed.0 as u8
            })
            .collect();
        if let (Some(first), true) = (noise.first_mut(), round % 3 == 0) {
            *first = [0, 22, 128, 129][round % 4];
        }
        stranger.send_to(&noise, target).expect("sent");
        if round % 10 == 0 {
            // From the bound address as well: broken SRTP, RTCP and DTLS of a real peer.
            person.socket.send_to(&noise, target).expect("sent");
        }
        if round % 50 == 0 {
            // A check that knows the name but not the password must not move the leg.
            let mut username = format!("{ufrag}:xxxx").into_bytes();
            username.resize(username.len().next_multiple_of(4), 0);
            let name = (ufrag.len() + 5) as u8;
            let mut check = vec![0, 1, 0, (username.len() + 8) as u8, 0x21, 0x12, 0xa4, 0x42];
            check.extend_from_slice(&[1; 12]);
            check.extend_from_slice(&[0, 6, 0, name]);
            check.extend_from_slice(&username);
            check.extend_from_slice(&[0, 0x25, 0, 0]);
            stranger.send_to(&check, target).expect("sent");
        }
    }
    assert!(home.handle.push(None, MediaFlow::Video, Bytes::from_static(b"no rtp")));
    assert!(home.handle.push(Some(3), MediaFlow::Rtcp, Bytes::from_static(&[0x80, 200, 0xff, 0xff])));
    let mut next = Instant::now();
    until("media goes on", &mut [&mut person], SOON, |people| {
        if Instant::now() >= next {
            home.frame(2, true);
            next = Instant::now() + Duration::from_millis(10);
        }
        people[0].line(1) >= 40
    });
    assert_eq!(world.sizes()[0].addresses, 1, "only the real peer's address is bound");
}

#[test]
fn a_reload_keeps_the_place() {
    let world = World::new(1);
    let (room, mut heard) = world.room();
    let mut home = world.home(&room);
    let mut first = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut first]);
    let state = room.state();
    let since = state.borrow().for_leg(first.leg).expect("view").participants[1].since;
    let mut second = world.join_as(&room, first.id, ParticipantKind::Specialist, &CALL, Some(first.leg));
    connect(&mut [&mut second]);
    until("the old page is told", &mut [&mut first, &mut second], SOON, |people| people[0].closed);
    let (old, new) = (first.leg, second.leg);
    let reason = events(&mut heard).into_iter().find_map(|event| match event {
        RoomEvent::Left { leg, reason, .. } if leg == old => Some(reason),
        _ => None,
    });
    assert_eq!(reason, Some(LeaveReason::Replaced));
    assert_eq!(state.borrow().for_leg(old), None);
    let view = state.borrow().for_leg(new).expect("view");
    assert_eq!((view.you, view.participants.len(), view.participants[1].since), (second.id, 2, since));
    let mut next = Instant::now();
    until("media goes on", &mut [&mut second], SOON, |people| {
        if Instant::now() >= next {
            home.frame(1, true);
            next = Instant::now() + Duration::from_millis(10);
        }
        people[0].line(1) >= 10
    });
}

#[test]
fn hanging_up_closing_and_ending_are_told_at_once() {
    let world = World::new(1);
    let (room, mut heard) = world.room();
    let _home = world.home(&room);
    let mut one = world.join(&room, ParticipantKind::Specialist, &CALL);
    let mut two = world.join(&room, ParticipantKind::Observer, &CALL);
    let mut three = world.join(&room, ParticipantKind::Observer, &CALL);
    connect(&mut [&mut one, &mut two, &mut three]);
    let left = |heard: &mut yunzhen_rtc::RoomEvents| {
        events(heard).into_iter().find_map(|event| match event {
            RoomEvent::Left { leg, reason, .. } => Some((leg, reason)),
            _ => None,
        })
    };
    left(&mut heard);
    assert!(world.runtime.block_on(room.disconnect(one.leg, LeaveReason::HangUp)));
    assert_eq!(left(&mut heard), Some((one.leg, LeaveReason::HangUp)));
    assert!(!world.runtime.block_on(room.disconnect(one.leg, LeaveReason::HangUp)), "gone is gone");
    until("the page is told", &mut [&mut one], SOON, |people| people[0].closed);
    // A closed tab: DTLS close_notify.
    two.client.close().expect("close");
    two.transmit();
    let mut told = None;
    until("a closed tab is noticed", &mut [&mut three], Duration::from_secs(2), |_| {
        told = told.or_else(|| left(&mut heard));
        told.is_some()
    });
    assert_eq!(told, Some((two.leg, LeaveReason::HangUp)));
    world.runtime.block_on(room.end(EndReason::HangUp));
    until("the end is told", &mut [&mut three], SOON, |people| people[0].closed);
    let state = room.state();
    assert_eq!((state.borrow().phase(), state.borrow().ended_reason()), (RoomPhase::Ended, Some(EndReason::HangUp)));
    let rejoin = ConnectLeg {
        participant: NewParticipant { id: three.id, kind: ParticipantKind::Observer, display_name: String::new() },
        offer: "v=0\r\n".to_owned(),
        replaces: None,
        direction: LegDirection::Both,
        watch: None,
    };
    assert_eq!(world.runtime.block_on(room.connect(rejoin)), Err(ConnectError::Ended));
    assert_eq!(world.sizes()[0].legs, 0);
}

#[test]
fn silence_is_lost_then_left() {
    let world = World::with(|config| {
        config.timing.lost_after = Duration::from_millis(1500);
        config.timing.left_after = Duration::from_secs(4);
    });
    let (room, mut heard) = world.room();
    let mut watcher = world.join(&room, ParticipantKind::Observer, &CALL);
    let mut silent = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut watcher, &mut silent]);
    let state = room.state();
    let link = |id: ParticipantId| state.borrow().participants().iter().find(|one| one.id == id).map(|one| one.link);
    events(&mut heard);
    // The specialist's process is frozen from here on: nobody turns it.
    let id = silent.id;
    until("shown as lost", &mut [&mut watcher], Duration::from_secs(8), |_| link(id) == Some(LinkLevel::Lost));
    until("left", &mut [&mut watcher], Duration::from_secs(10), |_| link(id).is_none());
    let reasons: Vec<RoomEvent> = events(&mut heard);
    assert!(
        reasons.contains(&RoomEvent::Left { leg: silent.leg, participant: id, reason: LeaveReason::Crash }),
        "{reasons:?}"
    );
    assert!(link(watcher.id).is_some());
}

#[test]
fn a_page_that_dies_in_a_call_is_lost_at_once_and_one_that_opens_its_stream_again_is_not() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut watcher = world.join(&room, ParticipantKind::Observer, &CALL);
    let mut talker = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut watcher, &mut talker]);
    let state = room.state();
    let (id, leg) = (talker.id, talker.leg);
    let link = |id: ParticipantId| state.borrow().participants().iter().find(|one| one.id == id).map(|one| one.link);
    let listen = || world.runtime.block_on(room.listen(leg)).expect("the leg is there");
    let mut page = Some(listen());
    let (mut next, mut frame, begun) = (Instant::now(), 0u16, Instant::now());
    until("a second and a half of talk", &mut [&mut watcher, &mut talker], SOON, |people| {
        if Instant::now() >= next {
            let sound = Bytes::from_static(&[1; 30]);
            people[1].client.send(Instant::now(), 0, (frame, u32::from(frame) * 960, false), sound).expect("send");
            people[1].transmit();
            (frame, next) = (frame + 1, Instant::now() + Duration::from_millis(20));
        }
        // Its stream is away for a while in the midst of it.
        if page.is_some() && begun.elapsed() > Duration::from_millis(300) {
            page = None;
        }
        assert_ne!(link(id), Some(LinkLevel::Lost));
        begun.elapsed() > Duration::from_millis(1500)
    });
    drop(listen());
    let died = Instant::now();
    until("shown as lost", &mut [&mut watcher], SOON, |_| link(id) == Some(LinkLevel::Lost));
    assert!(died.elapsed() < Duration::from_millis(1500), "{:?}", died.elapsed());
    assert!(world.runtime.block_on(room.listen(LegId(Uuid::nil()))).is_none());
}

#[test]
fn ice_restarts_in_place() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let mut home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    let offer = person.client.restart(Instant::now()).expect("offer");
    let credentials: String = offer
        .lines()
        .filter(|line| line.starts_with("a=ice-ufrag") || line.starts_with("a=ice-pwd"))
        .take(2)
        .map(|l| format!("{l}\r\n"))
        .collect();
    let patched = world.runtime.block_on(room.patch(person.leg, credentials)).expect("patched");
    let Patched::Restarted { sdpfrag } = patched else { panic!("no restart: {patched:?}") };
    assert!(sdpfrag.contains("a=ice-ufrag:") && sdpfrag.contains("a=candidate:"), "{sdpfrag}");
    let answer = person.answer.clone();
    person.client.answer(Instant::now(), &answer).expect("the same answer, as our credentials stay");
    let (mut next, before) = (Instant::now(), person.line(1));
    until("media after the restart", &mut [&mut person], SOON, |people| {
        if Instant::now() >= next {
            home.frame(1, true);
            next = Instant::now() + Duration::from_millis(10);
        }
        people[0].line(1) >= before + 20
    });
    let trickle = "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".to_owned();
    assert_eq!(world.runtime.block_on(room.patch(person.leg, trickle)), Ok(Patched::Trickled));
    let half = "a=ice-ufrag:abcdefgh\r\n".to_owned();
    assert!(matches!(world.runtime.block_on(room.patch(person.leg, half)), Err(PatchError::Fragment { .. })));
}

/// Counts the legs that were refused, as the program's own recorder does.
struct Refused(Arc<AtomicU64>);

impl metrics::Recorder for Refused {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        match key.name() {
            "yunzhen_legs_refused_total" => metrics::Counter::from_arc(self.0.clone()),
            _ => metrics::Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::noop()
    }

    fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

#[test]
fn bad_offers_are_refused_with_a_reason() {
    let refused = Arc::new(AtomicU64::new(0));
    assert!(metrics::set_global_recorder(Refused(refused.clone())).is_ok(), "the only recorder of this program");
    let world = World::with(|config| {
        config.limits.legs_per_room = 2;
        config.limits.offer.bytes = 32_768;
    });
    let (room, _events) = world.room();
    let attempt = |offer: String, direction: LegDirection| {
        let participant = NewParticipant {
            id: ParticipantId(Uuid::new_v4()),
            kind: ParticipantKind::Observer,
            display_name: String::new(),
        };
        let leg = ConnectLeg { participant, offer, replaces: None, direction, watch: None };
        world.runtime.block_on(room.connect(leg)).map(|answer| answer.leg)
    };
    let certificate = yunzhen_rtc::DtlsCertificate::generate().expect("certificate");
    let address = "127.0.0.1:9".parse().expect("address");
    let good = |lines: &[(yunzhen_media::MediaKind, yunzhen_rtc::sdp::Direction)]| {
        Client::offer(Instant::now(), address, &certificate, lines, true).expect("offer").1
    };
    let call = good(&CALL);
    assert_eq!(attempt("x".repeat(40_000), LegDirection::Both), Err(ConnectError::TooLarge { limit: 32_768 }));
    let broken = [
        (String::new(), "no m-line"),
        ("hello".to_owned(), "line 1"),
        (call.replace("m=video", "m=application"), "data channels"),
        (call.replace("a=rtcp-mux\r\n", ""), "rtcp-mux"),
        (call.replace("H264", "VP9"), "no common codec"),
        (call.replace("a=fingerprint", "a=footprint"), "fingerprint"),
        (call.replace("a=ice-pwd", "a=ice-word"), "ice-pwd"),
        (call.replace("a=group:BUNDLE", "a=group:LS"), "BUNDLE"),
        (format!("{call}{}", "m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n".repeat(20)), "more than 14"),
    ];
    for (offer, reason) in broken {
        match attempt(offer, LegDirection::Both) {
            Err(ConnectError::Offer { reason: said }) => {
                assert!(said.contains(reason), "{said:?} does not say {reason:?}")
            }
            other => panic!("{reason}: {other:?}"),
        }
    }
    assert!(matches!(attempt(call.clone(), LegDirection::Watch), Err(ConnectError::Offer { .. })));
    assert!(matches!(attempt(call.clone(), LegDirection::Publish), Err(ConnectError::Offer { .. })));
    assert!(attempt(good(&WATCH), LegDirection::Watch).is_ok());
    assert!(attempt(call.clone(), LegDirection::Both).is_ok());
    assert_eq!(refused.load(Ordering::Relaxed), 0, "what is no offer is no leg");
    assert_eq!(attempt(call, LegDirection::Both), Err(ConnectError::RoomFull));
    assert_eq!(refused.load(Ordering::Relaxed), 1);
    assert_eq!(world.sizes()[0].names, 2, "what was refused left nothing behind");
}

#[test]
fn muted_is_not_forwarded() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let home = world.home(&room);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    assert!(world.runtime.block_on(room.set_media_state(person.leg, AudioState::Muted, VideoState::On)));
    for number in 0..20u16 {
        person.client.send(Instant::now(), 0, (number, 0, false), Bytes::from_static(b"secret")).expect("send");
        person.client.send(Instant::now(), 1, (number, 0, true), Bytes::from(vec![0x67; 20])).expect("send");
    }
    person.transmit();
    until("the picture arrives", &mut [&mut person], SOON, |_| home.received.count(MediaFlow::Video) >= 20);
    assert_eq!(home.received.count(MediaFlow::Audio), 0);
}

#[test]
fn draining_tells_everyone() {
    let world = World::new(2);
    let (room, _events) = world.room_on(1);
    let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
    connect(&mut [&mut person]);
    world.runtime.block_on(world.shards.drain());
    until("the page is told", &mut [&mut person], SOON, |people| people[0].closed);
    assert_eq!(room.state().borrow().ended_reason(), Some(EndReason::Drain));
}
