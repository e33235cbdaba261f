//! The schema goes forward over a database that holds data, and never back.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, AuditRow, EventKind, hex, link};
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Backend, Store, StoreError, audit, homes, jobs, observations, residents, sessions, urgent_calls};

/// Two audited facts as the first release wrote them.
fn first_facts() -> String {
    let fact = |n: u128| AuditFact {
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        actor: Actor::System.reference(),
        kind: EventKind::ConsultationRequested,
        entity_id: Uuid::from_u128(n),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    };
    let one = link(None, fact(1));
    let two = link(Some((one.seq, one.hash)), fact(2));
    let row = |row: &AuditRow| {
        format!(
            "INSERT INTO audit (seq, at, actor_role, kind, entity_id, previous, hash) VALUES ({}, {}, '{}', '{}', '{}', '{}', '{}');",
            row.seq,
            row.fact.at.as_millisecond(),
            row.fact.actor.role.as_str(),
            row.fact.kind.as_str(),
            row.fact.entity_id,
            hex(&row.previous),
            hex(&row.hash)
        )
    };
    row(&one) + &row(&two)
}

/// The steps that were released.
const STEPS: [i64; 44] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 32,
    34, 35, 36, 37, 38, 39, 40, 41, 42, 45, 46, 47, 48,
];

#[tokio::test]
async fn a_database_of_every_release_keeps_its_data_up_to_the_newest() {
    for step in STEPS {
        let database = TestDatabase::at_step(step).await;
        database.tell("INSERT INTO homes (id, name, address, phone) VALUES ('019b76da-a800-7000-8000-000100000001', '松鹤养老院', '杭州', '0571')").await;
        database
            .tell(
                "INSERT INTO residents (id, home_id, name, pinyin, sex, birth_date, bed, id_number, contacts, allergies, allergies_asked, conditions, medicines)
                 VALUES ('019b76da-a800-7000-8000-000200000001', '019b76da-a800-7000-8000-000100000001', '𠮷秀英', 'jxy', 'female', '1941-05-06', '3-12',
                     '330106194105060025', '[]', '[]', 1, '[]', '[]')",
            )
            .await;
        database
            .tell(
                "INSERT INTO observations (id, resident_id, code, value, unit, measured_at, received_at, source)
                 VALUES ('019b76da-a800-7000-8000-000300000001', '019b76da-a800-7000-8000-000200000001', '8867-4', 72.0, '/min', 1, 2, 'nurse')",
            )
            .await;
        // Calls came with the third step.
        if step >= 3 {
            database
                .tell(
                    "INSERT INTO urgent_calls (id, version, state, resident_id, home_id, bed, triage, called, steps, raised_at, open)
                     VALUES ('019b76da-a800-7000-8000-000400000001', 1, 'raised', '019b76da-a800-7000-8000-000200000001',
                         '019b76da-a800-7000-8000-000100000001', '3-12', 'unknown', '[]',
                         '[{\"state\":\"raised\",\"at\":\"2026-11-23T02:00:00Z\"}]', 3, 1)",
                )
                .await;
            // Duty that was planned before it had a job.
            database.tell("INSERT INTO staff (id, username, name, role, active, password_hash) VALUES ('019b76da-a800-7000-8000-000500000001', 's1', '陈', 'specialist', 1, '')").await;
            database
                .tell("INSERT INTO duty (id, specialist_id, line, starts_at, ends_at) VALUES ('019b76da-a800-7000-8000-000600000001', '019b76da-a800-7000-8000-000500000001', 1, 5, 6)")
                .await;
        }
        // A session that is open while the program is replaced.
        if (3..37).contains(&step) {
            let digest = "5a".repeat(32);
            database
                .tell(&format!(
                    "INSERT INTO sessions (token_sha256, subject_kind, staff_id, created_at, expires_at)
                     VALUES ('{digest}', 'staff', '019b76da-a800-7000-8000-000500000001', 7, 8)"
                ))
                .await;
        }
        database.tell(&first_facts()).await;
        // The head of the log came with the sixth.
        if step >= 6 {
            database.tell("UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)").await;
        }
        let store = database.open().await;
        let mut read = store.read().await.unwrap();
        let home = homes::list(&mut read).await.unwrap().remove(0);
        assert_eq!((home.name.as_str(), home.zone.name()), ("松鹤养老院", "Asia/Shanghai"), "step {step}");
        let resident = residents::list(&mut read, None, None).await.unwrap().remove(0);
        assert_eq!((resident.name.expose().as_str(), resident.bed.as_str()), ("𠮷秀英", "3-12"), "step {step}");
        let readings = observations::latest_per_code(&mut read, resident.id).await.unwrap();
        assert_eq!(readings.iter().map(|o| o.code.as_str()).collect::<Vec<_>>(), ["8867-4"], "step {step}");
        let call = urgent_calls::open_of(&mut read, resident.id).await.unwrap();
        assert_eq!(call.is_some(), step >= 3, "step {step}");
        let due = jobs::next_due(&mut read).await.unwrap();
        assert_eq!(due.is_some(), (3..11).contains(&step), "step {step}: duty that was planned has its job");
        let session = sessions::by_token_sha256(&mut read, &[0x5a; 32]).await.unwrap();
        assert_eq!(session.is_some(), (3..37).contains(&step), "step {step}");
        if let Some(session) = session {
            assert_eq!(session.id.to_string(), "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a", "step {step}");
            assert_eq!(session.last_used_at, session.created_at, "step {step}");
        }
        assert_eq!(audit::verify(&mut read).await.unwrap(), 2, "step {step}");
        assert_eq!(*store.audit_head().borrow(), 2, "step {step}");
    }
}

#[tokio::test]
async fn the_steps_that_are_tried_are_all_there_are() {
    let database = TestDatabase::new().await;
    database.open().await.close().await;
    let applied = database.ask("SELECT version FROM _sqlx_migrations").await.len();
    assert_eq!(applied, STEPS.len(), "a new step is tried from as well");
}

#[tokio::test]
async fn a_schema_from_the_future_is_refused_in_words() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let bytes = match store.backend() {
        Backend::Sqlite => "x'00'",
        Backend::Postgres => "'\\x00'",
    };
    let success = if store.backend() == Backend::Sqlite { "1" } else { "true" };
    store.close().await;
    database
        .tell(&format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999, 'later', {success}, {bytes}, 0)"
        ))
        .await;
    let refused = Store::open_at(database.location(), &yunzhen_store::testing::options()).await.map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::Migration(_)));
    let words = refused.to_string();
    assert!(words.contains("step 999") && words.contains("newer program"), "{words}");
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    let database = TestDatabase::new().await;
    database.open().await.close().await;
    let before = database.ask("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").await.len();
    let store = database.open().await;
    assert_eq!(database.ask("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").await.len(), before);
    store.check().await.unwrap();
}
