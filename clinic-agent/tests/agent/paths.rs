//! Two paths at once: sound on both, pictures on one, and a path that dies without a word.

use crate::relay::FakeRelay;
use crate::world::{CONSULTATION, TestDevices, World, start_media};
use axum::Router;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;
use std::time::Duration;
use yunzhen_clinic_agent::link::route::PathSettings;
use yunzhen_clinic_agent::link::{LinkStatus, PathStatus};
use yunzhen_protocol::control::ToRelay;
use yunzhen_protocol::repair::Repair;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtp::RtpView;
use yunzhen_runtime::clock;

const PATIENCE: Duration = Duration::from_secs(20);
const ADDRESSES: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2))];

/// A box with two paths in a call.
async fn two_paths(devices: TestDevices) -> World {
    let paths = ["5G", "wired"].into_iter().zip(ADDRESSES);
    let settings =
        paths.map(|(name, address)| PathSettings { name: name.into(), address: Some(address), interface: None });
    let mut world = World::prepared(
        Router::new(),
        Box::new(devices),
        |config| config.link.paths = settings.collect(),
        |relay| {
            relay.sessions.store(true, Ordering::Relaxed);
            relay.reports.store(true, Ordering::Relaxed);
        },
    )
    .await;
    status(&mut world, |status| status.paths.iter().all(is_connected)).await;
    world.relay.tell(start_media());
    world
}

fn is_connected(path: &PathStatus) -> bool {
    path.words().en == "good"
}

async fn status(world: &mut World, wanted: impl FnMut(&LinkStatus) -> bool) -> LinkStatus {
    let mut status = world.agent.link.status();
    let waited = status.wait_for(wanted);
    tokio::time::timeout(PATIENCE, waited).await.expect("in time").expect("link runs").clone()
}

/// How often each packet came, by its number without the wrap.
#[derive(Default)]
struct Came {
    sound: BTreeMap<u64, u32>,
    pictures: BTreeMap<u64, u32>,
}

impl Came {
    /// Takes what comes until `done`.
    async fn take(&mut self, relay: &mut FakeRelay, mut done: impl FnMut(&Self) -> bool) {
        let taking = async {
            while !done(self) {
                let (_, datagram) = relay.datagrams.recv().await.expect("relay runs");
                let (came, packet) = match datagram.flow {
                    Flow::Audio => (&mut self.sound, datagram.packet),
                    Flow::Video => (&mut self.pictures, datagram.packet),
                    // A path that lost much carries sound with earlier sound.
                    Flow::Repair => match Repair::decode(datagram.packet).unwrap() {
                        Repair::Sounds { newest, .. } => (&mut self.sound, newest),
                        Repair::Parity(_) => continue,
                    },
                    _ => continue,
                };
                let sequence = RtpView::parse(&packet).unwrap().header().sequence;
                let highest = came.last_key_value().map_or(0x1_0000 + u64::from(sequence), |(highest, _)| *highest);
                let ahead = sequence.wrapping_sub(highest as u16).cast_signed();
                *came.entry(highest.saturating_add_signed(ahead.into())).or_default() += 1;
            }
        };
        tokio::time::timeout(PATIENCE, taking).await.expect("media come");
    }

    fn missing(came: &BTreeMap<u64, u32>) -> Vec<u64> {
        let ends = came.first_key_value().zip(came.last_key_value()).map(|((first, _), (last, _))| *first..=*last);
        ends.into_iter().flatten().filter(|number| !came.contains_key(number)).collect()
    }
}

/// The path with pictures and control dies; later the other one, when the first is back.
#[tokio::test]
async fn the_death_of_one_path_costs_no_sound_and_at_most_one_picture() {
    let devices = TestDevices { picture_bytes: Some(150), ..TestDevices::default() };
    let mut world = two_paths(devices.clone()).await;
    let mut came = Came::default();
    came.take(&mut world.relay, |came| came.pictures.len() > 100).await;
    let twice = came.sound.values().filter(|times| **times == 2).count();
    assert!(twice > 50, "sound on both paths: {twice}");
    // A busy machine may take a path for dead for a moment, and send again.
    let once = came.pictures.values().filter(|times| **times == 1).count();
    assert!(once > 50, "pictures on one: {once}");

    let mut turn = 0;
    for _ in 0..2 {
        let carries = status(&mut world, |status| status.paths.iter().any(|path| path.carries_picture)).await;
        let place = carries.paths.iter().position(|path| path.carries_picture).unwrap();
        let begun = clock::now_instant();
        world.wire.set_path(ADDRESSES[place], false);
        let picture = came.pictures.last_key_value().map_or(0, |(last, _)| *last);
        came.take(&mut world.relay, |came| came.pictures.keys().next_back().is_some_and(|last| *last > picture + 60))
            .await;
        eprintln!("pictures go on over the other path {:?} after it died", begun.elapsed());
        turn = world
            .relay
            .heard(|said| match said {
                ToRelay::TakeControl { turn: said, consultation_id } if *said > turn => {
                    assert_eq!(*consultation_id, Some(CONSULTATION));
                    Some(*said)
                }
                _ => None,
            })
            .await;
        world.relay.heard(|said| matches!(said, ToRelay::MediaState { .. }).then_some(())).await;
        let sound = came.sound.len();
        came.take(&mut world.relay, |came| came.sound.len() > sound + 100).await;
        assert!(world.agent.link.status().borrow().is_connected());

        world.wire.set_path(ADDRESSES[place], true);
        status(&mut world, |status| status.paths.iter().all(is_connected)).await;
        // Told of by the far end on both paths: each is known to be alive.
        let both = came.sound.last_key_value().map_or(0, |(last, _)| *last);
        came.take(&mut world.relay, |came| came.sound.range(both + 1..).filter(|(_, times)| **times >= 2).count() > 60)
            .await;
    }
    assert_eq!(Came::missing(&came.sound), [0u64; 0], "no sound is lost");
    let lost = Came::missing(&came.pictures);
    assert!(lost.len() <= 2, "at most one picture of each death: {lost:?}");
    assert_eq!(devices.running.load(Ordering::Relaxed), 1, "the devices ran through");
    world.life.stop().await.unwrap();
}

/// A relay that does not name its session is asked for one connection, and the other path waits its turn.
#[tokio::test]
async fn a_relay_that_takes_one_connection_gets_one_and_the_other_path_stands_in() {
    let paths = ["5G", "wired"].into_iter().zip(ADDRESSES);
    let settings: Vec<PathSettings> = paths
        .map(|(name, address)| PathSettings { name: name.into(), address: Some(address), interface: None })
        .collect();
    let change = move |config: &mut yunzhen_clinic_agent::config::Config| config.link.paths = settings;
    let mut world = World::configured(Router::new(), Box::new(TestDevices::default()), change).await;
    let first = status(&mut world, |status| status.paths.iter().any(is_connected)).await;
    let place = first.paths.iter().position(is_connected).unwrap();
    world.wire.set_path(ADDRESSES[place], false);
    let other = status(&mut world, |status| is_connected(&status.paths[1 - place])).await;
    assert!(!is_connected(&other.paths[place]));
    world.life.stop().await.unwrap();
    let mut hellos = 0;
    while let Ok(said) = world.relay.control.try_recv() {
        assert!(!matches!(said, ToRelay::Join { .. } | ToRelay::TakeControl { .. }), "{said:?}");
        hellos += u32::from(matches!(said, ToRelay::Hello { .. }));
    }
    assert!(hellos >= 2, "{hellos}");
}
