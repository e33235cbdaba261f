//! The audit log in the hands of somebody who has the database: a change, a deletion, another order, a tail that is cut off are found, on both databases.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind, GENESIS, Purpose};
use yunzhen_store::audit::{self, Head, UsedFor};
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Store, StoreError};

fn fact(n: u8) -> AuditFact {
    let at = Timestamp::from_second(1_800_000_000 + i64::from(n)).unwrap();
    AuditFact {
        at,
        actor: Actor::System.reference(),
        kind: EventKind::ConsultationRequested,
        entity_id: Uuid::from_u128(u128::from(n)),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}

/// Ten rows, two in each of five transactions.
async fn ten_rows(database: &TestDatabase) -> Store {
    let store = database.open().await;
    for n in 1..=5 {
        store.write().await.unwrap().commit(vec![fact(n), fact(n + 100)]).await.unwrap();
    }
    store
}

async fn verify(store: &Store, kept: Option<Head>) -> Result<Head, StoreError> {
    audit::verify_against(&mut store.read().await.unwrap(), kept).await
}

/// What is found after somebody ran `statements`.
async fn found_after(statements: &str) -> Option<i64> {
    let database = TestDatabase::new().await;
    let store = ten_rows(&database).await;
    database.without_triggers().await;
    database.tell(statements).await;
    match verify(&store, None).await {
        Ok(_) => None,
        Err(StoreError::ChainBroken { seq }) => Some(seq),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_head_that_was_published_must_be_in_the_log() {
    let database = TestDatabase::new().await;
    let store = ten_rows(&database).await;
    let mut read = store.read().await.unwrap();
    let rows = audit::after(&mut read, 0, 100).await.unwrap();
    let heads: Vec<Head> = rows.iter().map(|row| Head { seq: row.seq, hash: row.hash }).collect();
    assert_eq!(audit::verify_against_all(&mut read, &heads).await.unwrap(), heads[9]);
    let broken =
        async |read: &mut yunzhen_store::Read, heads: &[Head]| match audit::verify_against_all(read, heads).await {
            Err(StoreError::ChainBroken { seq }) => seq,
            other => panic!("{other:?}"),
        };
    let other = Head { hash: [9; 32], ..heads[3] };
    assert_eq!(broken(&mut read, &[heads[1], other, heads[9]]).await, 4, "the log was written anew");
    let ahead = Head { seq: 11, hash: [9; 32] };
    assert_eq!(broken(&mut read, &[heads[9], ahead]).await, 11, "a tail was cut off");
}

#[tokio::test]
async fn rows_follow_one_another_and_can_be_paged() {
    let database = TestDatabase::new().await;
    let store = ten_rows(&database).await;
    assert_eq!(*store.audit_head().borrow(), 10);
    assert_eq!(audit::verify(&mut store.read().await.unwrap()).await.unwrap(), 10);
    let seqs = |rows: Vec<yunzhen_domain::audit::AuditRow>| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    let mut read = store.read().await.unwrap();
    assert_eq!(seqs(audit::after(&mut read, 8, 10).await.unwrap()), [9, 10]);
    let all = audit::Filter::default();
    assert_eq!(seqs(audit::before(&mut read, &all, Some(3), 10).await.unwrap()), [2, 1]);
    // More facts than one statement takes.
    let head = store.write().await.unwrap().commit((0..120).map(fact).collect()).await.unwrap();
    assert_eq!((head, verify(&store, None).await.unwrap().seq), (130, 130));
}

#[tokio::test]
async fn several_kinds_come_in_the_order_of_the_log_and_page_on_where_the_last_page_ended() {
    use EventKind::{ConsultationBegun, ConsultationRequested, ResidentViewed, SessionRefused};
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let somebody = Uuid::from_u128(1000);
    let of = |n: u8, kind: EventKind, by: Option<Uuid>| {
        let actor = yunzhen_domain::ActorRef { id: by, ..Actor::System.reference() };
        let purpose = (n == 4).then_some(Purpose::BreakGlass);
        AuditFact { kind, actor, purpose, ..fact(n) }
    };
    let facts = vec![
        of(1, ResidentViewed, Some(somebody)),
        of(2, SessionRefused, None),
        of(3, ConsultationRequested, Some(somebody)),
        of(4, ResidentViewed, None),
        of(5, ConsultationBegun, Some(somebody)),
        of(6, SessionRefused, Some(somebody)),
    ];
    store.write().await.unwrap().commit(facts).await.unwrap();
    let mut read = store.read().await.unwrap();
    let mut found = async |filter: audit::Filter, before: Option<i64>, limit: u32| {
        let rows = audit::before(&mut read, &filter, before, limit).await.unwrap();
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    let two = || audit::Filter { kinds: Some(vec![SessionRefused, ResidentViewed]), ..Default::default() };
    assert_eq!(found(two(), None, 3).await, [6, 4, 2]);
    assert_eq!(found(two(), Some(2), 3).await, [1]);
    assert_eq!(found(audit::Filter { actor_id: Some(somebody), ..two() }, None, 10).await, [6, 1]);
    let treatment = audit::Filter { purpose: Some(UsedFor::Treatment), ..two() };
    assert_eq!(found(treatment, None, 10).await, [6, 2, 1]);
    let broken = audit::Filter { purpose: Some(UsedFor::Other(Purpose::BreakGlass)), ..two() };
    assert_eq!(found(broken, None, 10).await, [4]);
    let from = Some(fact(3).at);
    assert_eq!(found(audit::Filter { from, ..two() }, None, 10).await, [6, 4]);
    let most = EventKind::ALL.iter().copied().filter(|kind| *kind != ResidentViewed && *kind != SessionRefused);
    let most = audit::Filter { kinds: Some(most.collect()), ..Default::default() };
    assert_eq!(found(most, None, 10).await, [5, 3]);
    assert_eq!(found(audit::Filter { kinds: Some(Vec::new()), ..Default::default() }, None, 10).await, [0_i64; 0]);
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_history() {
    let database = TestDatabase::new().await;
    let store = ten_rows(&database).await;
    let mut conn = database.beside().await;
    for (statement, refusal) in [
        ("UPDATE audit SET actor_role = 'nurse' WHERE seq = 4", "never change"),
        ("DELETE FROM audit WHERE seq = 4", "never deleted"),
        ("DELETE FROM audit", "never deleted"),
    ] {
        let refused = sqlx::raw_sql(statement).execute(&mut conn).await.unwrap_err().to_string();
        assert!(refused.contains(refusal), "{refused}");
    }
    assert_eq!(verify(&store, None).await.unwrap().seq, 10);
}

#[tokio::test]
async fn a_change_of_any_column_is_found() {
    for change in [
        "at = at + 1",
        "actor_role = 'nurse'",
        "actor_id = '00000000-0000-0000-0000-000000000009'",
        "kind = 'consultation.cancelled'",
        "entity_id = '00000000-0000-0000-0000-000000000009'",
        "home_id = '00000000-0000-0000-0000-000000000009'",
        "pharmacy_id = '00000000-0000-0000-0000-000000000009'",
        "purpose = 'BTG'",
        "previous = hash",
        "hash = previous",
    ] {
        assert_eq!(found_after(&format!("UPDATE audit SET {change} WHERE seq = 4")).await, Some(4), "{change}");
    }
}

#[tokio::test]
async fn a_row_that_is_gone_is_found_wherever_it_was() {
    assert_eq!(found_after("DELETE FROM audit WHERE seq = 1").await, Some(1));
    assert_eq!(found_after("DELETE FROM audit WHERE seq = 5").await, Some(6));
    assert_eq!(found_after("DELETE FROM audit WHERE seq = 10").await, Some(10));
    assert_eq!(found_after("DELETE FROM audit WHERE seq > 7").await, Some(8));
    assert_eq!(found_after("DELETE FROM audit").await, Some(1));
    // The gap is closed by moving the others up.
    assert_eq!(
        found_after("DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = seq - 1 WHERE seq = 6").await,
        Some(5)
    );
}

#[tokio::test]
async fn rows_that_changed_places_are_found() {
    let swap = "UPDATE audit SET seq = 99 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 99";
    assert_eq!(found_after(swap).await, Some(4));
}

#[tokio::test]
async fn a_tail_cut_off_together_with_the_head_is_found_by_a_head_that_was_kept_elsewhere() {
    let database = TestDatabase::new().await;
    let store = ten_rows(&database).await;
    let kept = verify(&store, None).await.unwrap();
    assert_eq!(kept.to_string().parse::<Head>().unwrap(), kept);
    store.write().await.unwrap().commit(vec![fact(50)]).await.unwrap();
    assert_eq!(verify(&store, Some(kept)).await.unwrap().seq, 11, "what came since is well");

    database.without_triggers().await;
    database.tell("DELETE FROM audit WHERE seq > 8").await;
    let eighth = audit::after(&mut store.read().await.unwrap(), 7, 1).await.unwrap().remove(0);
    let hash = yunzhen_domain::audit::hex(&eighth.hash);
    database.tell(&format!("UPDATE audit_head SET seq = 8, hash = '{hash}'")).await;
    assert_eq!(verify(&store, None).await.unwrap().seq, 8, "without it nothing can be seen");
    assert!(matches!(verify(&store, Some(kept)).await, Err(StoreError::ChainBroken { seq: 9 })));

    // And so is a log that was written anew behind the cut.
    for n in 60..64 {
        store.write().await.unwrap().commit(vec![fact(n)]).await.unwrap();
    }
    assert_eq!(verify(&store, None).await.unwrap().seq, 12);
    assert!(matches!(verify(&store, Some(kept)).await, Err(StoreError::ChainBroken { seq: 10 })));
}

#[tokio::test]
async fn an_empty_log_is_whole() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    assert_eq!(verify(&store, None).await.unwrap(), Head { seq: 0, hash: GENESIS });
    for text in ["", "12", "12:abc", "x:00"] {
        assert!(text.parse::<Head>().is_err(), "{text}");
    }
}
