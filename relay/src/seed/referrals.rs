//! What the demo has under way between home and hospital: a round in person that is planned, a referral whose ride has left. Written by the same machines
//! that the use cases use, an hour apart each.

use jiff::{SignedDuration, Timestamp, ToSpan};
use uuid::Uuid;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::ids::{ReferralId, StaffId, TransportId, VisitId};
use yunzhen_domain::machines::{referral, transport, visit};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{
    Carrier, HospitalAppointment, Referral, TimelineStep, Transport, TransportNeed, Urgency, Vehicle, Visit, VisitStop,
};
use yunzhen_domain::{ActorRef, Role};
use yunzhen_store::{Store, referrals, transports, visits};

use super::people::{HOSPITAL, resident_id};
use super::{HOME_1, SeedError, id, staff_id};

const NURSE: StaffId = staff_id(1);
const CARDIOLOGIST: StaffId = staff_id(3);
const GERIATRICIAN: StaffId = staff_id(4);

/// Writes them; called once, after the people are there.
pub(super) async fn fill(store: &Store, now: Timestamp) -> Result<(), SeedError> {
    let mut tx = store.write().await?;
    let visit = planned_round(now);
    visits::insert(&mut tx, &visit).await?;
    let (referral, ride) = under_way(now)?;
    referrals::insert(&mut tx, &referral).await?;
    transports::insert(&mut tx, &ride).await?;
    let fact = |hours, who, role, kind, entity_id| AuditFact {
        at: now - SignedDuration::from_hours(hours),
        actor: ActorRef { role, id: Some(StaffId::uuid(who)) },
        kind,
        entity_id,
        home_id: Some(HOME_1),
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    };
    let (specialist, nurse) = (Role::Specialist, Role::Nurse);
    let (r, t) = (referral.id.uuid(), ride.id.uuid());
    tx.commit(vec![
        fact(8, GERIATRICIAN, specialist, EventKind::VisitPlanned, visit.id.uuid()),
        fact(6, CARDIOLOGIST, specialist, EventKind::ReferralDrafted, r),
        fact(5, CARDIOLOGIST, specialist, EventKind::ReferralSent, r),
        fact(4, GERIATRICIAN, specialist, EventKind::ReferralAccepted, r),
        fact(3, NURSE, nurse, EventKind::TransportRequested, t),
        fact(2, NURSE, nurse, EventKind::TransportConfirmed, t),
        fact(1, NURSE, nurse, EventKind::TransportDeparted, t),
        fact(1, NURSE, nurse, EventKind::ReferralStarted, r),
    ])
    .await?;
    Ok(())
}

/// The day after tomorrow, for the residents of the first home whose proof is missing.
fn planned_round(now: Timestamp) -> Visit {
    let stop = |n, code: &str| VisitStop::expected(resident_id(n), HOME_1, vec![code.to_owned()]);
    Visit {
        id: VisitId::from_uuid(id(8, 1)),
        version: 1,
        state: visit::State::Planned,
        hospital: HOSPITAL.to_owned(),
        planned_on: Policy::local_date(now).saturating_add(2.days()),
        doctors: vec![GERIATRICIAN, CARDIOLOGIST],
        remark: "携带便携骨密度仪与认知量表".to_owned(),
        stops: vec![stop(1, "M81.0"), stop(2, "N40"), stop(4, "N18.3"), stop(5, "F51.0")],
        planned_by: GERIATRICIAN,
        planned_at: now - SignedDuration::from_hours(8),
        started_at: None,
        ended_at: None,
        end_reason: None,
    }
}

fn under_way(now: Timestamp) -> Result<(Referral, Transport), SeedError> {
    let ago = |hours| now - SignedDuration::from_hours(hours);
    let (cardiologist, geriatrician, nurse) =
        (("陈建国", uuid(CARDIOLOGIST)), ("周敏", uuid(GERIATRICIAN)), ("李梅", uuid(NURSE)));
    let wrong = |e: yunzhen_domain::machines::Refused| SeedError::Data(e.to_string());
    let step = |step: &str, at, who: (&str, Option<Uuid>)| TimelineStep {
        step: step.to_owned(),
        at,
        who: who.0.to_owned(),
        who_id: who.1,
        why: None,
    };
    let mut referral = Referral {
        id: ReferralId::from_uuid(id(9, 1)),
        version: 1,
        state: referral::State::Drafted,
        resident_id: resident_id(4),
        home_id: HOME_1,
        consultation_id: None,
        specialist_id: Some(CARDIOLOGIST),
        drafted_by: CARDIOLOGIST,
        urgency: Urgency::Urgent,
        diagnosis_code: Some("I50.9".to_owned()),
        reason: "一周体重增加 2.1 kg，下肢浮肿加重，利尿剂加量后无好转，需住院评估。".into(),
        hospital: HOSPITAL.to_owned(),
        department: "心内科".to_owned(),
        appointment: None,
        questions: Vec::new().into(),
        report: None,
        end_reason: None,
        created_at: ago(6),
        state_since: ago(6),
        timeline: vec![step("draft", ago(6), cardiologist)],
    };
    referral = referral.apply(referral::Event::Send, ago(5), cardiologist).map_err(wrong)?;
    referral.appointment = Some(HospitalAppointment {
        at: now + SignedDuration::from_hours(1),
        department: "心内科".to_owned(),
        place: "住院部 6 层护士站".to_owned(),
        doctor: Some("陈建国".to_owned()),
        instruction: Some("带近一周体重记录与在用药品".to_owned()),
    });
    referral = referral.apply(referral::Event::Accept, ago(4), geriatrician).map_err(wrong)?;
    referral = referral.apply(referral::Event::Start, ago(1), nurse).map_err(wrong)?;
    let mut ride = Transport {
        id: TransportId::from_uuid(id(10, 1)),
        version: 1,
        state: transport::State::Requested,
        referral_id: Some(referral.id),
        resident_id: referral.resident_id,
        home_id: HOME_1,
        vehicle: Vehicle::WheelchairVan,
        destination: format!("{HOSPITAL} 住院部"),
        pick_up_at: ago(1),
        needs: vec![TransportNeed::Wheelchair, TransportNeed::Escort],
        carrier: None,
        end_reason: None,
        requested_by: NURSE,
        created_at: ago(3),
        timeline: vec![step("request", ago(3), nurse)],
    };
    ride = ride.apply(transport::Event::Confirm, ago(2), nurse).map_err(wrong)?;
    let (name, phone) = ("云溪助老出行".to_owned(), "0571-5550-0505".to_owned());
    ride.carrier = Some(Carrier { name, phone, plate: None });
    ride = ride.apply(transport::Event::Depart, ago(1), nurse).map_err(wrong)?;
    Ok((referral, ride))
}

fn uuid(id: StaffId) -> Option<Uuid> {
    Some(id.uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_referral_and_its_ride_are_under_way() {
        let now: Timestamp = "2026-11-23T07:41:00Z".parse().unwrap();
        let (referral, ride) = under_way(now).unwrap();
        assert_eq!((referral.state, ride.state), (referral::State::UnderWay, transport::State::UnderWay));
        assert_eq!((referral.version, referral.timeline.len(), ride.version), (4, 4, 3));
        assert_eq!(planned_round(now).homes(), [HOME_1]);
    }
}
