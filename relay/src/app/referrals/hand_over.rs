//! The hand-over summary of a referral as PDF. What it says is `yunzhen_domain::hand_over`, how it is printed is `crate::print`.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::hand_over::HandOver;
use yunzhen_domain::ids::ReferralId;
use yunzhen_domain::policy::Policy;
use yunzhen_store::{consultation_notes, consultations, homes, observations, referrals, residents, staff};

use super::{reach, record};
use crate::app::views::common::LanguageQuery;
use crate::app::work::{Work, english};
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
    let mut work = Work::unkeyed(app, ctx).await?;
    let referral = referrals::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    reach(&mut work, ctx, Action::ViewReferral, &referral).await?;
    let db = &mut work.tx;
    let resident = residents::get(db, referral.resident_id).await?.ok_or(AppError::NotFound)?;
    let home = homes::get(db, referral.home_id).await?.ok_or(AppError::NotFound)?;
    let specialist = match referral.specialist_id {
        Some(id) => staff::get(db, id).await?,
        None => None,
    };
    let observations = observations::latest_per_code(db, resident.id).await?;
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
    record(&mut work, EventKind::ReferralHandOverMade, &referral);
    // Printing takes long enough not to hold the one writer.
    work.finish(()).await?;
    let printer = app.printer.clone();
    let printed = tokio::task::spawn_blocking(move || printer.print(&sheet)).await;
    let printed = printed.map_err(|error| PrintError::Pdf(error.to_string()))??;
    Ok(HandOverFile { printed, file_name: format!("hand-over-{}.pdf", Policy::local_date(ctx.now)) })
}
