//! Search of drugs and diagnoses.

use yunzhen_domain::access::Action;

use super::views::common::Page;
use super::views::formulary::{Diagnosis, Drug, SearchQuery};
use super::work::may_list;
use super::{App, AppError, Context};

/// Drugs for what was typed.
pub async fn drugs(app: &App, ctx: &Context, query: SearchQuery) -> Result<Page<Drug>, AppError> {
    may_list(ctx, Action::SearchFormulary)?;
    let found = app.formulary.search_drugs(query.q.as_deref().unwrap_or_default());
    Ok(Page::whole(found.into_iter().cloned().collect()))
}

/// Diagnoses for what was typed.
pub async fn diagnoses(app: &App, ctx: &Context, query: SearchQuery) -> Result<Page<Diagnosis>, AppError> {
    may_list(ctx, Action::SearchFormulary)?;
    let found = app.formulary.search_diagnoses(query.q.as_deref().unwrap_or_default());
    Ok(Page::whole(found.into_iter().cloned().collect()))
}
