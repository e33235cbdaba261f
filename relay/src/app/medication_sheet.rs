//! The medication sheet of a resident and the labels of the medicines as PDF. What they say is `yunzhen_domain::medication_sheet`, how they are printed is
//! `crate::print`. Both go by the home's plan of doses, so that paper and screen say the same.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::prescription::State as PrescriptionState;
use yunzhen_domain::medication_sheet::{Line, MedicationSheet};
use yunzhen_domain::policy::Policy;
use yunzhen_store::{homes, recalls, residents};

use super::doses::{Supply, supplies};
use super::relations::Ties;
use super::views::common::LanguageQuery;
use super::work::{Work, authorize, english, in_name};
use super::{App, AppError, Context};
use crate::print::{PrintError, Printed};

/// A PDF with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFile {
    /// The file, and what it could not show.
    pub printed: Printed,
    /// How it is called when kept.
    pub file_name: String,
}

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// What to take at what time, in large type.
    Sheet,
    /// A label for each medicine and one for the bed.
    Labels,
}

/// Makes the paper. It leaves the system, so making it is an audit event.
pub async fn make(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    query: LanguageQuery,
    paper: Paper,
) -> Result<SheetFile, AppError> {
    let english = english(&query)?;
    let mut read = app.store.read().await?;
    let db = &mut read;
    let resident = residents::get_standing(db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewDoses, &ties.facts(&resident))?;
    let home = homes::get(db, resident.home_id).await?.ok_or(AppError::NotFound)?;
    let group = residents::group(db, resident.id).await?;
    let supplies = supplies(app, db, resident.home_id, &group, ctx.now).await?;
    let recalls = recalls::barring(db, supplies.iter().flat_map(Supply::drugs)).await?;
    let mut lines = Vec::new();
    let withdrawn = |state| matches!(state, PrescriptionState::Stopped | PrescriptionState::Cancelled);
    for supply in supplies.iter().filter(|supply| !withdrawn(supply.prescription.state)) {
        for course in supply.courses(&home.zone) {
            // A course that is over is not given any more.
            let over = course.doses().last().is_some_and(|last| last.at < ctx.now);
            let drug = app.formulary.drug(&course.item.drug_id).ok_or(AppError::NotFound)?;
            if !over {
                let instead = supply.instead(app, course.item.no);
                let lots = supply.lots(course.item.no, drug.doses_per_unit, &recalls);
                lines.push(Line { prescription_id: supply.prescription.id, course, drug, instead, lots });
            }
        }
    }
    let sheet = MedicationSheet {
        resident: &resident,
        home: &home,
        lines: &lines,
        zone: &home.zone,
        formulary: &app.formulary,
        made_at: ctx.now,
        most_when_needed: app.policy.when_needed_doses_per_day,
        english,
    };
    let (page, labels) = (sheet.sheet(), sheet.labels());
    drop(read);
    let mut work = Work::unkeyed(app, ctx).await?;
    work.record(EventKind::MedicationSheetMade, resident.id.uuid(), Some(resident.home_id), None);
    work.finish(()).await?;
    let printer = app.printer.clone();
    let printed = tokio::task::spawn_blocking(move || match paper {
        Paper::Sheet => printer.print_large(&page),
        Paper::Labels => printer.print_labels(&page, &labels),
    });
    let printed = printed.await.map_err(|error| PrintError::Pdf(error.to_string()))??;
    let kind = match paper {
        Paper::Sheet => "medication-sheet",
        Paper::Labels => "medication-labels",
    };
    let (day, language) = (Policy::local_date(ctx.now), in_name(english));
    Ok(SheetFile { printed, file_name: format!("{kind}-{day}-{language}.pdf") })
}
