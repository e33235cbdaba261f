//! Reminders: an appointment comes near, and everybody concerned hears it once.

use jiff::Timestamp;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::State;
use yunzhen_store::jobs::Job;
use yunzhen_store::{appointments, consultations, jobs, reminders};

use super::appointments::Reminder;
use super::work::Work;
use super::{App, AppError, Context};

pub(crate) use super::appointments::REMIND;

/// The job. Of an appointment that was moved, called off or has begun nothing is said.
pub(crate) async fn remind(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Reminder = serde_json::from_str(&job.payload)?;
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    jobs::finish(&mut work.tx, job).await?;
    let held = appointments::get(&mut work.tx, about.consultation_id).await?.filter(|a| a.held);
    let due = held.filter(|a| a.slot.starts_at.as_millisecond() == about.starts_at_ms && now < a.slot.starts_at);
    let c = consultations::get(&mut work.tx, about.consultation_id).await?.filter(|c| c.state == State::Scheduled);
    let (Some(appointment), Some(c)) = (due, c) else {
        return Ok(work.tx.commit_bookkeeping("a reminder of what is no more").await?);
    };
    if !reminders::give(&mut work.tx, c.id, appointment.slot.starts_at, about.minutes_before, now).await? {
        return Ok(work.tx.commit_bookkeeping("a reminder that was given").await?);
    }
    work.record(EventKind::ConsultationReminded, c.id.uuid(), Some(c.home_id), None);
    work.finish(()).await
}
