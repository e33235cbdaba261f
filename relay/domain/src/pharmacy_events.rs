//! What a pharmacy's own system is told of the audit log: orders and parcels that are open to it or its own, batches that are called back, by stable names, identifiers only.
//! One list for polling and for webhooks. Not here: reading the log, sending.

use crate::access::may_hear;
use crate::actor::Actor;
use crate::audit::{AuditFact, Entity, EventKind};

/// Begins the id of each event.
const PREFIX: &str = "evt_";

/// The id of the event of an audit row: stable, so that whoever gets it twice knows.
pub fn id(seq: i64) -> String {
    format!("{PREFIX}{seq}")
}

/// The audit row of an event's id.
pub fn seq(id: &str) -> Option<i64> {
    id.strip_prefix(PREFIX)?.parse().ok().filter(|seq| *seq >= 0)
}

/// Every kind of audit row that may be told.
pub const KINDS: &[EventKind] = {
    use EventKind as E;
    &[
        E::PrescriptionApproved,
        E::PrescriptionOffered,
        E::PrescriptionAccepted,
        E::PrescriptionDeclined,
        E::PrescriptionAsked,
        E::PrescriptionAnswered,
        E::PrescriptionDispensed,
        E::PrescriptionPacked,
        E::PrescriptionHandedOver,
        E::PrescriptionPartDelivered,
        E::PrescriptionDelivered,
        E::PrescriptionReturned,
        E::PrescriptionClosed,
        E::PrescriptionCancelled,
        E::PrescriptionStopped,
        E::PrescriptionExpired,
        E::DeliveryAccepted,
        E::DeliveryPickedUp,
        E::DeliveryArrived,
        E::DeliveryAttemptFailed,
        E::DeliveryQuarantined,
        E::DeliveryReleased,
        E::DeliveryRecalled,
        E::DeliveryGivenBack,
        E::DeliveryTurnedBack,
        E::DeliveryTakenBack,
        E::DeliveryReceived,
        E::DeliveryDiscrepancy,
        E::DeliveryRefused,
        E::DeliveryLost,
        E::DeliveryCancelled,
        E::RecallDeclared,
        E::RecallReopened,
        E::RecallClosed,
        E::RecallClosedEarly,
        E::RecallWithdrawn,
    ]
};

/// What the system of `pharmacy` is told of a fact: the event's name, or nothing.
pub fn told(actor: &Actor, fact: &AuditFact) -> Option<&'static str> {
    use EventKind as E;
    let own = fact.pharmacy_id.is_some() && fact.pharmacy_id == actor.pharmacy_id();
    let name = match fact.kind {
        // Whoever saw the offer hears that it is gone; the others know no such order.
        E::PrescriptionAccepted if !own => return Some("order.taken"),
        E::PrescriptionApproved | E::PrescriptionOffered | E::PrescriptionDeclined | E::PrescriptionReturned => {
            "order.offered"
        }
        E::PrescriptionAccepted => "order.accepted",
        E::PrescriptionAsked => "order.asked",
        E::PrescriptionAnswered => "order.answered",
        E::PrescriptionDispensed => "order.dispensed",
        E::PrescriptionPacked => "order.packed",
        E::PrescriptionHandedOver => "order.handed_over",
        E::PrescriptionPartDelivered => "order.part_delivered",
        E::PrescriptionDelivered => "order.delivered",
        E::PrescriptionClosed => "order.closed",
        E::PrescriptionCancelled => "order.cancelled",
        E::PrescriptionStopped => "order.stopped",
        E::PrescriptionExpired => "order.expired",
        E::DeliveryAccepted => "parcel.accepted",
        E::DeliveryPickedUp => "parcel.picked_up",
        E::DeliveryArrived => "parcel.arrived",
        E::DeliveryAttemptFailed => "parcel.attempt_failed",
        E::DeliveryQuarantined => "parcel.quarantined",
        E::DeliveryReleased => "parcel.released",
        E::DeliveryRecalled => "parcel.recalled",
        E::DeliveryGivenBack => "parcel.given_back",
        E::DeliveryTurnedBack => "parcel.turned_back",
        E::DeliveryTakenBack => "parcel.taken_back",
        E::DeliveryReceived => "parcel.received",
        E::DeliveryDiscrepancy => "parcel.discrepancy",
        E::DeliveryRefused => "parcel.refused",
        E::DeliveryLost => "parcel.lost",
        E::DeliveryCancelled => "parcel.cancelled",
        // A batch is called back everywhere: the fact is nobody's own.
        _ if fact.kind.entity() == Entity::Recall && fact.pharmacy_id.is_some() && !own => return None,
        E::RecallDeclared | E::RecallReopened => "recall.declared",
        E::RecallClosed | E::RecallClosedEarly => "recall.closed",
        E::RecallWithdrawn => "recall.withdrawn",
        _ => return None,
    };
    may_hear(actor, fact, None).then_some(name)
}

/// Is the fact about a parcel, not about an order?
pub fn is_of_parcel(kind: EventKind) -> bool {
    kind.entity() == Entity::Delivery
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{PharmacyId, PharmacySystemId};
    use jiff::Timestamp;
    use uuid::Uuid;

    fn pharmacy(n: u8) -> PharmacyId {
        PharmacyId::new(Timestamp::UNIX_EPOCH, [n; 10])
    }

    fn system(n: u8) -> Actor {
        let system_id = PharmacySystemId::new(Timestamp::UNIX_EPOCH, [n; 10]);
        Actor::PharmacySystem { system_id, pharmacy_id: pharmacy(n) }
    }

    fn fact(kind: EventKind, of: Option<u8>) -> AuditFact {
        AuditFact {
            at: Timestamp::UNIX_EPOCH,
            actor: Actor::System.reference(),
            kind,
            entity_id: Uuid::from_u128(1),
            home_id: None,
            pharmacy_id: of.map(pharmacy),
            purpose: None,
            sha256: None,
        }
    }

    #[test]
    fn an_order_of_another_pharmacy_is_only_told_to_be_gone() {
        for kind in EventKind::ALL.iter().copied() {
            let heard = told(&system(1), &fact(kind, Some(2)));
            let expected = (kind == EventKind::PrescriptionAccepted).then_some("order.taken");
            assert_eq!(heard, expected, "{}", kind.as_str());
        }
    }

    #[test]
    fn every_kind_that_is_told_is_asked_of_the_log_and_the_other_way_round() {
        let own: Vec<EventKind> =
            EventKind::ALL.iter().copied().filter(|kind| told(&system(1), &fact(*kind, Some(1))).is_some()).collect();
        let mut listed = KINDS.to_vec();
        listed.sort_by_key(|kind| EventKind::ALL.iter().position(|other| other == kind));
        assert_eq!(own, listed);
    }

    #[test]
    fn an_offer_and_its_end_are_told_to_every_pharmacy() {
        for (kind, name) in [
            (EventKind::PrescriptionApproved, "order.offered"),
            (EventKind::PrescriptionOffered, "order.offered"),
            (EventKind::PrescriptionCancelled, "order.cancelled"),
            (EventKind::PrescriptionExpired, "order.expired"),
        ] {
            assert_eq!(told(&system(1), &fact(kind, None)), Some(name));
        }
    }

    #[test]
    fn a_batch_that_is_called_back_is_told_to_every_pharmacy_and_what_a_home_answers_to_none() {
        let told_of = |kind| told(&system(1), &fact(kind, None));
        assert_eq!(told_of(EventKind::RecallDeclared), Some("recall.declared"));
        assert_eq!(told_of(EventKind::RecallReopened), Some("recall.declared"));
        assert_eq!(told_of(EventKind::RecallClosedEarly), Some("recall.closed"));
        assert_eq!(told_of(EventKind::RecallWithdrawn), Some("recall.withdrawn"));
        assert_eq!(told_of(EventKind::RecallAnswered), None);
    }

    #[test]
    fn ids_read_back() {
        assert_eq!((seq(&id(42)), seq("evt_x"), seq("42"), seq("evt_-1")), (Some(42), None, None, None));
    }
}
