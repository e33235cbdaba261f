//! Years of prescriptions, for measurements: copies of a few that went through the use cases themselves, with everything that belongs to them, each of another
//! resident and at another time. A million of them are there within minutes, because the database copies its own rows without indexes and makes those at the end.
//!
//! Not here: which prescriptions, and how many. Not durable while it runs, and no audit row is written: nothing of this happened.

use std::fmt::Write as _;

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use yunzhen_domain::ids::{HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId, StockId};

use super::{connect, tell};
use crate::backend::{Backend, Location};

/// Copies that one transaction makes.
const BATCH: u64 = 20_000;
/// Stops of one courier's way.
const STOPS: u64 = 10;
/// A signature takes two kilobytes, and no list shows it.
const SLIM: &str = r#"'{"jws":"-","certificate_serial":"-"}'"#;

/// Whom copies are of: the residents in turn, each with those who look after them.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// For whom.
    pub resident: ResidentId,
    /// Where.
    pub home: HomeId,
    /// By whom.
    pub specialist: StaffId,
    /// Approved by whom.
    pub pharmacist: StaffId,
    /// From where.
    pub pharmacy: PharmacyId,
    /// Which batch there.
    pub stock: StockId,
}

/// Some copies of one prescription.
#[derive(Debug, Clone, Copy)]
pub struct Copies {
    /// Of which one.
    pub of: PrescriptionId,
    /// Numbers of the copies: no two copies of one database have the same.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// When the newest was written.
    pub newest: Timestamp,
    /// How long before it the next older one was, in milliseconds.
    pub apart_ms: i64,
    /// Whether signatures are left out.
    pub slim: bool,
}

/// A database that is being filled. Nobody else has it open.
pub struct Years {
    conn: AnyConnection,
    backend: Backend,
    indexes: Vec<String>,
}

/// Tables of a prescription: name, number of the kind of id, which rows are the prescription's.
const TABLES: &[(&str, u32, &str)] = &[
    ("consultations", 1, "t.id = (SELECT consultation_id FROM prescriptions WHERE id = '{of}')"),
    ("prescriptions", 2, "t.id = '{of}'"),
    ("deliveries", 3, "t.prescription_id = '{of}'"),
    ("courier_runs", 4, "t.id IN (SELECT run_id FROM deliveries WHERE prescription_id = '{of}')"),
    ("dispenses", 5, "t.prescription_id = '{of}'"),
    ("stock_moves", 6, "t.prescription_id = '{of}'"),
    ("dose_entries", 7, "t.prescription_id = '{of}'"),
    ("discrepancies", 8, "t.prescription_id = '{of}'"),
    ("refills", 9, "t.prescription_id = '{of}'"),
];

impl Years {
    /// Takes the indexes away and says whose copies there will be.
    pub async fn begin(location: &Location, people: &[Person]) -> Self {
        let mut conn = connect(location).await;
        let backend = location.backend();
        let (settings, listed) = match backend {
            Backend::Sqlite => (
                "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY",
                "SELECT name, sql AS text FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
            ),
            Backend::Postgres => (
                "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'",
                "SELECT CAST(indexname AS TEXT) AS name, indexdef AS text FROM pg_indexes WHERE schemaname = 'public'
                     AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
            ),
        };
        tell(&mut conn, settings.into()).await;
        let rows = sqlx::raw_sql(AssertSqlSafe(listed)).fetch_all(&mut conn).await.expect("indexes");
        let mut indexes = Vec::new();
        for row in &rows {
            tell(&mut conn, format!("DROP INDEX {}", row.get::<String, _>("name"))).await;
            indexes.push(row.get::<String, _>("text"));
        }
        tell(
            &mut conn,
            "CREATE TABLE years (n BIGINT PRIMARY KEY, resident_id TEXT, home_id TEXT, specialist_id TEXT, pharmacist_id TEXT, pharmacy_id TEXT, stock_id TEXT)".into(),
        )
        .await;
        for (batch, people) in people.chunks(500).enumerate() {
            let mut text = "INSERT INTO years VALUES ".to_owned();
            for (n, p) in people.iter().enumerate() {
                let n = batch * 500 + n;
                let comma = if n % 500 == 0 { "" } else { ", " };
                let Person { resident, home, specialist, pharmacist, pharmacy, stock } = p;
                write!(
                    text,
                    "{comma}({n}, '{resident}', '{home}', '{specialist}', '{pharmacist}', '{pharmacy}', '{stock}')"
                )
                .expect("a String takes it");
            }
            tell(&mut conn, text).await;
        }
        Self { conn, backend, indexes }
    }

    /// Makes copies; `progress` hears how many there are so far.
    pub async fn copy(&mut self, copies: &Copies, people: u64, mut progress: impl FnMut(u64)) {
        let base = self.number(&format!("SELECT created_at FROM prescriptions WHERE id = '{}'", copies.of)).await;
        let mut done = 0;
        while done < copies.count {
            let until = copies.count.min(done + BATCH);
            let mut all = vec!["BEGIN".to_owned()];
            for &(table, kind, rows) in TABLES {
                all.push(self.statement(copies, table, kind, rows, (done, until), base, people).await);
            }
            all.push("COMMIT".to_owned());
            for statement in all {
                tell(&mut self.conn, statement).await;
            }
            done = until;
            progress(done);
        }
    }

    /// Readings of every resident: blood pressure and heart rate, one after the other every few hours.
    pub async fn readings(&mut self, of_each: u64, newest: Timestamp) {
        let ms = format!("({} - k.k * 14400000)", newest.as_millisecond());
        let id = self.id(&ms, "10", "k.k % 4096", "y.n * 4096 + k.k");
        tell(
            &mut self.conn,
            format!(
                "INSERT INTO observations (id, resident_id, code, value, unit, measured_at, received_at, source)
                 WITH RECURSIVE k(k) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT k + 1 FROM k WHERE k + 1 < {of_each})
                 SELECT {id}, y.resident_id, CASE k.k % 3 WHEN 0 THEN '8480-6' WHEN 1 THEN '8462-4' ELSE '8867-4' END, 80 + k.k % 40,
                     CASE k.k % 3 WHEN 2 THEN '/min' ELSE 'mm[Hg]' END, {ms}, {ms}, 'nurse' FROM years y CROSS JOIN k"
            ),
        )
        .await;
    }

    /// Makes the indexes again. A server counts what it has, as it would have by itself over the years.
    pub async fn end(mut self) {
        tell(&mut self.conn, "DROP TABLE years".into()).await;
        for index in std::mem::take(&mut self.indexes) {
            tell(&mut self.conn, index).await;
        }
        if self.backend == Backend::Postgres {
            tell(&mut self.conn, "VACUUM ANALYZE".into()).await;
        }
        self.conn.close().await.expect("closed");
    }

    async fn number(&mut self, query: &str) -> i64 {
        let row = sqlx::raw_sql(AssertSqlSafe(query.to_owned())).fetch_one(&mut self.conn).await.expect("a row");
        row.get(0)
    }

    /// An id of version 7: of a time, a kind, an ordinal within the copy, and a number.
    fn id(&self, ms: &str, kind: &str, ordinal: &str, number: &str) -> String {
        match self.backend {
            Backend::Sqlite => format!(
                "printf('%08x-%04x-7%03x-8%03x-%012x', ({ms}) >> 16, ({ms}) & 65535, {kind}, {ordinal}, {number})"
            ),
            Backend::Postgres => {
                let hex = |value: &str, digits: u32| format!("lpad(to_hex(CAST({value} AS BIGINT)), {digits}, '0')");
                format!(
                    "{} || '-' || {} || '-7' || {} || '-8' || {} || '-' || {}",
                    hex(&format!("(({ms}) >> 16)"), 8),
                    hex(&format!("(({ms}) & 65535)"), 4),
                    hex(kind, 3),
                    hex(ordinal, 3),
                    hex(number, 12)
                )
            }
        }
    }

    async fn columns(&mut self, table: &str) -> Vec<String> {
        let query = match self.backend {
            Backend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            Backend::Postgres => format!(
                "SELECT CAST(column_name AS TEXT) AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        };
        let rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch_all(&mut self.conn).await.expect("columns");
        rows.iter().map(|row| row.get("name")).collect()
    }

    #[allow(clippy::too_many_arguments, reason = "one place calls it")]
    async fn statement(
        &mut self,
        copies: &Copies,
        table: &str,
        kind: u32,
        rows: &str,
        (from, until): (u64, u64),
        base: i64,
        people: u64,
    ) -> String {
        let columns = self.columns(table).await;
        let (newest, apart, first) = (copies.newest.as_millisecond(), copies.apart_ms, copies.first);
        let ms = format!("({newest} - n.i * {apart})");
        let number = format!("({first} + n.i)");
        let whole = format!("(n.i / {STOPS} * {STOPS})");
        let run = self.id(&format!("({newest} - {whole} * {apart})"), "4", "1", &format!("({first} + {whole})"));
        let of = |kind: u32, ordinal: &str| self.id(&ms, &kind.to_string(), ordinal, &number);
        let is_run = table == "courier_runs";
        let delivery = of(3, "t.delivery_ordinal");
        let value = |column: &str| match column {
            "id" if is_run => run.clone(),
            "id" => of(kind, "t.ordinal"),
            "prescription_id" => of(2, "1"),
            "consultation_id" => of(1, "1"),
            "delivery_id" => format!("CASE WHEN t.delivery_id IS NULL THEN NULL ELSE {delivery} END"),
            "run_id" => run.clone(),
            "courier_token_sha256" => of(3, "t.ordinal"),
            "token_sha256" => match self.backend {
                Backend::Sqlite => format!("printf('%064x', {number})"),
                Backend::Postgres => format!("lpad(to_hex(CAST({number} AS BIGINT)), 64, '0')"),
            },
            "resident_id" | "home_id" | "specialist_id" | "pharmacist_id" | "pharmacy_id" | "stock_id" => {
                format!("CASE WHEN t.{column} IS NULL THEN NULL ELSE y.{column} END")
            }
            "signature" | "approval" if copies.slim => {
                format!("CASE WHEN t.{column} IS NULL THEN NULL ELSE {SLIM} END")
            }
            "at" | "due_at" | "review_key" | "waiting_since" | "state_since" => {
                format!("t.{column} + {ms} - {base}")
            }
            time if time.ends_with("_at") => format!("t.{time} + {ms} - {base}"),
            other => format!("t.{other}"),
        };
        let columns: Vec<(&str, String)> = columns.iter().map(|column| (column.as_str(), value(column))).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
        let refers = names.contains(&"delivery_id");
        let delivery_ordinal = match refers {
            true => format!(
                "(SELECT COUNT(*) FROM deliveries d WHERE d.prescription_id = '{}' AND d.id <= t.delivery_id) AS delivery_ordinal",
                copies.of
            ),
            false => "0 AS delivery_ordinal".to_owned(),
        };
        let only = if is_run { format!(" WHERE n.i % {STOPS} = 0 AND t.ordinal = 1") } else { String::new() };
        format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE n(i) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {until})
             SELECT {} FROM n JOIN years y ON y.n = ({first} + n.i) % {people}
             CROSS JOIN (SELECT t.*, ROW_NUMBER() OVER (ORDER BY t.id) AS ordinal, {delivery_ordinal} FROM {table} t WHERE {}) t{only}",
            names.join(", "),
            values.join(", "),
            rows.replace("{of}", &copies.of.to_string()),
        )
    }
}
