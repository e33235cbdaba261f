//! One home, a strong and a weak viewer, in virtual time.

mod common;

use std::time::Duration;

use common::{HOME, OBSERVER, SPECIALIST, World, join};
use yunzhen_media::MediaKind;
use yunzhen_media::room::{Input, LegId};
use yunzhen_netem::Config;
use yunzhen_protocol::room::ParticipantKind;

const SECONDS: u64 = 40;

/// Films 700 kbit/s at 30 frames a second. The weak viewer loses 40 %, asks for keyframes twenty times a second and for everything again.
fn run(strong: (LegId, ParticipantKind)) -> World {
    let mut world = World::new(Config::default(), 1);
    world.input(Input::Join(Box::new(join(HOME, ParticipantKind::Home, 2))));
    world.input(Input::Join(Box::new(join(strong.0, strong.1, 2))));
    world.input(Input::Join(Box::new(join(OBSERVER, ParticipantKind::Observer, 2))));
    for tick in 0..SECONDS * 20 {
        world.run_until(Duration::from_millis(50 * tick));
        for _ in 0..if tick % 2 == 0 { 1 } else { 2 } {
            for mut packet in world.camera.film() {
                packet.payload = [&packet.payload[..], &[0; 1000]].concat().into();
                world.input(Input::Rtp { leg: HOME, packet });
            }
        }
        let slot = (0..2).find(|slot| world.screens.contains_key(&(OBSERVER, *slot))).unwrap_or(0);
        world.input(Input::KeyframeRequest { leg: OBSERVER, slot });
        let sequences = (0..200).map(|back| world.camera.sequence.wrapping_sub(back)).collect();
        world.input(Input::Nack { leg: OBSERVER, slot, kind: MediaKind::Video, sequences });
        if tick % 10 == 0 {
            world.input(Input::Reception { leg: OBSERVER, slot, loss: 0.4, estimate_bps: None });
            world.input(Input::Reception { leg: strong.0, slot: 0, loss: 0.0, estimate_bps: None });
        }
    }
    world
}

fn check(world: &World, strong: LegId) {
    let asked = world.keyframe_requests.len() as u64;
    assert!(asked <= SECONDS / 4 + 4, "{asked} keyframes asked for in {SECONDS} s");
    let first = world.bitrates.first().copied().expect("told");
    assert!(world.bitrates.iter().all(|bps| *bps >= first), "{:?}", world.bitrates);
    let screen = world.screen(strong, 0);
    assert!(screen.missing().is_empty() && screen.packets.len() as u64 > SECONDS * 88, "{}", screen.packets.len());
    let weak = world.screens.iter().find(|((leg, _), _)| *leg == OBSERVER).expect("a picture").1;
    let bits: usize = weak.packets.values().map(|forward| forward.payload.len() * 8).sum();
    let most = 150_000 * SECONDS as usize * 2;
    assert!(bits < most && weak.keyframes >= 4, "{bits} bits in {SECONDS} s, {} keyframes", weak.keyframes);
    assert!(weak.missing().is_empty(), "what is left out is no hole");
    assert!(world.room.counters().thinned > 1000);
}

#[test]
fn a_weak_observer_gets_a_slow_picture_and_the_specialist_loses_nothing() {
    check(&run((SPECIALIST, ParticipantKind::Specialist)), SPECIALIST);
}

#[test]
fn a_weak_observer_does_not_slow_a_strong_one() {
    let strong = LegId(9);
    check(&run((strong, ParticipantKind::Observer)), strong);
}
