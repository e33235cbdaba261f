//! `relay audit verify` holds the log against the heads that stand beside its settings, and says when there were none.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind, hex};
use yunzhen_relay::audit_heads::{AuditHeads, public_beside};
use yunzhen_relay::audit_verify::{Published, VerifyError, verify};
use yunzhen_relay::keys::KeyFile;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Store, StoreError, audit};

fn at(n: u8) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + i64::from(n)).unwrap()
}

fn fact(n: u8) -> AuditFact {
    AuditFact {
        at: at(n),
        actor: Actor::System.reference(),
        kind: EventKind::ConsultationRequested,
        entity_id: Uuid::from_u128(u128::from(n)),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}

/// Ten rows; the head is published after every second one.
async fn ten_rows_of_which_each_second_head_is_published(database: &TestDatabase) -> (Store, TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit-heads.jws");
    let heads = AuditHeads::at(&KeyFile::new(&folder.path().join("audit-head.key"), None), &file).unwrap();
    let store = database.open().await;
    for n in 1..=5 {
        store.write().await.unwrap().commit(vec![fact(n), fact(n + 100)]).await.unwrap();
        let head = audit::head(&mut store.read().await.unwrap()).await.unwrap();
        heads.publish(head, at(n)).unwrap();
    }
    (store, folder, file)
}

/// The rows above 6 are gone and the head says so too.
async fn cut_off(database: &TestDatabase, store: &Store) {
    let sixth = audit::after(&mut store.read().await.unwrap(), 5, 1).await.unwrap().remove(0);
    database.without_triggers().await;
    database.tell("DELETE FROM audit WHERE seq > 6").await;
    database.tell(&format!("UPDATE audit_head SET seq = 6, hash = '{}'", hex(&sixth.hash))).await;
}

fn of_settings(file: &Path) -> Published {
    Published::of_settings(file, None).unwrap()
}

#[tokio::test]
async fn a_log_that_was_cut_off_with_its_head_is_found_by_the_heads_beside_the_settings() {
    let database = TestDatabase::new().await;
    let (store, folder, file) = ten_rows_of_which_each_second_head_is_published(&database).await;
    let verified = verify(&store, None, of_settings(&file)).await.unwrap();
    assert_eq!(verified.head.seq, 10);
    let said = verified.to_string();
    assert!(said.starts_with("the audit log is whole, 10 rows; published heads checked: 5, of "), "{said}");
    assert!(!said.contains("WARNING"), "{said}");

    cut_off(&database, &store).await;
    match verify(&store, None, of_settings(&file)).await {
        Err(VerifyError::Store(StoreError::ChainBroken { seq: 7 })) => {}
        other => panic!("{other:?}"),
    }
    // Without a published head nothing shows, and that is said.
    let none = of_settings(&folder.path().join("elsewhere.jws"));
    let verified = verify(&store, None, none).await.unwrap();
    let said = verified.to_string();
    assert!(said.contains("6 rows; published heads checked: 0, "), "{said}");
    assert!(said.contains("WARNING: a log that was cut off or written anew together with its head"), "{said}");
    let none = of_settings(&folder.path().join("elsewhere.jws"));
    let said = verify(&store, Some(verified.head), none).await.unwrap().to_string();
    assert!(said.contains("the head that was given is in it; published heads checked: 0"), "{said}");
}

#[tokio::test]
async fn a_line_that_is_being_written_is_not_published_yet_and_a_kept_copy_is_whole_or_not_believed() {
    let database = TestDatabase::new().await;
    let (store, folder, file) = ten_rows_of_which_each_second_head_is_published(&database).await;
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}eyJhbGciOi")).unwrap();
    let said = verify(&store, None, of_settings(&file)).await.unwrap().to_string();
    assert!(said.contains("published heads checked: 5, "), "{said}");
    assert!(matches!(Published::kept(&file, None), Err(VerifyError::Heads { .. })));
    let gone = folder.path().join("gone.jws");
    assert!(
        matches!(Published::kept(&gone, None), Err(VerifyError::File { .. })),
        "a copy that was named must be there"
    );

    // What is beside them cannot be left out: heads without their key are not passed over.
    fs::remove_file(public_beside(&file)).unwrap();
    assert!(matches!(Published::of_settings(&file, None), Err(VerifyError::File { .. })));
    fs::write(public_beside(&file), "no key\n").unwrap();
    assert!(matches!(Published::of_settings(&file, None), Err(VerifyError::NoKey(_))));
}
