//! A more urgent consultation that waits for the home's box while another one has it. No machine takes the box out of a conversation: the people on both sides are
//! told, and the nurse hangs up or the doctor ends.
//!
//! Not here: which consultation has the box (`rooms::plan`).

use std::cmp::Reverse;

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::{Consultation, Urgency};
use yunzhen_store::{Db, Paging, consultations, residents};

use super::has_call;
use crate::app::names::Names;
use crate::app::reads::Seen;
use crate::app::relations::Ties;
use crate::app::views::consultations as views;
use crate::app::work::authorize;
use crate::app::{App, AppError, Context};

/// Of one home at once; more is another plan's matter.
const ROWS: u32 = 20;

/// Writes into the view of a consultation what is more urgent than it, or that it is more urgent than what has the box. Names that are shown are added to what was seen.
pub(super) async fn tell(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    c: &Consultation,
    view: &mut views::Consultation,
    seen: &mut Seen,
) -> Result<(), AppError> {
    let Some(holder) = app.presence.home_call(c.home_id) else { return Ok(()) };
    // A home that hung up on it keeps the box from nobody.
    let is_in_call = app.presence.call(holder).is_some_and(|call| call.link.is_some());
    if !is_in_call {
        return Ok(());
    }
    if holder == c.id {
        view.outranked_by = waiting(db, ctx, c, seen).await?;
    } else if let Some(holder) = consultations::get(db, holder).await? {
        view.outranks = outranks(c, &holder);
    }
    Ok(())
}

/// Whether one consultation waits for a box that a less urgent one has.
fn outranks(one: &Consultation, holder: &Consultation) -> bool {
    let is_urgent = |c: &Consultation| c.urgency == Urgency::Urgent;
    one.id != holder.id && one.home_id == holder.home_id && has_call(one) && is_urgent(one) && !is_urgent(holder)
}

/// Those that began first, then those that have waited longest.
async fn waiting(
    db: &mut Db,
    ctx: &Context,
    holder: &Consultation,
    seen: &mut Seen,
) -> Result<Vec<views::UrgentWaiting>, AppError> {
    let (states, home) = (vec![State::InProgress, State::Waiting], Some(holder.home_id));
    let filter = consultations::Filter { states, home, ..Default::default() };
    let mut others = consultations::list(db, &filter, Paging::oldest(ROWS)).await?.items;
    others.retain(|one| outranks(one, holder));
    others.sort_by_key(|one| (Reverse(one.began_at.is_some()), one.waiting_since, one.id));
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let ties = Ties::to_those(db, ctx, others.iter().map(|one| one.resident_id)).await?;
    let residents = residents::get_all(db, others.iter().map(|one| one.resident_id)).await?;
    let mut names = Names::default();
    let mut lines = Vec::new();
    for one in &others {
        let since = one.waiting_since.unwrap_or(one.requested_at).into();
        let mut line = views::UrgentWaiting {
            since,
            consultation_id: None,
            resident_name: None,
            bed: None,
            specialist_name: None,
        };
        if authorize(ctx, Action::ViewConsultation, &ties.of_consultation(ctx, one)).is_ok()
            && let Some(resident) = residents.get(&one.resident_id)
        {
            seen.add(EventKind::ResidentListed, one.resident_id, one.home_id, ties.purpose(one.resident_id));
            line.consultation_id = Some(one.id);
            line.resident_name = Some(resident.name.expose().clone());
            line.bed = Some(resident.bed.clone());
            let doctor = one.specialist_id.filter(|_| one.began_at.is_some());
            line.specialist_name = names.staff_ref_opt(db, doctor).await?.map(|doctor| doctor.name);
        }
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;
    use yunzhen_domain::ids::{ConsultationId, HomeId, ResidentId, StaffId};

    use super::*;

    fn consultation(id: u128, home: u128, urgency: Urgency, state: State) -> Consultation {
        let at = Timestamp::UNIX_EPOCH;
        Consultation {
            id: ConsultationId::from_uuid(Uuid::from_u128(id)),
            version: 1,
            state,
            resident_id: ResidentId::from_uuid(Uuid::from_u128(id)),
            home_id: HomeId::from_uuid(Uuid::from_u128(home)),
            reason: "胸痛".into(),
            urgency,
            requested_by: StaffId::from_uuid(Uuid::from_u128(1)),
            specialist_id: None,
            requested_at: at,
            scheduled_at: None,
            waiting_since: Some(at),
            began_at: None,
            ended_at: None,
            end_reason: None,
        }
    }

    #[test]
    fn only_what_is_urgent_and_waits_in_the_same_home_outranks_what_is_not() {
        let holder = consultation(1, 1, Urgency::Routine, State::InProgress);
        let urgent = consultation(2, 1, Urgency::Urgent, State::Waiting);
        assert!(outranks(&urgent, &holder));
        assert!(outranks(&Consultation { state: State::InProgress, ..urgent.clone() }, &holder));
        for other in [
            consultation(3, 1, Urgency::Routine, State::Waiting),
            consultation(3, 2, Urgency::Urgent, State::Waiting),
            consultation(3, 1, Urgency::Urgent, State::Completed),
            holder.clone(),
        ] {
            assert!(!outranks(&other, &holder), "{other:?}");
        }
        assert!(!outranks(&urgent, &Consultation { urgency: Urgency::Urgent, ..holder }), "first come, first served");
    }
}
