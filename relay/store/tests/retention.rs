//! A record that goes leaves nothing behind, whatever tables later versions add.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use sqlx::Row as _;
use yunzhen_store::retention::PARTS;
use yunzhen_store::testing::TestDatabase;

/// Tables whose rows are not a resident's although they refer to what is: none so far.
const NOT_OF_A_RESIDENT: &[&str] = &[];

#[tokio::test]
async fn every_table_that_refers_to_a_record_is_a_part_of_it_and_goes_before_it() {
    let database = TestDatabase::in_file();
    database.open().await.close().await;
    let tables = database.ask("SELECT name FROM sqlite_master WHERE type = 'table'").await;
    let place = |table: &str| PARTS.iter().position(|(part, _)| *part == table);
    for table in tables {
        let table: String = table.get(0);
        if NOT_OF_A_RESIDENT.contains(&table.as_str()) {
            continue;
        }
        for key in database.ask(&format!("PRAGMA foreign_key_list({table})")).await {
            let parent: String = key.get("table");
            let Some(of_parent) = place(&parent) else { continue };
            if parent == table {
                continue;
            }
            let own = place(&table);
            assert!(
                own.is_some(),
                "{table} refers to {parent}, which goes when a record ends: add it to retention::PARTS"
            );
            assert!(own.unwrap() < of_parent, "{table} must go before {parent}");
        }
    }
}
