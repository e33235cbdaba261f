//! Spools of programs that kept values in clear: sealed once at opening, whenever the power goes.

use super::*;
use crate::buttons::calls::Press;
use crate::spool::{Answer, Entry, Kind, Session, State, Store, Try};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_runtime::sealed::RootKey;

const PATH: &str = "/api/residents?q=Zhao";

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn key() -> RootKey {
    RootKey::new(&[7; 32])
}

fn bytes_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn refused() -> Try {
    Try { id: Uuid::from_u128(30), delivery_id: DeliveryId::from_uuid(Uuid::from_u128(31)), at: now() }
}

/// A file as an older program leaves it: without tables that came later, and with one value that nobody can read.
fn clear_spool(path: &Path) {
    let db = builder().create(path).unwrap();
    let write = db.begin_write().unwrap();
    {
        let body = json!({ "kind": "photo", "title": "left heel", "content_sha256": "00" });
        let entry = Entry {
            id: Uuid::from_u128(1),
            key: "photo-01".into(),
            kind: Kind::Document,
            resident_id: Uuid::from_u128(9),
            whose: None,
            author: Uuid::from_u128(2),
            language: None,
            body,
            state: State::Saved,
            created_at: now(),
            problem: None,
            dismissal: None,
        };
        let mut entries = write.open_table(ENTRIES).unwrap();
        entries.insert(4_u64, bytes_of(&entry).as_slice()).unwrap();
        entries.insert(5_u64, b"not an entry".as_slice()).unwrap();
        write.open_table(KEYS).unwrap().insert("photo-01", 4_u64).unwrap();
        write.open_table(CLEAR_CONTENTS).unwrap().insert("photo-01", "QUFBQkJC").unwrap();
        let answer = Answer { at: now(), content_type: "application/json".into(), body: "Zhao Gang".into() };
        write.open_table(ANSWERS).unwrap().insert(PATH, bytes_of(&answer).as_slice()).unwrap();
        let session = Session {
            staff: json!({ "name": "Nurse Chen" }),
            staff_id: Uuid::from_u128(2),
            expires_at: now(),
            token: "token-of-chen".into(),
            signed_out: false,
            locked: false,
        };
        write.open_table(SESSIONS).unwrap().insert("hash", bytes_of(&session).as_slice()).unwrap();
        let kept = refused();
        write.open_table(TRIES).unwrap().insert(kept.id.as_u128(), bytes_of(&kept).as_slice()).unwrap();
    }
    write.commit().unwrap();
}

fn opened(path: &Path) -> Store {
    let (store, aside) = Store::open(path, &key(), now()).unwrap();
    assert!(aside.is_none(), "{aside:?}");
    store
}

fn assert_whole(store: &Store) {
    let rows = store.entries().unwrap();
    let (seq, entry) = rows[0].as_ref().unwrap();
    assert_eq!((*seq, entry.key.as_str(), entry.body["title"].as_str()), (4, "photo-01", Some("left heel")));
    assert!(rows[1].is_err() && rows.len() == 2, "what could not be read is still there, and still said");
    assert_eq!(store.content("photo-01").unwrap().as_deref(), Some("QUFBQkJC"));
    assert_eq!(store.answer(PATH).unwrap().unwrap().body, "Zhao Gang");
    assert_eq!(store.session("hash").unwrap().unwrap().token, "token-of-chen");
    assert_eq!(store.tries().unwrap(), [refused()]);
    assert!(store.readings().unwrap().is_empty());
    assert_eq!(store.presses().unwrap(), Vec::<Press>::new());
}

fn assert_sealed(dir: &TempDir) {
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for hidden in ["left heel", "QUFB", "Zhao", "Chen", "token-of", "not an entry"] {
            let shows = bytes.windows(hidden.len()).any(|found| found == hidden.as_bytes());
            assert!(!shows, "{hidden} can be read in {}", path.display());
        }
    }
}

#[test]
fn a_spool_in_clear_is_sealed_at_the_start_and_no_page_of_it_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.redb");
    clear_spool(&path);
    let store = opened(&path);
    assert_whole(&store);
    drop(store);
    assert_sealed(&dir);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing stays beside it");
    assert_whole(&opened(&path));
}

#[test]
fn a_power_cut_while_it_is_sealed_leaves_a_spool_that_opens_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.redb");
    clear_spool(&path);
    // Half a copy, a file of the disk's rubbish, and a whole copy that has not taken its place.
    std::fs::write(beside(&path), b"").unwrap();
    assert_whole(&opened(&path));
    std::fs::remove_file(&path).unwrap();
    clear_spool(&path);
    std::fs::write(beside(&path), [0xa5; 10_000]).unwrap();
    assert_whole(&opened(&path));
    std::fs::remove_file(&path).unwrap();
    clear_spool(&path);
    let sealer = Sealer::new(&key()).unwrap();
    copy(&builder().create(&path).unwrap(), &beside(&path), &sealer).unwrap();
    assert_whole(&opened(&path));
    assert_sealed(&dir);
    assert!(!beside(&path).exists());
}

#[test]
fn where_it_cannot_be_sealed_it_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.redb");
    clear_spool(&path);
    // Something stands where the copy would be written.
    std::fs::create_dir(beside(&path)).unwrap();
    assert!(Store::open(&path, &key(), now()).is_err());
    std::fs::remove_dir(beside(&path)).unwrap();
    assert_whole(&opened(&path));
}
