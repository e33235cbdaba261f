//! Recordings: with consent, in their order, from the home they were asked of; assembled without a gap, read back by ffmpeg's own demuxer; who may record and watch.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ffmpeg_next::{Dictionary, Packet, Rational, codec, encoder, format, format::Pixel, frame, media, picture::Type};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::ids::{ConsultationId, HomeId, RecordingId};
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{
    ConsentKind, GapReason, RECORDING_AWAITED, RecordingFailure, RecordingTrouble, StopCause,
};
use yunzhen_protocol::control::{RecordingKey, SegmentRefusal, ToBox};
use yunzhen_protocol::segment::{After, Sample, SampleKind, Segment, place};
use yunzhen_relay::app::recordings::{self, Expected, assembly};
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::recordings::Recording;
use yunzhen_relay::app::{App, AppError, consents, retention};
use yunzhen_relay::rooms::CameraError;
use yunzhen_runtime::sealed::SealingKey;
use yunzhen_store::audit;

use crate::world::World;

const S: u64 = 1_000_000;
const FPS: u64 = 25;

/// A world whose recordings lie in a folder of their own.
async fn world() -> (World, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut w = World::new().await;
    w.app = w.app.clone().with_recordings(folder.path().join("recordings"));
    (w, folder)
}

async fn started(w: &World, id: ConsultationId) -> Recording {
    recordings::start(&w.app, &w.by(&w.specialist), id, Ok(())).await.unwrap()
}

async fn listed(w: &World, id: ConsultationId) -> Vec<Recording> {
    recordings::list(&w.app, &w.by(&w.specialist), id).await.unwrap().items
}

/// The key and the place that the home's box is told.
async fn ordered(app: &App, home: HomeId) -> (SealingKey, u32) {
    let order = recordings::orders(app, home).await.unwrap().remove(0).1;
    let ToBox::Record { key: RecordingKey(key), next, .. } = order else { panic!("{order:?}") };
    (SealingKey::new(STANDARD.decode(key).unwrap().try_into().unwrap()).unwrap(), next)
}

/// So many pictures, the first of each four seconds a keyframe, as the box encodes them.
fn film(pictures: u64) -> Vec<(bool, Bytes)> {
    ffmpeg_next::init().unwrap();
    let codec = encoder::find_by_name("libx264").unwrap();
    let mut video = codec::Context::new_with_codec(codec).encoder().video().unwrap();
    video.set_width(320);
    video.set_height(180);
    video.set_format(Pixel::YUV420P);
    video.set_time_base(Rational(1, FPS as i32));
    video.set_gop(1000);
    let options: Dictionary<'_> =
        [("preset", "ultrafast"), ("tune", "zerolatency"), ("profile", "baseline"), ("forced-idr", "1")]
            .into_iter()
            .collect();
    let mut encoder = video.open_as_with(codec, options).unwrap();
    let mut picture = frame::Video::new(Pixel::YUV420P, 320, 180);
    let mut packet = Packet::empty();
    (0..pictures)
        .map(|n| {
            let is_key = n % (4 * FPS) == 0;
            picture.data_mut(0).fill((n % 200) as u8);
            (1..3).for_each(|plane| picture.data_mut(plane).fill(128));
            picture.set_pts(Some(n as i64));
            picture.set_kind(if is_key { Type::I } else { Type::None });
            encoder.send_frame(&picture).unwrap();
            encoder.receive_packet(&mut packet).unwrap();
            (is_key, Bytes::copy_from_slice(packet.data().unwrap()))
        })
        .collect()
}

/// Segments of four seconds of a call, each begins where the box's clock says.
fn segments(id: RecordingId, seconds: u64) -> Vec<Segment> {
    let film = film(seconds * FPS);
    let silence = Bytes::from_static(&[0xf8, 0xff, 0xfe]);
    let begins = 1_800_000_000 * S;
    film.chunks(4 * FPS as usize)
        .enumerate()
        .map(|(index, chunk)| {
            let mut samples: Vec<Sample> = Vec::new();
            for (n, (is_key, bytes)) in chunk.iter().enumerate() {
                let kind = if *is_key { SampleKind::Keyframe } else { SampleKind::Picture };
                let at_us = n as u32 * 40_000;
                samples.push(Sample { kind, at_us, bytes: bytes.clone() });
                let sound = |at_us| Sample { kind: SampleKind::Sound, at_us, bytes: silence.clone() };
                samples.extend([sound(at_us), sound(at_us + 20_000)]);
            }
            let after = if index == 0 { After::Start } else { After::Segment };
            let begins_us = begins + index as u64 * 4 * S;
            Segment { recording: id.uuid(), index: index as u32, begins_us, after, size: (320, 180), samples }
        })
        .collect()
}

fn sealed(key: &SealingKey, segment: &Segment) -> Vec<u8> {
    let nonce = yunzhen_runtime::clock::random_bytes();
    key.seal(nonce, &place(segment.recording, segment.index), segment.encode()).unwrap()
}

async fn take(w: &World, home: HomeId, id: RecordingId, index: u32, sealed: &[u8]) -> Result<(), SegmentRefusal> {
    recordings::take(&w.app, home, id, index, sealed.to_vec(), w.now()).await.unwrap()
}

/// Stopped by the specialist some minutes after it was asked for, and brought whole.
async fn bring(w: &World, home: HomeId, id: RecordingId) {
    w.pass(SignedDuration::from_mins(5));
    recordings::stop(&w.app, &w.by(&w.specialist), id).await.unwrap();
    recordings::over(&w.app, home, id, w.now()).await.unwrap();
    assert!(assembly::due(&w.app, w.now()).await.unwrap().contains(&id));
}

/// The same, and assembled.
async fn finish(w: &World, home: HomeId, id: RecordingId) {
    bring(w, home, id).await;
    assembly::assemble(&w.app, id, w.now()).await.unwrap();
}

/// What lies in the folder of a recording.
fn lying(folder: &TempDir, id: RecordingId) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.path().join("recordings").join(id.to_string())) else { return vec![] };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A recording of eight seconds that has come.
async fn come(w: &World, person: &str) -> (ConsultationId, HomeId, RecordingId) {
    let c = w.in_progress(person).await;
    let (home, id) = (c.resident.home_id, started(w, c.id).await.id);
    let (key, _) = ordered(&w.app, home).await;
    for segment in segments(id, 8) {
        take(w, home, id, segment.index, &sealed(&key, &segment)).await.unwrap();
    }
    bring(w, home, id).await;
    (c.id, home, id)
}

#[tokio::test]
async fn what_the_box_encoded_is_read_back_picture_by_picture_without_a_gap() {
    let (w, folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let home = c.resident.home_id;
    let recording = started(&w, c.id).await;
    let (key, next) = ordered(&w.app, home).await;
    assert_eq!(next, 0);
    for segment in segments(recording.id, 12) {
        take(&w, home, recording.id, segment.index, &sealed(&key, &segment)).await.unwrap();
    }
    assert_eq!(listed(&w, c.id).await[0].state, State::Recording);
    assert_eq!(ordered(&w.app, home).await.1, 3, "a box that comes back goes on from there");
    finish(&w, home, recording.id).await;
    assembly::assemble(&w.app, recording.id, w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::ConsultationRecordingKept).await, 1, "once");

    let kept = listed(&w, c.id).await.remove(0);
    let movie = kept.movie.unwrap();
    assert_eq!((kept.state, movie.gaps.len(), movie.duration_ms / 100), (State::Kept, 0, 119));
    let media = recordings::media(&w.app, &w.by(&w.specialist), recording.id).await.unwrap();
    let bytes = media.read(0, movie.bytes as usize).await.unwrap();
    assert_eq!((bytes.len() as u64, hex(&Sha256::digest(&bytes))), (movie.bytes, movie.sha256.clone()));
    assert_eq!(media.read(1000, 64).await.unwrap(), bytes[1000..1064], "any place of it");

    let plain = folder.path().join("read-back.mp4");
    std::fs::write(&plain, &bytes).unwrap();
    let mut input = format::input(&plain).unwrap();
    let video = input.streams().best(media::Type::Video).unwrap();
    let (index, base) = (video.index(), video.time_base());
    let audio = input.streams().best(media::Type::Audio).unwrap().index();
    let ms = |pts: i64| pts * 1000 * i64::from(base.numerator()) / i64::from(base.denominator());
    let (mut times, mut sounds, mut packet) = (Vec::new(), 0, Packet::empty());
    while packet.read(&mut input).is_ok() {
        match packet.stream() {
            stream if stream == index => times.push(ms(packet.pts().unwrap())),
            stream if stream == audio => sounds += 1,
            other => panic!("stream {other}"),
        }
    }
    assert_eq!((times.len() as u64, sounds), (12 * FPS, 600));
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 40), "{times:?}");

    // Nothing lies in clear, and the log vouches for what was kept.
    assert_eq!(lying(&folder, recording.id), [format!("{}.movie", movie.sha256)]);
    let mut db = w.app.store.read().await.unwrap();
    let rows = audit::after(&mut db, 0, 10_000).await.unwrap();
    let row = rows.iter().find(|row| row.fact.kind == EventKind::ConsultationRecordingKept).unwrap();
    assert_eq!(row.fact.sha256.as_ref(), Some(&movie.sha256));
}

/// Its end was counted from the press, and what the box took to begin was too much at the end. A word of the beginning that came late must not cut off what was made before the end.
#[tokio::test]
async fn the_end_of_a_recording_is_counted_from_when_the_box_began() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let home = c.resident.home_id;
    // When its word came, when it was stopped, both seconds after the press; seconds of its file, of 24 that the box made in segments of four.
    for (begun, stopped, kept) in [(3, 7, 12), (22, 23, 24)] {
        let id = started(&w, c.id).await.id;
        let (key, _) = ordered(&w.app, home).await;
        // The world's clock goes on by a second with each look.
        w.pass(SignedDuration::from_secs(begun - 1));
        recordings::trouble(&w.app, home, id, None, w.now()).await.unwrap();
        w.pass(SignedDuration::from_secs(stopped - begun - 1));
        recordings::stop(&w.app, &w.by(&w.specialist), id).await.unwrap();
        for segment in segments(id, 24) {
            take(&w, home, id, segment.index, &sealed(&key, &segment)).await.unwrap();
        }
        recordings::over(&w.app, home, id, w.now()).await.unwrap();
        assembly::assemble(&w.app, id, w.now()).await.unwrap();
        let movie = listed(&w, c.id).await.into_iter().find(|one| one.id == id).unwrap().movie.unwrap();
        // The last sound of a segment begins 20 ms before its end.
        assert_eq!(movie.duration_ms.div_ceil(1000), kept, "word after {begun} s, stopped after {stopped} s");
        assert!(movie.gaps.is_empty(), "{:?}", movie.gaps);
    }
}

#[tokio::test]
async fn without_consent_nothing_is_recorded_and_with_it_only_once_at_a_time() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let by = || w.by(&w.specialist);
    let none = recordings::start(&w.app, &by(), c.id, Err(CameraError::NoRecorder)).await;
    assert!(matches!(none, Err(AppError::Camera(CameraError::NoRecorder))), "{none:?}");
    let nurse = recordings::start(&w.app, &w.by(&w.nurse), c.id, Ok(())).await;
    assert!(matches!(nurse, Err(AppError::Forbidden | AppError::NotFound)), "{nurse:?}");
    let first = started(&w, c.id).await;
    let twice = recordings::start(&w.app, &by(), c.id, Ok(())).await;
    assert!(matches!(twice, Err(AppError::AlreadyRecording)), "{twice:?}");

    // The resident takes the consent back: it stops by itself, and none begins.
    let given = consents::list(&w.app, &w.by(&w.nurse), c.resident.id).await.unwrap().history;
    let given = given.into_iter().find(|consent| consent.kind == ConsentKind::Recording).unwrap();
    let reason = ReasonBody { version: given.version, reason: "不愿意被录像".into() };
    consents::revoke(&w.app, &w.by(&w.nurse), given.id, reason).await.unwrap();
    let homes = recordings::settle(&w.app, w.now(), false).await.unwrap();
    assert_eq!(homes.into_iter().collect::<Vec<_>>(), [c.resident.home_id], "its box hears of it");
    let again = recordings::settle(&w.app, w.now(), true).await.unwrap();
    assert!(again.contains(&c.resident.home_id), "and again each minute, until it has");
    let stopped = listed(&w, c.id).await.remove(0);
    assert_eq!((stopped.state, stopped.stop_cause), (State::Backfilling, Some(StopCause::ConsentRevoked)));
    let order = recordings::orders(&w.app, c.resident.home_id).await.unwrap().remove(0).1;
    assert_eq!(order, ToBox::StopRecording { recording_id: first.id });
    let again = recordings::start(&w.app, &by(), c.id, Ok(())).await;
    assert!(matches!(again, Err(AppError::NoRecordingConsent)), "{again:?}");

    recordings::over(&w.app, c.resident.home_id, first.id, w.now()).await.unwrap();
    let failed = listed(&w, c.id).await.remove(0);
    assert_eq!((failed.state, failed.failure), (State::Failed, Some(RecordingFailure::Nothing)));
    for stranger in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.administrator] {
        let seen = recordings::list(&w.app, &w.by(stranger), c.id).await;
        assert!(matches!(seen, Err(AppError::NotFound | AppError::Forbidden)), "{seen:?}");
        let watched = recordings::media(&w.app, &w.by(stranger), first.id).await;
        assert!(matches!(watched, Err(AppError::NotFound | AppError::Forbidden)));
    }
}

#[tokio::test]
async fn a_foreign_home_a_wrong_order_and_damaged_segments_are_refused() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let (home, other) = (c.resident.home_id, HomeId::from_uuid(uuid::Uuid::from_u128(9)));
    let id = started(&w, c.id).await.id;
    let (key, _) = ordered(&w.app, home).await;
    let all = segments(id, 8);
    let [first, second] = [&all[0], &all[1]].map(|segment| sealed(&key, segment));
    let expect = async |home, index| recordings::expect(&w.app, home, id, index, 2).await.unwrap();
    let refusal = |expected| match expected {
        Expected::Refused(reason) => Some(reason),
        Expected::Next | Expected::Known => None,
    };

    assert_eq!(refusal(expect(other, 0).await), Some(SegmentRefusal::NotAsked));
    assert_eq!(take(&w, other, id, 0, &first).await, Err(SegmentRefusal::NotAsked));
    assert_eq!(refusal(expect(home, 1).await), Some(SegmentRefusal::OutOfOrder));
    assert_eq!(take(&w, home, id, 1, &second).await, Err(SegmentRefusal::OutOfOrder));
    // Sealed with another key, for another place, and bytes of nobody.
    let foreign = sealed(&SealingKey::new([9; 32]).unwrap(), &all[0]);
    for wrong in [&foreign, &second, &vec![0; 50]] {
        assert_eq!(take(&w, home, id, 0, wrong).await, Err(SegmentRefusal::Damaged));
    }
    assert!(recordings::trouble(&w.app, other, id, None, w.now()).await.is_err());
    assert!(recordings::over(&w.app, other, id, w.now()).await.is_err());
    assert_eq!(listed(&w, c.id).await[0].state, State::Asked, "nothing of it counted");

    take(&w, home, id, 0, &first).await.unwrap();
    assert!(matches!(expect(home, 0).await, Expected::Known));
    assert_eq!(listed(&w, c.id).await[0].arrived_percent, Some(33));
    take(&w, home, id, 0, &first).await.unwrap();
    take(&w, home, id, 1, &second).await.unwrap();
    recordings::over(&w.app, home, id, w.now()).await.unwrap();
    assert_eq!(listed(&w, c.id).await[0].state, State::Recording, "a box that was not told to stop is not over");
    finish(&w, home, id).await;
    assert_eq!(refusal(expect(home, 2).await), Some(SegmentRefusal::NotAsked), "it has ended");
}

#[tokio::test]
async fn a_full_disk_and_a_power_cut_are_told_and_listed() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let home = c.resident.home_id;
    let id = started(&w, c.id).await.id;
    let (key, _) = ordered(&w.app, home).await;
    let disk = Some(RecordingTrouble::BoxDisk);
    for _ in 0..2 {
        recordings::trouble(&w.app, home, id, disk, w.now()).await.unwrap();
    }
    assert_eq!(listed(&w, c.id).await[0].trouble, disk);
    assert_eq!(w.count(EventKind::ConsultationRecordingTroubled).await, 1);
    recordings::trouble(&w.app, home, id, None, w.now()).await.unwrap();
    let seen = listed(&w, c.id).await.remove(0);
    assert_eq!((seen.trouble, seen.state), (None, State::Recording), "a box that is hindered by nothing records");
    for (mut segment, (later, after)) in
        segments(id, 12).into_iter().zip([(0, After::Start), (30, After::Disk), (90, After::Start)])
    {
        segment.begins_us += later * S;
        segment.after = after;
        take(&w, home, id, segment.index, &sealed(&key, &segment)).await.unwrap();
    }
    finish(&w, home, id).await;
    let kept = listed(&w, c.id).await.remove(0);
    let gaps = kept.movie.unwrap().gaps;
    let told: Vec<_> = gaps.iter().map(|gap| (gap.reason, (gap.for_ms + 500) / 1000)).collect();
    assert_eq!(told, [(GapReason::Disk, 30), (GapReason::Restarted, 60)]);
    assert_eq!(kept.troubles, [RecordingTrouble::BoxDisk], "what hindered it stays known");
}

/// One segment that the box cannot give held up all behind it.
#[tokio::test]
async fn a_lost_segment_is_a_gap_with_its_reason_and_what_comes_behind_it_is_taken() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let (home, other) = (c.resident.home_id, HomeId::from_uuid(uuid::Uuid::from_u128(9)));
    let id = started(&w, c.id).await.id;
    let (key, _) = ordered(&w.app, home).await;
    let all = segments(id, 16);
    take(&w, home, id, 0, &sealed(&key, &all[0])).await.unwrap();
    // Not said to be lost, it is out of its order; and nobody else says so.
    assert_eq!(take(&w, home, id, 3, &sealed(&key, &all[3])).await, Err(SegmentRefusal::OutOfOrder));
    let lose = async |home, index| recordings::lose(&w.app, home, id, index, GapReason::Unreadable).await.unwrap();
    assert_eq!(lose(other, 2).await, Err(SegmentRefusal::NotAsked));
    assert_eq!(lose(home, 1_000_000).await, Err(SegmentRefusal::TooLarge));
    for _ in 0..2 {
        assert_eq!(lose(home, 2).await, Ok(3), "said twice is once");
    }
    assert_eq!(lose(home, 0).await, Ok(3), "what is here is not lost");
    assert_eq!(take(&w, home, id, 2, &sealed(&key, &all[2])).await, Ok(()), "too late, and known");
    assert_eq!(ordered(&w.app, home).await.1, 3);
    take(&w, home, id, 3, &sealed(&key, &all[3])).await.unwrap();
    finish(&w, home, id).await;
    let movie = listed(&w, c.id).await.remove(0).movie.unwrap();
    let told: Vec<_> = movie.gaps.iter().map(|gap| (gap.reason, (gap.for_ms + 500) / 1000)).collect();
    assert_eq!((told, movie.duration_ms / 1000), (vec![(GapReason::Unreadable, 8)], 15));
    let late = recordings::lose(&w.app, home, id, 9, GapReason::Lost).await.unwrap();
    assert_eq!(late, Err(SegmentRefusal::NotAsked), "it has ended");
}

/// The consultation ended while the box had no link: what it recorded until it heard was kept.
#[tokio::test]
async fn what_a_box_without_a_link_records_after_the_end_is_not_kept() {
    let (w, _folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let home = c.resident.home_id;
    let id = started(&w, c.id).await.id;
    let (key, _) = ordered(&w.app, home).await;
    let all = segments(id, 12);
    recordings::stop(&w.app, &w.by(&w.specialist), id).await.unwrap();
    for (mut segment, later) in all.into_iter().zip([0, 0, 300]) {
        segment.begins_us += later * S;
        take(&w, home, id, segment.index, &sealed(&key, &segment)).await.unwrap();
    }
    recordings::over(&w.app, home, id, w.now()).await.unwrap();
    assembly::assemble(&w.app, id, w.now()).await.unwrap();
    let movie = listed(&w, c.id).await.remove(0).movie.unwrap();
    assert_eq!((movie.duration_ms / 1000, movie.gaps), (7, Vec::new()));
}

/// Two relays over one database and one folder put one recording together at once, into each other's file.
#[tokio::test]
async fn of_two_relays_one_assembles_a_recording_and_the_other_s_file_goes() {
    // At once; and while the first is so slow that it is taken for dead.
    for later in [0, 31] {
        let (w, folder) = world().await;
        let (consultation, _, id) = come(&w, "王秀英").await;
        let (first, second) = (w.app.clone(), w.app.clone());
        let now = w.now();
        let (one, other) = tokio::join!(
            assembly::assemble(&first, id, now),
            assembly::assemble(&second, id, now + SignedDuration::from_mins(later)),
        );
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        // Who begins late takes what the other has in hand for something left behind: then the next try makes it.
        assembly::assemble(&w.app, id, now + SignedDuration::from_hours(2)).await.unwrap();
        assert_eq!(w.count(EventKind::ConsultationRecordingKept).await, 1);
        let movie = listed(&w, consultation).await.remove(0).movie.unwrap();
        assert_eq!(lying(&folder, id), [format!("{}.movie", movie.sha256)]);
        let media = recordings::media(&w.app, &w.by(&w.specialist), id).await.unwrap();
        let bytes = media.read(0, movie.bytes as usize).await.unwrap();
        assert_eq!(hex(&Sha256::digest(&bytes)), movie.sha256, "and it is whole");
    }
}

/// A relay that died in the middle left its lease and what lay in clear.
#[tokio::test]
async fn a_try_that_died_is_taken_over_and_leaves_nothing_in_clear() {
    let (w, folder) = world().await;
    let (consultation, _, id) = come(&w, "王秀英").await;
    let now = w.now();
    {
        let mut tx = w.app.store.write().await.unwrap();
        let row = yunzhen_store::recordings::get(&mut tx, id).await.unwrap().unwrap();
        let leased = row.begin_assembly(now, now + SignedDuration::from_mins(30)).unwrap();
        yunzhen_store::recordings::update(&mut tx, &leased).await.unwrap();
        tx.commit_bookkeeping("test").await.unwrap();
    }
    std::fs::write(w.app.recordings.plain(id), b"in clear").unwrap();
    let soon = now + SignedDuration::from_mins(29);
    assert!(assembly::due(&w.app, soon).await.unwrap().is_empty(), "it may be alive");
    assembly::assemble(&w.app, id, soon).await.unwrap();
    assert!(listed(&w, consultation).await[0].movie.is_none(), "and is left alone");
    let later = now + SignedDuration::from_mins(31);
    assert_eq!(assembly::due(&w.app, later).await.unwrap(), [id]);
    assembly::assemble(&w.app, id, later).await.unwrap();
    let movie = listed(&w, consultation).await.remove(0).movie.unwrap();
    assert_eq!(lying(&folder, id), [format!("{}.movie", movie.sha256)]);
}

/// A full disk was tried again after each change of the record, for two weeks, and then the recording was given up for good.
#[tokio::test]
async fn a_failed_assembly_waits_longer_each_time_and_then_for_the_specialist() {
    let (w, folder) = world().await;
    let (consultation, home, id) = come(&w, "王秀英").await;
    let own = folder.path().join("recordings").join(id.to_string());
    let away = folder.path().join("away");
    std::fs::rename(&own, &away).unwrap();
    let (mut now, mut waits) = (w.now(), Vec::new());
    for _ in 0..assembly::TRIES {
        assert_eq!(assembly::due(&w.app, now).await.unwrap(), [id]);
        let failed = assembly::assemble(&w.app, id, now).await;
        assert!(matches!(failed, Err(AppError::RecordingDisk(_))), "{failed:?}");
        // Whatever changes in the record.
        assembly::assemble(&w.app, id, now).await.unwrap();
        let row = {
            let mut db = w.app.store.read().await.unwrap();
            yunzhen_store::recordings::get(&mut db, id).await.unwrap().unwrap()
        };
        if let Some(due) = row.assembly.due_at {
            assert!(due > now, "not at once");
            waits.push(due.duration_since(now));
            now = due;
        }
    }
    assert_eq!(waits.len() as u32, assembly::TRIES - 1);
    assert!(waits.windows(2).all(|pair| pair[1] * 2 > pair[0]) && waits[8] > waits[0] * 50, "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= SignedDuration::from_hours(6)), "{waits:?}");
    let stuck = listed(&w, consultation).await.remove(0);
    assert_eq!((stuck.state, stuck.can_retry), (State::Stuck, true));
    assert_eq!(w.count(EventKind::ConsultationRecordingStuck).await, 1);
    let years = now + SignedDuration::from_hours(24 * 366);
    assert!(assembly::due(&w.app, years).await.unwrap().is_empty(), "nobody tries by itself");

    // What came stays until somebody asks, and the record's own clock.
    std::fs::rename(&away, &own).unwrap();
    assert_eq!(assembly::sweep(&w.app).await.unwrap(), 0);
    let nurse = recordings::list(&w.app, &w.by(&w.nurse), consultation).await.unwrap().items.remove(0);
    assert!(!nurse.can_retry);
    let refused = assembly::retry(&w.app, &w.by(&w.nurse), id).await;
    assert!(matches!(refused, Err(AppError::Forbidden | AppError::NotFound)), "{refused:?}");
    let again = assembly::retry(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!((again.state, again.can_retry), (State::Assembling, false));
    let twice = assembly::retry(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!(twice.state, State::Assembling, "pressed twice is once");
    assembly::assemble(&w.app, id, now).await.unwrap();
    assert_eq!(listed(&w, consultation).await[0].state, State::Kept);
    let late = recordings::expect(&w.app, home, id, 2, 1).await.unwrap();
    assert!(matches!(late, Expected::Refused(SegmentRefusal::NotAsked)));
}

/// The segments of a recording of which nothing can be shown stayed on the disk as long as its record.
#[tokio::test]
async fn what_a_failed_recording_was_made_of_is_swept_and_what_others_are_made_of_stays() {
    let (w, folder) = world().await;
    let (_, _, waits) = come(&w, "王秀英").await;
    let (consultation, _, failed) = come(&w, "孙桂兰").await;
    for index in 0..2 {
        w.app.recordings.take(failed, index, b"nobody's bytes").unwrap();
    }
    std::fs::write(w.app.recordings.plain(failed), b"in clear").unwrap();
    assembly::assemble(&w.app, failed, w.now()).await.unwrap();
    let told = listed(&w, consultation).await.remove(0);
    assert_eq!((told.state, told.failure), (State::Failed, Some(RecordingFailure::Damaged)));
    assert_eq!(lying(&folder, failed), Vec::<String>::new());
    // What a crash left of it goes with the sweep, and nothing else.
    w.app.recordings.take(failed, 0, b"nobody's bytes").unwrap();
    assert_eq!(assembly::sweep(&w.app).await.unwrap(), 1);
    assert_eq!(lying(&folder, failed), Vec::<String>::new());
    assert_eq!(lying(&folder, waits).len(), 2);
    assembly::assemble(&w.app, waits, w.now()).await.unwrap();
    w.app.recordings.take(waits, 0, b"left behind").unwrap();
    assert_eq!(assembly::sweep(&w.app).await.unwrap(), 1);
    assert_eq!(lying(&folder, waits).len(), 1, "what is watched");
}

#[tokio::test]
async fn what_does_not_come_is_given_up_and_what_came_of_it_is_kept() {
    let (w, folder) = world().await;
    let c = w.in_progress("王秀英").await;
    let home = c.resident.home_id;
    let id = started(&w, c.id).await.id;
    let (key, _) = ordered(&w.app, home).await;
    take(&w, home, id, 0, &sealed(&key, &segments(id, 4)[0])).await.unwrap();
    recordings::stop(&w.app, &w.by(&w.specialist), id).await.unwrap();
    let soon = w.now() + RECORDING_AWAITED - SignedDuration::from_mins(5);
    recordings::settle(&w.app, soon, false).await.unwrap();
    assert!(assembly::due(&w.app, soon).await.unwrap().is_empty(), "it may still come");
    let late = w.now() + RECORDING_AWAITED + SignedDuration::from_mins(5);
    recordings::settle(&w.app, late, false).await.unwrap();
    assert_eq!(assembly::due(&w.app, late).await.unwrap(), [id]);
    assembly::assemble(&w.app, id, late).await.unwrap();
    let movie = listed(&w, c.id).await.remove(0).movie.unwrap();
    assert_eq!(movie.gaps.last().map(|gap| gap.reason), Some(GapReason::Lost));

    // Its file goes with the record, and not before.
    assert_eq!(assembly::sweep(&w.app).await.unwrap(), 0);
    let years = w.now() + SignedDuration::from_hours(24 * 366 * 20);
    assert!(retention::purge(&w.app, years).await.unwrap() > 0);
    assert_eq!(assembly::sweep(&w.app).await.unwrap(), 1);
    assert_eq!(std::fs::read_dir(folder.path().join("recordings")).unwrap().count(), 0);
}
