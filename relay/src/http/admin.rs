//! For the administrator.

use crate::app::views::Page;
use crate::app::views::admin::{AuditEvent, AuditQuery, BoxStatus};
use crate::app::views::sessions::Staff;
use crate::http::document::ReadProblems;

/// Accounts.
#[utoipa::path(
    get,
    path = "/staff",
    operation_id = "listStaff",
    tag = "admin",
    responses((status = 200, description = "What the caller may see.", body = Page<Staff>), ReadProblems),
)]
pub async fn staff() {}

/// Clinic boxes and their links.
#[utoipa::path(
    get,
    path = "/boxes",
    operation_id = "listBoxes",
    tag = "admin",
    responses((status = 200, description = "What the caller may see.", body = Page<BoxStatus>), ReadProblems),
)]
pub async fn boxes() {}

/// Audit events, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "listAudit",
    tag = "admin",
    params(AuditQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<AuditEvent>), ReadProblems),
)]
pub async fn audit() {}
