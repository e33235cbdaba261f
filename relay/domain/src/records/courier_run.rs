//! A courier's way of one day: the parcels that one pharmacy gave to one courier, behind one link and one PIN.

use crate::Sensitive;
use crate::ids::{CourierRunId, DeliveryId, PharmacyId};
use jiff::Timestamp;
use jiff::civil::Date;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourierRun {
    /// Identifier.
    pub id: CourierRunId,
    /// Version of the row.
    pub version: i64,
    /// From where.
    pub pharmacy_id: PharmacyId,
    /// On which day.
    pub day: Date,
    /// Who carries it.
    pub courier_name: String,
    /// How to reach the courier.
    pub courier_phone: String,
    /// SHA-256 of the link's token.
    pub token_sha256: [u8; 32],
    /// Digest of the PIN, keyed with the token; a PHC string on runs that were made before.
    pub pin_hash: Sensitive<String>,
    /// Its parcels, in the order in which they are brought.
    pub stops: Vec<DeliveryId>,
    /// Made at.
    pub created_at: Timestamp,
}

impl CourierRun {
    /// The run with one more parcel, at the end.
    #[must_use]
    pub fn with(mut self, delivery: DeliveryId) -> Self {
        self.stops.push(delivery);
        self.version += 1;
        self
    }

    /// The run in another order; `None` when these are not its parcels, each once.
    #[must_use]
    pub fn ordered(mut self, order: Vec<DeliveryId>) -> Option<Self> {
        let sorted = |ids: &[DeliveryId]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        if sorted(&order) != sorted(&self.stops) {
            return None;
        }
        self.stops = order;
        self.version += 1;
        Some(self)
    }
}

/// One way of writing a telephone number, by which the same courier is known again.
pub fn same_phone(a: &str, b: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(a) == digits(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_each_parcel_once() {
        let at = Timestamp::UNIX_EPOCH;
        let id = |n| DeliveryId::new(at, [n; 10]);
        let run = CourierRun {
            id: CourierRunId::new(at, [1; 10]),
            version: 1,
            pharmacy_id: PharmacyId::new(at, [2; 10]),
            day: jiff::civil::date(2026, 11, 23),
            courier_name: "赵师傅".into(),
            courier_phone: "138".into(),
            token_sha256: [0; 32],
            pin_hash: "x".to_owned().into(),
            stops: vec![id(3)],
            created_at: at,
        };
        let run = run.with(id(4));
        assert_eq!((run.version, run.stops.len()), (2, 2));
        let turned = run.clone().ordered(vec![id(4), id(3)]).unwrap();
        assert_eq!((turned.version, turned.stops), (3, vec![id(4), id(3)]));
        for wrong in [vec![], vec![id(3)], vec![id(3), id(3)], vec![id(3), id(4), id(5)]] {
            assert!(run.clone().ordered(wrong).is_none());
        }
        assert!(same_phone("138 0000-0000", "13800000000") && !same_phone("138", "139"));
    }
}
