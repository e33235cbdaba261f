//! A database for one test: an SQLite file that goes away, or, where `YUNZHEN_TEST_POSTGRES` names a server (`scripts/postgres.sh`), a database of its own on
//! that server, copied from a template that has the schema. The same tests run on both.
//!
//! Not part of the product: behind the feature `testing`.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot have its database fails")]

pub mod years;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;

use crate::backend::{Backend, Location};
use crate::{FileKey, FileKeys, Options, Store, migrations};

/// The server, if tests run on PostgreSQL.
const SERVER: &str = "YUNZHEN_TEST_POSTGRES";

/// What the keys of tests' records are derived from.
pub const SECRET: [u8; 32] = [7; 32];

/// The keys of tests' records.
pub fn keys() -> FileKeys {
    FileKeys::new(&SECRET, &[])
}

/// How tests open a record.
pub fn options() -> Options {
    Options { keys: Some(keys()), ..Options::default() }
}

/// See the module.
pub struct TestDatabase {
    location: Location,
    _folder: TempDir,
}

impl TestDatabase {
    /// On the database that this run of the tests is for.
    pub async fn new() -> Self {
        match std::env::var(SERVER) {
            Ok(server) => Self::on_server(&server).await,
            Err(_) => Self::in_file(),
        }
    }

    /// An SQLite file that is not there yet.
    pub fn in_file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { location: Location::File(folder.path().join("care.db")), _folder: folder }
    }

    /// A database on a server.
    pub async fn on_server(server: &str) -> Self {
        let template = format!("yunzhen_template_{}", migrations::digest(Backend::Postgres));
        let mut conn = connect(&Location::Server(server.to_owned())).await;
        // One test makes the template; nobody may be connected to it while another copies it.
        tell(&mut conn, "SELECT pg_advisory_lock(90210)".into()).await;
        let made = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&template);
        if made.fetch_optional(&mut conn).await.expect("a server").is_none() {
            tell(&mut conn, format!("CREATE DATABASE \"{template}\" TEMPLATE template0 ENCODING 'UTF8'")).await;
            let store = Store::open_at(named(server, &template), &options()).await.expect("a template");
            store.close().await;
        }
        let database = Self::copied(&mut conn, server, &template).await;
        tell(&mut conn, "SELECT pg_advisory_unlock(90210)".into()).await;
        conn.close().await.expect("closed");
        database
    }

    async fn copied(conn: &mut AnyConnection, server: &str, template: &str) -> Self {
        // Its name is random and new; it is only the name that is wanted.
        let folder = tempfile::Builder::new().prefix("t").rand_bytes(12).tempdir().expect("a folder");
        let name = folder.path().file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        tell(conn, format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"")).await;
        Self { location: named(server, &name), _folder: folder }
    }

    /// With the schema as it was after a step of the migrations.
    pub async fn at_step(version: i64) -> Self {
        let database = match std::env::var(SERVER) {
            Ok(server) => {
                let mut conn = connect(&Location::Server(server.clone())).await;
                Self::copied(&mut conn, &server, "template0").await
            }
            Err(_) => Self::in_file(),
        };
        let mut conn = database.beside().await;
        let migrator = migrations::migrator(database.location.backend());
        migrator.run_to(version, &mut conn).await.expect("migrated");
        conn.close().await.expect("closed");
        database
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        self.location.clone()
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        self.open_with(&options()).await
    }

    /// Opens it in a certain way, with the keys of tests where none are given.
    pub async fn open_with(&self, options: &Options) -> Store {
        let keys = options.keys.clone().unwrap_or_else(keys);
        let options = Options { keys: Some(keys), ..options.clone() };
        Store::open_at(self.location(), &options).await.expect("a store")
    }

    /// Turns a file that nobody has open into one in clear, as an older program left it.
    pub async fn decrypt(&self) {
        let Location::File(path) = &self.location else { panic!("a server's database is not encrypted") };
        let clear = path.with_extension("clear");
        self.tell(&format!(
            "ATTACH DATABASE '{}' AS clear KEY ''; SELECT sqlcipher_export('clear'); DETACH DATABASE clear",
            clear.display()
        ))
        .await;
        std::fs::rename(clear, path).expect("renamed");
    }

    /// A connection beside the store's: another program, or somebody with the database in hand.
    pub async fn beside(&self) -> AnyConnection {
        connect(&self.location).await
    }

    /// Runs statements on a connection beside the store's.
    pub async fn tell(&self, statements: &str) {
        let mut conn = self.beside().await;
        tell(&mut conn, statements.to_owned()).await;
        conn.close().await.expect("closed");
    }

    /// Rows of a query on a connection beside the store's.
    pub async fn ask(&self, query: &str) -> Vec<AnyRow> {
        let mut conn = self.beside().await;
        let rows = sqlx::raw_sql(AssertSqlSafe(query.to_owned())).fetch_all(&mut conn).await.expect("rows");
        conn.close().await.expect("closed");
        rows
    }

    /// Switches the triggers of the audit log off, as somebody who goes around them would.
    pub async fn without_triggers(&self) {
        match self.location.backend() {
            Backend::Sqlite => {
                self.tell("DROP TRIGGER IF EXISTS audit_never_changes; DROP TRIGGER IF EXISTS audit_never_shrinks")
                    .await;
            }
            Backend::Postgres => self.tell("ALTER TABLE audit DISABLE TRIGGER USER").await,
        }
    }
}

/// The same server, another database.
fn named(server: &str, name: &str) -> Location {
    let (place, query) = server.split_once('?').unwrap_or((server, ""));
    let (place, _) = place.rsplit_once('/').expect("the server's URL names a database");
    Location::Server(format!("{place}/{name}?{query}"))
}

async fn connect(location: &Location) -> AnyConnection {
    let mut conn = location.connect_options().expect("a URL").connect().await.expect("a connection");
    if location.backend() == Backend::Sqlite {
        FileKey::of_record(&SECRET).tell(&mut conn).await.expect("the key is taken");
    }
    conn
}

async fn tell(conn: &mut AnyConnection, statements: String) {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(conn).await.expect("the statement is taken");
}

/// Takes the head away inside a transaction, so that its group cannot be committed.
pub async fn spoil_the_head(tx: &mut crate::Tx) {
    sqlx::query("DELETE FROM audit_head").execute(tx.conn()).await.expect("deleted");
}

/// A line of a plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which step; steps of one statement are numbered as the database numbers them, or by line.
    pub id: i64,
    /// Of which step it is a part; 0 of none.
    pub parent: i64,
    /// What the database says it would do.
    pub text: String,
}

/// How the database would read what `ask` reads: each list is explained and answered empty. On a server, as it would do with tables so large that reading one
/// whole is out of the question.
pub async fn plans<T>(
    store: &Store,
    ask: impl AsyncFnOnce(&mut crate::Db) -> Result<T, crate::StoreError>,
) -> Vec<Vec<Plan>> {
    let mut read = store.read().await.expect("a read transaction");
    if store.backend() == Backend::Postgres {
        for setting in ["enable_seqscan", "enable_bitmapscan"] {
            sqlx::raw_sql(AssertSqlSafe(format!("SET LOCAL {setting} = off"))).execute(read.conn()).await.expect("set");
        }
    }
    read.plans = Some(Vec::new());
    ask(&mut read).await.expect("every list is explained");
    let lines = read.plans.take().expect("set above");
    let mut statements: Vec<Vec<Plan>> = Vec::new();
    for line in lines {
        match statements.last_mut() {
            Some(last) if line.id != 0 => last.push(line),
            _ => statements.push(Vec::new()),
        }
    }
    statements
}

/// Writes down the plan of one statement, after a line that begins it.
pub(crate) async fn explain(
    db: &mut crate::Db,
    text: &str,
    values: AnyArguments,
) -> Result<Vec<AnyRow>, crate::StoreError> {
    let sqlite = db.conn().backend_name() == "SQLite";
    let explain = if sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let rows = sqlx::query_with(AssertSqlSafe(format!("{explain} {text}")), values).fetch_all(db.conn()).await?;
    let mut lines = vec![Plan { id: 0, parent: 0, text: text.to_owned() }];
    for (number, row) in (1..).zip(&rows) {
        lines.push(if sqlite {
            Plan { id: row.get("id"), parent: row.get("parent"), text: row.get("detail") }
        } else {
            Plan { id: number, parent: 0, text: row.get(0) }
        });
    }
    db.plans.get_or_insert_default().extend(lines);
    Ok(Vec::new())
}
