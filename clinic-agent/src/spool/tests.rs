//! The spool against its file: crashes, damage, full disks, and a model of delivery.

use super::delivery::{NoAnswer, Relay, Step, step};
use super::store::OPEN_LIMIT;
use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Mutex;
use tempfile::TempDir;

const NURSE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn key() -> RootKey {
    RootKey::new(&[7; 32])
}

fn entry(author: Uuid, key: &str) -> Entry {
    Entry {
        id: entry_id(now(), &[7; 10]),
        key: key.to_owned(),
        kind: Kind::Note,
        resident_id: Uuid::from_u128(9),
        whose: None,
        author,
        language: None,
        body: json!({ "text": key }),
        state: State::Saved,
        created_at: now(),
        problem: None,
        dismissal: None,
    }
}

fn open(dir: &TempDir) -> Spool {
    let (spool, aside) = Spool::open(&dir.path().join("spool.redb"), &key(), now()).unwrap();
    assert!(aside.is_none());
    spool
}

#[tokio::test]
async fn a_repeated_key_gives_the_first_entry_and_other_content_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    assert!(!spool.save(entry(NURSE, "key-0001")).await.unwrap().1);
    assert!(spool.save(entry(NURSE, "key-0001")).await.unwrap().1);
    let other = Entry { body: json!({ "text": "other" }), ..entry(NURSE, "key-0001") };
    assert!(matches!(spool.save(other).await, Err(SpoolError::KeyReused)));
    let counts = spool.counts().await.unwrap();
    assert_eq!((counts.saved, counts.oldest_saved_at), (1, Some(now())));
}

fn photo(key: &str, content: &str) -> Entry {
    let body = json!({ "kind": "photo", "title": "left heel", "content_base64": content });
    Entry { kind: Kind::Document, body, ..entry(NURSE, key) }
}

/// A relay that remembers each body and answers with one status.
struct Says {
    status: u16,
    bodies: Mutex<Vec<Value>>,
}

impl Relay for Says {
    async fn deliver(&self, entry: &Entry, _token: &str) -> Result<(u16, Option<Value>), NoAnswer> {
        self.bodies.lock().unwrap().push(entry.body.clone());
        Ok((self.status, None))
    }

    async fn sign_out(&self, _token: &str) -> Result<(), NoAnswer> {
        Ok(())
    }
}

#[tokio::test]
async fn a_document_is_listed_without_its_content_and_delivered_with_it_after_all_else() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    spool.save(photo("photo-01", "AAAA")).await.unwrap();
    assert!(spool.save(photo("photo-01", "AAAA")).await.unwrap().1, "the same photo again is the first one");
    assert!(matches!(spool.save(photo("photo-01", "BBBB")).await, Err(SpoolError::KeyReused)));
    spool.save(entry(NURSE, "note-001")).await.unwrap();
    drop(spool);
    let spool = open(&dir);
    assert!(spool.entries().await.unwrap()[0].1.body.get("content_base64").is_none());
    let tokens = HashMap::from([(NURSE, "a".to_owned())]);
    let relay = Says { status: 201, bodies: Mutex::default() };
    while step(&spool, &tokens, &relay).await.unwrap() != Step::Idle {}
    let bodies = relay.bodies.into_inner().unwrap();
    assert_eq!(bodies, [json!({ "text": "note-001" }), photo("photo-01", "AAAA").body]);
    let sent = spool.entries().await.unwrap().remove(0).1;
    let whole = spool.whole(sent).await.unwrap();
    assert!(whole.body.get("content_base64").is_none(), "what was sent is gone from here");
    assert!(spool.save(photo("photo-01", "AAAA")).await.unwrap().1, "and still known");
}

fn voice(key: &str, content: &str) -> Entry {
    let body = json!({ "kind": "voice_message", "title": "0:42", "content_base64": content, "consultation_id": "c" });
    Entry { kind: Kind::Document, body, ..entry(NURSE, key) }
}

/// The power goes after *saved*, and again while the relay's answer is awaited.
#[tokio::test]
async fn a_voice_message_survives_a_crash_at_every_step_and_goes_once_before_photos() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    spool.save(photo("photo-01", "AAAA")).await.unwrap();
    spool.save(voice("voice-01", "T2dnUw==")).await.unwrap();
    drop(spool);
    let spool = open(&dir);
    let entries = spool.entries().await.unwrap();
    let due = entry::due(entries.iter().map(|(seq, entry)| (*seq, entry)), &[NURSE].into()).unwrap();
    assert_eq!(due.1.key, "voice-01", "what stands in the place of talk goes first");
    spool.advance(due.0, Event::Dispatched, None).await.unwrap();
    drop(spool);
    let spool = open(&dir);
    let tokens = HashMap::from([(NURSE, "a".to_owned())]);
    let relay = Says { status: 201, bodies: Mutex::default() };
    while step(&spool, &tokens, &relay).await.unwrap() != Step::Idle {}
    let bodies = relay.bodies.into_inner().unwrap();
    assert_eq!(bodies, [voice("voice-01", "T2dnUw==").body, photo("photo-01", "AAAA").body], "whole");
    assert!(spool.entries().await.unwrap().iter().all(|(_, entry)| entry.state == State::Received));
}

#[tokio::test]
async fn documents_are_bounded_and_leave_room_for_vital_signs() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap().0;
    for n in 0..super::store::CONTENTS_LIMIT {
        store.save(&photo(&format!("photo-{n:03}"), "AAAA")).unwrap();
    }
    assert!(matches!(store.save(&photo("one more", "AAAA")), Err(SpoolError::FullOfDocuments)));
    assert!(store.save(&entry(NURSE, "a-note-1")).is_ok());
}

#[tokio::test]
async fn the_file_is_for_the_agent_s_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let _spool = open(&dir);
    let mode = std::fs::metadata(dir.path().join("spool.redb")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_set_aside_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.redb");
    let spool = open(&dir);
    for n in 0..50 {
        spool.save(entry(NURSE, &format!("key-{n:04}"))).await.unwrap();
    }
    drop(spool);
    let whole = std::fs::read(&path).unwrap();

    let mut damaged = whole.clone();
    damaged[..64].fill(0xa5);
    let cut = whole[..whole.len() / 2 + 100].to_vec();
    for (content, torn) in [(damaged, false), (cut, true), (b"not a spool".repeat(1000), true)] {
        std::fs::write(&path, &content).unwrap();
        let (spool, aside) = Spool::open(&path, &key(), now()).unwrap();
        let sentence = aside.as_ref().expect("set aside").to_string();
        let kept = match aside {
            Some(SpoolError::Torn { aside, .. }) if torn => aside,
            Some(SpoolError::Damaged { aside, .. }) if !torn => aside,
            other => panic!("{other:?} (torn: {torn})"),
        };
        assert!(sentence.contains("set aside") && sentence.contains("call support"), "{sentence}");
        assert_eq!(std::fs::read(&kept).unwrap(), content, "the file is kept as it was");
        std::fs::remove_file(kept).unwrap();
        // The new file works at once.
        spool.save(entry(NURSE, "key-after")).await.unwrap();
        assert_eq!(spool.counts().await.unwrap().saved, 1);
        drop(spool);
    }
    std::fs::write(&path, whole).unwrap();
    assert_eq!(open(&dir).counts().await.unwrap().saved, 50, "a whole file is read");
}

#[tokio::test]
async fn a_second_process_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(&dir);
    let Err(second) = Spool::open(&dir.path().join("spool.redb"), &key(), now()) else { panic!("opened twice") };
    assert!(second.to_string().contains("stop the other clinic-agent first"), "{second}");
}

#[tokio::test]
async fn it_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap().0;
    store.fill_for_test(OPEN_LIMIT, &entry(NURSE, "key"));
    assert!(matches!(store.save(&entry(NURSE, "one more")), Err(SpoolError::Full)));
}

/// On a real full disk (a small tmpfs; needs root, as CI has).
#[tokio::test]
async fn a_full_disk_is_one_clear_sentence_and_loses_nothing() {
    use std::process::Command;
    let dir = tempfile::tempdir().unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(dir.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        return eprintln!("skipped: a tmpfs cannot be mounted here");
    }
    let store = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap().0;
    let long = "x".repeat(20_000);
    let (mut saved, mut refused) = (Vec::new(), None);
    for n in 0..200 {
        let key = format!("key-{n:04}");
        match store.save(&Entry { body: json!({ "text": long }), ..entry(NURSE, &key) }) {
            Ok(_) => saved.push(key),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let sentence = refused.as_ref().map(ToString::to_string);
    // What was answered before is still there and readable, by this process and by the next.
    let read = store.counts().map(|counts| counts.saved);
    drop(store);
    let again = Store::open(&dir.path().join("spool.redb"), &key(), now()).map(|(store, aside)| {
        (store.entries().unwrap().into_iter().map(|row| row.unwrap().1.key).collect::<Vec<_>>(), aside.is_none())
    });
    assert!(Command::new("umount").arg("-l").arg(dir.path()).status().unwrap().success());
    assert!(matches!(refused, Some(SpoolError::DiskFull(_))), "{refused:?} after {}", saved.len());
    assert!(sentence.unwrap().contains("the disk of this box is full"));
    assert_eq!(read.unwrap(), saved.len() as u64);
    assert_eq!(again.unwrap(), (saved, true));
}

#[tokio::test]
async fn decided_entries_are_pruned_and_open_ones_never() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap().0;
    store.fill_for_test(600, &Entry { state: State::Received, ..entry(NURSE, "old") });
    store.save(&entry(NURSE, "key-open")).unwrap();
    store.advance(601, Event::Dispatched, None).unwrap();
    store.advance(601, Event::Accepted, None).unwrap();
    let counts = store.counts().unwrap();
    assert_eq!((counts.received, counts.saved), (500, 0));
}

#[tokio::test]
async fn the_same_answer_is_not_written_at_every_poll() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    let calls = || "/api/urgent-calls".to_owned();
    let start = now();
    let kept = async |seconds: i64, body: &str| {
        let at = start + jiff::SignedDuration::from_secs(seconds);
        let answer = Answer { at, content_type: "application/json".into(), body: body.into() };
        spool.keep_answer(calls(), answer).await.unwrap();
        let kept = spool.answer(calls()).await.unwrap().unwrap();
        (kept.at.duration_since(start).as_secs(), kept.body)
    };
    assert_eq!(kept(0, "[]").await, (0, "[]".into()));
    assert_eq!(kept(5, "[]").await, (0, "[]".into()), "nothing new");
    assert_eq!(kept(10, "[1]").await, (10, "[1]".into()), "what changed is kept at once");
    assert_eq!(kept(69, "[1]").await, (10, "[1]".into()));
    assert_eq!(kept(70, "[1]").await, (70, "[1]".into()), "its time is never older than a minute");
    assert_eq!(kept(-100, "[1]").await, (-100, "[1]".into()), "a clock that was put back");
}

#[tokio::test]
async fn answers_and_sessions_survive_and_expire() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    let answer = Answer { at: now(), content_type: "application/json".into(), body: "[]".into() };
    spool.keep_answer("/api/residents?q=".into(), answer).await.unwrap();
    let session = Session {
        staff: json!({ "name": "x" }),
        staff_id: NURSE,
        expires_at: now(),
        token: "t".into(),
        signed_out: false,
        locked: false,
    };
    spool.keep_session(token_hash("t"), session, now()).await.unwrap();
    drop(spool);
    let spool = open(&dir);
    assert_eq!(spool.answer("/api/residents?q=".into()).await.unwrap().unwrap().body, "[]");
    assert!(spool.answer("/api/residents".into()).await.unwrap().is_none());
    assert!(spool.session(token_hash("t")).await.unwrap().is_some());
    assert!(spool.sessions(now()).await.unwrap().is_empty(), "it ended at that moment");
}

/// Saves until it is killed, in a process of its own (see the next test).
#[test]
#[ignore = "run by a_kill_loses_nothing_that_was_answered"]
fn saves_until_killed() {
    let Ok(dir) = std::env::var("YUNZHEN_SPOOL_KILL_TEST") else { return };
    let store = Store::open(&Path::new(&dir).join("spool.redb"), &key(), now()).unwrap().0;
    for n in 0..1_000_000 {
        let key = format!("key-{n:08}");
        store.save(&entry(NURSE, &key)).unwrap();
        println!("saved {key}");
    }
}

#[test]
fn a_kill_loses_nothing_that_was_answered() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=3u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "spool::tests::saves_until_killed"])
            .env("YUNZHEN_SPOOL_KILL_TEST", dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let saved: Vec<String> = lines
            .map_while(Result::ok)
            .filter_map(|line| line.split_once("saved ").map(|(_, key)| key.to_owned()))
            .take(20 * usize::try_from(round).unwrap())
            .collect();
        // SIGKILL: nothing is flushed by the process itself.
        child.kill().unwrap();
        child.wait().unwrap();
        let (store, aside) = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap();
        assert!(aside.is_none());
        let keys: Vec<String> = store.entries().unwrap().into_iter().map(|row| row.unwrap().1.key).collect();
        for key in saved {
            assert!(keys.contains(&key), "{key} was answered and is gone");
        }
    }
}

/// A relay that keeps its word about idempotency keys, on a link that may fail at any point.
#[derive(Default)]
struct Model {
    /// Keys in the order in which they were stored, with their author.
    stored: Mutex<Vec<(String, Uuid)>>,
    next: Mutex<Fault>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    /// The request never arrives.
    Before,
    /// It is stored, and the answer is lost.
    After,
    /// "Later".
    Overloaded,
    /// The session is over.
    SignedOut,
}

impl Relay for Model {
    async fn deliver(&self, entry: &Entry, _token: &str) -> Result<(u16, Option<Value>), NoAnswer> {
        let fault = std::mem::take(&mut *self.next.lock().unwrap());
        match fault {
            Fault::Before => return Err(NoAnswer),
            Fault::Overloaded => return Ok((503, None)),
            Fault::SignedOut => return Ok((401, None)),
            Fault::None | Fault::After => {}
        }
        let mut stored = self.stored.lock().unwrap();
        if !stored.iter().any(|(key, _)| *key == entry.key) {
            stored.push((entry.key.clone(), entry.author));
        }
        if fault == Fault::After { Err(NoAnswer) } else { Ok((201, None)) }
    }

    async fn sign_out(&self, _token: &str) -> Result<(), NoAnswer> {
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Save {
        other: bool,
    },
    SaveAgain,
    Deliver(Fault),
    /// The process dies while it waits for an answer.
    DieWaiting {
        stored: bool,
    },
    Restart,
    OtherSignsIn(bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => any::<bool>().prop_map(|other| Act::Save { other }),
        1 => Just(Act::SaveAgain),
        4 => Just(Act::Deliver(Fault::None)),
        2 => prop::sample::select(vec![Fault::Before, Fault::After, Fault::Overloaded, Fault::SignedOut])
            .prop_map(Act::Deliver),
        2 => any::<bool>().prop_map(|stored| Act::DieWaiting { stored }),
        1 => Just(Act::Restart),
        1 => any::<bool>().prop_map(Act::OtherSignsIn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn each_entry_reaches_the_relay_once_and_in_order(acts in prop::collection::vec(act(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut spool = open(&dir);
            let relay = Model::default();
            let mut saved: Vec<(String, Uuid)> = Vec::new();
            let mut tokens = HashMap::from([(NURSE, "a".to_owned()), (OTHER, "b".to_owned())]);
            for act in acts {
                match act {
                    Act::Save { other } => {
                        let (author, key) = (if other { OTHER } else { NURSE }, format!("key-{:04}", saved.len()));
                        spool.save(entry(author, &key)).await.unwrap();
                        saved.push((key, author));
                    }
                    Act::SaveAgain => {
                        if let Some((key, author)) = saved.last() {
                            assert!(spool.save(entry(*author, key)).await.unwrap().1);
                        }
                    }
                    Act::Deliver(fault) => {
                        *relay.next.lock().unwrap() = fault;
                        step(&spool, &tokens, &relay).await.unwrap();
                    }
                    Act::DieWaiting { stored } => {
                        let authors = tokens.keys().copied().collect();
                        let entries = spool.entries().await.unwrap();
                        let next = entry::due(entries.iter().map(|(seq, entry)| (*seq, entry)), &authors);
                        if let Some((seq, due)) = next {
                            spool.advance(seq, Event::Dispatched, None).await.unwrap();
                            if stored {
                                *relay.next.lock().unwrap() = Fault::None;
                                relay.deliver(due, "a").await.unwrap();
                            }
                        }
                        drop(spool);
                        spool = open(&dir);
                    }
                    Act::Restart => {
                        drop(spool);
                        spool = open(&dir);
                    }
                    Act::OtherSignsIn(true) => drop(tokens.insert(OTHER, "b".to_owned())),
                    Act::OtherSignsIn(false) => drop(tokens.remove(&OTHER)),
                }
            }
            // The link holds from now on and everyone is signed in.
            tokens.insert(OTHER, "b".to_owned());
            *relay.next.lock().unwrap() = Fault::None;
            while step(&spool, &tokens, &relay).await.unwrap() != Step::Idle {}
            let stored = relay.stored.lock().unwrap().clone();
            let of = |list: &[(String, Uuid)], author| -> Vec<String> {
                list.iter().filter(|(_, by)| *by == author).map(|(key, _)| key.clone()).collect()
            };
            for author in [NURSE, OTHER] {
                assert_eq!(of(&stored, author), of(&saved, author), "once, and in order");
            }
            assert_eq!(stored.len(), saved.len());
            assert_eq!(spool.counts().await.unwrap().received, saved.len() as u64);
        });
    }
}

#[tokio::test]
async fn wrong_parcel_codes_are_kept_to_a_bound_of_each_parcel_and_forgotten_by_id() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |parcel: u8, n: u8| Try {
        id: entry_id(now(), &[parcel * 100 + n; 10]),
        delivery_id: yunzhen_domain::ids::DeliveryId::new(now(), [parcel; 10]),
        at: now(),
    };
    {
        let spool = open(&dir);
        for n in 0..30 {
            spool.keep_try(refused(1, n)).await.unwrap();
        }
        spool.keep_try(refused(2, 0)).await.unwrap();
    }
    let spool = open(&dir);
    let kept = spool.tries().await.unwrap();
    let of = |parcel: u8| kept.iter().filter(|t| t.delivery_id == refused(parcel, 0).delivery_id).count();
    assert_eq!((of(1), of(2)), (20, 1), "whoever tries for a night fills no disk");
    spool.drop_tries(kept.iter().take(20).map(|t| t.id).collect()).await.unwrap();
    assert_eq!(spool.tries().await.unwrap(), kept[20..]);
}

#[tokio::test]
async fn a_session_that_ended_does_not_come_back_when_its_tablet_locks_or_opens() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, hash) = (open(&dir), token_hash("t"));
    let session = |signed_out| Session {
        staff: json!({ "name": "x" }),
        staff_id: NURSE,
        expires_at: now(),
        token: "t".into(),
        signed_out,
        locked: false,
    };
    spool.keep_session(hash.clone(), session(false), now()).await.unwrap();
    assert!(spool.lock_session(hash.clone(), true).await.unwrap().unwrap().locked);
    assert!(!spool.lock_session(hash.clone(), false).await.unwrap().unwrap().locked);
    spool.keep_session(hash.clone(), session(true), now()).await.unwrap();
    assert!(spool.lock_session(hash.clone(), false).await.unwrap().is_none());
    assert!(spool.session(hash.clone()).await.unwrap().unwrap().signed_out);
    spool.drop_session(hash.clone()).await.unwrap();
    assert!(spool.lock_session(hash.clone(), true).await.unwrap().is_none());
    assert!(spool.session(hash).await.unwrap().is_none());
}

fn holds(file: &[u8], words: &str) -> bool {
    file.windows(words.len()).any(|found| found == words.as_bytes())
}

#[tokio::test]
async fn the_spool_s_file_shows_no_name_and_no_note() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(&dir);
    let whose = Some(BedAndName { bed: "Bed-301-1".into(), name: "Wang Xiulan".into() });
    let body = json!({ "text": "slept badly, left heel red" });
    let key_of_note = "0a4fd1c2-note";
    spool.save(Entry { whose, body, ..entry(NURSE, key_of_note) }).await.unwrap();
    spool.save(photo("photo-01", "QUFBQkJCQ0ND")).await.unwrap();
    let answer = |body: &str| Answer { at: now(), content_type: "application/json".into(), body: body.into() };
    spool.keep_answer("/api/residents?q=Zhao".into(), answer("[{\"name\":\"Zhao Gang\"}]")).await.unwrap();
    let session = Session {
        staff: json!({ "name": "Nurse Chen" }),
        staff_id: NURSE,
        expires_at: now() + jiff::SignedDuration::from_hours(1),
        token: "token-of-chen".into(),
        signed_out: false,
        locked: false,
    };
    spool.keep_session(token_hash("token-of-chen"), session, now()).await.unwrap();
    let pin = ShiftPin {
        tablet: token_hash("tablet"),
        staff_id: NURSE,
        session: token_hash("token-of-chen"),
        pin_hash: "$argon2id$a-pin".into(),
        wrong: 0,
        until: now() + jiff::SignedDuration::from_hours(1),
        badge: Some("badge-digest".into()),
        proved: now(),
    };
    spool.keep_shift_pin(pin, now()).await.unwrap();
    assert_eq!(spool.answer("/api/residents?q=Zhao".into()).await.unwrap().unwrap().body, "[{\"name\":\"Zhao Gang\"}]");
    assert!(spool.answer("/api/residents?q=Zha".into()).await.unwrap().is_none());
    drop(spool);
    let file = std::fs::read(dir.path().join("spool.redb")).unwrap();
    assert!(holds(&file, key_of_note), "an id that means nothing by itself may be read");
    for hidden in [
        "Bed-301-1",
        "Wang",
        "heel",
        "left heel",
        "QUFB",
        "photo\"",
        "Zhao",
        "residents",
        "Chen",
        "token-of",
        "argon2",
        "badge-d",
    ] {
        assert!(!holds(&file, hidden), "{hidden} can be read in the file");
    }
    let spool = open(&dir);
    let kept = spool.entries().await.unwrap();
    assert_eq!(kept[0].1.body["text"], "slept badly, left heel red");
    assert_eq!(kept[0].1.whose.as_ref().unwrap().name, "Wang Xiulan");
    assert_eq!(spool.shift_pins(token_hash("tablet")).await.unwrap()[0].pin_hash, "$argon2id$a-pin");
    assert_eq!(spool.sessions(now()).await.unwrap()[0].1.token, "token-of-chen");
}

#[tokio::test]
async fn a_value_that_was_moved_to_another_key_is_refused_and_holds_up_no_other() {
    use super::store::{CONTENTS, ENTRIES};
    use redb::ReadableTable as _;
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("spool.redb"), &key(), now()).unwrap().0;
    for n in 1..=3 {
        store.save(&photo(&format!("photo-{n:02}"), &format!("CONTENT{n}"))).unwrap();
    }
    store
        .with(|db| {
            let write = db.begin_write()?;
            {
                let mut entries = write.open_table(ENTRIES)?;
                let first = entries.get(1_u64)?.unwrap().value().to_vec();
                entries.insert(2_u64, first.as_slice())?;
                let mut contents = write.open_table(CONTENTS)?;
                let first = contents.get("photo-01")?.unwrap().value().to_vec();
                contents.insert("photo-03", first.as_slice())?;
            }
            Ok(write.commit()?)
        })
        .unwrap();
    let rows = store.entries().unwrap();
    assert!(matches!(&rows[1], Err(SpoolError::Malformed { seq: 2, .. })), "the first one's under the second's number");
    assert!(rows[0].is_ok() && rows[2].is_ok());
    assert_eq!(store.content("photo-01").unwrap().as_deref(), Some("CONTENT1"));
    assert!(store.content("photo-03").unwrap().is_none(), "the first one's under the third's key");
    assert!(matches!(store.advance(2, Event::Dispatched, None), Err(SpoolError::Malformed { seq: 2, .. })));
    store.advance(3, Event::Dispatched, None).unwrap();
}

#[tokio::test]
async fn a_file_of_another_key_is_set_aside_whole_and_opens_when_that_key_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.redb");
    open(&dir).save(entry(NURSE, "key-0001")).await.unwrap();
    let (spool, aside) = Spool::open(&path, &RootKey::new(&[8; 32]), now()).unwrap();
    let sentence = aside.as_ref().expect("it is said").to_string();
    assert!(sentence.contains("another key") && sentence.contains("its former name"), "{sentence}");
    let Some(SpoolError::OtherKey { aside, .. }) = aside else { panic!("{sentence}") };
    assert!(spool.entries().await.unwrap().is_empty());
    spool.save(entry(NURSE, "key-0002")).await.unwrap();
    drop(spool);
    std::fs::rename(aside, &path).unwrap();
    assert_eq!(open(&dir).entries().await.unwrap()[0].1.key, "key-0001", "nothing is lost");
}
