//! Documents and photos: add, list, fetch.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{DocumentId, ResidentId};
use crate::app::views::documents::{Document, NewDocument};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, FileCommand, Id};
use crate::http::problem::{Problem, status};

/// What there is of a resident, newest first.
#[utoipa::path(
    get,
    path = "/residents/{id}/documents",
    operation_id = "listDocuments",
    tag = "documents",
    params(("id" = ResidentId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Page<Document>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    caller: Caller,
) -> Result<Json<Page<Document>>, Problem> {
    Ok(Json(app::documents::list(&state.app, &caller.context, id).await?))
}

/// Keeps a document or photo; what its bytes are is decided from them.
#[utoipa::path(
    post,
    path = "/residents/{id}/documents",
    operation_id = "addDocument",
    tag = "documents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewDocument,
    responses((status = 201, description = "Created.", body = Document), CommandProblems),
)]
pub async fn add(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: FileCommand<NewDocument>,
) -> Result<(StatusCode, Json<Document>), Problem> {
    Ok((status::CREATED, Json(app::documents::add(&state.app, &command.context, id, command.body).await?)))
}

/// The bytes of a document, as they were kept.
#[utoipa::path(
    get,
    path = "/documents/{id}/content",
    operation_id = "getDocumentContent",
    tag = "documents",
    params(("id" = DocumentId, Path)),
    responses((status = 200, description = "The bytes, with their own media type.", content_type = "application/octet-stream", body = String), ReadProblems),
)]
pub async fn content(
    State(state): State<ApiState>,
    Id(id): Id<DocumentId>,
    caller: Caller,
) -> Result<Response, Problem> {
    let content = app::documents::content(&state.app, &caller.context, id).await?;
    Ok(status::document(&content.media_type, &content.sha256, content.bytes))
}
