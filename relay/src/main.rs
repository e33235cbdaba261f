//! `relay`: serves; `relay seed` fills an empty record with demo data; `relay register-home`, `register-staff`, `register-pharmacy` and `change-staff` say who is there; `relay openapi` prints the API's document; `relay audit verify` checks the audit log; `relay keys` makes and changes the keys of what lies at rest; `relay backup` and `relay restore` seal the record as one file and put it back.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use yunzhen_relay::audit_verify::{self, Published};
use yunzhen_relay::config::Config;
use yunzhen_relay::keys::{KeyPlace, Keys, KeysCommand};
use yunzhen_relay::register::Register;
use yunzhen_relay::{backup, http, record, relay, seed, setup};
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::settings::SettingsError;
use yunzhen_runtime::{clock, ready, telemetry};
use yunzhen_store::audit::Head;
use yunzhen_store::{Location, Options, Store};

/// Forwards media between homes and hospital, and keeps the care record.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The settings file; relay.example.toml explains each key.
    #[arg(long, default_value = "relay.toml", global = true)]
    config: PathBuf,
    /// Where the record is, instead of what the settings say: postgres://… or sqlite:….
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<Location>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "parsed once, at the start")]
enum Command {
    /// Fills the record with demo homes, residents and staff; does nothing where they are already.
    Seed {
        /// The password of every demo account.
        #[arg(long, env = "YUNZHEN_DEMO_PASSWORD")]
        password: String,
    },
    #[command(flatten)]
    Register(Register),
    /// Prints the OpenAPI 3.1 document.
    Openapi,
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// The keys that seal secrets in the record and recordings: docs/security/at-rest.md says how they are changed.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Seals a copy of the record (SQLite) as one file. May run beside the relay. Recordings lie sealed in their folder: copy it as it is. Keep the key of the backup apart from it: it
    /// alone opens the backup, and `secrets_key` of the settings what is sealed in the record.
    Backup {
        /// The file with the backup's key, or env:NAME; a file is made where there is none, for its owner alone. Without it nothing can be restored.
        #[arg(long)]
        key: KeyPlace,
        /// Where the backup goes; a file that is not there yet.
        #[arg(long)]
        out: PathBuf,
        /// Seals what comes on standard input instead, such as a dump of PostgreSQL: `pg_dump --format=custom … | relay backup --stdin …`.
        #[arg(long)]
        stdin: bool,
    },
    /// Puts the record of a backup where the settings say, if none is there, encrypted with `secrets_key`, after its audit log was found whole; prints the log's head.
    Restore {
        /// The file with the backup's key, or env:NAME.
        #[arg(long)]
        key: KeyPlace,
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// Gives the content to standard output instead: `relay restore --stdout … | pg_restore …`.
        #[arg(long)]
        stdout: bool,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Recomputes the whole hash chain, holds it against every published head, and prints its head; fails with the first row that was changed, moved or removed. Says how many
    /// published heads were checked. May run beside the relay.
    Verify {
        /// The head that an earlier run printed, kept outside the database: rows that were cut off since, with the head, are found too.
        #[arg(long)]
        head: Option<Head>,
        /// A kept copy of the published heads, instead of `[audit] heads` of the settings: each must be signed, follow from the one before, and be in the log.
        #[arg(long)]
        heads: Option<PathBuf>,
        /// The public key that they are signed with; by default the file beside them that ends in `.pub`. Keep one elsewhere and give that one.
        #[arg(long)]
        public: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relay: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What opens key files: with the service of the settings, where there are any. Streams are sealed and opened without a relay as well.
fn keys(arguments: &Arguments) -> anyhow::Result<Keys> {
    match Config::load(&arguments.config) {
        Ok(config) => Ok(Keys::new(&config.kms)?),
        Err(SettingsError::Missing(_)) => Ok(Keys::default()),
        Err(error) => Err(error.into()),
    }
}

/// The settings in force, and logging as they say.
fn settings(arguments: &Arguments) -> anyhow::Result<Config> {
    let mut config = Config::load(&arguments.config)?;
    config.store.url = arguments.database_url.clone().or(config.store.url);
    telemetry::init_logging(&config.telemetry)?;
    Ok(config)
}

/// How the record of the settings is opened; with a key that is there, or that is made where nothing needs one yet.
async fn options(config: &Config, key_must_be_there: bool) -> anyhow::Result<Options> {
    let keys = Keys::new(&config.kms)?;
    let keys = record::sealing_keys::<anyhow::Error>(config, &keys, key_must_be_there).await?;
    Ok(record::options(keys.as_ref()))
}

/// The record of the settings, for a command.
async fn opened(config: &Config) -> anyhow::Result<Store> {
    record::open_beside(config, &Keys::new(&config.kms)?).await
}

async fn run(mut arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command.take() {
        Some(Command::Openapi) => {
            let document = serde_json::to_string_pretty(&http::openapi())?;
            writeln!(std::io::stdout().lock(), "{document}").context("the document could not be written")
        }
        Some(Command::Seed { password }) => {
            let config = settings(&arguments)?;
            let store = opened(&config).await?;
            let seeded = seed::run(&store, &password, clock::now_timestamp()).await;
            store.close().await;
            seeded?;
            // One line for the program that starts the demo.
            writeln!(std::io::stdout().lock(), "{}", seed::summary()).context("standard output is closed")
        }
        Some(Command::Register(register)) => {
            let config = settings(&arguments)?;
            let policy = setup::policy(config.policy.as_deref())?;
            let store = opened(&config).await?;
            let registered = register.run(&store, &policy, clock::now_timestamp()).await;
            store.close().await;
            writeln!(std::io::stdout().lock(), "{}", registered?).context("standard output is closed")
        }
        Some(Command::Audit(Audit::Verify { head, heads, public })) => {
            let config = settings(&arguments)?;
            // Read before the log is: a head that is published meanwhile is of rows that the walk may not have met.
            let published = match &heads {
                Some(file) => Published::kept(file, public.as_deref())?,
                None => Published::of_settings(&config.audit.heads, public.as_deref())?,
            };
            let store = opened(&config).await?;
            let verified = audit_verify::verify(&store, head, published).await;
            store.close().await;
            let verified = verified?;
            // The head alone on standard output, for programs that keep it; what it was held against is for people, whatever the log's filter says.
            writeln!(std::io::stdout().lock(), "{}", verified.head).context("standard output is closed")?;
            eprintln!("relay: {verified}");
            Ok(())
        }
        Some(Command::Keys(command)) => {
            let mut stdout = std::io::stdout().lock();
            let mut written = Ok(());
            let say = |line: String| written = writeln!(stdout, "{line}");
            command.run(&settings(&arguments)?, say).await?;
            written.context("standard output is closed")
        }
        Some(Command::Backup { key, out, stdin }) => {
            let key = keys(&arguments)?.source(&key);
            let bytes = if stdin {
                backup::backup_stream(std::io::stdin().lock(), &*key, &out)?
            } else {
                let config = settings(&arguments)?;
                backup::backup(&config.store.location(), &options(&config, false).await?, &*key, &out).await?
            };
            writeln!(std::io::stdout().lock(), "{bytes} bytes of the record are sealed in {}", out.display())
                .context("standard output is closed")
        }
        Some(Command::Restore { key, from, stdout: true }) => {
            let key = keys(&arguments)?.source(&key);
            backup::restore_stream(&from, &*key, std::io::stdout().lock())?;
            Ok(())
        }
        Some(Command::Restore { key, from, stdout: false }) => {
            let key = keys(&arguments)?.source(&key);
            let config = settings(&arguments)?;
            // What comes back holds what is sealed with it: none is made here.
            let options = options(&config, true).await?;
            let head = backup::restore(&config.store.location(), &options, &*key, &from).await?;
            writeln!(std::io::stdout().lock(), "{head}").context("standard output is closed")
        }
        None => {
            let config = settings(&arguments)?;
            let life = Lifecycle::new();
            let addresses = relay::start(&config, &life, telemetry::init_metrics()?).await?;
            ready::print_ready(&addresses).context("standard output is closed")?;
            life.run().await?;
            Ok(())
        }
    }
}
