//! The command line of `certs`.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};
use yunzhen_certs::authority::{Authority, IssuedWithKey, IssuingAuthority};
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::{CertificateFacts, Identity, Kind, Trust, jws, read_chain};
use yunzhen_domain::Role;
use yunzhen_domain::ids::{HomeId, StaffId};

/// Makes Yunzhen's authority, issues its certificates and verifies signed documents.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new authority: root, systems, signers, each with its key.
    Init {
        /// The folder to make it in.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Issue a certificate with a new key for a program.
    #[command(subcommand)]
    Issue(Issue),
    /// Issue a signing certificate with a new key, for machines that sign without a browser (tests, the demo without a browser).
    IssueSigner {
        #[command(flatten)]
        common: Common,
        /// specialist or pharmacist.
        #[arg(long)]
        role: Role,
        /// The member of staff.
        #[arg(long)]
        staff: StaffId,
    },
    /// Verify a signed prescription, approval or receipt offline; prints who signed it and what.
    Verify {
        /// The authorities that are trusted: signers.pem for what people signed, systems.pem for receipts of boxes.
        #[arg(long)]
        roots: PathBuf,
        /// The time at which the certificate must have been valid; by default the `prepared_at` inside the document.
        #[arg(long)]
        at: Option<Timestamp>,
        /// The file with the compact JWS.
        file: PathBuf,
    },
    /// Show who a certificate is for and until when.
    Show {
        /// A PEM file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Issue {
    /// For the box of a home.
    Agent {
        #[command(flatten)]
        common: Common,
        /// The home.
        #[arg(long)]
        home: HomeId,
    },
    /// For a relay.
    Relay {
        #[command(flatten)]
        common: Common,
        /// Its name: lower-case letters, digits, hyphens.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// For a hospital console.
    Console {
        #[command(flatten)]
        common: Common,
        /// Its name: lower-case letters, digits, hyphens.
        #[arg(long, default_value = "main")]
        name: String,
    },
}

#[derive(Args)]
struct Common {
    /// The folder of the authority.
    #[arg(long)]
    dir: PathBuf,
    /// The folder for the certificate and its key; by default that of the authority.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The file name without `.pem`; by default kind and name.
    #[arg(long)]
    file: Option<String>,
    /// A host name or address at which it is reached, besides localhost; may be repeated.
    #[arg(long = "host")]
    hosts: Vec<String>,
    /// Valid for so many days instead of the profile's; 0 makes one that has expired, to try the refusal.
    #[arg(long)]
    days: Option<u16>,
}

/// Runs one command.
pub fn run(cli: Cli, now: Timestamp) -> anyhow::Result<()> {
    match cli.command {
        Command::Init { dir } => {
            Authority::create(now)?.write(&dir)?;
            println!("authority made in {}", dir.display());
            println!("keep root.key.pem offline; signers.key.pem belongs to the hospital console only");
            Ok(())
        }
        Command::Issue(Issue::Agent { common, home }) => {
            issue(&common, Issuing::Systems, &Identity::Box { home_id: home }, now)
        }
        Command::Issue(Issue::Relay { common, name }) => {
            issue(&common, Issuing::Systems, &checked(&format!("urn:yunzhen:relay:{name}"))?, now)
        }
        Command::Issue(Issue::Console { common, name }) => {
            issue(&common, Issuing::Systems, &checked(&format!("urn:yunzhen:console:{name}"))?, now)
        }
        Command::IssueSigner { common, role, staff } => {
            let uri = format!("urn:yunzhen:signer:{}:{staff}", role.as_str());
            issue(&common, Issuing::Signers, &checked(&uri)?, now)
        }
        Command::Verify { roots, at, file } => verify(&roots, at, &file),
        Command::Show { file } => show(&file, now),
    }
}

fn checked(uri: &str) -> anyhow::Result<Identity> {
    Ok(uri.parse::<Identity>()?)
}

fn issue(common: &Common, from: Issuing, identity: &Identity, now: Timestamp) -> anyhow::Result<()> {
    let authority = IssuingAuthority::load_dir(from, &common.dir)?;
    let validity = common.days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    // `--days 0` is expired a minute ago, not in this very second.
    let now = if common.days == Some(0) { now - SignedDuration::from_mins(1) } else { now };
    let issued: IssuedWithKey = authority.issue_with_key(identity, &common.hosts, validity, now)?;
    let out = common.out.as_deref().unwrap_or(&common.dir);
    let file = common.file.clone().unwrap_or_else(|| match identity {
        Identity::Box { home_id } => format!("box-{home_id}"),
        Identity::Relay { name } => format!("relay-{name}"),
        Identity::Console { name } => format!("console-{name}"),
        Identity::Signer { role, staff_id } => format!("{}-{staff_id}", role.as_str()),
    });
    issued.write(out, &file)?;
    println!("{}", out.join(format!("{file}.pem")).display());
    println!("{} valid until {}", issued.issued.facts.identity, issued.issued.facts.not_after);
    Ok(())
}

fn verify(roots: &Path, at: Option<Timestamp>, file: &Path) -> anyhow::Result<()> {
    let trust = Trust::load(roots)?;
    let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let text = text.trim();
    let at = match at {
        Some(at) => at,
        None => jws::claimed_time(text)
            .context("the document does not say when it was prepared; give the time of signing with --at")?,
    };
    // A receipt is signed by the box of a home, everything else by a person.
    let kind = jws::claimed_kind(text).filter(|kind| *kind == Kind::Box).unwrap_or(Kind::Signer);
    let verified = match jws::verify_as(kind, text, &trust, at) {
        Ok(verified) => verified,
        Err(error) => bail!("NOT VALID: {error}"),
    };
    println!("VALID, as of {at}");
    println!("signed by   {}", verified.identity);
    println!("certificate {} (until {})", verified.certificate_serial, verified.not_after);
    println!("{}", verified.payload);
    Ok(())
}

fn show(file: &Path, now: Timestamp) -> anyhow::Result<()> {
    let chain = read_chain(file, "certificate", "certs issue …")?;
    let facts = CertificateFacts::from_der(&chain[0])?;
    println!("identity {}", facts.identity);
    println!("serial   {}", facts.serial);
    println!("valid    {} … {} ({} days left)", facts.not_before, facts.not_after, facts.days_left(now));
    Ok(())
}
