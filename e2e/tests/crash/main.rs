//! `kill -9` of the real relay in the middle of a thousand concurrent commands, twenty times, on both databases: whatever was acknowledged is there, nothing is
//! there twice, and a retry with the same key gets the first answer.
//!
//! The commands come over HTTPS as a console sends them. Whoever gets no answer asks the next relay again with the same idempotency key, as browsers and boxes do.

#![allow(clippy::print_stdout, reason = "the figures of the run")]

mod database;
mod people;
mod relay;

use std::collections::BTreeMap;
use std::time::Instant;

use yunzhen_store::{FileKeys, Options, Store, audit, consultations, notes, residents};

use database::Database;
use people::{Acknowledged, Crowd};
use relay::{Installation, Relay, SECRET};

/// Commands under way at any moment.
const AT_ONCE: usize = 1000;
/// How often the relay is killed.
const KILLS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed_on_sqlite() {
    killed_again_and_again(Database::file()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed_on_postgres() {
    killed_again_and_again(Database::server()).await;
}

#[allow(clippy::disallowed_methods, reason = "how long the scenario took is printed")]
async fn killed_again_and_again(database: Database) {
    let began = Instant::now();
    let installation = Installation::new(&database);
    installation.seed();
    let mut running = Relay::start(&installation).await;
    let crowd = Crowd::sign_in(&installation, running.api).await;
    crowd.start(AT_ONCE);
    for kill in 0..KILLS {
        // A different moment each time: between a twentieth of the crowd and a quarter has been answered since the start.
        crowd.answered(50 + kill * 37 % 200).await;
        running.kill();
        running = Relay::start(&installation).await;
        crowd.turn_to(running.api);
    }
    let acknowledged = crowd.finish().await;
    assert!(acknowledged.len() >= AT_ONCE + KILLS * 50 - 50, "only {} commands", acknowledged.len());

    // Retried once more, each gets its first answer.
    for command in acknowledged.iter().step_by(acknowledged.len() / 50) {
        assert_eq!(crowd.again(command).await, command.answer, "{}", command.mark);
    }
    running.kill();
    let rows = everything_is_there_once(&database, &acknowledged).await;
    the_program_verifies_the_log(&installation, rows);
    let retried: usize = acknowledged.iter().map(|command| command.tries - 1).sum();
    println!(
        "{}: {KILLS} kills, {} commands acknowledged, {retried} retries, {rows} audit rows, {:.0?}",
        database.name(),
        acknowledged.len(),
        began.elapsed()
    );
    assert!(retried > KILLS, "the kills met commands under way");
}

/// Compares the record with what was acknowledged; returns the length of its audit log.
async fn everything_is_there_once(database: &Database, acknowledged: &[Acknowledged]) -> i64 {
    let options = Options { keys: Some(FileKeys::new(&SECRET, &[])), ..Options::default() };
    let store = Store::open_at(database.location(), &options).await.expect("the record opens");
    let mut db = store.read().await.expect("a read");
    // Every mark that the record has, with the ids of the rows that carry it.
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resident in residents::list(&mut db, None, None).await.expect("residents") {
        for note in notes::for_resident(&mut db, resident.id, u32::MAX).await.expect("notes") {
            found.entry(note.text.expose().clone()).or_default().push(note.id.to_string());
        }
        for c in consultations::for_resident(&mut db, resident.id, u32::MAX).await.expect("consultations") {
            found.entry(c.reason.expose().clone()).or_default().push(c.id.to_string());
        }
    }
    for command in acknowledged {
        let rows = found.remove(&command.mark).unwrap_or_default();
        let id = command.answer["id"].as_str().expect("an answer has the id of what was made");
        assert_eq!(rows, [id], "{} was acknowledged after {} tries", command.mark, command.tries);
    }
    let strays: Vec<_> = found.keys().filter(|mark| mark.starts_with(people::MARK)).collect();
    assert!(strays.is_empty(), "never acknowledged, although everybody asked until there was an answer: {strays:?}");
    let rows = audit::verify(&mut db).await.expect("the audit chain holds");
    drop(db);
    store.close().await;
    rows
}

/// An operator keeps the head outside of the database and gives it back the next time.
fn the_program_verifies_the_log(installation: &Installation, rows: i64) {
    let head = installation.verify_audit(None).expect("the log is whole");
    assert!(head.starts_with(&format!("{rows}:")), "{head}");
    assert_eq!(installation.verify_audit(Some(&head)).as_ref(), Ok(&head));
    let (_, hash) = head.split_once(':').expect("seq:hash");
    let cut_off = format!("{}:{hash}", rows + 1);
    for wrong in [cut_off.as_str(), "1:00", &format!("1:{hash}")] {
        let said = installation.verify_audit(Some(wrong)).expect_err(wrong);
        assert!(said.contains("relay: ") || said.contains("--head"), "{said}");
    }
}
