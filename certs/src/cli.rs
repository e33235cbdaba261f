//! The command line of `certs`: what can be asked for. What is done is in [`deeds`] and [`documents`].

mod deeds;
mod documents;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use yunzhen_domain::Role;
use yunzhen_domain::ids::{HomeId, StaffId};

const STEPS: &str = "\
The steps of a new installation:
  1. certs init --dir pki --root /media/usb     take the medium with the root's key out and lock it away
  2. certs issue relay --dir pki --host relay.example.org
     certs issue console --dir pki
  3. give the relay relay-main.pem, relay-main.key.pem, systems.pem and signers.pem; the console console-main.pem,
     console-main.key.pem, systems.pem, signers.pem and signers.key.pem
  4. boxes: let the relay enrol them ([enrolment] of its settings, with systems.key.pem), then press `enrol` on the console's page
     `Boxes`; or without that `certs issue agent --dir pki --home <home id>` and carry the files to the box
Later:
  certs inspect FILE             who it is for, until when
  certs renew --dir pki FILE     before a relay's or console's certificate ends: the running program takes the new one by itself
  certs revoke --dir pki FILE    a machine was stolen or sold
A folder that an earlier version of this program made is used as it is: nothing has to be upgraded.";

/// Makes Yunzhen's authority, issues, renews and revokes its certificates, and verifies signed documents.
#[derive(Parser)]
#[command(version, after_long_help = STEPS)]
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
        /// Another folder for the root's key, such as a USB medium that is then locked away. The key is needed again only when an authority is replaced.
        #[arg(long)]
        root: Option<PathBuf>,
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
    /// Make a key on this machine and a request for its certificate: the key stays here, the request goes to the authority (`certs enrol`).
    Request {
        /// The home whose box this is.
        #[arg(long, value_parser = home)]
        home: HomeId,
        /// The folder for `<file>.key.pem` and `<file>.csr.pem`.
        #[arg(long, default_value = ".")]
        out: PathBuf,
        /// The file name without `.pem`.
        #[arg(long, default_value = "box")]
        file: String,
    },
    /// Enrol a box by its request (`certs request`), without a relay: checks the request and issues the certificate.
    Enrol {
        /// The folder of the authority.
        #[arg(long)]
        dir: PathBuf,
        /// The home whose box it is. A request that names another one is refused.
        #[arg(long, value_parser = home)]
        home: HomeId,
        /// The request, PEM.
        #[arg(long)]
        request: PathBuf,
        /// Where the certificate is written.
        #[arg(long)]
        out: PathBuf,
        /// Valid for so many days, at most 365. A box that a relay renews needs no more than 7.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
    /// Renew a certificate in place: same holder, same names, a new key. Neither file is ever half written, and a running relay or console takes
    /// both over by itself.
    Renew {
        /// The folder of the authority.
        #[arg(long)]
        dir: PathBuf,
        /// The certificate's key; by default the file beside it that ends in `.key.pem`.
        #[arg(long)]
        key: Option<PathBuf>,
        /// Valid for so many days instead of the profile's.
        #[arg(long)]
        days: Option<u16>,
        /// The certificate.
        certificate: PathBuf,
    },
    /// Revoke certificates: adds them to the authority's list (`systems.crl.pem` or `signers.crl.pem` in its folder). Give the list of systems to every
    /// relay (`[identity] revoked` of its settings): it reads a new one by itself. Boxes are revoked sooner on the console's page `Boxes`.
    Revoke {
        /// The folder of the authority.
        #[arg(long)]
        dir: PathBuf,
        /// Which authority issued them.
        #[arg(long, value_enum, default_value_t = Which::Systems)]
        authority: Which,
        /// A serial number as `certs inspect` shows it; may be repeated.
        #[arg(long = "serial")]
        serials: Vec<String>,
        /// Certificates, PEM.
        #[arg(required_unless_present = "serials")]
        certificates: Vec<PathBuf>,
    },
    /// Verify a signed prescription, approval or receipt offline; prints who signed it and what.
    Verify {
        /// The authorities that are trusted: signers.pem for what people signed, systems.pem for receipts of boxes; may be repeated.
        #[arg(long, required = true)]
        roots: Vec<PathBuf>,
        /// The time at which the certificate must have been valid; by default the `prepared_at` inside the document.
        #[arg(long)]
        at: Option<Timestamp>,
        /// Keys and certificates of boxes that sign nothing more, as the console's page of signing keys gives them.
        #[arg(long)]
        revoked: Option<PathBuf>,
        /// A list of `certs revoke`, such as systems.crl.pem, signed by one of the authorities; may be repeated.
        #[arg(long)]
        crl: Vec<PathBuf>,
        /// What it must be about, by its id: the resident of a prescription, the prescription of an approval, the parcel of a receipt.
        #[arg(long)]
        of: Option<String>,
        /// The prescription that an approval must be of.
        #[arg(long)]
        prescription: Option<PathBuf>,
        /// The file with the compact JWS.
        file: PathBuf,
    },
    /// Answer a request for a signing key that an administrator approved, where the key of the signers authority is not at the console.
    SignRequest {
        /// The folder of the authority.
        #[arg(long)]
        dir: PathBuf,
        /// Where the certificate goes.
        #[arg(long)]
        out: PathBuf,
        /// The file that the console's page of signing keys gave.
        request: PathBuf,
    },
    /// Show who a certificate is for, which names it has and until when; or whom a list of `certs revoke` revokes, or what a request asks for.
    #[command(alias = "show")]
    Inspect {
        /// A PEM file.
        file: PathBuf,
    },
    /// Show the table of profiles: what is issued to whom, for how long, for what.
    Profiles,
}

/// An authority by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// Boxes, relays, consoles.
    Systems,
    /// People who sign.
    Signers,
}

#[derive(Subcommand)]
enum Issue {
    /// For the box of a home.
    Agent {
        #[command(flatten)]
        common: Common,
        /// The home.
        #[arg(long, value_parser = home)]
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

/// The id of a home, or in words where to find it.
fn home(text: &str) -> Result<HomeId, String> {
    text.trim().parse::<HomeId>().map_err(|_| {
        "this is no id of a home: 36 characters, as `relay register-home` prints it when the home is registered"
            .to_owned()
    })
}

/// Runs one command.
pub fn run(cli: Cli, now: Timestamp) -> anyhow::Result<()> {
    deeds::run(cli.command, now)
}
