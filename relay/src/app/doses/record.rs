//! A nurse writes what became of a dose, at the bed or later from the box's spool.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::Actor;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::{Batch, Dose};
use yunzhen_domain::doses::{Bound, Course, broken, event, state_of};
use yunzhen_domain::ids::{DoseEntryId, ResidentId};
use yunzhen_domain::lots::{Lot, may_be_given};
use yunzhen_domain::machines::dose::{Outcome, State};
use yunzhen_domain::machines::prescription::State as PrescriptionState;
use yunzhen_domain::records::{DoseEntry, NeedReason, NotGivenReason, Recall, Resident};
use yunzhen_domain::scan_codes::{Mismatch, check_pack, check_resident};
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{doses, prescriptions, recalls, residents};

use super::bound::beyond;
use super::show::{Shown, resident_ref};
use super::{Supply, views, zone};
use crate::app::names::Names;
use crate::app::residents::wrong_time;
use crate::app::work::{Start, Work, bounded};
use crate::app::{App, AppError, Context, FieldError, fresh};

/// What a scanner sends at most.
const CODE: usize = 200;

/// Writes an entry: exactly one for its key, refused when somebody else wrote about the same dose meanwhile.
pub async fn record(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewDoseEntry,
) -> Result<views::Dose, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::RecordDose, &resident).await?;
    let Actor::Staff { staff_id: author, .. } = ctx.actor else { return Err(AppError::Forbidden) };
    let group = residents::group(&mut work.tx, resident.id).await?;
    let p = prescriptions::get(&mut work.tx, input.prescription_id).await?;
    // The label of another resident's medicine, at this bed.
    let p = p.filter(|p| group.contains(&p.resident_id)).ok_or_else(|| {
        AppError::invalid("prescription_id", "这不是这位住民的药", "This is not a medicine of this resident")
    })?;
    let zone = zone(&mut work.tx, resident.home_id).await?;
    let supply = Supply::of(&mut work.tx, p).await?;
    let courses = supply.courses(&zone);
    let course = courses.iter().find(|course| u32::from(course.item.no) == input.item_no).copied();
    let course = course.ok_or_else(|| {
        AppError::invalid("item_no", "这一种药尚未送到本院", "Nothing of this medicine has reached the home")
    })?;
    let recalls = recalls::barring(&mut work.tx, supply.drugs()).await?;
    let drug = app.formulary.drug(&course.item.drug_id).ok_or(AppError::NotFound)?;
    let lots = supply.lots(course.item.no, drug.doses_per_unit, &recalls);
    let wish = Wish { app, ctx, zone: &zone, supply: &supply, course, input: &input, recalls: &recalls, lots: &lots };
    let target = wish.target()?;
    if let Err(refused) = wish.check(&resident, &target) {
        let recalled_pack = matches!(refused, AppError::DoseRecalled { .. }) && wish.batch()?.is_some();
        if recalled_pack || !wish.mismatches(&resident).is_empty() {
            metrics::counter!("yunzhen_dose_scans_refused_total").increment(1);
            work.record(EventKind::DoseScanRefused, resident.id.uuid(), Some(resident.home_id), None);
            work.finish_refused().await?;
        }
        return Err(refused);
    }
    let batch = wish.batch()?;
    let entries = supply.of_dose(course.item.no, target.due_at);
    let before = state_of(target.due_at, &entries, &app.policy, ctx.now);
    wish.unseen(&mut work, &entries).await?;
    let state = before.apply(event(before, input.outcome))?;
    let first = doses::first_given(&mut work.tx, supply.prescription.id).await?.is_none();
    let entry = DoseEntry {
        id: fresh(DoseEntryId::new, ctx.now),
        prescription_id: supply.prescription.id,
        item_no: course.item.no,
        resident_id: supply.prescription.resident_id,
        home_id: resident.home_id,
        due_at: target.due_at,
        sequence: input.sequence.saturating_add(1),
        state,
        dose: target.dose,
        at: cut(input.at.0),
        recorded_at: ctx.now,
        author,
        not_given: input.not_given,
        need: input.need,
        batch,
        note: wish.note()?.map(Into::into),
        scanned: input.scanned_resident.is_some() && input.scanned_medicine.is_some(),
    };
    doses::insert(&mut work.tx, &entry).await?;
    work.record(EventKind::DoseRecorded, resident.id.uuid(), Some(resident.home_id), None);
    if wish.is_of_recalled() {
        metrics::counter!("yunzhen_recalled_doses_given_total").increment(1);
        work.record(EventKind::DoseOfRecalledBatch, resident.id.uuid(), Some(resident.home_id), None);
    }
    if wish.broken(&target).is_some() {
        metrics::counter!("yunzhen_doses_beyond_bound_total").increment(1);
        work.record(EventKind::DoseBeyondBound, resident.id.uuid(), Some(resident.home_id), None);
    }
    if first && state == State::Given {
        let p = &supply.prescription;
        work.record(EventKind::PrescriptionFirstDose, p.id.uuid(), Some(p.home_id), p.pharmacy_id);
    }
    let after = Supply::of(&mut work.tx, supply.prescription.clone()).await?;
    let line = Line { course, recalls: &recalls, lots: &lots };
    let view = answer(app, ctx, &mut work, &after, line, &target, resident).await?;
    work.finish(view).await
}

/// Which dose is meant.
struct Target {
    due_at: Timestamp,
    dose: Dose,
    as_needed: bool,
}

/// The line that is written about, with what came of it.
#[derive(Clone, Copy)]
struct Line<'a> {
    course: Course<'a>,
    recalls: &'a [Recall],
    lots: &'a [Lot],
}

async fn answer(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    supply: &Supply,
    line: Line<'_>,
    target: &Target,
    resident: Resident,
) -> Result<views::Dose, AppError> {
    let Line { course, recalls, lots } = line;
    let drug = app.formulary.drug(&course.item.drug_id).ok_or(AppError::NotFound)?;
    let resident = resident_ref(app, resident);
    let shown = Shown { app, ctx, supply, course, drug, resident: &resident, recalls, lots };
    let mut names = Names::default();
    if target.as_needed {
        return shown.as_needed(&mut work.tx, &mut names).await;
    }
    let due = course.doses().into_iter().find(|due| due.at == target.due_at).ok_or(AppError::NotFound)?;
    shown.dose(&mut work.tx, &mut names, &due).await
}

/// What the nurse wants to write, with what it is judged by.
struct Wish<'a> {
    app: &'a App,
    ctx: &'a Context,
    /// Of the home.
    zone: &'a Zone,
    supply: &'a Supply,
    course: Course<'a>,
    input: &'a views::NewDoseEntry,
    /// Batches of the medicine that are called back.
    recalls: &'a [Recall],
    /// What came of the line.
    lots: &'a [Lot],
}

impl Wish<'_> {
    /// The dose that is meant; one that the prescriber ended is refused with the reason.
    fn target(&self) -> Result<Target, AppError> {
        let p = &self.supply.prescription;
        let meant = self.input.due_at.map(|at| cut(at.0));
        let known = |at: &Timestamp| !self.supply.of_dose(self.course.item.no, *at).is_empty();
        if self.course.is_as_needed() {
            // A correction names the dose; a new one is named by when it was given.
            let due_at = meant.filter(known).unwrap_or_else(|| cut(self.input.at.0));
            return Ok(Target { due_at, dose: self.course.item.dose, as_needed: true });
        }
        let due = self.course.doses().into_iter().find(|due| Some(due.at) == meant);
        match due {
            Some(due) => Ok(Target { due_at: due.at, dose: due.dose, as_needed: false }),
            None if matches!(p.state, PrescriptionState::Stopped | PrescriptionState::Cancelled) => Err(self.stopped()),
            None => Err(AppError::invalid(
                "due_at",
                "这个时间没有该药的用药安排",
                "No dose of this medicine is due at that time",
            )),
        }
    }

    /// Everything that a person can put right at the bed.
    fn check(&self, resident: &Resident, target: &Target) -> Result<(), AppError> {
        let input = self.input;
        let mut wrong: Vec<FieldError> = wrong_time(self.app, self.ctx, "at", input.at.0).into_iter().collect();
        let early = SignedDuration::from_mins(i64::from(self.app.policy.dose_early_minutes));
        if !target.as_needed && input.outcome.is_some() && target.due_at.duration_since(input.at.0) > early {
            let minutes = self.app.policy.dose_early_minutes;
            let zh = format!("还不到时间，最早可提前 {minutes} 分钟");
            wrong.push(FieldError::new("at", zh, format!("Too early: at most {minutes} minutes before its time")));
        }
        wrong.extend(self.mismatches(resident));
        for (path, code) in
            [("scanned_resident", &input.scanned_resident), ("scanned_medicine", &input.scanned_medicine)]
        {
            if code.as_ref().is_some_and(|code| code.chars().count() > CODE) {
                wrong.push(FieldError::new(path, format!("最多 {CODE} 个字"), format!("At most {CODE} characters")));
            }
        }
        wrong.extend(self.reason(target));
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        self.bound(target)?;
        self.not_after_a_stop()?;
        self.not_recalled()
    }

    /// A dose that was due before the stop is no longer given after it. One that was given without a link, before anybody could tell the nurse, is in the resident.
    fn not_after_a_stop(&self) -> Result<(), AppError> {
        let at = self.input.at.0;
        let after = self.input.outcome == Some(Outcome::Given) && self.course.stopped_at.is_some_and(|stop| at >= stop);
        if after && !self.app.policy.is_without_link(at, self.ctx.now) { Err(self.stopped()) } else { Ok(()) }
    }

    /// The batch that the nurse named.
    fn batch(&self) -> Result<Option<Batch>, AppError> {
        let named = self.input.batch.as_deref().map(str::trim).filter(|batch| !batch.is_empty());
        let named = named.map(Batch::parse).transpose();
        named.map_err(|e| AppError::invalid("batch", e.zh(), e.to_string()))
    }

    /// What was called back when the dose was given, of the line.
    fn called_back(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().filter(|lot| lot.is_barred(self.input.at.0))
    }

    /// It was given when a batch was called back, no other one was named, and nobody could tell the nurse: what happened is kept.
    fn is_of_recalled(&self) -> bool {
        self.input.outcome == Some(Outcome::Given)
            && self.called_back().next().is_some()
            && self.batch().is_ok_and(|named| named.is_none())
    }

    /// Where a batch of the medicine was called back, it is given from a pack of another batch, which is named, or not at all. A dose that was given without a
    /// link is in the resident, whatever was decided meanwhile: refusing it would only hide it.
    fn not_recalled(&self) -> Result<(), AppError> {
        let named = self.batch()?;
        if self.input.outcome != Some(Outcome::Given) {
            return Ok(());
        }
        let Some(first) = self.called_back().next() else { return self.came(named.as_ref()) };
        let wrong = match &named {
            None if self.app.policy.is_without_link(self.input.at.0, self.ctx.now) => return Ok(()),
            None => first,
            Some(batch) => match self.called_back().find(|lot| lot.is_of(batch)) {
                Some(lot) => lot,
                None => return self.came(Some(batch)),
            },
        };
        let is_of = |recall: &&Recall| wrong.is_called_back_by(recall);
        let authority = self.recalls.iter().find(is_of).map(|recall| recall.authority.clone()).unwrap_or_default();
        Err(AppError::DoseRecalled { batch: wrong.batch.clone(), authority, others: may_be_given(self.lots) })
    }

    /// A pack of a batch that never came for this resident is not theirs.
    fn came(&self, named: Option<&Batch>) -> Result<(), AppError> {
        match named.filter(|batch| !self.lots.iter().any(|lot| lot.is_of(batch))) {
            None => Ok(()),
            Some(_) => Err(AppError::invalid(
                "batch",
                "送来的药里没有这个批号，请核对包装",
                "No pack of this batch came for this medicine; check the pack",
            )),
        }
    }

    /// What was scanned and belongs to somebody or something else; the bed is where such a mistake is caught, and how often is worth knowing.
    fn mismatches(&self, resident: &Resident) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let input = self.input;
        if let Some(Err(mismatch)) = input.scanned_resident.as_deref().map(|code| check_resident(code, resident)) {
            wrong.push(not_fitting("scanned_resident", mismatch));
        }
        let pack = |code| check_pack(code, self.supply.prescription.id, self.course.item.no);
        if let Some(Err(mismatch)) = input.scanned_medicine.as_deref().map(pack) {
            wrong.push(not_fitting("scanned_medicine", mismatch));
        }
        wrong
    }

    /// Each outcome has its reason, in a code, and in words where the code is "other".
    fn reason(&self, target: &Target) -> Option<FieldError> {
        let input = self.input;
        let silent = input.note.as_deref().is_none_or(|note| note.trim().is_empty());
        match input.outcome {
            Some(Outcome::Refused | Outcome::Held) if target.as_needed => Some(FieldError::new(
                "outcome",
                "必要时用的药，没用就不必记录",
                "What is given when needed is not refused or held",
            )),
            Some(Outcome::Refused | Outcome::Held) if input.not_given.is_none() => {
                Some(FieldError::new("not_given", "请选择没有服用的原因", "Choose why it was not taken"))
            }
            Some(Outcome::Given) if target.as_needed && input.need.is_none() => {
                Some(FieldError::new("need", "请选择用药的原因", "Choose why it is given"))
            }
            Some(Outcome::Given) if input.not_given.is_some() => Some(FieldError::new(
                "not_given",
                "已服用的不填未服原因",
                "What was given has no reason for not giving it",
            )),
            _ if silent
                && (input.not_given == Some(NotGivenReason::Other) || input.need == Some(NeedReason::Other)) =>
            {
                Some(FieldError::new("note", "选择“其他”时请写明", "With \"other\", say what"))
            }
            _ => None,
        }
    }

    /// What is given when needed has a bound of a day, and hours from one time to the next where the prescriber said so: what it breaks.
    fn broken(&self, target: &Target) -> Option<Bound> {
        if !target.as_needed || self.input.outcome != Some(Outcome::Given) {
            return None;
        }
        let others = self.supply.given(self.course.item.no).into_iter().filter(|e| e.due_at != target.due_at);
        let given: Vec<Timestamp> = others.map(|entry| entry.at).collect();
        broken(self.course.item, &self.app.policy, &given, self.input.at.0)
    }

    /// One that is about to be given keeps its bound. One that was given before this reached the relay is in the resident: refused, the next nurse would count one
    /// too few.
    fn bound(&self, target: &Target) -> Result<(), AppError> {
        let Some(bound) = self.broken(target) else { return Ok(()) };
        if self.app.policy.is_without_link(self.input.at.0, self.ctx.now) {
            return Ok(());
        }
        Err(beyond(bound, self.zone))
    }

    /// Somebody else wrote about this dose since the nurse looked: shown with who and when, and nothing is kept twice.
    async fn unseen(&self, work: &mut Work, entries: &[&DoseEntry]) -> Result<(), AppError> {
        let current = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let Some(last) = entries.last() else {
            return if self.input.sequence == 0 { Ok(()) } else { Err(self.stale(current)) };
        };
        if self.input.sequence == current {
            let patience = SignedDuration::from_hours(i64::from(self.app.policy.dose_correction_hours));
            if self.ctx.now.duration_since(entries[0].recorded_at) > patience {
                let hours = self.app.policy.dose_correction_hours;
                let zh = format!("记录已超过 {hours} 小时，不能再更正；请写护理记录说明");
                let en = format!("Recorded more than {hours} hours ago; write a note instead of a correction");
                return Err(AppError::invalid("outcome", zh, en));
            }
            return Ok(());
        }
        let by = Names::default().staff(&mut work.tx, last.author).await?.name.clone();
        Err(AppError::DoseRecorded { state: last.state, at: self.clock(last.at), by })
    }

    fn stopped(&self) -> AppError {
        let p = &self.supply.prescription;
        let reason = p.end_reason.as_ref().map(|reason| reason.expose().clone()).unwrap_or_default();
        AppError::DoseStopped { at: self.clock(p.state_since), reason: reason.into() }
    }

    fn clock(&self, at: Timestamp) -> DateTime {
        self.zone.rules().to_datetime(at)
    }

    fn stale(&self, current: u32) -> AppError {
        AppError::Stale { seen: self.input.sequence.into(), current: current.into() }
    }

    fn note(&self) -> Result<Option<String>, AppError> {
        let note = self.input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        note.map(|note| bounded("note", note, 500)).transpose()
    }
}

fn not_fitting(path: &str, mismatch: Mismatch) -> FieldError {
    match mismatch {
        Mismatch::Unreadable => {
            FieldError::new(path, "扫到的不是本系统的码，请重新扫描", "This is no code of ours; scan again")
        }
        Mismatch::WrongResident => {
            FieldError::new(path, "不是这位住民！请核对床位和腕带", "Another resident! Check the bed and the wristband")
        }
        Mismatch::WrongMedicine => {
            FieldError::new(path, "不是这一种药！请核对药品标签", "Another medicine! Check the label")
        }
    }
}

/// Cut as the store cuts: the time names the dose.
fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
