//! Boxes as machines: codes, requests, certificates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::HomeId;
use super::common::Time;

/// A code by which one box is enrolled. Shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentCode {
    /// For the box of which home.
    pub home_id: HomeId,
    /// 32 letters and digits in groups of four.
    pub code: String,
    /// It opens nothing from here on.
    pub expires_at: Time,
    /// Where boxes reach the relay for it, `host:port`, where its settings say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relay: Option<String>,
}

/// A box asks for its next certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewalRequest {
    /// PKCS#10, PEM, with a new key.
    pub request: String,
}

/// A box that has nothing but a code asks for its first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// As an administrator read it.
    pub code: String,
    /// PKCS#10, PEM.
    pub request: String,
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IssuedCertificate {
    /// PEM, with the authority that issued it.
    pub certificate: String,
    /// Until when.
    pub valid_until: Time,
}
