//! A file that is changed: what a program that stops leaves, what is overwritten, and who may change it when.

use super::*;
use crate::testing::{self, TestDatabase};

/// A record in clear with one row, as an older program left it, and one without.
async fn in_clear() -> TestDatabase {
    let database = TestDatabase::in_file();
    database.open().await.close().await;
    database.tell("CREATE TABLE found (word TEXT); INSERT INTO found VALUES ('amlodipine')").await;
    database.decrypt().await;
    database
}

fn path(database: &TestDatabase) -> PathBuf {
    let Location::File(path) = database.location() else { panic!("a file") };
    path
}

fn holds(path: &Path, text: &[u8]) -> bool {
    fs::read(path).unwrap().windows(text.len()).any(|window| window == text)
}

#[tokio::test]
async fn a_program_that_stops_between_the_copy_and_its_new_name_leaves_the_record_as_it_was() {
    let database = in_clear().await;
    let (path, location) = (path(&database), database.location());
    let beside = beside(&path);
    begin_beside(&path, &beside).unwrap();
    let mut conn = opened(&location, None).await.unwrap().unwrap();
    copy_alone(&mut conn, &beside, testing::keys().current()).await.unwrap();
    // The program ends here: the lock goes, both files stay.
    conn.close().await.unwrap();
    assert!(beside.exists() && holds(&path, CLEAR) && holds(&path, b"amlodipine"));
    let mut old = opened(&location, None).await.unwrap().unwrap();
    assert!(sqlx::raw_sql("SELECT word FROM found").fetch_optional(&mut old).await.unwrap().is_some());
    old.close().await.unwrap();

    // And one that stops while it copies leaves half a file.
    fs::write(&beside, b"half").unwrap();
    database.open().await.close().await;
    assert_eq!(database.ask("SELECT word FROM found").await.len(), 1);
    assert!(!beside.exists() && !holds(&path, CLEAR) && !holds(&path, b"amlodipine"));
}

#[tokio::test]
async fn what_was_in_clear_is_overwritten_where_it_lay() {
    let database = in_clear().await;
    let path = path(&database);
    // Somebody who still has the old file open sees what is left of it.
    let old = File::open(&path).unwrap();
    let len = old.metadata().unwrap().len();
    database.open().await.close().await;
    let mut left = vec![1; usize::try_from(len).unwrap()];
    old.read_exact_at(&mut left, 0).unwrap();
    assert!(left.iter().all(|byte| *byte == 0));
}

#[tokio::test]
async fn a_link_to_the_record_stays_one() {
    let database = in_clear().await;
    let file = path(&database);
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linked.db");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let location = Location::from(link.as_path());
    assert_eq!(make_ready(&location, &link, &testing::keys()).await.unwrap(), 0);
    assert!(link.is_symlink() && !holds(&file, CLEAR));
}

#[tokio::test]
async fn two_programs_do_not_change_the_file_at_once() {
    let database = in_clear().await;
    let (path, location) = (path(&database), database.location());
    let held = Held::alone(&location, &path).unwrap();
    assert!(matches!(make_ready(&location, &path, &testing::keys()).await, Err(StoreError::Locked)));
    drop(held);
    // Nor while an older program has it open.
    let mut older = opened(&location, None).await.unwrap().unwrap();
    sqlx::raw_sql("PRAGMA journal_mode = WAL; SELECT word FROM found").execute(&mut older).await.unwrap();
    assert!(matches!(make_ready(&location, &path, &testing::keys()).await, Err(StoreError::Locked)));
    assert!(holds(&path, CLEAR) && !beside(&path).exists());
    older.close().await.unwrap();
    assert_eq!(make_ready(&location, &path, &testing::keys()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_key_must_be_there_where_something_needs_it_and_nowhere_else() {
    let database = in_clear().await;
    let path = path(&database);
    assert!(!needs_its_key(&path.with_extension("gone")).await.unwrap());
    assert!(!needs_its_key(&path).await.unwrap(), "in clear, and nothing is sealed");
    database.open().await.close().await;
    assert!(needs_its_key(&path).await.unwrap(), "encrypted");
    database
        .tell("PRAGMA foreign_keys = OFF; INSERT INTO second_factors VALUES ('somebody', 'sealed1.AAAA', 1, 0)")
        .await;
    database.decrypt().await;
    assert!(needs_its_key(&path).await.unwrap(), "in clear, and something is sealed");
}

#[tokio::test]
async fn a_copy_that_lacks_a_row_or_opens_with_another_key_does_not_pass_for_the_record() {
    let database = in_clear().await;
    let keys = testing::keys();
    let beside = beside(&path(&database));
    let mut record = opened(&database.location(), None).await.unwrap().unwrap();
    copy(&mut record, &beside, keys.current(), "BEGIN").await.unwrap();
    assert!(is_whole(&mut record, &beside, keys.current()).await.unwrap());
    assert!(!is_whole(&mut record, &beside, &FileKey::of_backup(&testing::SECRET)).await.unwrap());
    let mut copied = opened(&Location::from(beside.as_path()), Some(keys.current())).await.unwrap().unwrap();
    sqlx::raw_sql("DELETE FROM found").execute(&mut copied).await.unwrap();
    copied.close().await.unwrap();
    assert!(!is_whole(&mut record, &beside, keys.current()).await.unwrap());
    record.close().await.unwrap();
}
