//! What a relay decides about its browser legs.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtc::crypto::SignatureScheme;
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};

use crate::error::StartError;
use crate::sdp::OfferLimits;

/// The relay's self-signed certificate for DTLS. Browsers know it by the fingerprint in the answer, so it needs no authority
/// and lives as long as the process.
#[derive(Clone)]
pub struct DtlsCertificate(pub(crate) RTCCertificate);

impl DtlsCertificate {
    /// A fresh P-256 key and certificate.
    pub fn generate() -> Result<Self, StartError> {
        let crypto = rtc::crypto::default_provider().map_err(|error| StartError::Certificate(error.to_string()))?;
        let parameters = CertificateParams::new(vec!["yunzhen".to_owned()])
            .map_err(|error| StartError::Certificate(error.to_string()))?;
        RTCCertificate::generate(crypto.crypto(), SignatureScheme::EcdsaP256Sha256, parameters)
            .map(Self)
            .map_err(|error| StartError::Certificate(error.to_string()))
    }
}

impl std::fmt::Debug for DtlsCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DtlsCertificate")
    }
}

/// Bounds on what clients may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Browser legs and boxes in one room.
    pub legs_per_room: usize,
    /// Rooms of one shard.
    pub rooms_per_shard: usize,
    /// Size and m-lines of an offer.
    pub offer: OfferLimits,
    /// Addresses from which one leg may be heard at once.
    pub addresses_per_leg: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { legs_per_room: 64, rooms_per_shard: 10_000, offer: OfferLimits::default(), addresses_per_leg: 16 }
    }
}

/// How long silence is borne.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// A leg that is silent for this long is shown as lost.
    pub lost_after: Duration,
    /// A leg that sent media, whose last event stream ended and that is silent for this long since, is shown as lost.
    pub deserted_after: Duration,
    /// A leg that is silent for this long has left.
    pub left_after: Duration,
    /// A leg that is not connected after this long never will be.
    pub setup: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            // A browser that is there sends sound fifty times a second and checks consent every 2.5 s.
            lost_after: Duration::from_secs(4),
            deserted_after: Duration::from_millis(500),
            left_after: Duration::from_secs(30),
            setup: Duration::from_secs(20),
        }
    }
}

/// See [`crate::Shards::start`].
#[derive(Debug, Clone)]
pub struct ShardsConfig {
    /// The one UDP address for all browsers; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Addresses that browsers are told; empty means the address of `bind`.
    pub advertised: Vec<IpAddr>,
    /// Threads, 1 to 64.
    pub shards: usize,
    /// For DTLS.
    pub certificate: DtlsCertificate,
    /// Bounds.
    pub limits: Limits,
    /// Times.
    pub timing: Timing,
    /// Whether several datagrams are handed to the kernel at once where it can (UDP_SEGMENT).
    pub segmentation_offload: bool,
}

impl ShardsConfig {
    /// One shard, a fresh certificate, the usual bounds.
    pub fn new(bind: SocketAddr) -> Result<Self, StartError> {
        Ok(Self {
            bind,
            advertised: Vec::new(),
            shards: 1,
            certificate: DtlsCertificate::generate()?,
            limits: Limits::default(),
            timing: Timing::default(),
            segmentation_offload: true,
        })
    }
}
