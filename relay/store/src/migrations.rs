//! The schema, embedded in the program and applied at opening. A released file never changes: its digest is in every database that applied it.

use std::borrow::Cow;

use sqlx::AnyConnection;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::StoreError;
use crate::backend::Backend;

/// One text for both databases, by number.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "care", include_str!("../migrations/0001_care.sql")),
    (2, "registry", include_str!("../migrations/0002_registry.sql")),
    (3, "schedule", include_str!("../migrations/0003_schedule.sql")),
    (4, "referrals", include_str!("../migrations/0004_referrals.sql")),
    (5, "devices", include_str!("../migrations/0005_devices.sql")),
    (6, "audit", include_str!("../migrations/0006_audit.sql")),
    (7, "call_outcomes", include_str!("../migrations/0007_call_outcomes.sql")),
    (8, "safety_overrides", include_str!("../migrations/0008_safety_overrides.sql")),
    (9, "secret_answers", include_str!("../migrations/0009_secret_answers.sql")),
    (10, "home_zones", include_str!("../migrations/0010_home_zones.sql")),
    (11, "presses_and_duty", include_str!("../migrations/0011_presses_and_duty.sql")),
    (12, "orders", include_str!("../migrations/0012_orders.sql")),
    (13, "review", include_str!("../migrations/0013_review.sql")),
    (14, "stock", include_str!("../migrations/0014_stock.sql")),
    (15, "deliveries", include_str!("../migrations/0015_deliveries.sql")),
    (16, "doses", include_str!("../migrations/0016_doses.sql")),
    (17, "fhir", include_str!("../migrations/0017_fhir.sql")),
    (18, "retention", include_str!("../migrations/0018_retention.sql")),
    (19, "offers", include_str!("../migrations/0019_offers.sql")),
    (20, "pharmacy_systems", include_str!("../migrations/0020_pharmacy_systems.sql")),
    (21, "lists", include_str!("../migrations/0021_lists.sql")),
    (22, "ecgs", include_str!("../migrations/0022_ecgs.sql")),
    (23, "recalls", include_str!("../migrations/0023_recalls.sql")),
    // There never was a 24 or a 33, and none may come: a database that has the next one would not get it.
    (25, "lists_of_doses_and_offers", include_str!("../migrations/0025_lists_of_doses_and_offers.sql")),
    (26, "practice_and_body_sites", include_str!("../migrations/0026_practice_and_body_sites.sql")),
    (27, "batches_of_doses", include_str!("../migrations/0027_batches_of_doses.sql")),
    (28, "stills", include_str!("../migrations/0028_stills.sql")),
    (29, "media_timeline", include_str!("../migrations/0029_media_timeline.sql")),
    (30, "recordings", include_str!("../migrations/0030_recordings.sql")),
    (31, "voice_messages", include_str!("../migrations/0031_voice_messages.sql")),
    (32, "asked_again", include_str!("../migrations/0032_asked_again.sql")),
    (34, "assembly_of_recordings", include_str!("../migrations/0034_assembly_of_recordings.sql")),
    (35, "recording_answers", include_str!("../migrations/0035_recording_answers.sql")),
    (36, "enrolment", include_str!("../migrations/0036_enrolment.sql")),
    (37, "people", include_str!("../migrations/0037_people.sql")),
    (38, "signing_keys", include_str!("../migrations/0038_signing_keys.sql")),
    (39, "sealed_order_secrets", include_str!("../migrations/0039_sealed_order_secrets.sql")),
    (40, "guests", include_str!("../migrations/0040_guests.sql")),
    (41, "staff_identities", include_str!("../migrations/0041_staff_identities.sql")),
    (42, "sealed_values", include_str!("../migrations/0042_sealed_values.sql")),
    (45, "passwords", include_str!("../migrations/0045_passwords.sql")),
    (46, "break_glass_notices", include_str!("../migrations/0046_break_glass_notices.sql")),
    (47, "ended_sessions", include_str!("../migrations/0047_ended_sessions.sql")),
    (48, "declines_and_approvals", include_str!("../migrations/0048_declines_and_approvals.sql")),
];

/// What is appended where the dialects have no common text: a trigger's body is a statement in SQLite and a function in PostgreSQL.
const DIALECTS: &[(i64, &str, &str)] =
    &[(1, include_str!("../migrations/0001_care.sqlite.sql"), include_str!("../migrations/0001_care.postgres.sql"))];

pub(crate) fn migrator(backend: Backend) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|&(version, name, common)| {
        let own = DIALECTS.iter().find(|(of, ..)| *of == version).map_or("", |&(_, sqlite, postgres)| match backend {
            Backend::Sqlite => sqlite,
            Backend::Postgres => postgres,
        });
        let text = AssertSqlSafe(format!("{common}{own}")).into_sql_str();
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Brings the database forward; never back.
pub(crate) async fn run(conn: &mut AnyConnection, backend: Backend) -> Result<(), StoreError> {
    migrator(backend).run(conn).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => StoreError::from(error),
        MigrateError::VersionMissing(version) => {
            let known = MIGRATIONS.iter().map(|migration| migration.0).max().unwrap_or_default();
            StoreError::Migration(format!(
                "its schema has step {version}, and this program knows steps up to {known}; start the newer program that made it"
            ))
        }
        other => StoreError::Migration(other.to_string()),
    })
}

/// Names the schema, by the digests of all its steps.
#[cfg(feature = "testing")]
pub(crate) fn digest(backend: Backend) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    migrator(backend).iter().for_each(|step| step.checksum.hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests of released steps. A line is added with a release and never changed: databases in hospitals hold it.
    const RELEASED: &[(i64, Backend, &str)] = &[(1, Backend::Sqlite, "6205972da01e19c684b6eea2254df7dc")];

    #[test]
    fn a_released_step_never_changes() {
        for &(version, backend, digest) in RELEASED {
            let migrator = migrator(backend);
            let step = migrator.iter().find(|step| step.version == version).unwrap();
            let found: String = step.checksum.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, digest, "step {version} on {backend:?}");
        }
    }
}
