//! The hand-over summary of a referral as PDF. What it says is `yunzhen_domain::hand_over`, how it is printed is `crate::print`.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::hand_over::HandOver;
use yunzhen_domain::ids::ReferralId;
use yunzhen_store::{consultation_notes, consultations, homes, referrals, residents, staff};

use super::may_read;
use crate::app::residents::latest_of_person;
use crate::app::views::common::LanguageQuery;
use crate::app::work::{Work, english, in_name};
use crate::app::{App, AppError, Context};
use crate::print::{PrintError, Printed};

/// A PDF with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverFile {
    /// The file, and what it could not show.
    pub printed: Printed,
    /// How it is called when kept.
    pub file_name: String,
}

/// Makes the summary. It leaves the home on paper, so making it is an audit event.
pub async fn hand_over(
    app: &App,
    ctx: &Context,
    id: ReferralId,
    query: LanguageQuery,
) -> Result<HandOverFile, AppError> {
    let english = english(&query)?;
    let mut read = app.store.read().await?;
    let db = &mut read;
    let referral = referrals::get(db, id).await?.ok_or(AppError::NotFound)?;
    let purpose = may_read(db, ctx, &referral).await?;
    // Allergies and medicines of a record that was merged meanwhile are those of the person.
    let resident = residents::get_standing(db, referral.resident_id).await?.ok_or(AppError::NotFound)?;
    let home = homes::get(db, referral.home_id).await?.ok_or(AppError::NotFound)?;
    let specialist = match referral.specialist_id {
        Some(id) => staff::get(db, id).await?,
        None => None,
    };
    let observations = latest_of_person(db, resident.id).await?;
    let (consultation, note) = match referral.consultation_id {
        Some(id) => (consultations::get(db, id).await?, consultation_notes::get(db, id).await?),
        None => (None, None),
    };
    let sheet = HandOver {
        referral: &referral,
        resident: &resident,
        home: &home,
        specialist: specialist.as_ref(),
        observations: &observations,
        consultation: consultation.as_ref(),
        note: note.as_ref(),
        formulary: &app.formulary,
        made_at: ctx.now,
        english,
    }
    .sheet();
    drop(read);
    // Every paper that leaves the home is a row of its own, also within the window of reads.
    let mut work = Work::unkeyed(app, ctx).await?;
    work.record_for(EventKind::ReferralHandOverMade, referral.id.uuid(), Some(referral.home_id), purpose);
    work.finish(()).await?;
    let printer = app.printer.clone();
    let printed = tokio::task::spawn_blocking(move || printer.print(&sheet)).await;
    let printed = printed.map_err(|error| PrintError::Pdf(error.to_string()))??;
    let (day, language) = (home.zone.date(ctx.now), in_name(english));
    Ok(HandOverFile { printed, file_name: format!("hand-over-{day}-{language}.pdf") })
}
