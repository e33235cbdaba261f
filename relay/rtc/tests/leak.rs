//! Coming and going leaves nothing: a process of its own, so that no other test's memory is counted.

#![allow(clippy::disallowed_methods, reason = "tests drive real time")]

mod support;

use support::*;
use yunzhen_media::protocol::room::{EndReason, ParticipantKind};
use yunzhen_rtc::LeaveReason;

#[test]
fn two_hundred_comings_and_goings_leave_nothing() {
    let world = World::new(1);
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/statm").expect("statm");
        status.split_ascii_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("pages") * 4096
    };
    let descriptors = || std::fs::read_dir("/proc/self/fd").expect("fd").count();
    let mut after_warm_up = (0, 0);
    for cycle in 0..200 {
        if cycle == 50 {
            after_warm_up = (memory(), descriptors());
        }
        let (room, events) = world.room();
        let mut home = world.home(&room);
        let mut person = world.join(&room, ParticipantKind::Specialist, &CALL);
        connect(&mut [&mut person]);
        home.frame(3, true);
        home.frame(3, false);
        match cycle % 3 {
            0 => assert!(world.runtime.block_on(room.disconnect(person.leg, LeaveReason::HangUp))),
            1 => {}
            _ => {
                person.client.close().expect("close");
                person.transmit();
            }
        }
        world.runtime.block_on(room.end(EndReason::HangUp));
        drop(events);
    }
    let sizes = world.sizes()[0];
    assert_eq!((sizes.rooms, sizes.legs, sizes.names, sizes.addresses), (0, 0, 0, 0));
    let (memory_before, descriptors_before) = after_warm_up;
    assert!(descriptors() <= descriptors_before + 1, "descriptors: {descriptors_before} → {}", descriptors());
    let grown = memory().saturating_sub(memory_before);
    assert!(grown < 2 << 20, "150 sessions left {grown} bytes");
}
