//! make bench-encryption: what the encryption of the record's file costs: the same statements on a file in clear and on an encrypted one, in turn, in one run. Connections are set up as
//! the store sets its own up (`backend.rs`). Rows are of the size of an observation's and its indexes'; the record itself is measured by `make bench-care` and `bench-rx`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement")]

use std::path::Path;
use std::time::Instant;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _};

const ROUNDS: usize = 5;
const ROWS: usize = 200_000;
const COMMITS: usize = 500;
const LISTS: usize = 400;
/// Not secret: nothing is in the file.
const KEY: &str = "PRAGMA key = \"x'0101010101010101010101010101010101010101010101010101010101010101'\"";

/// What is measured, each in milliseconds.
const MEASURED: [&str; 5] = [
    "200,000 rows at once",
    "commit of five rows",
    "list, pages not in memory",
    "list, pages in memory",
    "every page read",
];

async fn tell(conn: &mut AnyConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(conn).await.unwrap();
}

async fn open(file: &Path, encrypted: bool) -> AnyConnection {
    let options: AnyConnectOptions = format!("sqlite://{}?mode=rwc", file.display()).parse().unwrap();
    let mut conn = options.disable_statement_logging().connect().await.unwrap();
    if encrypted {
        tell(&mut conn, KEY).await;
    }
    tell(&mut conn, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768").await;
    conn
}

async fn list(conn: &mut AnyConnection, who: usize) {
    let query = "SELECT id, body FROM t WHERE who = $1 ORDER BY id LIMIT 100";
    let rows = sqlx::query(query).bind(format!("{who:04}")).fetch_all(conn).await.unwrap();
    assert!(rows.len() >= 40, "{}", rows.len());
}

/// One file from its first row to its last list.
async fn measure(folder: &Path, encrypted: bool) -> [f64; 5] {
    let file = folder.join(if encrypted { "encrypted.db" } else { "clear.db" });
    let mut conn = open(&file, encrypted).await;
    tell(&mut conn, "CREATE TABLE t (id TEXT PRIMARY KEY, who TEXT, body TEXT); CREATE INDEX w ON t (who, id)").await;
    let mut measured = [0.0; 5];
    let began = Instant::now();
    let rows = format!(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {ROWS})
         SELECT printf('%08x-%08x', (i * 2654435761) & 4294967295, i), printf('%04d', i % 5000), printf('%.300c', 'x') || i FROM n"
    );
    tell(&mut conn, &rows).await;
    measured[0] = began.elapsed().as_secs_f64() * 1e3;

    let began = Instant::now();
    for commit in 0..COMMITS {
        tell(&mut conn, "BEGIN IMMEDIATE").await;
        for row in 0..5 {
            let id = format!("{:08x}-z{commit}-{row}", ((commit * 7919 + row) * 104_729) & 0xffff_ffff);
            let insert = sqlx::query("INSERT INTO t VALUES ($1, $2, $3)").bind(id);
            let insert = insert.bind(format!("{:04}", commit * 31 % 5000)).bind("y".repeat(300));
            insert.execute(&mut conn).await.unwrap();
        }
        tell(&mut conn, "COMMIT").await;
    }
    measured[1] = began.elapsed().as_secs_f64() * 1e3 / COMMITS as f64;
    conn.close().await.unwrap();

    let mut conn = open(&file, encrypted).await;
    for (at, people) in [(2, 5000), (3, 5)] {
        list(&mut conn, 0).await;
        let began = Instant::now();
        for n in 0..LISTS {
            list(&mut conn, n * 37 % people).await;
        }
        measured[at] = began.elapsed().as_secs_f64() * 1e3 / LISTS as f64;
    }
    let began = Instant::now();
    tell(&mut conn, "SELECT SUM(LENGTH(body)) FROM t").await;
    measured[4] = began.elapsed().as_secs_f64() * 1e3;
    conn.close().await.unwrap();
    std::fs::remove_file(&file).unwrap();
    measured
}

#[tokio::main]
async fn main() {
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| "/tmp".into())).unwrap();
    let (mut clear, mut encrypted) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        clear.push(measure(folder.path(), false).await);
        encrypted.push(measure(folder.path(), true).await);
    }
    println!("| median of {ROUNDS} | clear ms | encrypted ms | ratio |\n|---|---|---|---|");
    for (at, what) in MEASURED.iter().enumerate() {
        let median = |all: &[[f64; 5]]| {
            let mut one: Vec<f64> = all.iter().map(|measured| measured[at]).collect();
            one.sort_by(f64::total_cmp);
            one[ROUNDS / 2]
        };
        let (clear, encrypted) = (median(&clear), median(&encrypted));
        println!("| {what} | {clear:.2} | {encrypted:.2} | {:.1} |", encrypted / clear);
    }
}
