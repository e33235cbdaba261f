//! What a one-key call becomes: a consultation, the draft of a referral, a ride that is asked for. Written in the transaction that ends the call, so that no
//! call reads "transport asked for" without a ride that somebody can run.
//!
//! Who answered the call may do all of this for it: the access table is asked about the answer, not about the record that follows.

use yunzhen_domain::Role;
use yunzhen_domain::machines::urgent_call::Outcome;
use yunzhen_domain::records::{ReferralContent, Resident, Staff, Urgency, UrgentCall, Vehicle};
use yunzhen_store::{residents, staff};

use crate::app::referrals::{self, Opening};
use crate::app::transports::{self, Ride};
use crate::app::work::Work;
use crate::app::{AppError, Context, consultations};

/// The reason where nobody typed one.
const CALLED: &str = "住民一键呼叫";
/// Who sends an ambulance also says where it goes.
const WHERE_THE_AMBULANCE_GOES: &str = "由急救中心（120）安排";

/// Opens what the call ends in and writes its id into `call`.
pub(super) async fn open(
    work: &mut Work,
    ctx: &Context,
    call: &mut UrgentCall,
    outcome: Outcome,
    note: &str,
) -> Result<(), AppError> {
    let reason = if note.is_empty() { CALLED } else { note };
    let resident = residents::get_standing(&mut work.tx, call.resident_id).await?.ok_or(AppError::NotFound)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let by = staff::get(&mut work.tx, by).await?.ok_or(AppError::Unauthenticated)?;
    match outcome {
        Outcome::Consultation => {
            for_those_who_care(&by)?;
            let directed = (by.role == Role::Specialist).then_some(by.id);
            call.consultation_id = Some(consultations::open_urgent(work, ctx, &resident, reason, directed).await?);
        }
        Outcome::HospitalRegistration => {
            for_those_who_care(&by)?;
            let opening = registration(&resident, &by, reason);
            call.referral_id = Some(referrals::open(work, ctx, opening).await?.id);
        }
        Outcome::TransportRequest => {
            let ride = Ride {
                resident: &resident,
                referral_id: None,
                vehicle: Vehicle::Ambulance,
                destination: WHERE_THE_AMBULANCE_GOES.to_owned(),
                pick_up_at: ctx.now,
                needs: Vec::new(),
            };
            call.transport_id = Some(transports::open(work, ctx, &by, ride).await?.id);
        }
        Outcome::FalseAlarm => {}
    }
    Ok(())
}

/// The administrator answers the telephone and sends an ambulance; what is clinical is for those who care for the resident.
fn for_those_who_care(by: &Staff) -> Result<(), AppError> {
    if by.role == Role::Administrator { Err(AppError::Forbidden) } else { Ok(()) }
}

/// A registration at the hospital is a referral that begins as a draft: the hospital hears of it when it is complete and sent.
fn registration<'a>(resident: &'a Resident, author: &'a Staff, reason: &str) -> Opening<'a> {
    let content = ReferralContent {
        urgency: Urgency::Urgent,
        diagnosis_code: None,
        reason: reason.to_owned().into(),
        hospital: author.hospital.clone().unwrap_or_default(),
        department: String::new(),
    };
    Opening { resident, consultation_id: None, author, content }
}
