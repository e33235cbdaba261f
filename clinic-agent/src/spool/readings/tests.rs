//! Readings in the file: what a power cut leaves, what a full spool refuses, what a device sends twice.

use super::*;
use crate::devices::queue::{KEPT, LIMIT};
use crate::devices::reading::State;
use crate::devices::reading::tests::reading;
use crate::spool::store::OPEN_LIMIT;
use tempfile::TempDir;
use yunzhen_runtime::sealed::RootKey;

const RESIDENT: Uuid = Uuid::from_u128(0xa);
const NURSE: Uuid = Uuid::from_u128(0xb);

fn open(dir: &TempDir) -> Store {
    let (store, aside) = Store::open(&dir.path().join("spool.redb"), &RootKey::new(&[7; 32]), second(0)).unwrap();
    assert!(aside.is_none());
    store
}

fn second(n: i64) -> Timestamp {
    Timestamp::from_second(n).unwrap()
}

fn confirmation(n: u128, resident_id: Uuid) -> Confirmation {
    Confirmation {
        id: Uuid::from_u128(n),
        resident_id,
        whose: None,
        author: NURSE,
        language: "en".into(),
        entry_id: Uuid::from_u128(n + 1000),
        at: second(9),
    }
}

fn states(store: &Store) -> Vec<State> {
    store.readings().unwrap().iter().map(|reading| reading.state).collect()
}

#[test]
fn a_confirmation_and_its_entry_survive_together_and_only_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.take_reading(&reading(1, 5)).unwrap();
    drop(store);
    let store = open(&dir);
    assert_eq!(states(&store), [State::Waiting], "it waits over a restart");
    assert!(matches!(store.confirm_reading(&confirmation(1, RESIDENT)), Ok(Outcome::Changed(_))));
    drop(store);
    let store = open(&dir);
    assert!(matches!(store.confirm_reading(&confirmation(1, RESIDENT)), Ok(Outcome::Repeated)));
    let other = store.confirm_reading(&confirmation(1, NURSE));
    assert!(matches!(other, Err(SpoolError::Decided(Decided { state: State::Confirmed { resident_id: RESIDENT } }))));
    let entries: Vec<Entry> = store.entries().unwrap().into_iter().map(|row| row.unwrap().1).collect();
    let [entry] = &entries[..] else { panic!("{} entries", entries.len()) };
    assert_eq!((entry.resident_id, entry.author, entry.kind), (RESIDENT, NURSE, Kind::Observations));
    assert_eq!((&entry.key, &entry.body), (&reading(1, 5).key(), &reading(1, 5).body()));
    assert_eq!(entry.language.as_deref(), Some("en"), "should the relay refuse it, its nurse can read why");
    assert_eq!(states(&store), [State::Confirmed { resident_id: RESIDENT }]);
}

#[test]
fn a_full_spool_leaves_the_reading_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let entry = Entry {
        id: Uuid::from_u128(1),
        key: "key".into(),
        kind: Kind::Note,
        resident_id: RESIDENT,
        whose: None,
        author: NURSE,
        language: None,
        body: serde_json::json!({ "text": "x" }),
        state: EntryState::Saved,
        created_at: second(1),
        problem: None,
        dismissal: None,
    };
    store.fill_for_test(OPEN_LIMIT, &entry);
    store.take_reading(&reading(1, 5)).unwrap();
    assert!(matches!(store.confirm_reading(&confirmation(1, RESIDENT)), Err(SpoolError::Full)));
    assert_eq!(states(&store), [State::Waiting]);
}

#[test]
fn a_discarded_reading_reaches_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.take_reading(&reading(1, 5)).unwrap();
    store.discard_reading(Uuid::from_u128(1), DiscardReason::NotAResident).unwrap();
    store.discard_reading(Uuid::from_u128(1), DiscardReason::Unknown).unwrap();
    assert_eq!(states(&store), [State::Discarded { reason: DiscardReason::NotAResident }], "the first reason stays");
    assert!(matches!(store.confirm_reading(&confirmation(1, RESIDENT)), Err(SpoolError::Decided(_))));
    assert!(matches!(store.confirm_reading(&confirmation(2, RESIDENT)), Err(SpoolError::UnknownReading(_))));
    assert!(store.entries().unwrap().is_empty());
}

#[test]
fn too_many_and_too_old_go_and_stay_visible() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    for n in 0..=LIMIT as u128 {
        store.take_reading(&reading(n, n as i64)).unwrap();
    }
    assert_eq!((states(&store)[0], states(&store)[1]), (State::Dropped, State::Waiting));
    assert_eq!(store.drop_outdated(second(KEPT.as_secs() + 2)).unwrap(), 1, "number 1; number 0 went before");
    assert_eq!(store.drop_outdated(second(KEPT.as_secs() + 2)).unwrap(), 0);
    assert_eq!(states(&store).iter().filter(|state| **state == State::Dropped).count(), 2);
}

#[test]
fn the_context_joins_the_reading_that_it_explains() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let raw = |text: &str| RawFrame::parse(text).unwrap();
    let glucose = Reading { sequence: Some(261), raw_frame: Some(raw("2a18:0b")), ..reading(1, 5) };
    store.take_reading(&glucose).unwrap();
    let explain = |sequence| {
        let address = &glucose.device.address;
        store.explain_reading(address, sequence, Some(Remark::Fasting), &raw("2a34:02")).unwrap()
    };
    assert!(!explain(262) && explain(261));
    assert!(!explain(261), "once");
    let kept = store.readings().unwrap().remove(0);
    assert_eq!(
        (kept.raw_frame.as_ref().unwrap().as_str(), &kept.remarks[..]),
        ("2a18:0b;2a34:02", &[Remark::Fasting][..])
    );
    assert_eq!(store.take_reading(&Reading { id: Uuid::from_u128(2), ..glucose }).unwrap(), Admission::Repeated);
}
