//! A real box over real QUIC: what it says and sends is in the record's media timeline after the relay has drained.

use axum::http::Method;
use bytes::Bytes;
use serde_json::json;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::media_timeline::{Attendance, CallCamera, Heard, Rung, Second, Stretch};
use yunzhen_domain::radio::{RadioStrength, RadioTechnology};
use yunzhen_protocol::control::{RadioSignal, ToRelay};
use yunzhen_protocol::room::HomeSignal;
use yunzhen_protocol::roq::{self, Flow};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_relay::seed::{HOME_1, HOME_2};
use yunzhen_store::media_timeline;

use crate::boxes::{PATIENCE, Stage, TestBox};
use crate::world::World;

const SECONDS: &str = "yunzhen_media_timeline_seconds_total";

/// One packet of sound, as a box sends it; every tenth is lost.
fn sound(one: &TestBox, ssrc: u32, number: u16) {
    if number % 10 == 9 {
        return;
    }
    let timestamp = u32::from(number) * 960;
    let header = RtpHeader { marker: false, payload_type: 111, sequence: number, timestamp, ssrc };
    let packet = RtpPacket { header, payload: Bytes::from_static(&[0xb0; 80]) };
    let mut datagram = Vec::new();
    roq::write_flow_id(Flow::Audio, &mut datagram);
    datagram.extend_from_slice(&packet.to_bytes());
    one.connection.send_datagram(datagram.into()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_second_of_a_call_is_in_the_record_when_the_relay_has_drained() {
    let stage = Stage::new().await;
    let mut one = stage.connected(HOME_1).await;
    let modem = |path: &str, quality_percent, dbm| RadioSignal {
        path: path.to_owned(),
        technology: RadioTechnology::Lte,
        quality_percent,
        dbm,
    };
    // The second is forged, and the third says a strength that no radio has.
    let modems = vec![modem("SIM 2", 12, Some(-110)), modem("SIM 3", 230, None), modem("SIM 1", 40, Some(9))];
    one.say(&ToRelay::Signal { modems }).await;
    let (mut number, mut rung_was_told) = (0_u16, false);
    let calling = async {
        while stage.counted(SECONDS) < 3 || !rung_was_told {
            one.say(&ToRelay::MediaRung { rung: Some(Rung::Sound), target_bps: Some(90_000), queue_ms: Some(120) })
                .await;
            for _ in 0..10 {
                sound(&one, 8, number);
                number = number.wrapping_add(1);
            }
            one.answers().await;
            let room = one.room.as_ref().unwrap();
            rung_was_told |= room.participants.iter().any(|one| one.rung == Some(Rung::Sound));
        }
    };
    tokio::time::timeout(PATIENCE, calling).await.expect("three seconds");
    let room = one.room.as_ref().unwrap();
    let word = |path: &str, strength| HomeSignal { path: path.to_owned(), technology: RadioTechnology::Lte, strength };
    assert_eq!(room.participants[0].signals, [word("SIM 1", RadioStrength::Fair), word("SIM 2", RadioStrength::Weak)]);
    let consultation = room.consultation_id;
    stage.stop().await;

    let seconds = stored(&stage, consultation).await;
    assert!(seconds.len() >= 3, "{seconds:?}");
    let heard = |second: &Second| matches!(second, Second::Heard(Heard { sound: true, rung: Some(Rung::Sound), .. }));
    let told = seconds.iter().filter(|second| heard(second)).count();
    assert!(told >= 2, "{seconds:?}");
    let Some(Second::Heard(one)) = seconds.iter().rev().find(|second| heard(second)) else { panic!("{seconds:?}") };
    assert_eq!((one.target_kbps, one.queue_ms, one.camera), (Some(90), Some(120), Some(CallCamera::Room)));
    assert!(!one.picture && one.received_kbps > 0 && one.round_trip_ms.is_some(), "{one:?}");
    assert!(one.loss_permille >= 50, "{one:?}");
    let signals: Vec<_> = one.signals.iter().map(|one| (one.path(), one.quality_percent(), one.dbm())).collect();
    assert_eq!(signals, [("SIM 1", 40, None), ("SIM 2", 12, Some(-110))]);
    let alone = (Attendance::Absent, false, false);
    assert_eq!((one.specialist, one.sound_given, one.picture_given), alone, "no doctor has joined");
}

async fn stored(stage: &Stage, id: ConsultationId) -> Vec<Second> {
    let store = stage.database.open().await;
    let rows = media_timeline::of_consultation(&mut store.read().await.unwrap(), id).await.unwrap();
    store.close().await;
    rows.into_iter().flat_map(|stretch| stretch.seconds).collect()
}

#[tokio::test]
async fn the_administrator_reads_how_the_last_call_of_a_home_went() {
    let world = World::new().await;
    let heard = Heard { rung: Some(Rung::Small), picture: true, sound: true, ..Heard::default() };
    let stretch = Stretch { from_second: 1_800_000_000, seconds: vec![Second::Heard(heard); 30] };
    let mut tx = world.app.store.write().await.unwrap();
    media_timeline::add(&mut tx, world.consultation.id, &stretch).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let boxes = world.send(Method::GET, "/api/boxes", Some("admin1"), None).await;
    let boxes = boxes.body["items"].as_array().unwrap().clone();
    let call_of =
        |home: HomeId| boxes.iter().find(|one| one["home_id"] == home.to_string()).unwrap()["last_call"].clone();
    assert_eq!(call_of(HOME_1), json!({"until": "2027-01-15T08:00:30.000Z", "shown": "small"}));
    assert!(call_of(HOME_2).is_null(), "it had none");
}
