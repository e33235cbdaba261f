//! Who is who: the authority, the certificates it issues, every rustls configuration, and signed documents.
//!
//! One root issues two authorities: *systems* for boxes, relays and consoles, *signers* for people who sign prescriptions. Each is a trust
//! anchor by itself, so that a signer's certificate never opens a connection and a box never signs a prescription.
//! Making a certificate needs a private key that the caller loads ([`authority`], [`keys`], [`sign`]); the relay is configured with none of the signers', and with the
//! systems' only where a hospital lets it enrol and renew boxes. Time is an argument everywhere.

pub mod authority;
mod chain;
pub mod credentials;
mod error;
pub mod identity;
pub mod jws;
pub mod keys;
pub mod profile;
pub mod proof;
pub mod refusal;
pub mod request;
pub mod revoked;
pub mod sign;
pub mod standing;
pub mod suite;
pub mod tls;
pub mod verify;

pub use chain::{Trust, chain_of, read_chain};
pub use credentials::Credentials;
pub use error::CertsError;
pub use identity::{CertificateFacts, Identity, Kind};
pub use refusal::Refusal;
pub use standing::Standing;
