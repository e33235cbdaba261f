use super::*;
use crate::congestion::Report;
use crate::repair::{Losses, Outgoing, policy::Budget};
use proptest::prelude::*;
use yunzhen_protocol::repair::{MAX_PARITIES, encode_parity};

const BUDGET: Budget =
    Budget { total: 1e6, sound: 62e3, sound_packet: Duration::from_millis(20), picture_least: 400e3, alone: false };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn packet(ssrc: u32, sequence: u16, marker: bool, len: usize) -> RtpPacket {
    let timestamp = 960 * u32::from(sequence);
    RtpPacket {
        header: RtpHeader { marker, payload_type: 102, sequence, timestamp, ssrc },
        payload: (0..len).map(|at| (at as u16 ^ sequence) as u8).collect::<Vec<u8>>().into(),
    }
}

/// A link that loses a tenth in runs of four, with a round trip of 150 ms.
fn lossy() -> Losses {
    let mut losses = Losses::default();
    for round in 1..400u64 {
        let reports: Vec<Report> = (round * 5 - 5..round * 5)
            .map(|number| Report { number, arrived: (number % 40 >= 4).then_some(ms(1)), ce: false })
            .collect();
        losses.told(ms(30 * round), &reports);
    }
    losses
}

fn outgoing() -> Outgoing {
    let mut outgoing = Outgoing::default();
    for sequence in 0..40 {
        outgoing.sound(&packet(2, sequence, false, 80), 1100);
    }
    outgoing.look(ms(12_000), &lossy(), ms(150), BUDGET);
    assert!(outgoing.plan().parity.is_some() && outgoing.plan().copies.is_some(), "{:?}", outgoing.plan());
    outgoing
}

/// Three packets to a picture, 30 pictures a second.
fn pictures(outgoing: &mut Outgoing, first: u16, count: u16) -> Vec<(u16, Bytes, Vec<Bytes>)> {
    let made = (0..count).map(|index| {
        let (sequence, ends) = (first.wrapping_add(index), index % 3 == 2);
        let whole = packet(1, sequence, ends, 900 + usize::from(index % 7)).to_bytes();
        let parities = outgoing.picture(ms(12_000 + u64::from(index) * 11), sequence, ends, &whole);
        (sequence, whole, parities.into_iter().map(|made| made.content).collect())
    });
    made.collect()
}

proptest! {
    /// Whatever is lost: what is re-created is what was sent, it is re-created whenever as many parities came as packets of the block are missing, and nothing panics.
    #[test]
    fn what_is_re_created_is_what_was_sent(first: u16, lost in prop::collection::vec(prop::bool::weighted(0.12), 400)) {
        let mut outgoing = outgoing();
        let mut incoming = Incoming::default();
        let mut losses = lost.into_iter().cycle();
        let mut known = std::collections::HashMap::new();
        // The first parity arms the relay.
        let all = pictures(&mut outgoing, first, 150);
        let (mut missing, mut restored) = (0, 0);
        let mut blocks: Vec<(usize, usize)> = Vec::new();
        let (mut block_lost, mut armed) = (0, false);
        for (sequence, whole, parities) in all {
            known.insert(sequence, whole.clone());
            if armed && losses.next() == Some(true) {
                missing += 1;
                block_lost += 1;
            } else {
                let more = incoming.picture(ms(1), sequence, &whole).expect("true");
                restored += more.len();
                for packet in more {
                    let header = RtpView::parse(&packet).expect("rtp").header();
                    prop_assert_eq!(&packet, &known[&header.sequence]);
                }
            }
            if parities.is_empty() {
                continue;
            }
            let mut came = 0;
            for parity in parities {
                if armed && losses.next() == Some(true) {
                    continue;
                }
                armed = true;
                came += 1;
                let taken = incoming.repair(ms(1), parity).expect("true");
                restored += taken.pictures.len();
                for packet in taken.pictures {
                    let header = RtpView::parse(&packet).expect("rtp").header();
                    prop_assert_eq!(&packet, &known[&header.sequence]);
                }
            }
            blocks.push((block_lost, came));
            block_lost = 0;
        }
        let whole: usize = blocks.iter().skip(1).filter(|(lost, came)| lost <= came).map(|(lost, _)| lost).sum();
        prop_assert_eq!(restored, whole, "of {} missing: {:?}", missing, blocks);
    }

    /// Whatever bytes come, little is kept.
    #[test]
    fn any_content_is_taken_or_refused_and_little_is_kept(
        script in prop::collection::vec((any::<u16>(), 0u8..40, 0u8..20, 0u8..20, 0usize..40, any::<bool>()), 1..200),
    ) {
        let mut incoming = Incoming::default();
        for (base, count, parities, index, half, far) in script {
            let block = Block { base: if far { base } else { base % 64 }, count, parities };
            let _ = incoming.repair(ms(1), encode_parity(base, block, index, &vec![9; 2 * half]));
            let whole = packet(1, base % 64, false, half).to_bytes();
            let _ = incoming.picture(ms(1), base % 64, &whole);
            if let Some((kept, _)) = &incoming.pictures {
                prop_assert!(kept.blocks.len() <= BLOCKS && kept.ring.len() == KEPT);
                prop_assert!(kept.blocks.iter().all(|pending| pending.parities.len() <= MAX_PARITIES));
            }
        }
    }
}

#[test]
fn a_clean_link_costs_nothing() {
    let mut outgoing = Outgoing::default();
    outgoing.look(ms(0), &Losses::default(), ms(150), BUDGET);
    let mut incoming = Incoming::default();
    for sequence in 0..200 {
        let picture = packet(1, sequence, true, 900).to_bytes();
        assert!(outgoing.picture(ms(0), sequence, true, &picture).is_empty());
        assert!(outgoing.sound(&packet(2, sequence, false, 80), 1100).is_none());
        assert_eq!(incoming.picture(ms(0), sequence, &picture), Ok(Vec::new()));
    }
    assert!(incoming.pictures.is_none() && incoming.sounds.is_none());
}

#[test]
fn lost_sound_comes_with_later_sound_once_and_oldest_first() {
    let (mut outgoing, mut incoming) = (outgoing(), Incoming::default());
    let mut heard = Vec::new();
    for sequence in 40..80u16 {
        let content = outgoing.sound(&packet(2, sequence, false, 80), 1100).expect("copies");
        if (50..53).contains(&sequence) || sequence == 60 {
            continue;
        }
        let taken = incoming.repair(ms(20 * u64::from(sequence)), content).expect("true");
        let sequence_of = |packet: &Bytes| RtpView::parse(packet).expect("rtp").header().sequence;
        heard.extend(taken.sounds.iter().chain(taken.sound.iter()).map(sequence_of));
    }
    let mut expected: Vec<u16> = (40..80).collect();
    assert_eq!(heard.iter().filter(|sequence| **sequence == 52).count(), 1);
    heard.retain(|sequence| *sequence >= 44);
    expected.retain(|sequence| *sequence >= 44);
    heard.sort_unstable();
    assert_eq!(heard, expected);
}

#[test]
fn what_cannot_be_is_refused_and_the_next_block_is_taken() {
    let (mut outgoing, mut incoming) = (outgoing(), Incoming::default());
    let all = pictures(&mut outgoing, 1000, 60);
    let mut refused = Vec::new();
    let (mut restored, mut blocks) = (0, 0);
    for (sequence, whole, parities) in all {
        let drop_it = sequence % 10 == 3;
        if !drop_it {
            restored += incoming.picture(ms(1), sequence, &whole).map_or(0, |packets| packets.len());
        }
        let closes = !parities.is_empty();
        for (index, parity) in parities.into_iter().enumerate() {
            let Ok(Repair::Parity(Parity { number, block, index: place, shard })) = Repair::decode(parity.clone())
            else {
                panic!("own parity")
            };
            let is_first = index == 0 && blocks > 0;
            if is_first {
                let far = Block { base: block.base.wrapping_add(5000), ..block };
                refused.push(incoming.repair(ms(1), encode_parity(number, far, place, &shard)).unwrap_err());
            }
            restored += incoming.repair(ms(1), parity).map_or(0, |taken| taken.pictures.len());
            if is_first {
                let other = Block { parities: block.parities + 1, ..block };
                let again = incoming.repair(ms(1), encode_parity(number, other, place, &shard));
                refused.extend(again.err());
            }
        }
        blocks += u32::from(closes);
    }
    assert!(refused.contains(&Refused::Far) && refused.contains(&Refused::Contradiction), "{refused:?}");
    // The block before the first parity was not kept.
    assert!(restored >= 4, "{restored}");
}

/// Its shape is remembered: what comes late for it is checked like what came in time.
#[test]
fn a_late_or_repeated_parity_of_a_finished_block_is_harmless_and_one_that_cannot_be_is_refused() {
    let mut incoming = Incoming::default();
    let whole: Vec<Bytes> = (10..13).map(|sequence| packet(1, sequence, false, 900).to_bytes()).collect();
    let block = Block { base: 10, count: 3, parities: 2 };
    let shards: Vec<Vec<u8>> = whole.iter().map(|packet| shard(packet, whole[0].len() + 2)).collect();
    let made = code::parities(&shards, 2);
    let parity = |index: u8| encode_parity(index.into(), block, index, &made[usize::from(index)]);
    assert_eq!(incoming.repair(ms(1), parity(0)).map(|taken| taken.pictures), Ok(Vec::new()), "nothing of it came yet");
    for place in [0, 1] {
        let restored = incoming.picture(ms(1), 10 + place as u16, &whole[place]).expect("true");
        assert_eq!(restored, if place == 1 { vec![whole[2].clone()] } else { Vec::new() });
    }
    for (index, number) in [(0, 0), (1, 1), (1, 1)] {
        let taken = incoming.repair(ms(1), parity(index)).expect("late, and true");
        assert_eq!(taken, Taken { parity: Some(number), ..Taken::default() });
    }
    assert_eq!(incoming.picture(ms(1), 12, &whole[2]), Ok(Vec::new()), "the packet itself, late");
    let other = encode_parity(2, Block { parities: 3, ..block }, 2, &made[1]);
    assert_eq!(incoming.repair(ms(1), other), Err(Refused::Contradiction));
    let longer = encode_parity(2, block, 1, &[0; 1200]);
    assert_eq!(incoming.repair(ms(1), longer), Err(Refused::Contradiction));
}

/// A parity made up by somebody re-creates something that is no packet of the block.
#[test]
fn made_up_parity_re_creates_nothing() {
    let mut incoming = Incoming::default();
    let block = Block { base: 10, count: 3, parities: 1 };
    incoming.repair(ms(1), encode_parity(0, Block { base: 1, ..block }, 0, &[0; 930])).expect("waits");
    for sequence in [10, 11] {
        incoming.picture(ms(1), sequence, &packet(1, sequence, false, 900).to_bytes()).expect("true");
    }
    assert_eq!(incoming.repair(ms(1), encode_parity(1, block, 0, &[0x55; 930])), Err(Refused::Content));
    assert_eq!(incoming.repair(ms(1), encode_parity(1, block, 0, &[0x55; 100])), Err(Refused::Content), "too short");
}

#[test]
fn keeps_nothing_any_more_when_repairs_have_ended() {
    let mut incoming = Incoming::default();
    incoming.repair(ms(0), encode_parity(0, Block { base: 1, count: 3, parities: 1 }, 0, &[0; 100])).expect("waits");
    incoming.picture(ms(10), 1, &packet(1, 1, false, 60).to_bytes()).expect("true");
    assert!(incoming.pictures.is_some());
    incoming.picture(ms(6000), 2, &packet(1, 2, false, 60).to_bytes()).expect("true");
    assert!(incoming.pictures.is_none());
}
