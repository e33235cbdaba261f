//! Nursing homes.

use crate::app::views::Page;
use crate::app::views::homes::Home;
use crate::http::document::ReadProblems;

/// Homes the caller may see.
#[utoipa::path(
    get,
    path = "/homes",
    operation_id = "listHomes",
    tag = "homes",
    responses((status = 200, description = "What the caller may see.", body = Page<Home>), ReadProblems),
)]
pub async fn list() {}
