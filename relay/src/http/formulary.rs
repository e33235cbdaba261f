//! Drugs and diagnoses to choose from.

use crate::app::views::Page;
use crate::app::views::formulary::{Diagnosis, Drug, SearchQuery};
use crate::http::document::ReadProblems;

/// Drugs by Chinese or English name, pinyin initials or ATC code.
#[utoipa::path(
    get,
    path = "/drugs",
    operation_id = "listDrugs",
    tag = "formulary",
    params(SearchQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Drug>), ReadProblems),
)]
pub async fn drugs() {}

/// Diagnoses by name, pinyin initials or ICD-10 code.
#[utoipa::path(
    get,
    path = "/diagnoses",
    operation_id = "listDiagnoses",
    tag = "formulary",
    params(SearchQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Diagnosis>), ReadProblems),
)]
pub async fn diagnoses() {}
