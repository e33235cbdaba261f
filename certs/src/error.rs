//! What can go wrong with files, keys and requests; each message says what to do.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::identity::IdentityError;

/// The errors of this crate that are not the refusal of a peer or a document.
#[derive(Debug, thiserror::Error)]
pub enum CertsError {
    /// A file is not there.
    #[error("there is no {what} at {}; make it with `{command}`", path.display())]
    Missing {
        /// Certificate or key.
        what: &'static str,
        /// Where it was expected.
        path: PathBuf,
        /// The command that makes it.
        command: &'static str,
    },
    /// The file that says whom to believe is not there. It is copied, never made where it is missing.
    #[error(
        "nobody is trusted here, as there is no {}: copy it from the authority's folder (systems.pem for connections, signers.pem for documents)",
        .0.display()
    )]
    NoTrust(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Others on this machine may read a key, or change it.
    #[error(
        "the key {} is open to others on this machine (mode {mode:04o}): run `chmod 600` on it, and make a new one if others could be here",
        path.display()
    )]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Nothing is overwritten that somebody may depend on.
    #[error("{} is there already; nothing was changed. Choose another folder or remove it first", .0.display())]
    Exists(PathBuf),
    /// A file does not hold what it should.
    #[error("{} holds no {what}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// The own certificate is past its time.
    #[error("the certificate of this {what} expired on {not_after}; issue a new one with `{command}`")]
    Expired {
        /// Box, relay, console.
        what: &'static str,
        /// When.
        not_after: Timestamp,
        /// The command that issues it.
        command: &'static str,
    },
    /// The own certificate is from the future: the clock of this machine is wrong.
    #[error(
        "the certificate of this {what} is valid from {not_before}, which is in the future; set the clock of this machine"
    )]
    NotYetValid {
        /// Box, relay, console.
        what: &'static str,
        /// From when.
        not_before: Timestamp,
    },
    /// Certificate and key are not of the same pair.
    #[error("the key {} does not belong to the certificate {}", key.display(), certificate.display())]
    KeyMismatch {
        /// The key file.
        key: PathBuf,
        /// The certificate file.
        certificate: PathBuf,
    },
    /// The certificate says nothing, or something odd, about who holds it.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A host name or address for a certificate is none.
    #[error("`{0}` is neither a host name nor an IP address")]
    Host(String),
    /// An authority was asked for a certificate that it does not issue.
    #[error("the {authority} authority issues no certificates for a {kind}")]
    WrongAuthority {
        /// Systems or signers.
        authority: &'static str,
        /// Of what a certificate was asked for.
        kind: &'static str,
    },
    /// A list of revoked certificates that the authority did not sign, or that is something else.
    #[error("{} is no list of revoked certificates of a trusted authority; make it with `certs revoke`", .0.display())]
    RevocationList(PathBuf),
    /// A serial number is hexadecimal, as `certs inspect` shows it.
    #[error("`{0}` is no serial number; `certs inspect` shows it")]
    Serial(String),
    /// Making a certificate failed.
    #[error("the certificate could not be made: {0}")]
    Generate(#[from] rcgen::Error),
    /// The operating system gave no randomness, or a key cannot be used.
    #[error("the key cannot be used: {0}")]
    Key(String),
    /// rustls refuses the configuration.
    #[error("the TLS configuration is not possible: {0}")]
    Tls(#[from] rustls::Error),
    /// The verifier cannot be built from these authorities.
    #[error("the trusted authorities cannot be used: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}
