//! The schema, embedded in the program and applied at opening. A released file never changes: its digest is in every database that applied it.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};

use crate::StoreError;

/// One text for both databases, by number.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "care",
        concat!(include_str!("../migrations/0001_care.sql"), include_str!("../migrations/0001_care.sqlite.sql")),
    ),
    (2, "registry", include_str!("../migrations/0002_registry.sql")),
];

pub(crate) async fn run(pool: &SqlitePool) -> Result<(), StoreError> {
    let migrations = MIGRATIONS
        .iter()
        .map(|&(version, name, sql)| {
            Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations).run(pool).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => StoreError::from(error),
        other => StoreError::Migration(other.to_string()),
    })
}
