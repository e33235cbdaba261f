//! The records that resources come from: a page of them, one of them, and what access decides on.

use std::collections::HashMap;

use uuid::Uuid;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::fhir::Kind;
use yunzhen_domain::ids::{HomeId, PharmacyId, ResidentId};
use yunzhen_domain::records::{
    Consultation, Delivery, DoseEntry, Ecg, Observation, Prescription, Referral, Resident, Visit,
};
use yunzhen_store::{
    Cursor, Db, Paging, Slice, consultations, deliveries, doses, ecgs, observations, prescriptions, referrals,
    residents, visits,
};

use crate::app::relations::Ties;
use crate::app::{AppError, Context};

/// A table of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Consultations,
    Deliveries,
    Doses,
    Ecgs,
    Observations,
    Prescriptions,
    Referrals,
    Residents,
    Visits,
}

/// Where resources of a kind come from, in the order of a search.
pub(super) const fn sources(kind: Kind) -> &'static [Source] {
    match kind {
        Kind::Appointment => &[Source::Consultations],
        Kind::Encounter => &[Source::Consultations, Source::Visits],
        Kind::MedicationAdministration => &[Source::Doses],
        Kind::MedicationDispense | Kind::MedicationRequest | Kind::Provenance => &[Source::Prescriptions],
        Kind::Observation => &[Source::Observations, Source::Ecgs],
        Kind::Patient => &[Source::Residents],
        Kind::ServiceRequest => &[Source::Consultations, Source::Referrals],
        Kind::SupplyDelivery => &[Source::Deliveries],
        Kind::Task => &[Source::Prescriptions, Source::Deliveries, Source::Consultations],
    }
}

impl Source {
    /// The action of a search in it, then that of a read.
    pub(super) const fn actions(self, kind: Kind) -> [Action; 2] {
        match self {
            // A Task may be of a prescription too, which others read.
            Self::Consultations if matches!(kind, Kind::Task) => Kind::ServiceRequest.actions(),
            Self::Consultations => kind.actions(),
            Self::Deliveries => [Action::ViewSupply, Action::ViewSupply],
            Self::Doses => [Action::ViewDoses, Action::ViewDoses],
            Self::Ecgs | Self::Observations => [Action::ViewResident, Action::ViewResident],
            Self::Prescriptions => [Action::ListPrescriptions, Action::ViewPrescription],
            Self::Referrals => [Action::ListReferrals, Action::ViewReferral],
            Self::Residents => [Action::ListResidents, Action::ViewResident],
            Self::Visits => [Action::ListVisits, Action::ViewVisit],
        }
    }
}

/// A record, whole.
pub(super) enum Record {
    Consultation(Box<Consultation>),
    Delivery(Box<Delivery>),
    Dose(Box<Dose>),
    /// With the resident that it is of.
    Ecg(Box<Ecg>, Box<Resident>),
    /// With the resident that it is of.
    Observation(Box<Observation>, Box<Resident>),
    Prescription(Box<Prescription>),
    Referral(Box<Referral>),
    Resident(Box<Resident>),
    Visit(Box<Visit>),
}

/// An entry about a dose, with what it is of.
pub(super) struct Dose {
    pub(super) entry: DoseEntry,
    /// A later one took its place.
    pub(super) superseded: bool,
    pub(super) prescription: Prescription,
    /// The record that stands.
    pub(super) resident: Resident,
}

/// Entries with what they are of, each looked up once.
async fn with_their_records(db: &mut Db, entries: Vec<DoseEntry>) -> Result<Vec<Dose>, AppError> {
    let prescriptions = prescriptions::get_all(db, entries.iter().map(|e| e.prescription_id)).await?;
    let written = doses::of_prescriptions(db, entries.iter().map(|e| e.prescription_id)).await?;
    let residents = residents::get_all_standing(db, entries.iter().map(|e| e.resident_id)).await?;
    let whole = |entry: DoseEntry| {
        let of = entry.prescription_id;
        let later = |other: &DoseEntry| {
            (other.item_no, other.due_at) == (entry.item_no, entry.due_at) && other.sequence > entry.sequence
        };
        Ok(Dose {
            superseded: written.get(&of).is_some_and(|all| all.iter().any(later)),
            prescription: prescriptions.get(&of).ok_or(AppError::NotFound)?.clone(),
            resident: residents.get(&entry.resident_id).ok_or(AppError::NotFound)?.clone(),
            entry,
        })
    };
    entries.into_iter().map(whole).collect()
}

/// What a search is narrowed to before access is decided on each record.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrow {
    pub(super) home: Option<HomeId>,
    pub(super) pharmacy: Option<PharmacyId>,
    /// The records of one person; none means everybody.
    pub(super) residents: Vec<ResidentId>,
}

/// A page of records, each with the place after which the next one stands.
pub(super) async fn page(
    db: &mut Db,
    source: Source,
    narrow: &Narrow,
    paging: Paging,
) -> Result<Slice<(Cursor, Record)>, AppError> {
    let (home, residents) = (narrow.home, narrow.residents.clone());
    Ok(match source {
        Source::Consultations => {
            let filter = consultations::Filter { home, residents, ..Default::default() };
            let slice = consultations::list(db, &filter, paging).await?;
            keyed(slice, |c| (c.requested_at, c.id.uuid()), |c| Record::Consultation(Box::new(c)))
        }
        Source::Deliveries => {
            let filter = deliveries::Filter { home, pharmacy: narrow.pharmacy, residents, ..Default::default() };
            let slice = deliveries::list(db, &filter, paging).await?;
            keyed(slice, |d| (d.created_at, d.id.uuid()), |d| Record::Delivery(Box::new(d)))
        }
        Source::Prescriptions => {
            let within_reach_of = narrow.pharmacy;
            let filter = prescriptions::Filter { home, within_reach_of, residents, ..Default::default() };
            let slice = prescriptions::history(db, &filter, paging).await?;
            keyed(slice, |p| (p.created_at, p.id.uuid()), |p| Record::Prescription(Box::new(p)))
        }
        Source::Referrals => {
            let filter = referrals::Filter { home, residents, ..Default::default() };
            let slice = referrals::list(db, &filter, paging).await?;
            keyed(slice, |r| (r.created_at, r.id.uuid()), |r| Record::Referral(Box::new(r)))
        }
        Source::Visits => {
            let filter = visits::Filter { home, residents, ..Default::default() };
            let slice = visits::history(db, &filter, paging).await?;
            keyed(slice, |v| (v.planned_at, v.id.uuid()), |v| Record::Visit(Box::new(v)))
        }
        Source::Doses => {
            // A person's doses stay hers where she moved from one home to another.
            let home = home.filter(|_| residents.is_empty());
            let slice = doses::page(db, home, &residents, paging).await?;
            let items = with_their_records(db, slice.items).await?;
            let slice = Slice { items, next: slice.next };
            keyed(slice, |d| (d.entry.at, d.entry.id.uuid()), |d| Record::Dose(Box::new(d)))
        }
        Source::Observations => {
            let slice = observations::page(db, &residents, paging).await?;
            let of = residents::get_all_standing(db, slice.items.iter().map(|o| o.resident_id)).await?;
            let slice = with_residents(slice, &of, |reading| reading.resident_id)?;
            let record = |(reading, resident)| Record::Observation(Box::new(reading), Box::new(resident));
            keyed(slice, |(o, _)| (o.measured_at, o.id.uuid()), record)
        }
        Source::Ecgs => {
            let slice = ecgs::page(db, &residents, paging).await?;
            let of = residents::get_all_standing(db, slice.items.iter().map(|ecg| ecg.resident_id)).await?;
            let slice = with_residents(slice, &of, |ecg| ecg.resident_id)?;
            let record = |(ecg, resident)| Record::Ecg(Box::new(ecg), Box::new(resident));
            keyed(slice, |(ecg, _)| (ecg.recorded_at, ecg.id.uuid()), record)
        }
        // The registry has no time to go by: by id, which tells when somebody was registered.
        Source::Residents => {
            let before = paging.after.map(|cursor| ResidentId::from_uuid(cursor.id));
            let mut found = residents::history(db, home, before, paging.limit + 1).await?;
            let more = found.len() > paging.limit as usize;
            found.truncate(paging.limit as usize);
            let keyed = |r: Resident| (Cursor { at_ms: 0, id: r.id.uuid() }, Record::Resident(Box::new(r)));
            let items: Vec<_> = found.into_iter().map(keyed).collect();
            let next = items.last().filter(|_| more).map(|(cursor, _)| *cursor);
            Slice { items, next }
        }
    })
}

fn with_residents<T>(
    slice: Slice<T>,
    residents: &HashMap<ResidentId, Resident>,
    of: impl Fn(&T) -> ResidentId,
) -> Result<Slice<(T, Resident)>, AppError> {
    let whole = |item: T| {
        let resident = residents.get(&of(&item)).ok_or(AppError::NotFound)?.clone();
        Ok::<_, AppError>((item, resident))
    };
    Ok(Slice { items: slice.items.into_iter().map(whole).collect::<Result<_, _>>()?, next: slice.next })
}

fn keyed<T>(
    slice: Slice<T>,
    key: impl Fn(&T) -> (jiff::Timestamp, Uuid),
    record: impl Fn(T) -> Record,
) -> Slice<(Cursor, Record)> {
    let one = |item: T| {
        let (at, id) = key(&item);
        (Cursor { at_ms: at.as_millisecond(), id }, record(item))
    };
    Slice { items: slice.items.into_iter().map(one).collect(), next: slice.next }
}

/// The record that an id names, whatever the caller may see of it. An id that names nothing finds nothing.
pub(super) async fn find(db: &mut Db, kind: Kind, id: &str) -> Result<Option<(Source, Record)>, AppError> {
    let Some((source, uuid)) = named(kind, id) else { return Ok(None) };
    let record = match source {
        Source::Consultations => consultations::get(db, of(uuid)?).await?.map(|c| Record::Consultation(Box::new(c))),
        Source::Deliveries => deliveries::get(db, of(uuid)?).await?.map(|d| Record::Delivery(Box::new(d))),
        Source::Prescriptions => prescriptions::get(db, of(uuid)?).await?.map(|p| Record::Prescription(Box::new(p))),
        Source::Referrals => referrals::get(db, of(uuid)?).await?.map(|r| Record::Referral(Box::new(r))),
        Source::Visits => visits::get(db, of(uuid)?).await?.map(|v| Record::Visit(Box::new(v))),
        Source::Residents => residents::get(db, of(uuid)?).await?.map(|r| Record::Resident(Box::new(r))),
        Source::Doses => match doses::get(db, of(uuid)?).await? {
            Some(entry) => with_their_records(db, vec![entry]).await?.pop().map(|dose| Record::Dose(Box::new(dose))),
            None => None,
        },
        Source::Ecgs => match ecgs::get(db, of(uuid)?).await? {
            Some(ecg) => {
                let resident = residents::get_standing(db, ecg.resident_id).await?.ok_or(AppError::NotFound)?;
                Some(Record::Ecg(Box::new(ecg), Box::new(resident)))
            }
            None => None,
        },
        Source::Observations => match observations::get(db, of(uuid)?).await? {
            Some(reading) => {
                let resident = residents::get_standing(db, reading.resident_id).await?.ok_or(AppError::NotFound)?;
                Some(Record::Observation(Box::new(reading), Box::new(resident)))
            }
            None => None,
        },
    };
    Ok(record.map(|record| (source, record)))
}

fn of<I: std::str::FromStr>(id: Uuid) -> Result<I, AppError> {
    id.to_string().parse().map_err(|_| AppError::NotFound)
}

/// From which record an id of a kind comes: it begins with the record's own id.
fn named(kind: Kind, id: &str) -> Option<(Source, Uuid)> {
    if kind == Kind::Encounter && id.len() == 64 {
        return Some((Source::Visits, Uuid::try_parse(id.get(..32)?).ok()?));
    }
    let (uuid, rest) = (Uuid::try_parse(id.get(..36)?).ok()?, id.get(36..)?);
    let source = match (kind, rest) {
        (Kind::Observation, "-ecg") => Source::Ecgs,
        (Kind::Task, "-delivery") => Source::Deliveries,
        (Kind::Task, "-consultation") => Source::Consultations,
        (Kind::ServiceRequest, "-referral") => Source::Referrals,
        _ => sources(kind).first().copied()?,
    };
    Some((source, uuid))
}

impl Record {
    /// Of which resident it is; a round in person is of several.
    pub(super) fn resident(&self) -> Option<ResidentId> {
        match self {
            Self::Consultation(c) => Some(c.resident_id),
            Self::Delivery(d) => Some(d.resident_id),
            Self::Dose(d) => Some(d.resident.id),
            Self::Ecg(_, r) | Self::Observation(_, r) => Some(r.id),
            Self::Prescription(p) => Some(p.resident_id),
            Self::Referral(r) => Some(r.resident_id),
            Self::Resident(r) => Some(r.merged_into.unwrap_or(r.id)),
            Self::Visit(_) => None,
        }
    }

    /// What access decides on: exactly what it decides on when the record itself is read.
    pub(super) fn facts(&self, ctx: &Context, ties: &Ties) -> Facts {
        match self {
            Self::Consultation(c) => ties.of_consultation(ctx, c),
            Self::Delivery(d) => d.facts(),
            Self::Dose(d) => ties.facts(&d.resident),
            Self::Ecg(_, r) | Self::Observation(_, r) | Self::Resident(r) => ties.facts(r),
            Self::Prescription(p) => ties.of_prescription(ctx, p),
            Self::Referral(r) => ties.of_record(ctx, r.resident_id, r.facts()),
            Self::Visit(v) => ties.of_hospital(&v.hospital, v.facts(&ctx.actor)),
        }
    }

    /// What the audit log is told when resources of it are answered, which are whole: the same as when it is opened on a screen.
    pub(super) fn seen(&self, ties: &Ties, facts: &Facts) -> Option<(EventKind, Uuid, HomeId, Option<Purpose>)> {
        let of = |kind, resident: ResidentId, home| Some((kind, resident.uuid(), home, ties.purpose(resident)));
        match self {
            Self::Consultation(c) => of(EventKind::ResidentConsultationViewed, c.resident_id, c.home_id),
            Self::Delivery(d) => of(EventKind::ResidentDeliveryViewed, d.resident_id, d.home_id),
            Self::Dose(d) => of(EventKind::DosesViewed, d.resident.id, d.resident.home_id),
            Self::Ecg(_, r) | Self::Observation(_, r) => of(EventKind::ObservationsViewed, r.id, r.home_id),
            Self::Prescription(p) => of(EventKind::ResidentPrescriptionViewed, p.resident_id, p.home_id),
            Self::Referral(r) => Some((EventKind::ReferralViewed, r.id.uuid(), r.home_id, ties.purpose(r.resident_id))),
            Self::Resident(r) => of(EventKind::ResidentViewed, r.merged_into.unwrap_or(r.id), r.home_id),
            Self::Visit(v) => {
                let home = facts.home_id.or_else(|| v.homes().first().copied())?;
                Some((EventKind::VisitViewed, v.id.uuid(), home, None))
            }
        }
    }
}
