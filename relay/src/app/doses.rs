//! Doses: what is due in a home, and what became of it. The plan is never stored: it follows from the prescription and from when the medicine came
//! ([`yunzhen_domain::doses`]); stored are the nurses' entries.

mod bound;
mod record;
mod show;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::doses::{Course, courses};
use yunzhen_domain::formulary::{Drug, DrugId};
use yunzhen_domain::ids::{HomeId, ResidentId};
use yunzhen_domain::lots::{Lot, lots};
use yunzhen_domain::machines::dose::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Delivery, DoseEntry, Item, Prescription, Recall};
use yunzhen_domain::runway::Stock;
use yunzhen_domain::safety::Running;
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{Db, deliveries, doses, homes, recalls, residents};

pub use record::record;
pub(super) use show::resident_ref;

use super::reads::Seen;
use super::views::doses as views;
use super::work::{authorize, may_list};
use super::{App, AppError, Context};

/// A prescription of which the home has something, with what belongs to it.
pub(super) struct Supply {
    pub(super) prescription: Prescription,
    deliveries: Vec<Delivery>,
    pub(super) entries: Vec<DoseEntry>,
}

impl Supply {
    /// Everything about the doses of one prescription.
    pub(super) async fn of(db: &mut Db, prescription: Prescription) -> Result<Self, AppError> {
        let deliveries = deliveries::by_prescription(db, prescription.id).await?;
        let entries = doses::of_prescription(db, prescription.id).await?;
        Ok(Self { prescription, deliveries, entries })
    }

    /// The same of several, in their order, with as many questions to the record as for one.
    pub(super) async fn of_all(db: &mut Db, prescriptions: Vec<Prescription>) -> Result<Vec<Self>, AppError> {
        let mut deliveries = deliveries::by_prescriptions(db, prescriptions.iter().map(|p| p.id)).await?;
        let mut entries = doses::of_prescriptions(db, prescriptions.iter().map(|p| p.id)).await?;
        let supply = |prescription: Prescription| Self {
            deliveries: deliveries.remove(&prescription.id).unwrap_or_default(),
            entries: entries.remove(&prescription.id).unwrap_or_default(),
            prescription,
        };
        Ok(prescriptions.into_iter().map(supply).collect())
    }

    /// Its lines on their way.
    pub(super) fn courses<'a>(&'a self, zone: &'a Zone) -> Vec<Course<'a>> {
        courses(&self.prescription, &self.deliveries, zone)
    }

    /// What came to the home or is on its way, by product.
    pub(super) fn drugs(&self) -> impl Iterator<Item = DrugId> {
        self.deliveries.iter().flat_map(|d| &d.packs).filter_map(|pack| pack.drug_id.clone())
    }

    /// What came of a line, batch by batch.
    pub(super) fn lots(&self, item_no: u16, doses_per_unit: f64, recalls: &[Recall]) -> Vec<Lot> {
        lots(&self.deliveries, item_no, doses_per_unit, recalls)
    }

    /// The products that came of a line beside the prescribed one, each with how many of its units make one prescribed unit.
    pub(super) fn instead<'a>(&self, app: &'a App, item_no: u16) -> Vec<(&'a Drug, u32)> {
        let others = self.prescription.instead(item_no).iter();
        others.filter_map(|other| Some((app.formulary.drug(&other.drug_id)?, other.factor))).collect()
    }

    /// What the home has of a line, for whoever asks how much is left.
    pub(super) fn stock<'a>(&'a self, course: Course<'a>, doses_per_unit: f64, lots: &'a [Lot]) -> Stock<'a> {
        let entries = self.newest(course.item.no);
        Stock { prescription: &self.prescription, course, entries, doses_per_unit, lots }
    }

    /// Its lines that are not over, by what the home has of each.
    fn running(&self, app: &App, zone: &Zone, recalls: &[Recall], now: Timestamp) -> Vec<Running> {
        let courses = self.courses(zone);
        let line = |item: &Item| {
            let Some(course) = courses.iter().find(|course| course.item.no == item.no) else {
                return Running::not_arrived(&self.prescription, item, zone, now);
            };
            let doses_per_unit = app.formulary.drug(&item.drug_id).map_or(1.0, |drug| drug.doses_per_unit);
            let lots = self.lots(item.no, doses_per_unit, recalls);
            let stock = self.stock(*course, doses_per_unit, &lots);
            Running::arrived(&stock, now)
        };
        self.prescription.items.iter().filter_map(line).collect()
    }

    /// The entries of one line.
    fn of_line(&self, item_no: u16) -> impl Iterator<Item = &DoseEntry> {
        self.entries.iter().filter(move |entry| entry.item_no == item_no)
    }

    /// The entries about one dose, in order.
    fn of_dose(&self, item_no: u16, due_at: Timestamp) -> Vec<&DoseEntry> {
        self.of_line(item_no).filter(|entry| entry.due_at == due_at).collect()
    }

    /// The newest entry of each dose of a line.
    pub(super) fn newest(&self, item_no: u16) -> Vec<&DoseEntry> {
        let line: Vec<&DoseEntry> = self.of_line(item_no).collect();
        line.chunk_by(|a, b| a.due_at == b.due_at).filter_map(|of_one| of_one.last().copied()).collect()
    }

    /// Of the line, the newest entries that say it was given.
    pub(super) fn given(&self, item_no: u16) -> Vec<&DoseEntry> {
        self.newest(item_no).into_iter().filter(|entry| entry.state == State::Given).collect()
    }
}

/// The clock on the home's wall: its doses are due by it.
pub(super) async fn zone(db: &mut Db, home: HomeId) -> Result<Zone, AppError> {
    Ok(homes::get(db, home).await?.ok_or(AppError::NotFound)?.zone)
}

/// What a home, or one person of it, may still have in hand.
pub(super) async fn supplies(
    app: &App,
    db: &mut Db,
    home: HomeId,
    residents: &[ResidentId],
    now: Timestamp,
) -> Result<Vec<Supply>, AppError> {
    let since = longest_ago(&app.policy, now);
    let interest = |signed: Timestamp, items: &[Item]| may_last(signed, items, now);
    let mut found = Vec::new();
    if residents.is_empty() {
        found = doses::supplied(db, home, None, since, interest).await?;
    }
    for id in residents {
        found.extend(doses::supplied(db, home, Some(*id), since, interest).await?);
    }
    Supply::of_all(db, found).await
}

/// The lines of these prescriptions that are not over, by what the home has of each: for many with as many questions to the record as for one.
pub(super) async fn running(
    app: &App,
    db: &mut Db,
    mut prescriptions: Vec<Prescription>,
    now: Timestamp,
) -> Result<Vec<Running>, AppError> {
    prescriptions.retain(|p| p.signed_at.is_some_and(|signed| may_last(signed, &p.items, now)));
    let supplies = Supply::of_all(db, prescriptions).await?;
    let recalls = recalls::barring(db, supplies.iter().flat_map(Supply::drugs)).await?;
    let (mut zones, mut found) = (HashMap::new(), Vec::new());
    for supply in &supplies {
        let home = supply.prescription.home_id;
        // A person lives in one home; more there are only of one who moved.
        let zone = match zones.remove(&home) {
            Some(known) => known,
            None => zone(db, home).await?,
        };
        found.extend(supply.running(app, &zone, &recalls, now));
        zones.insert(home, zone);
    }
    Ok(found)
}

/// A month for the way of what was prescribed, and for its start.
const WAY_AND_START_DAYS: i64 = 31;

/// No course that is older has a dose left: the longest supply, with a month for its way and its start.
pub(super) fn longest_ago(policy: &Policy, now: Timestamp) -> Timestamp {
    let days = i64::from(policy.supply_chronic_assessed_days) + WAY_AND_START_DAYS;
    now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
}

/// Whether a line of it may have a dose left by its own days. What is taken when needed lasts as long as anything does.
fn may_last(signed: Timestamp, items: &[Item], now: Timestamp) -> bool {
    let longest = items.iter().map(|item| i64::from(item.days)).max().unwrap_or_default() + WAY_AND_START_DAYS;
    items.iter().any(|item| item.frequency == Frequency::Prn) || now.duration_since(signed).as_hours() <= 24 * longest
}

/// The doses of one day in the caller's home.
pub async fn list(app: &App, ctx: &Context, query: views::DoseQuery) -> Result<views::DosesOfDay, AppError> {
    may_list(ctx, Action::ViewDoses)?;
    let home = ctx.actor.home_id().ok_or(AppError::NotFound)?;
    let mut db = app.store.read().await?;
    let zone = zone(&mut db, home).await?;
    let day = query.day.unwrap_or_else(|| zone.date(ctx.now));
    let group = match query.resident_id {
        None => Vec::new(),
        Some(id) => {
            let resident = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
            authorize(ctx, Action::ViewDoses, &resident.facts())?;
            residents::group(&mut db, resident.id).await?
        }
    };
    let supplies = supplies(app, &mut db, home, &group, ctx.now).await?;
    let view = show::day(app, &mut db, ctx, &supplies, &zone, day).await?;
    drop(db);
    let mut seen = Seen::default();
    let about = view.items.iter().chain(&view.as_needed).map(|dose| dose.resident.id);
    let about = about.chain(view.stopped.iter().map(|course| course.resident.id));
    let mut about: Vec<ResidentId> = about.chain(view.runways.iter().map(|runway| runway.resident.id)).collect();
    about.sort_unstable();
    about.dedup();
    for id in about {
        seen.add(EventKind::DosesViewed, id, home, None);
    }
    seen.tell(app, ctx).await?;
    Ok(view)
}
