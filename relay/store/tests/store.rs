//! The store on real databases: an SQLite file, or a PostgreSQL server (`yunzhen_store::testing`).
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::{IdNumber, RawFrame};
use yunzhen_domain::early_warning::OxygenScale;
use yunzhen_domain::ids::{ConsultationId, HomeId, ObservationId, PasskeyId, ResidentId, StaffId};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::media_timeline::{Attendance, Heard, Rung, Second, Stretch};
use yunzhen_domain::records::{
    Consultation, ConsultationNote, DeviceTrace, Home, Observation, ObservationSource, Passkey, Resident, Sex, Staff,
    StaffCredential, Urgency,
};
use yunzhen_domain::schedule::Zone;
use yunzhen_domain::{Actor, Role};
use yunzhen_store::idempotency::Outcome;
use yunzhen_store::testing::{TestDatabase, options};
use yunzhen_store::{
    Backend, Options, Paging, Store, StoreError, audit, consultation_notes, consultations, homes, idempotency, jobs,
    media_timeline, observations, passkeys, residents, staff,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn uuid(n: u8) -> Uuid {
    yunzhen_domain::ids::uuid_v7(at(i64::from(n)), [n; 10])
}

fn fact(n: u8) -> AuditFact {
    AuditFact {
        at: at(i64::from(n)),
        actor: Actor::System.reference(),
        kind: EventKind::ConsultationRequested,
        entity_id: uuid(n),
        home_id: Some(HomeId::from_uuid(uuid(1))),
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}

fn home() -> Home {
    Home {
        id: HomeId::from_uuid(uuid(1)),
        name: "松鹤养老院".into(),
        address: "杭州".into(),
        phone: "0571".into(),
        version: 1,
        zone: Zone::shanghai(),
        place: None,
        preferred_pharmacy_id: None,
    }
}

fn nurse() -> Staff {
    Staff {
        id: StaffId::from_uuid(uuid(2)),
        version: 1,
        username: "nurse1".into(),
        name: "李梅".into(),
        role: Role::Nurse,
        home_id: Some(home().id),
        pharmacy_id: None,
        hospital: None,
        licence: None,
        title: None,
        practising_since: None,
        active: true,
    }
}

fn resident() -> Resident {
    Resident {
        id: ResidentId::from_uuid(uuid(3)),
        version: 1,
        home_id: home().id,
        name: "王秀英".into(),
        pinyin: "wxy".into(),
        sex: Sex::Female,
        birth_date: "1941-05-06".parse().unwrap(),
        bed: "3-12".into(),
        id_number: IdNumber::complete("33010619410506002").unwrap(),
        contacts: vec![],
        surrogate: None,
        allergies: vec![],
        allergies_asked: true,
        conditions: vec![],
        medicines: vec![],
        oxygen_scale: OxygenScale::Scale1,
        photo_url: None,
        merged_into: None,
    }
}

fn consultation(n: u8) -> Consultation {
    Consultation {
        id: ConsultationId::from_uuid(uuid(n)),
        version: 1,
        state: State::Waiting,
        resident_id: resident().id,
        home_id: home().id,
        reason: "头晕".into(),
        urgency: Urgency::Routine,
        requested_by: nurse().id,
        specialist_id: None,
        requested_at: at(i64::from(n)),
        scheduled_at: None,
        waiting_since: Some(at(i64::from(n))),
        began_at: None,
        ended_at: None,
        end_reason: None,
    }
}

async fn with_people(store: &Store) {
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home()).await.unwrap();
    let credential = StaffCredential { staff_id: nurse().id, password_hash: "$argon2id$".into(), initial_until: None };
    staff::insert(&mut tx, &nurse(), &credential).await.unwrap();
    residents::insert(&mut tx, &resident()).await.unwrap();
    tx.commit(vec![fact(1)]).await.unwrap();
}

#[tokio::test]
async fn opens_from_empty_and_again_with_what_was_kept() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    store.close().await;
    let store = database.open().await;
    let mut read = store.read().await.unwrap();
    assert_eq!(homes::list(&mut read).await.unwrap(), [home()]);
    assert_eq!(staff::by_username(&mut read, "nurse1").await.unwrap(), Some(nurse()));
    assert_eq!(residents::get(&mut read, resident().id).await.unwrap(), Some(resident()));
    assert_eq!(*store.audit_head().borrow(), 1, "the head is known after a restart");
    store.check().await.unwrap();
}

#[tokio::test]
async fn search_takes_wildcards_literally() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let mut read = store.read().await.unwrap();
    for (q, found) in [("秀", 1), ("WXY", 1), ("3-1", 1), ("%", 0), ("_", 0), ("  ", 1), ("!", 0)] {
        assert_eq!(residents::list(&mut read, None, Some(q)).await.unwrap().len(), found, "{q}");
    }
    let elsewhere = HomeId::from_uuid(uuid(9));
    assert!(residents::list(&mut read, Some(elsewhere), None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dropped_transaction_did_nothing_and_an_unaudited_one_is_refused() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home()).await.unwrap();
    drop(tx);
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home()).await.unwrap();
    assert!(matches!(tx.commit(vec![]).await, Err(StoreError::Unaudited)));
    let mut read = store.read().await.unwrap();
    assert!(homes::list(&mut read).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_second_of_two_updates_of_one_version_is_stale() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let mut tx = store.write().await.unwrap();
    consultations::insert(&mut tx, &consultation(10)).await.unwrap();
    tx.commit(vec![fact(10)]).await.unwrap();

    let seen = consultations::get(&mut store.read().await.unwrap(), consultation(10).id).await.unwrap().unwrap();
    assert_eq!(seen, consultation(10));
    let begun = seen.clone().apply(Event::Begin { specialist: nurse().id }, at(20)).unwrap();
    let cancelled = seen.apply(Event::Cancel { reason: "改期".into() }, at(21)).unwrap();

    let mut tx = store.write().await.unwrap();
    consultations::update(&mut tx, &begun).await.unwrap();
    tx.commit(vec![fact(11)]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let refused = consultations::update(&mut tx, &cancelled).await;
    assert!(matches!(refused, Err(StoreError::Stale { what: "consultation" })), "{refused:?}");
    drop(tx);
    let kept = consultations::get(&mut store.read().await.unwrap(), begun.id).await.unwrap().unwrap();
    assert_eq!(kept, begun);
}

#[tokio::test]
async fn a_passkey_that_changed_since_it_was_read_is_not_written_back() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let read = Passkey {
        id: PasskeyId::from_uuid(uuid(30)),
        staff_id: nurse().id,
        credential_id: vec![1, 2, 3],
        public_key: vec![4, 5, 6],
        sign_count: 4,
        name: "我的手机".into(),
        made_at: at(0),
        last_used_at: None,
        count_fell_at: None,
    };
    let mut tx = store.write().await.unwrap();
    passkeys::insert(&mut tx, &read).await.unwrap();
    // Its owner renames it, and it signs in, while what was read before is still looked at.
    assert!(passkeys::rename(&mut tx, nurse().id, read.id, "值班室电脑").await.unwrap());
    assert!(!passkeys::rename(&mut tx, StaffId::from_uuid(uuid(9)), read.id, "x").await.unwrap(), "not theirs");
    passkeys::shown(&mut tx, &read, 5, at(1)).await.unwrap();
    let stands = passkeys::by_credential_id(&mut tx, &read.credential_id).await.unwrap().unwrap();
    let expected = Passkey { sign_count: 5, name: "值班室电脑".into(), last_used_at: Some(at(1)), ..read.clone() };
    assert_eq!(stands, expected);
    let stale = passkeys::shown(&mut tx, &read, 6, at(2)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    // One that may have a copy counts on for nobody, and when that was seen first stays.
    for seconds in [3, 4] {
        passkeys::set_count_fell(&mut tx, read.id, at(seconds)).await.unwrap();
    }
    let copied = passkeys::shown(&mut tx, &stands, 6, at(5)).await;
    assert!(matches!(copied, Err(StoreError::Stale { .. })), "{copied:?}");
    let stands = passkeys::by_credential_id(&mut tx, &read.credential_id).await.unwrap().unwrap();
    assert_eq!((stands.sign_count, stands.count_fell_at), (5, Some(at(3))));
    assert!(passkeys::delete(&mut tx, nurse().id, read.id).await.unwrap());
    let gone = passkeys::shown(&mut tx, &stands, 7, at(6)).await;
    assert!(matches!(gone, Err(StoreError::Stale { .. })), "{gone:?}");
}

#[tokio::test]
async fn a_note_is_guarded_from_its_first_version_on() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let mut tx = store.write().await.unwrap();
    consultations::insert(&mut tx, &consultation(10)).await.unwrap();
    let note = |version, text: &str| ConsultationNote {
        consultation_id: consultation(10).id,
        version,
        text: text.into(),
        diagnosis_code: Some("I10".into()),
        updated_at: at(30),
        author: nurse().id,
    };
    assert!(matches!(consultation_notes::put(&mut tx, &note(2, "x")).await, Err(StoreError::Stale { .. })));
    consultation_notes::put(&mut tx, &note(1, "a")).await.unwrap();
    assert!(matches!(consultation_notes::put(&mut tx, &note(1, "b")).await, Err(StoreError::Stale { .. })));
    consultation_notes::put(&mut tx, &note(2, "c")).await.unwrap();
    assert_eq!(consultation_notes::get(&mut tx, consultation(10).id).await.unwrap(), Some(note(2, "c")));
}

#[tokio::test]
async fn the_last_minutes_of_the_last_call_of_a_home_are_found_whenever_it_was_asked_for() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let (first, second) = (consultation(10), consultation(11));
    let row = |from_second| Stretch { from_second, seconds: vec![Second::Away(Attendance::Present); 10] };
    let mut tx = store.write().await.unwrap();
    for one in [&first, &second, &consultation(12)] {
        consultations::insert(&mut tx, one).await.unwrap();
    }
    // What was asked for first had its call last; what was asked for last had none.
    for (id, from) in [(second.id, 1_800_000_000), (first.id, 1_800_050_000), (first.id, 1_800_050_590)] {
        media_timeline::add(&mut tx, id, &row(from)).await.unwrap();
    }
    media_timeline::add(&mut tx, first.id, &row(1_800_051_000)).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let mut db = store.read().await.unwrap();
    let home = first.home_id;
    let found = [(home, row(1_800_050_590)), (home, row(1_800_051_000))];
    assert_eq!(media_timeline::last_calls(&mut db, None, 600).await.unwrap(), found);
    assert_eq!(media_timeline::last_calls(&mut db, Some(home), 600).await.unwrap(), found);
    let elsewhere = HomeId::from_uuid(Uuid::from_u128(99));
    assert!(media_timeline::last_calls(&mut db, Some(elsewhere), 600).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_row_of_a_media_timeline_is_written_once_and_read_as_it_was() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let id = consultation(10).id;
    let heard = Heard { rung: Some(Rung::Slow), picture: true, loss_permille: 80, ..Heard::default() };
    let later = Stretch { from_second: 1_800_000_060, seconds: vec![Second::Heard(heard.clone()); 60] };
    let first = Stretch { from_second: 1_800_000_050, seconds: vec![Second::Away(Attendance::Present); 10] };
    let mut tx = store.write().await.unwrap();
    consultations::insert(&mut tx, &consultation(10)).await.unwrap();
    for row in [&later, &first, &first] {
        media_timeline::add(&mut tx, id, row).await.unwrap();
    }
    // Another one at the same second changes nothing; one of a consultation that is gone is none.
    let other = Stretch { seconds: vec![Second::Heard(heard)], ..first.clone() };
    media_timeline::add(&mut tx, id, &other).await.unwrap();
    media_timeline::add(&mut tx, consultation(11).id, &first).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let mut db = store.read().await.unwrap();
    assert_eq!(media_timeline::of_consultation(&mut db, id).await.unwrap(), [first, later]);
    assert!(media_timeline::of_consultation(&mut db, consultation(11).id).await.unwrap().is_empty());
    drop(db);
    database.tell("UPDATE media_timeline SET data = 'AwA=' WHERE from_second = 1800000050").await;
    let error = media_timeline::of_consultation(&mut store.read().await.unwrap(), id).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { table: "media_timeline", column: "data", .. }), "{error}");
}

#[tokio::test]
async fn pages_neither_repeat_nor_lose_rows_that_share_a_time() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let mut tx = store.write().await.unwrap();
    for n in 10..17 {
        let row = Consultation { requested_at: at(i64::from(n) / 3), ..consultation(n) };
        consultations::insert(&mut tx, &row).await.unwrap();
    }
    for oldest_first in [true, false] {
        let filter =
            consultations::Filter { states: vec![State::Waiting], home: Some(home().id), ..Default::default() };
        let (mut seen, mut cursor) = (vec![], None);
        loop {
            let paging = Paging { after: cursor, limit: 2, oldest_first };
            let page = consultations::list(&mut tx, &filter, paging).await.unwrap();
            seen.extend(page.items.iter().map(|c| c.id));
            let Some(next) = page.next else { break };
            cursor = Some(next.to_string().parse().unwrap());
        }
        let mut expected: Vec<_> = (10..17).map(|n| consultation(n).id).collect();
        if !oldest_first {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn the_newest_reading_of_each_measure() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let reading = |n: u8, code: &str, value: f64| Observation {
        id: ObservationId::from_uuid(uuid(n)),
        resident_id: resident().id,
        code: code.into(),
        value,
        unit: "/min".into(),
        measured_at: at(i64::from(n)),
        received_at: at(i64::from(n)),
        device: None,
        source: ObservationSource::Nurse,
        trace: None,
    };
    let raw_frame = RawFrame::new(0x2a37, &[0, 71]).unwrap();
    let by_device = Observation {
        source: ObservationSource::Device,
        device: Some("手环 AA:BB:CC:DD:EE:FF".into()),
        trace: Some(DeviceTrace { clock_offset_ms: Some(-90_000), raw_frame }),
        ..reading(2, "8867-4", 71.5)
    };
    let all = [reading(1, "8867-4", 70.0), by_device, reading(3, "9279-1", 16.0)];
    let mut tx = store.write().await.unwrap();
    observations::insert_many(&mut tx, &all).await.unwrap();
    assert_eq!(observations::latest_per_code(&mut tx, resident().id).await.unwrap(), all[1..]);
    assert_eq!(observations::list(&mut tx, resident().id, None, None).await.unwrap(), all);
    assert_eq!(observations::list(&mut tx, resident().id, Some(at(2)), Some("8867-4")).await.unwrap(), all[1..2]);
}

#[tokio::test]
async fn an_illegal_row_names_its_table_and_column_and_not_its_value() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    with_people(&store).await;
    let cases = [
        ("UPDATE residents SET sex = '秘密'", "sex"),
        ("UPDATE residents SET sex = 'female', id_number = '330106194105060021'", "id_number"),
        ("UPDATE residents SET id_number = '33010619410506002X', allergies = '[{\"秘密\":1}]'", "allergies"),
        ("UPDATE residents SET allergies = '[]', allergies_asked = 7", "allergies_asked"),
        ("UPDATE residents SET allergies_asked = 1, id = 'x'", "id"),
    ];
    let checked = IdNumber::complete("33010619410506002").unwrap();
    for (change, column) in cases {
        let change = change.replace("33010619410506002X", checked.as_str());
        database.tell(&change).await;
        let error = residents::list(&mut store.read().await.unwrap(), None, None).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { table: "residents", column: c, .. } if c == column), "{error}");
        assert!(!error.to_string().contains("秘密"), "{error}");
    }
}

#[tokio::test]
async fn the_same_key_gets_the_first_answer() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let (request, other) = ([1; 32], [2; 32]);
    let mut tx = store.write().await.unwrap();
    assert_eq!(idempotency::look_up(&mut tx, "nurse:1", "k", &request).await.unwrap(), Outcome::New);
    idempotency::remember(&mut tx, "nurse:1", "k", &request, 201, "{\"id\":1}", at(0)).await.unwrap();
    tx.commit(vec![fact(1)]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let replay = Outcome::Replay { status: 201, answer: "{\"id\":1}".into() };
    assert_eq!(idempotency::look_up(&mut tx, "nurse:1", "k", &request).await.unwrap(), replay);
    assert_eq!(idempotency::look_up(&mut tx, "nurse:1", "k", &other).await.unwrap(), Outcome::Reused);
    assert_eq!(idempotency::look_up(&mut tx, "nurse:2", "k", &request).await.unwrap(), Outcome::New);
    assert_eq!(idempotency::delete_older(&mut tx, at(1)).await.unwrap(), 1);
    assert_eq!(idempotency::look_up(&mut tx, "nurse:1", "k", &request).await.unwrap(), Outcome::New);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_claim_each_job_once() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let mut tx = store.write().await.unwrap();
    for n in 0..20 {
        jobs::enqueue(&mut tx, uuid(n), "expire", "{}", at(i64::from(n))).await.unwrap();
    }
    tx.commit_bookkeeping("jobs").await.unwrap();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = vec![];
                loop {
                    let mut tx = store.write().await.unwrap();
                    let job = jobs::claim(&mut tx, at(60), at(120)).await.unwrap();
                    tx.commit_bookkeeping("lease").await.unwrap();
                    let Some(job) = job else { return mine };
                    mine.push(job);
                }
            })
        })
        .collect();
    let mut claimed = vec![];
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    let mut ids: Vec<_> = claimed.iter().map(|job| job.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((claimed.len(), ids.len()), (20, 20));

    // A lease that ended goes to the next worker, and the first one cannot finish any more.
    let mut tx = store.write().await.unwrap();
    let again = jobs::claim(&mut tx, at(121), at(180)).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
    let first = claimed.iter().find(|job| job.id == again.id).unwrap();
    assert!(matches!(jobs::finish(&mut tx, first).await, Err(StoreError::Stale { what: "job" })));
    jobs::fail(&mut tx, &again, "the gateway is away", Some(at(400))).await.unwrap();
    let retried = jobs::claim(&mut tx, at(399), at(500)).await.unwrap().unwrap();
    assert_ne!(retried.id, again.id);
    jobs::finish(&mut tx, &retried).await.unwrap();
    assert!(jobs::next_due(&mut tx).await.unwrap().is_some());
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    // A server's disk cannot be filled by a test; what it answers then is told by its code (`error.rs`).
    let database = TestDatabase::in_file();
    // A page for each table and index of the schema, and room for some readings beside them.
    let store = database.open_with(&Options { max_pages: Some(400), ..Options::default() }).await;
    with_people(&store).await;
    let reading = |n: u32| Observation {
        id: ObservationId::from_uuid(Uuid::from_u128(u128::from(n))),
        resident_id: resident().id,
        code: "8867-4".into(),
        value: 70.0,
        unit: "/min".into(),
        measured_at: at(i64::from(n)),
        received_at: at(i64::from(n)),
        device: Some("x".repeat(200)),
        source: ObservationSource::Device,
        trace: None,
    };
    let mut kept = 0;
    let error = loop {
        let batch: Vec<_> = (kept..kept + 50).map(reading).collect();
        let mut tx = store.write().await.unwrap();
        match observations::insert_many(&mut tx, &batch).await {
            Err(error) => break error,
            Ok(()) => match tx.commit(vec![fact(1)]).await {
                Err(error) => break error,
                Ok(_) => kept += 50,
            },
        }
        assert!(kept < 10_000, "the limit was not reached");
    };
    assert!(matches!(error, StoreError::DiskFull), "{error:?}");
    assert!(kept > 0);
    let read = observations::list(&mut store.read().await.unwrap(), resident().id, None, None).await.unwrap();
    assert_eq!(read.len(), kept as usize);
    audit::verify(&mut store.read().await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_lock_of_another_process_is_said_after_the_timeout_and_reads_go_on() {
    let database = TestDatabase::new().await;
    let store = database.open_with(&Options { busy_timeout: Duration::from_millis(100), ..Options::default() }).await;
    with_people(&store).await;
    let mut other = database.beside().await;
    let lock = match store.backend() {
        Backend::Sqlite => "BEGIN IMMEDIATE",
        Backend::Postgres => "BEGIN; SELECT seq FROM audit_head FOR UPDATE",
    };
    sqlx::raw_sql(lock).execute(&mut other).await.unwrap();
    assert!(matches!(store.write().await.map(drop), Err(StoreError::Locked)));
    assert_eq!(homes::list(&mut store.read().await.unwrap()).await.unwrap().len(), 1);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    drop(store.write().await.unwrap());

    // Our own long writer makes the others wait in the same way.
    let ours = store.write().await.unwrap();
    assert!(matches!(store.write().await.map(drop), Err(StoreError::Locked)));
    drop(ours);
    drop(store.write().await.unwrap());
}

#[tokio::test]
async fn the_record_s_file_is_for_its_owner_alone_also_one_that_was_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("care.db");
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let store = Store::open(&path, &options()).await.unwrap();
    assert_eq!((mode("care.db"), mode("care.db-wal")), (0o600, 0o600), "and its log beside it");
    store.close().await;
    for (found, left) in [(0o644, 0o640), (0o666, 0o660), (0o640, 0o640)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(found)).unwrap();
        Store::open(&path, &options()).await.unwrap().close().await;
        assert_eq!(mode("care.db"), left, "{found:o}");
    }
}

#[tokio::test]
async fn what_is_no_database_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("care.db");
    std::fs::write(&file, "this is a letter, not a database, and long enough to be taken for a header ".repeat(20))
        .unwrap();
    let opened = Store::open(&file, &options()).await;
    assert!(matches!(opened.map(drop), Err(StoreError::WrongKey { .. })));
    let missing = Store::open(&folder.path().join("no/such/care.db"), &options()).await;
    let error = missing.map(drop).unwrap_err().to_string();
    assert!(error.contains("no/such") && error.contains("does not exist"), "{error}");
    let folder_as_file = Store::open(folder.path(), &options()).await;
    assert!(matches!(folder_as_file.map(drop), Err(StoreError::Open { .. })));
}

#[test]
fn errors_are_sentences() {
    let later = SignedDuration::from_secs(1);
    assert!(at(0) + later > at(0));
    for error in [StoreError::Locked, StoreError::DiskFull, StoreError::ReadOnly] {
        assert!(error.is_unavailable());
        assert!(error.to_string().contains(';'), "{error} says what to do");
    }
}
