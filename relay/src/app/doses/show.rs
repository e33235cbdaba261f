//! How doses are shown.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::doses::{Course, broke, state_of, too_soon};
use yunzhen_domain::fhir;
use yunzhen_domain::formulary::Drug;
use yunzhen_domain::lots::{Lot, may_be_given, products};
use yunzhen_domain::machines::discrepancy::Cause;
use yunzhen_domain::machines::dose::State;
use yunzhen_domain::machines::prescription::State as PrescriptionState;
use yunzhen_domain::records::{Delivery, Discrepancy, DoseEntry, Recall, Refill, Resident};
use yunzhen_domain::scan_codes::{pack_code, resident_code};
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{Db, discrepancies, recalls, refills, residents};

use super::Supply;
use crate::app::names::Names;
use crate::app::prescriptions::drug_names;
use crate::app::residents::allergens;
use crate::app::views::doses as views;
use crate::app::views::recalls::DoseRecall;
use crate::app::{App, AppError, Context};

/// A day as it is seen at the time of the request.
pub(super) async fn day(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    supplies: &[Supply],
    zone: &Zone,
    day: Date,
) -> Result<views::DosesOfDay, AppError> {
    let mut names = Names::default();
    let recalls = recalls::barring(db, supplies.iter().flat_map(Supply::drugs)).await?;
    let (mut items, mut as_needed, mut stopped, mut runways) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let of = supplies.iter().map(|supply| supply.prescription.resident_id);
    let residents = residents::get_all_standing(db, of).await?;
    let withdrawn = supplies.iter().filter(|supply| is_withdrawn(supply));
    let parcels = withdrawn.flat_map(|supply| &supply.deliveries).map(|d| d.id);
    let tasks = discrepancies::of_deliveries(db, parcels).await?;
    let asked = refills::of_prescriptions(db, supplies.iter().map(|supply| supply.prescription.id)).await?;
    for supply in supplies {
        let p = &supply.prescription;
        let resident = residents.get(&p.resident_id).cloned().ok_or(AppError::NotFound)?;
        let resident = resident_ref(app, resident);
        let is_stopped = is_withdrawn(supply);
        for course in supply.courses(zone) {
            let drug = app.formulary.drug(&course.item.drug_id).ok_or(AppError::NotFound)?;
            let lots = &supply.lots(course.item.no, drug.doses_per_unit, &recalls);
            let line = Shown { app, ctx, supply, course, drug, resident: &resident, recalls: &recalls, lots };
            if course.is_as_needed() {
                if !is_stopped {
                    as_needed.push(line.as_needed(db, &mut names).await?);
                }
            } else {
                for due in course.doses().into_iter().filter(|due| due.day == day) {
                    items.push(line.dose(db, &mut names, &due).await?);
                }
            }
            if !is_stopped {
                runways.extend(line.runway(zone, asked.get(&p.id)));
            }
        }
        // As long as the pharmacy has not settled what came after the withdrawal, it lies in the home.
        let unsettled = |d: &Delivery| tasks.get(&d.id).is_some_and(|of_it| of_it.iter().any(is_to_be_fetched));
        let told = recently(app, ctx, p.state_since) || supply.deliveries.iter().any(unsettled);
        if is_stopped && p.in_the_home() && told {
            let drugs = drug_names(app, &p.items);
            stopped.push(views::StoppedCourse {
                prescription_id: p.id,
                resident,
                drug_names: drugs.zh,
                drug_names_en: drugs.en,
                strengths: drugs.strengths,
                stopped_at: p.state_since.into(),
                specialist_name: names.staff(db, p.specialist_id).await?.name.clone(),
                reason: p.end_reason.as_ref().map(|reason| reason.expose().clone()).unwrap_or_default(),
            });
        }
    }
    items.sort_by(|a: &views::Dose, b| (a.due_at, &a.resident.bed).cmp(&(b.due_at, &b.resident.bed)));
    as_needed.sort_by(|a: &views::Dose, b| a.resident.bed.cmp(&b.resident.bed));
    stopped.sort_by_key(|course: &views::StoppedCourse| std::cmp::Reverse(course.stopped_at));
    runways.sort_by_key(|runway: &views::Runway| (runway.last_day.is_none(), runway.last_day));
    Ok(views::DosesOfDay { day, zone: zone.name().to_owned(), items, as_needed, stopped, runways })
}

/// Nothing of it is given any more; what was withdrawn before anything came may have been counted all the same.
fn is_withdrawn(supply: &Supply) -> bool {
    matches!(supply.prescription.state, PrescriptionState::Stopped | PrescriptionState::Cancelled)
}

/// It was counted though it was withdrawn or called back, and nobody has settled that.
fn is_to_be_fetched(task: &Discrepancy) -> bool {
    task.cause == Cause::Recalled && !task.state.is_terminal()
}

fn recently(app: &App, ctx: &Context, at: Timestamp) -> bool {
    ctx.now.duration_since(at) <= SignedDuration::from_hours(24 * i64::from(app.policy.dose_stopped_shown_days))
}

/// A resident beside a dose.
pub(in crate::app) fn resident_ref(app: &App, resident: Resident) -> views::DoseResident {
    let (allergies, allergies_en) = allergens(app, &resident.allergies);
    views::DoseResident {
        id: resident.id,
        code: resident_code(resident.id),
        name: resident.name.into_exposed(),
        bed: resident.bed,
        allergies,
        allergies_en,
    }
}

/// A line with what is shown beside it.
pub(super) struct Shown<'a> {
    pub(super) app: &'a App,
    pub(super) ctx: &'a Context,
    pub(super) supply: &'a Supply,
    pub(super) course: Course<'a>,
    pub(super) drug: &'a Drug,
    pub(super) resident: &'a views::DoseResident,
    /// Batches of these products that are called back.
    pub(super) recalls: &'a [Recall],
    /// What came of the line.
    pub(super) lots: &'a [Lot],
}

/// An amount as it is counted out.
struct Counted<'a> {
    /// Of which product that came.
    drug: &'a Drug,
    /// How much of it.
    amount: f64,
    /// The same in the others that came.
    instead: Vec<views::DoseInstead>,
    /// The same in the prescribed one, which did not come.
    prescribed: Option<views::DoseInstead>,
}

impl Shown<'_> {
    fn blank(&self) -> views::Dose {
        self.of(self.course.item.dose.as_f64())
    }

    /// A dose of so many prescribed units, without what became of it.
    fn of(&self, dose: f64) -> views::Dose {
        let (item, p) = (self.course.item, &self.supply.prescription);
        let Counted { drug, amount, instead, prescribed } = self.counted(dose);
        views::Dose {
            resident: self.resident.clone(),
            prescription_id: p.id,
            item_no: item.no.into(),
            drug_name: drug.name_zh.clone(),
            drug_name_en: drug.name_en.clone(),
            strength: drug.strength.clone(),
            ingredients: self.drug.ingredients.iter().map(|part| part.key.clone()).collect(),
            dose: amount,
            dose_unit: drug.dose_unit().to_owned(),
            instead,
            prescribed,
            route: item.route,
            instruction: item.instruction.clone(),
            code: pack_code(p.id, item.no),
            recalls: self.recalls(),
            batches: self.batches(),
            state: State::Due,
            sequence: 0,
            entries: Vec::new(),
            due_at: None,
            round: None,
            most_per_day: None,
            given_last_day: None,
            hours_apart: None,
            not_before: None,
        }
    }

    /// An amount of the prescribed product, counted in what came for the line: whoever reads it finds in the home what is named.
    fn counted(&self, amount: f64) -> Counted<'_> {
        let no = self.course.item.no;
        let came = products(self.drug, &self.supply.instead(self.app, no), self.lots);
        let in_it = |(drug, factor): &(&Drug, u32)| views::DoseInstead {
            drug_name: drug.name_zh.clone(),
            drug_name_en: drug.name_en.clone(),
            strength: drug.strength.clone(),
            dose: amount * f64::from(*factor),
            dose_unit: drug.dose_unit().to_owned(),
        };
        let (drug, factor) = came.first().copied().unwrap_or((self.drug, 1));
        Counted {
            drug,
            amount: amount * f64::from(factor),
            instead: came.iter().skip(1).map(in_it).collect(),
            prescribed: (drug.id != self.drug.id).then(|| in_it(&(self.drug, 1))),
        }
    }

    /// Where a batch of the line was called back, those that may still be given.
    fn batches(&self) -> Vec<String> {
        let called_back = self.lots.iter().any(|lot| lot.barred_since.is_some());
        if called_back { may_be_given(self.lots) } else { Vec::new() }
    }

    /// Of what the home was given of the line, the batches that were called back since.
    fn recalls(&self) -> Vec<DoseRecall> {
        let barred = |recall: &&Recall| self.lots.iter().any(|lot| lot.is_called_back_by(recall));
        let hit = self.recalls.iter().filter(barred);
        hit.map(|recall| DoseRecall {
            recall_id: recall.id,
            batch: recall.batch.as_str().to_owned(),
            level: recall.level,
            reason: recall.reason.clone(),
        })
        .collect()
    }

    /// One dose with the entries about it.
    pub(super) async fn dose(
        &self,
        db: &mut Db,
        names: &mut Names,
        due: &yunzhen_domain::doses::Due,
    ) -> Result<views::Dose, AppError> {
        let entries = self.supply.of_dose(self.course.item.no, due.at);
        Ok(views::Dose {
            state: state_of(due.at, &entries, &self.app.policy, self.ctx.now),
            sequence: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            entries: shown(db, names, &entries).await?,
            due_at: Some(due.at.into()),
            round: Some(due.round),
            ..self.of(due.dose.as_f64())
        })
    }

    /// What is given when needed, with the entries of the last day.
    pub(super) async fn as_needed(&self, db: &mut Db, names: &mut Names) -> Result<views::Dose, AppError> {
        let since = self.ctx.now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        let no = self.course.item.no;
        let standing = self.supply.given(no);
        let given: Vec<Timestamp> = standing.iter().map(|entry| entry.at).collect();
        let last_day = given.iter().filter(|at| **at > since).count();
        let hours_apart = self.course.item.hours_apart;
        let not_before = hours_apart.and_then(|hours| too_soon(&given, self.ctx.now, hours));
        let recent: Vec<&DoseEntry> = self.supply.of_line(no).filter(|entry| entry.due_at > since).collect();
        let mut entries = shown(db, names, &recent).await?;
        for entry in &mut entries {
            let own = standing.iter().find(|one| one.id == entry.id);
            let bound = own.and_then(|own| broke(self.course.item, &self.app.policy, &standing, own));
            entry.beyond_bound = bound.is_some();
        }
        Ok(views::Dose {
            entries,
            most_per_day: Some(self.course.item.most_when_needed(self.app.policy.when_needed_doses_per_day)),
            given_last_day: Some(u32::try_from(last_day).unwrap_or(u32::MAX)),
            hours_apart,
            not_before: not_before.map(Into::into),
            ..self.blank()
        })
    }

    /// How long it lasts; nothing of a course that ended and left nothing.
    fn runway(&self, zone: &Zone, asked: Option<&Refill>) -> Option<views::Runway> {
        let (p, item) = (&self.supply.prescription, self.course.item);
        let stock = self.supply.stock(self.course, self.drug.doses_per_unit, self.lots);
        let found = stock.runway(&self.app.policy, self.ctx.now);
        let today = zone.date(self.ctx.now);
        // What was called back is missed as long as there are doses to come.
        let to_come = self.course.doses().last().is_some_and(|last| last.at > self.ctx.now);
        let called_back = to_come && stock.is_called_back();
        let over = found.last_day.is_none_or(|day| day < today) && found.left_milli == 0;
        // What is given once does not run out.
        let once = item.frequency == Frequency::St;
        if (over || once) && !called_back {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "thousandths of a few hundred units")]
        let left = found.left_milli as f64 / 1000.0;
        let Counted { drug, amount, instead, prescribed } = self.counted(left);
        Some(views::Runway {
            resident: self.resident.clone(),
            prescription_id: p.id,
            item_no: item.no.into(),
            drug_name: drug.name_zh.clone(),
            drug_name_en: drug.name_en.clone(),
            strength: drug.strength.clone(),
            left: amount,
            dose_unit: drug.dose_unit().to_owned(),
            instead,
            prescribed,
            last_day: found.last_day,
            runs_out: found.runs_out,
            warns: found.warns(&self.app.policy, today),
            called_back: found.left_milli == 0 && stock.in_hand(self.ctx.now).called_back_milli > 0,
            refill: asked.map(|refill| refill.state),
            reopened: asked.filter(|r| !r.state.is_decided()).and_then(|r| r.reopened).map(|again| again.because),
        })
    }
}

async fn shown(db: &mut Db, names: &mut Names, entries: &[&DoseEntry]) -> Result<Vec<views::DoseEntry>, AppError> {
    let mut shown = Vec::with_capacity(entries.len());
    for entry in entries {
        let superseded = entries.iter().any(|later| later.due_at == entry.due_at && later.sequence > entry.sequence);
        shown.push(views::DoseEntry {
            id: entry.id,
            due_at: entry.due_at.into(),
            sequence: entry.sequence,
            state: entry.state,
            fhir_status: fhir::dose(entry.state, superseded).map(str::to_owned),
            at: entry.at.into(),
            recorded_at: entry.recorded_at.into(),
            author_name: names.staff(db, entry.author).await?.name.clone(),
            not_given: entry.not_given,
            need: entry.need,
            batch: entry.batch.as_ref().map(|batch| batch.as_str().to_owned()),
            note: entry.note.as_ref().map(|note| note.expose().clone()),
            scanned: entry.scanned,
            beyond_bound: false,
        });
    }
    Ok(shown)
}
