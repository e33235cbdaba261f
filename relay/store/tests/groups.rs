//! Group commit: commands that come together are saved together, and each is still whole or nothing.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::records::Home;
use yunzhen_domain::schedule::Zone;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Options, Store, StoreError, Tx, audit, homes};

fn fact(n: u32) -> AuditFact {
    AuditFact {
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        actor: Actor::System.reference(),
        kind: EventKind::ConsultationRequested,
        entity_id: Uuid::from_u128(u128::from(n)),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}

fn home(n: u32) -> Home {
    let id = HomeId::from_uuid(Uuid::from_u128(u128::from(n)));
    Home {
        id,
        name: format!("home {n:04}"),
        address: String::new(),
        phone: String::new(),
        version: 1,
        zone: Zone::shanghai(),
        place: None,
        preferred_pharmacy_id: None,
    }
}

async fn insert(store: &Store, n: u32) -> Result<i64, StoreError> {
    let mut tx = store.write().await?;
    homes::insert(&mut tx, &home(n)).await?;
    tx.commit(vec![fact(n)]).await
}

async fn names(store: &Store) -> BTreeSet<String> {
    homes::list(&mut store.read().await.unwrap()).await.unwrap().into_iter().map(|home| home.name).collect()
}

/// Polls once: far enough to stand in the queue.
async fn polled_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|cx| match std::pin::Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_at_once_is_saved_once_and_the_chain_has_no_gap() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let commands: Vec<_> = (0..300)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                // Every third one changes its mind, every fifth meets a key that is taken.
                if n % 3 == 0 {
                    let mut tx = store.write().await.unwrap();
                    homes::insert(&mut tx, &home(n)).await.unwrap();
                    return None;
                }
                if n % 5 == 0 {
                    let mut tx = store.write().await.unwrap();
                    homes::insert(&mut tx, &home(n)).await.unwrap();
                    let twice = homes::insert(&mut tx, &home(n)).await;
                    assert!(matches!(twice, Err(StoreError::Duplicate { .. })), "{twice:?}");
                    return None;
                }
                Some((insert(&store, n).await.unwrap(), home(n).name))
            })
        })
        .collect();
    let mut kept = BTreeSet::new();
    let mut seqs = BTreeSet::new();
    for command in commands {
        if let Some((seq, name)) = command.await.unwrap() {
            assert!(seqs.insert(seq), "two commands with the same audit row");
            kept.insert(name);
        }
    }
    assert_eq!(names(&store).await, kept);
    assert_eq!(seqs.len(), kept.len());
    assert_eq!(audit::verify(&mut store.read().await.unwrap()).await.unwrap(), i64::try_from(kept.len()).unwrap());
    assert_eq!(*store.audit_head().borrow(), i64::try_from(kept.len()).unwrap());
}

#[tokio::test]
async fn nobody_else_sees_a_command_before_its_group_is_committed() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let mut head = store.audit_head();
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home(1)).await.unwrap();
    // The second stands in the queue, so the first is not committed alone.
    let mut second = Box::pin(store.write());
    assert!(polled_once(&mut second).await.is_none());
    let mut first = Box::pin(tx.commit(vec![fact(1)]));
    let mut second: Tx = tokio::select! {
        biased;
        _ = &mut first => panic!("committed while another command waits"),
        turn = &mut second => turn.unwrap(),
    };
    assert_eq!(homes::list(&mut second).await.unwrap(), [home(1)], "the next command sees it");
    assert!(names(&store).await.is_empty(), "a reader does not");
    assert!(!head.has_changed().unwrap(), "and nobody is told");
    assert!(polled_once(&mut first).await.is_none(), "nor is the one who asked");

    // A command that is dropped takes only itself away.
    homes::insert(&mut second, &home(2)).await.unwrap();
    drop(second);
    assert_eq!(first.await.unwrap(), 1);
    head.changed().await.unwrap();
    assert_eq!(*head.borrow(), 1);
    assert_eq!(names(&store).await, BTreeSet::from([home(1).name]));
    assert_eq!(insert(&store, 3).await.unwrap(), 2);
    assert_eq!(audit::verify(&mut store.read().await.unwrap()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_commit_that_fails_fails_the_whole_group() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    // The head is gone: what would end the group cannot be written.
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home(1)).await.unwrap();
    let mut second = Box::pin(store.write());
    assert!(polled_once(&mut second).await.is_none());
    let mut first = Box::pin(tx.commit(vec![fact(1)]));
    let mut second: Tx = tokio::select! {
        biased;
        _ = &mut first => panic!("committed while another command waits"),
        turn = &mut second => turn.unwrap(),
    };
    homes::insert(&mut second, &home(2)).await.unwrap();
    yunzhen_store::testing::spoil_the_head(&mut second).await;
    let second = second.commit(vec![fact(2)]).await;
    let first = first.await;
    assert!(matches!(first, Err(StoreError::Stale { what: "audit head" })), "{first:?}");
    assert!(matches!(second, Err(StoreError::Stale { what: "audit head" })), "{second:?}");
    assert!(names(&store).await.is_empty());
    assert_eq!(*store.audit_head().borrow(), 0);
    // The next group is well.
    assert_eq!(insert(&store, 3).await.unwrap(), 1);
}

#[tokio::test]
async fn a_statement_that_failed_is_not_committed_by_bookkeeping_either() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    insert(&store, 1).await.unwrap();
    let mut tx = store.write().await.unwrap();
    homes::insert(&mut tx, &home(2)).await.unwrap();
    assert!(homes::insert(&mut tx, &home(1)).await.is_err());
    let kept = tx.commit_bookkeeping("a test that goes on after an error").await;
    // SQLite undoes the statement, PostgreSQL the command: what is said is what is true.
    assert_eq!(names(&store).await.contains(&home(2).name), kept.is_ok());
}

#[tokio::test]
async fn who_stopped_waiting_does_not_hold_up_the_queue() {
    let database = TestDatabase::new().await;
    let store = database.open_with(&Options { busy_timeout: Duration::from_millis(200), ..Options::default() }).await;
    let tx = store.write().await.unwrap();
    for _ in 0..50 {
        let mut waiting = Box::pin(store.write());
        assert!(polled_once(&mut waiting).await.is_none());
    }
    assert!(matches!(store.write().await.map(drop), Err(StoreError::Locked)), "the turn is taken");
    drop(tx);
    insert(&store, 1).await.unwrap();
    store.close().await;
    assert!(matches!(store.write().await.map(drop), Err(StoreError::Closed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_on_one_database_keep_one_chain() {
    let database = TestDatabase::new().await;
    let (one, two) = (database.open().await, database.open().await);
    let commands: Vec<_> = (0..100)
        .map(|n| {
            let store = if n % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move { insert(&store, n).await.unwrap() })
        })
        .collect();
    let mut seqs = BTreeSet::new();
    for command in commands {
        seqs.insert(command.await.unwrap());
    }
    assert_eq!(seqs, (1..=100).collect());
    assert_eq!(audit::verify(&mut two.read().await.unwrap()).await.unwrap(), 100);
}
