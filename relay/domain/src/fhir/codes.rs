//! FHIR R4 status codes of each state (`domain.md` section 3): one function per machine, total by construction.
//! Not here: whole resources, which stand in the files beside this one.

use crate::machines::{consultation, delivery, dose, prescription, referral, transport, visit_stop};

/// Codes of a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsultationCodes {
    /// ServiceRequest.status
    pub service_request: &'static str,
    /// Appointment.status
    pub appointment: Option<&'static str>,
    /// Slot.status
    pub slot: Option<&'static str>,
    /// Encounter.status; the class is `VR`.
    pub encounter: Option<&'static str>,
    /// Task.status
    pub task: Option<&'static str>,
}

/// Codes of a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrescriptionCodes {
    /// MedicationRequest.status
    pub medication_request: &'static str,
    /// Task.status of `approve`
    pub approve: Option<&'static str>,
    /// Task.status of `fulfill`
    pub fulfill: Option<&'static str>,
    /// MedicationDispense.status
    pub dispense: Option<&'static str>,
}

/// Codes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryCodes {
    /// Task.status
    pub task: &'static str,
    /// SupplyDelivery.status
    pub supply_delivery: Option<&'static str>,
    /// Task.businessStatus: our own fine state.
    pub business_status: &'static str,
}

/// Codes of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferralCodes {
    /// ServiceRequest.status
    pub service_request: &'static str,
    /// Task.status of the hospital's work on it.
    pub task: Option<&'static str>,
    /// Appointment.status at the hospital.
    pub appointment: Option<&'static str>,
}

/// Codes of a consultation. `clinical_contact`: specialist and resident did meet; `vitals_in`: vital signs of this visit are recorded.
#[rustfmt::skip]
pub const fn consultation(state: consultation::State, clinical_contact: bool, vitals_in: bool) -> ConsultationCodes {
    use consultation::State as S;
    let (service_request, appointment, slot, encounter, task) = match state {
        S::Requested          => ("active",    Some("proposed"),   None,                   None,                None),
        S::AwaitingAcceptance => ("active",    Some("pending"),    Some("busy-tentative"), None,                None),
        S::Scheduled          => ("active",    Some("booked"),     Some("busy"),           Some("planned"),     None),
        S::Waiting            => ("active",    Some("checked-in"), Some("busy"),           Some(if vitals_in { "triaged" } else { "arrived" }), None),
        S::InProgress         => ("active",    Some("checked-in"), Some("busy"),           Some("in-progress"), None),
        S::Completed          => ("completed", Some("fulfilled"),  Some("busy"),           Some("finished"),    None),
        S::Cancelled          => ("revoked",   Some("cancelled"),  Some("free"),           Some("cancelled"),   None),
        S::NoShow             => ("active",    Some("noshow"),     Some("busy"),           Some("cancelled"),   None),
        S::FailedTechnical    => ("active",    Some("cancelled"),  Some("free"),           Some(if clinical_contact { "finished" } else { "cancelled" }), Some("failed")),
        S::StoppedInPerson    => ("completed", Some("fulfilled"),  Some("busy"),           Some("finished"),    None),
    };
    ConsultationCodes { service_request, appointment, slot, encounter, task }
}

/// Appointment.status of a consultation: an appointment is its scheduling part. Who asked for a time that is not free is on the waitlist.
pub const fn appointment(state: consultation::State, waitlisted: bool) -> &'static str {
    match (state, waitlisted) {
        (consultation::State::Requested, true) => "waitlist",
        _ => match consultation(state, false, false).appointment {
            Some(code) => code,
            None => "proposed",
        },
    }
}

/// Codes of a prescription. `acted_on`: a pharmacy had accepted it (decides between `cancelled` and `stopped`);
/// `still_valid`: its validity has not ended (decides what a returned parcel leaves behind).
#[rustfmt::skip]
pub const fn prescription(state: prescription::State, acted_on: bool, still_valid: bool) -> PrescriptionCodes {
    use prescription::State as S;
    let (medication_request, approve, fulfill, dispense) = match state {
        S::Draft      => ("draft",     None,                None,                None),
        S::Signed     => ("draft",     Some("requested"),   None,                None),
        S::InReview   => ("draft",     Some("in-progress"), None,                None),
        S::InQuestion => ("draft",     Some("on-hold"),     None,                None),
        S::Approved   => ("active",    Some("completed"),   Some("ready"),       None),
        S::Rejected   => ("cancelled", Some("rejected"),    None,                None),
        S::Dispensing => ("active",    Some("completed"),   Some("in-progress"), Some("preparation")),
        S::OnHold     => ("on-hold",   Some("completed"),   Some("on-hold"),     Some("on-hold")),
        S::Packed     => ("active",    Some("completed"),   Some("in-progress"), Some("in-progress")),
        S::InDelivery => ("active",    Some("completed"),   Some("in-progress"), Some("in-progress")),
        S::Delivered  => ("completed", Some("completed"),   Some("completed"),   Some("completed")),
        S::Returned   => (if still_valid { "active" } else { "cancelled" }, Some("completed"), Some("failed"), Some("cancelled")),
        S::Stopped    => ("stopped",   Some("completed"),   Some("cancelled"),   Some("stopped")),
        S::Cancelled if acted_on => ("stopped", Some("completed"), Some("cancelled"), Some("cancelled")),
        S::Cancelled  => ("cancelled", Some("cancelled"),   Some("cancelled"),   None),
        S::Expired    => ("cancelled", Some("cancelled"),   Some("cancelled"),   None),
    };
    PrescriptionCodes { medication_request, approve, fulfill, dispense }
}

/// MedicationAdministration.status of a dose; none before its time is over. `superseded`: a later entry took the place of this one.
pub const fn dose(state: dose::State, superseded: bool) -> Option<&'static str> {
    match (state, superseded) {
        (dose::State::Given | dose::State::Refused | dose::State::Held, true) => Some("entered-in-error"),
        (dose::State::Given, false) => Some("completed"),
        // Why it was not given is the statusReason.
        (dose::State::Refused | dose::State::Held, false) | (dose::State::Missed, _) => Some("not-done"),
        (dose::State::Due, _) => None,
    }
}

/// Codes of a delivery.
pub const fn delivery(state: delivery::State) -> DeliveryCodes {
    use delivery::State as S;
    let (task, supply_delivery) = match state {
        S::AwaitingCourier => ("requested", None),
        S::Accepted => ("accepted", None),
        S::InTransit | S::AtDoor => ("in-progress", Some("in-progress")),
        S::OnHold | S::Quarantined => ("on-hold", Some("in-progress")),
        S::Returning | S::Recalled => ("in-progress", Some("in-progress")),
        S::Received | S::Discrepancy => ("completed", Some("completed")),
        S::Refused | S::Lost | S::Returned => ("failed", Some("abandoned")),
        S::Cancelled => ("cancelled", None),
    };
    DeliveryCodes { task, supply_delivery, business_status: state.as_str() }
}

/// MedicationDispense.status of a parcel that was packed.
pub const fn dispense(state: delivery::State) -> &'static str {
    use delivery::State as S;
    match state {
        S::Received | S::Discrepancy => "completed",
        S::Lost | S::Returned | S::Cancelled => "cancelled",
        S::AwaitingCourier
        | S::Accepted
        | S::InTransit
        | S::AtDoor
        | S::OnHold
        | S::Quarantined
        | S::Returning
        | S::Recalled
        | S::Refused => "in-progress",
    }
}

/// Codes of a referral. `booked`: the hospital gave an appointment before it ended.
#[rustfmt::skip]
pub const fn referral(state: referral::State, booked: bool) -> ReferralCodes {
    use referral::State as S;
    let (service_request, task, appointment) = match state {
        S::Drafted              => ("draft",     None,                None),
        S::Sent                 => ("active",    Some("requested"),   None),
        S::Seen                 => ("active",    Some("received"),    None),
        S::InformationRequested => ("on-hold",   Some("on-hold"),     None),
        S::Accepted             => ("active",    Some("accepted"),    Some("booked")),
        S::UnderWay             => ("active",    Some("in-progress"), Some("arrived")),
        S::Done                 => ("completed", Some("completed"),   Some("fulfilled")),
        S::Refused              => ("revoked",   Some("rejected"),    None),
        S::DidNotAttend         => ("active",    Some("failed"),      Some("noshow")),
        S::Withdrawn            => ("revoked",   Some("cancelled"),   if booked { Some("cancelled") } else { None }),
    };
    ReferralCodes { service_request, task, appointment }
}

/// Task.status of a ride; `Task.businessStatus` is our own state.
pub const fn transport(state: transport::State) -> &'static str {
    use transport::State as S;
    match state {
        S::Requested => "requested",
        S::Confirmed => "accepted",
        S::UnderWay => "in-progress",
        S::Done => "completed",
        S::Cancelled => "cancelled",
    }
}

/// Encounter.status of one resident's visit in person; the class is `HH`.
pub const fn visit_stop(state: visit_stop::State) -> &'static str {
    use visit_stop::State as S;
    match state {
        S::Expected => "planned",
        S::Seen => "finished",
        S::NotSeen => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referrals_rides_and_stops_in_codes() {
        let mut out = String::new();
        for state in referral::State::ALL {
            out += &format!("{state}: {:?} {:?}\n", referral(*state, false), referral(*state, true).appointment);
        }
        for state in transport::State::ALL {
            out += &format!("transport {state}: {}\n", transport(*state));
        }
        for state in visit_stop::State::ALL {
            out += &format!("visit stop {state}: {}\n", visit_stop(*state));
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn doses_in_codes() {
        let codes: Vec<_> = dose::State::ALL.iter().map(|state| (dose(*state, false), dose(*state, true))).collect();
        let (done, error) = (Some("not-done"), Some("entered-in-error"));
        assert_eq!(codes, [(None, None), (Some("completed"), error), (done, error), (done, error), (done, done)]);
    }
}
