//! The resources of one record, with everything that they refer to. What becomes of it in FHIR is the domain's.

use yunzhen_domain::Role;
use yunzhen_domain::fhir::{self, DeliveryContext, DoseContext, Kind, PrescriptionContext, Resource};
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::machines::dispense;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Consultation, Delivery, Dispense, Prescription, Referral, Resident, Visit};
use yunzhen_store::{
    Db, appointments, deliveries, dispenses, observations, pharmacies, prescriptions, residents, waitlist,
};

use super::sources::Record;
use crate::app::names::Names;
use crate::app::{App, AppError, Context};

/// What a request has looked up already.
pub(super) struct Show<'a> {
    pub(super) app: &'a App,
    pub(super) ctx: &'a Context,
    pub(super) names: Names,
    /// The records of one person, when only theirs are asked for.
    pub(super) only: &'a [ResidentId],
}

impl Show<'_> {
    /// The resources of a kind that come from a record.
    pub(super) async fn resources(
        &mut self,
        db: &mut Db,
        kind: Kind,
        record: &Record,
    ) -> Result<Vec<Resource>, AppError> {
        match record {
            Record::Prescription(p) => self.of_prescription(db, kind, p).await,
            Record::Delivery(d) => self.of_delivery(db, kind, d).await,
            Record::Dose(d) => {
                let author = self.names.staff(db, d.entry.author).await?;
                let of = DoseContext {
                    entry: &d.entry,
                    superseded: d.superseded,
                    prescription: &d.prescription,
                    resident: &d.resident,
                    author,
                    formulary: &self.app.formulary,
                };
                Ok(fhir::administration_of(of).into_iter().collect())
            }
            Record::Consultation(c) => self.of_consultation(db, kind, c).await,
            Record::Referral(r) => self.of_referral(db, r).await,
            Record::Visit(v) => self.of_visit(db, v).await,
            Record::Resident(r) => self.of_resident(db, r).await,
            Record::Ecg(ecg, resident) => Ok(vec![fhir::observation_of_ecg(ecg, resident)]),
            Record::Observation(reading, resident) => {
                let pressure = fhir::BLOOD_PRESSURE.contains(&reading.code.as_str());
                let together = if pressure { observations::together(db, reading).await? } else { Vec::new() };
                Ok(fhir::observation_of(reading, &together, resident).into_iter().collect())
            }
        }
    }

    async fn of_prescription(&mut self, db: &mut Db, kind: Kind, p: &Prescription) -> Result<Vec<Resource>, AppError> {
        let resident = standing(db, p.resident_id).await?;
        let specialist = self.names.staff(db, p.specialist_id).await?.clone();
        let pharmacist = match p.pharmacist_id {
            Some(id) => Some(self.names.staff(db, id).await?.clone()),
            None => None,
        };
        let prior = match p.replaces {
            Some(id) => prescriptions::get(db, id).await?,
            None => None,
        };
        let parcels = match kind {
            Kind::MedicationDispense => deliveries::by_prescription(db, p.id).await?,
            _ => Vec::new(),
        };
        let given_back: Vec<Dispense> = match kind {
            Kind::MedicationDispense => {
                let all = dispenses::of_prescription(db, p.id).await?;
                all.into_iter().filter(|d| d.state == dispense::State::Declined).collect()
            }
            _ => Vec::new(),
        };
        let of = PrescriptionContext {
            prescription: p,
            resident: &resident,
            specialist: &specialist,
            pharmacist: pharmacist.as_ref(),
            pharmacies: &pharmacies::list(db).await?,
            prior: prior.as_ref(),
            deliveries: &parcels,
            declined: &given_back,
            formulary: &self.app.formulary,
            today: Policy::local_date(self.ctx.now),
            only: self.ctx.actor.pharmacy_id().filter(|_| self.ctx.actor.role() == Role::Pharmacy),
        };
        Ok(match kind {
            Kind::MedicationDispense => fhir::dispenses_of(of),
            Kind::Provenance => fhir::provenances_of(of),
            Kind::Task => fhir::tasks_of_prescription(of),
            _ => fhir::medication_requests_of(of),
        })
    }

    async fn of_delivery(&mut self, db: &mut Db, kind: Kind, d: &Delivery) -> Result<Vec<Resource>, AppError> {
        let resident = standing(db, d.resident_id).await?;
        let prescription = prescriptions::get(db, d.prescription_id).await?.ok_or(AppError::NotFound)?;
        let parcels = deliveries::by_prescription(db, d.prescription_id).await?;
        let of = DeliveryContext {
            delivery: d,
            resident: &resident,
            home: &self.names.home(db, d.home_id).await?.clone(),
            pharmacy: &pharmacies::get(db, d.pharmacy_id).await?.ok_or(AppError::NotFound)?,
            fill: parcels.iter().position(|other| other.id == d.id).map_or(1, |at| at + 1),
            prescription: &prescription,
            formulary: &self.app.formulary,
        };
        Ok(if kind == Kind::Task { vec![fhir::task_of_delivery(of)] } else { fhir::supplies_of(of) })
    }

    async fn of_consultation(&mut self, db: &mut Db, kind: Kind, c: &Consultation) -> Result<Vec<Resource>, AppError> {
        let resident = standing(db, c.resident_id).await?;
        let home = self.names.home(db, c.home_id).await?.clone();
        let specialist = match c.specialist_id {
            Some(id) => Some(self.names.staff(db, id).await?.clone()),
            None => None,
        };
        let specialist = specialist.as_ref();
        let resource = match kind {
            Kind::ServiceRequest => {
                let nurse = self.names.staff(db, c.requested_by).await?;
                Some(fhir::request_of_consultation(c, &resident, nurse, specialist))
            }
            Kind::Task => {
                let nurse = self.names.staff(db, c.requested_by).await?;
                fhir::task_of_consultation(c, &resident, nurse, specialist)
            }
            Kind::Appointment => {
                let held = appointments::get(db, c.id).await?;
                let waits = c.state == State::Requested && waitlist::get(db, c.id).await?.is_some();
                fhir::appointment_of(c, held.as_ref(), waits, &resident, &home, specialist)
            }
            _ => {
                let held = appointments::get(db, c.id).await?.is_some();
                let vitals_in = match c.waiting_since {
                    Some(since) if c.state == State::Waiting => measured_since(db, resident.id, since).await?,
                    _ => false,
                };
                fhir::encounter_of_consultation(c, vitals_in, held, &resident, &home, specialist)
            }
        };
        Ok(resource.into_iter().collect())
    }

    async fn of_referral(&mut self, db: &mut Db, r: &Referral) -> Result<Vec<Resource>, AppError> {
        let resident = standing(db, r.resident_id).await?;
        let requester = self.names.staff(db, r.specialist_id.unwrap_or(r.drafted_by)).await?;
        Ok(vec![fhir::request_of_referral(r, &resident, requester, &self.app.formulary)])
    }

    /// A nurse reads the stops in her home.
    async fn of_visit(&mut self, db: &mut Db, visit: &Visit) -> Result<Vec<Resource>, AppError> {
        let mut doctors = Vec::with_capacity(visit.doctors.len());
        for id in &visit.doctors {
            doctors.push(self.names.staff(db, *id).await?.clone());
        }
        let own = self.ctx.actor.home_id();
        let mut found = Vec::new();
        for stop in visit.stops.iter().filter(|stop| own.is_none_or(|home| stop.home_id == home)) {
            if self.only.is_empty() || self.only.contains(&stop.resident_id) {
                let resident = standing(db, stop.resident_id).await?;
                let home = self.names.home(db, stop.home_id).await?;
                found.push(fhir::encounter_of_stop(visit, stop, &resident, home, &doctors, &self.app.formulary));
            }
        }
        Ok(found)
    }

    async fn of_resident(&mut self, db: &mut Db, r: &Resident) -> Result<Vec<Resource>, AppError> {
        let home = self.names.home(db, r.home_id).await?.clone();
        let mut merged = residents::group(db, r.id).await?;
        merged.retain(|id| *id != r.id);
        Ok(vec![fhir::patient_of(r, &home, &merged)])
    }
}

/// The record that stands for a person: what every resource refers to.
async fn standing(db: &mut Db, id: ResidentId) -> Result<Resident, AppError> {
    residents::get_standing(db, id).await?.ok_or(AppError::NotFound)
}

async fn measured_since(db: &mut Db, standing: ResidentId, since: jiff::Timestamp) -> Result<bool, AppError> {
    for id in residents::group(db, standing).await? {
        if observations::latest_per_code(db, id).await?.iter().any(|o| since <= o.measured_at) {
            return Ok(true);
        }
    }
    Ok(false)
}
