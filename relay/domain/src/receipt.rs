//! The receipt of a parcel as the box of the home signs it: what the nurse counted, of which parcel, when. Canonical JSON (RFC 8785) inside a JWS, like the
//! documents that people sign; written by the box and read by the relay. Not here: the signature (`yunzhen-certs`), and whether the count is plausible.

use crate::canonical;
use crate::ids::{DeliveryId, HomeId, StaffId};
use crate::records::Count;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Names the document.
const KIND: &str = "yunzhen.receipt.v1";

/// Why a signed payload is no receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Other JSON.
    #[error("what was signed is no receipt of a parcel")]
    NoReceipt,
    /// Signed by the box of another home, or for another parcel or nurse than the one who hands it in.
    #[error("the receipt names another home, parcel or nurse")]
    Other,
    /// Signed with a certificate that was revoked by then.
    #[error("the certificate of the box was revoked before this was signed")]
    Revoked,
    /// Counted in the future, before there was a parcel, or too long ago.
    #[error("the time of counting is not plausible")]
    Time,
}

/// What the nurse counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Names the document; [`Receipt::read`] takes no other.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of which parcel.
    pub delivery_id: DeliveryId,
    /// In which home.
    pub home_id: HomeId,
    /// By whom.
    pub nurse_id: StaffId,
    /// What was typed or scanned from the parcel.
    pub parcel_code: String,
    /// What is there, line by line.
    pub counts: Vec<Count>,
    /// Degrees Celsius, of a cold parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius: Option<f64>,
    /// Anything to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Counted while the box had no link.
    pub offline: bool,
    /// When it was counted; under the name by which every document of ours says when it was made.
    pub prepared_at: Timestamp,
}

impl Receipt {
    /// A receipt of a parcel that was counted at `at`.
    pub fn new(delivery_id: DeliveryId, home_id: HomeId, nurse_id: StaffId, at: Timestamp) -> Self {
        Self {
            kind: KIND.to_owned(),
            delivery_id,
            home_id,
            nurse_id,
            parcel_code: String::new(),
            counts: Vec::new(),
            celsius: None,
            comment: None,
            offline: false,
            prepared_at: at,
        }
    }

    /// What is signed.
    pub fn document(&self) -> String {
        canonical::to_string(self)
    }

    /// Reads what was signed.
    pub fn read(payload: &str) -> Result<Self, ReceiptError> {
        let receipt: Self = serde_json::from_str(payload).map_err(|_| ReceiptError::NoReceipt)?;
        if receipt.kind == KIND { Ok(receipt) } else { Err(ReceiptError::NoReceipt) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        let at = Timestamp::UNIX_EPOCH;
        let receipt = Receipt {
            parcel_code: "23456789".into(),
            counts: vec![Count { item_no: 1, quantity: 7, damaged: 0 }],
            celsius: Some(5.5),
            offline: true,
            ..Receipt::new(DeliveryId::new(at, [1; 10]), HomeId::new(at, [2; 10]), StaffId::new(at, [3; 10]), at)
        };
        let document = receipt.document();
        assert_eq!(Receipt::read(&document), Ok(receipt));
        for other in
            [document.replace("receipt.v1", "approval.v1"), document.replace("\"offline\"", "\"ofline\""), "{}".into()]
        {
            assert_eq!(Receipt::read(&other), Err(ReceiptError::NoReceipt), "{other}");
        }
    }
}
