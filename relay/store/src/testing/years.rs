//! Years of prescriptions, for measurements: copies of a few that went through the use cases themselves, with everything that belongs to them, each of another
//! resident and at another time. A million of them are there within minutes, because the database copies its own rows without indexes and makes those at the end.
//! What is done is kept in the database itself, in tables whose names begin with `years`: a filling that was broken off goes on where it was.
//!
//! Not here: which prescriptions, and how many. Not durable while it runs (a program may be killed, a machine may not), and no audit row is written: nothing of
//! this happened.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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
/// What was found when it was written takes six, and a line of a list says only the worst of it. The newest and the oldest have it, which are what lists
/// show page after page.
const WITH_FINDINGS: u64 = 20_000;

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
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
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
    /// Whether signatures are left out, and most findings.
    pub slim: bool,
}

/// A database that is being filled. Nobody else has it open.
pub struct Years {
    conn: AnyConnection,
    backend: Backend,
}

/// What a database says of its filling.
#[derive(Debug, Clone)]
pub struct Filling {
    /// What was planned, in the words of [`Years::begin`]'s caller.
    pub plan: String,
    /// Whether all of it is there.
    pub whole: bool,
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
    // Of what somebody took, the offer that was taken; of what waits, all.
    (
        OFFERS,
        11,
        "t.prescription_id = '{of}' AND t.pharmacy_id = (SELECT COALESCE(p.pharmacy_id, t.pharmacy_id) FROM prescriptions p WHERE p.id = '{of}')",
    ),
];
const OFFERS: &str = "pharmacy_offers";

impl Years {
    /// What the database says of a filling; nothing when none was begun.
    pub async fn filling(location: &Location) -> Option<Filling> {
        let mut conn = connect(location).await;
        let known = match location.backend() {
            Backend::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'years_plan'",
            Backend::Postgres => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'years_plan'"
            }
        };
        let known = sqlx::raw_sql(AssertSqlSafe(known)).fetch_optional(&mut conn).await.expect("tables");
        let mut filling = None;
        if known.is_some() {
            let row = sqlx::raw_sql("SELECT plan, whole FROM years_plan").fetch_one(&mut conn).await.expect("a plan");
            filling = Some(Filling { plan: row.get("plan"), whole: row.get::<i64, _>("whole") == 1 });
        }
        conn.close().await.expect("closed");
        filling
    }

    /// Takes everything away. The file is there afterwards, or the schema, and nothing in it.
    pub async fn clear(location: &Location) {
        match location {
            Location::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(end);
                    if std::path::Path::new(&name).exists() {
                        std::fs::remove_file(&name).expect("removed");
                    }
                }
            }
            Location::Server(_) => {
                let mut conn = connect(location).await;
                tell(&mut conn, "DROP SCHEMA public CASCADE; CREATE SCHEMA public".into()).await;
                conn.close().await.expect("closed");
            }
        }
    }

    /// Says what is planned, whose copies there will be and of which prescriptions, and takes the indexes away.
    pub async fn begin(location: &Location, people: &[Person], patterns: &[PrescriptionId], plan: &str) {
        let mut this = Self::go_on(location).await;
        let listed = match this.backend {
            Backend::Sqlite => "SELECT name, sql AS text FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
            Backend::Postgres => {
                "SELECT CAST(indexname AS TEXT) AS name, indexdef AS text FROM pg_indexes WHERE schemaname = 'public'
                     AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
            }
        };
        let indexes = sqlx::raw_sql(AssertSqlSafe(listed)).fetch_all(&mut this.conn).await.expect("indexes");
        let mut all = vec![
            "BEGIN".to_owned(),
            "CREATE TABLE years (n BIGINT PRIMARY KEY, resident_id TEXT, home_id TEXT, specialist_id TEXT, pharmacist_id TEXT, pharmacy_id TEXT, stock_id TEXT)".into(),
            "CREATE TABLE years_indexes (name TEXT PRIMARY KEY, text TEXT)".into(),
            "CREATE TABLE years_steps (first BIGINT PRIMARY KEY, done BIGINT)".into(),
            "CREATE TABLE years_plan (plan TEXT, whole BIGINT)".into(),
            format!("INSERT INTO years_plan VALUES ({}, 0)", quoted(plan)),
        ];
        for (batch, people) in people.chunks(500).enumerate() {
            let mut text = "INSERT INTO years VALUES ".to_owned();
            for (n, p) in people.iter().enumerate() {
                let comma = if n == 0 { "" } else { ", " };
                let n = batch * 500 + n;
                let Person { resident, home, specialist, pharmacist, pharmacy, stock } = p;
                write!(
                    text,
                    "{comma}({n}, '{resident}', '{home}', '{specialist}', '{pharmacist}', '{pharmacy}', '{stock}')"
                )
                .expect("a String takes it");
            }
            all.push(text);
        }
        // What is copied stands apart: without indexes it would be searched for among its copies.
        for &(table, _, rows) in TABLES {
            let of = |of: &PrescriptionId| {
                let delivery = match refers_to_a_delivery(table) {
                    true => format!(
                        "(SELECT COUNT(*) FROM deliveries d WHERE d.prescription_id = '{of}' AND d.id <= t.delivery_id)"
                    ),
                    false => "0".to_owned(),
                };
                let (order, rows) = (ordered_by(table), rows.replace("{of}", &of.to_string()));
                format!(
                    "SELECT '{of}' AS pattern, ROW_NUMBER() OVER (ORDER BY t.{order}) AS ordinal, {delivery} AS delivery_ordinal, t.* FROM {table} t WHERE {rows}"
                )
            };
            let selects: Vec<String> = patterns.iter().map(of).collect();
            all.push(format!("CREATE TABLE years_{table} AS {}", selects.join(" UNION ALL ")));
        }
        for row in &indexes {
            let (name, text) = (row.get::<String, _>("name"), row.get::<String, _>("text"));
            all.push(format!("INSERT INTO years_indexes VALUES ({}, {})", quoted(&name), quoted(&text)));
            all.push(format!("DROP INDEX {name}"));
        }
        all.push("COMMIT".into());
        for statement in all {
            tell(&mut this.conn, statement).await;
        }
        this.close().await;
    }

    /// Opens a database whose filling was begun.
    pub async fn go_on(location: &Location) -> Self {
        let mut conn = connect(location).await;
        let backend = location.backend();
        let settings = match backend {
            Backend::Sqlite => {
                "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY"
            }
            Backend::Postgres => {
                "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'"
            }
        };
        tell(&mut conn, settings.into()).await;
        Self { conn, backend }
    }

    /// Makes copies that are not there yet; `progress` hears how many of them there are so far.
    pub async fn copy(&mut self, copies: &Copies, people: u64, mut progress: impl FnMut(u64)) {
        let base = self.number(&format!("SELECT created_at FROM prescriptions WHERE id = '{}'", copies.of)).await;
        let first = copies.first;
        let done = format!("SELECT CAST(COALESCE(MAX(done), 0) AS BIGINT) FROM years_steps WHERE first = {first}");
        let mut done = u64::try_from(self.number(&done).await).expect("a count");
        while done < copies.count {
            let until = copies.count.min(done + BATCH);
            let mut all = vec!["BEGIN".to_owned()];
            for &(table, kind, _) in TABLES {
                all.push(self.statement(copies, table, kind, (done, until), base, people).await);
            }
            all.push(format!(
                "INSERT INTO years_steps VALUES ({first}, {until}) ON CONFLICT (first) DO UPDATE SET done = excluded.done"
            ));
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
        if self.number("SELECT COUNT(*) FROM years_steps WHERE first = -1").await > 0 {
            return;
        }
        tell(&mut self.conn, "BEGIN; INSERT INTO years_steps VALUES (-1, 1)".into()).await;
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
        tell(&mut self.conn, "COMMIT".into()).await;
    }

    /// Makes the indexes again; `progress` hears which. A server counts what it has, as it would have by itself over the years.
    pub async fn end(mut self, mut progress: impl FnMut(&str)) {
        let left = "SELECT name, text FROM years_indexes ORDER BY name";
        let left = sqlx::raw_sql(left).fetch_all(&mut self.conn).await.expect("indexes");
        for row in &left {
            let (name, text) = (row.get::<String, _>("name"), row.get::<String, _>("text"));
            progress(&name);
            let forget = format!("DELETE FROM years_indexes WHERE name = {}", quoted(&name));
            tell(&mut self.conn, format!("BEGIN; {text}; {forget}; COMMIT")).await;
        }
        tell(&mut self.conn, "UPDATE years_plan SET whole = 1".into()).await;
        if self.backend == Backend::Postgres {
            progress("VACUUM ANALYZE");
            tell(&mut self.conn, "VACUUM ANALYZE".into()).await;
        }
        self.close().await;
    }

    /// Lets go of the database, whose filling may go on later.
    pub async fn close(self) {
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

    async fn statement(
        &mut self,
        copies: &Copies,
        table: &str,
        kind: u32,
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
        let value = |column: &str| {
            match column {
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
                "day" => match self.backend {
                    Backend::Sqlite => format!("date(({ms}) / 1000, 'unixepoch', '+8 hours')"),
                    Backend::Postgres => {
                        format!(
                            "to_char(to_timestamp(({ms}) / 1000) AT TIME ZONE 'UTC' + interval '8 hours', 'YYYY-MM-DD')"
                        )
                    }
                },
                // Whoever took it; what nobody took is offered to all who are asked.
                "pharmacy_id" if table == OFFERS => "CASE WHEN \
                 (SELECT pharmacy_id FROM years_prescriptions WHERE pattern = t.pattern) IS NULL \
                 THEN t.pharmacy_id ELSE y.pharmacy_id END"
                    .to_owned(),
                "resident_id" | "home_id" | "specialist_id" | "pharmacist_id" | "pharmacy_id" | "stock_id" => {
                    format!("CASE WHEN t.{column} IS NULL THEN NULL ELSE y.{column} END")
                }
                "signature" | "approval" if copies.slim => {
                    format!("CASE WHEN t.{column} IS NULL THEN NULL ELSE {SLIM} END")
                }
                "findings" if copies.slim => format!(
                    "CASE WHEN n.i < {WITH_FINDINGS} OR n.i >= {} THEN t.findings ELSE '[]' END",
                    copies.count.saturating_sub(WITH_FINDINGS)
                ),
                "at" | "due_at" | "review_key" | "waiting_since" | "state_since" => {
                    format!("t.{column} + {ms} - {base}")
                }
                time if time.ends_with("_at") => format!("t.{time} + {ms} - {base}"),
                other => format!("t.{other}"),
            }
        };
        let columns: Vec<(&str, String)> = columns.iter().map(|column| (column.as_str(), value(column))).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
        let only = if is_run { format!(" WHERE n.i % {STOPS} = 0 AND t.ordinal = 1") } else { String::new() };
        format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE n(i) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {until})
             SELECT {} FROM n JOIN years y ON y.n = ({first} + n.i) % {people}
             JOIN years_{table} t ON t.pattern = '{}'{only}",
            names.join(", "),
            values.join(", "),
            copies.of,
        )
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn refers_to_a_delivery(table: &str) -> bool {
    matches!(table, "dispenses" | "discrepancies" | "prescriptions")
}

/// Copies of one table are numbered in this order.
fn ordered_by(table: &str) -> &'static str {
    if table == OFFERS { "pharmacy_id" } else { "id" }
}
