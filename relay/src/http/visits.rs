//! Rounds in person: plan, route, results, offline form.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::VisitId;
use crate::app::views::common::{LanguageQuery, ReasonBody, VersionBody};
use crate::app::views::visits::{
    CandidateQuery, PlannedStop, Visit, VisitCandidate, VisitPlan, VisitPlanUpdate, VisitQuery, VisitResults,
    VisitSummary,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Rounds in person, the earliest day first.
#[utoipa::path(
    get,
    path = "/visits",
    operation_id = "listVisits",
    tag = "visits",
    params(VisitQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<VisitSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<VisitQuery>,
    caller: Caller,
) -> Result<Json<Page<VisitSummary>>, Problem> {
    Ok(Json(app::visits::list(&state.app, &caller.context, query).await?))
}

/// Residents whose proof is missing for the caller's hospital.
#[utoipa::path(
    get,
    path = "/visit-candidates",
    operation_id = "listVisitCandidates",
    tag = "visits",
    params(CandidateQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<VisitCandidate>), ReadProblems),
)]
pub async fn candidates(
    State(state): State<ApiState>,
    Search(query): Search<CandidateQuery>,
    caller: Caller,
) -> Result<Json<Page<VisitCandidate>>, Problem> {
    Ok(Json(app::visits::candidates(&state.app, &caller.context, query).await?))
}

/// Plans a round; `gather_from` takes everyone of these homes whose proof is missing.
#[utoipa::path(
    post,
    path = "/visits",
    operation_id = "planVisit",
    tag = "visits",
    params(IdempotencyHeader),
    request_body = VisitPlan,
    responses((status = 201, description = "Created.", body = Visit), CommandProblems),
)]
pub async fn plan(
    State(state): State<ApiState>,
    command: Command<VisitPlan>,
) -> Result<(StatusCode, Json<Visit>), Problem> {
    Ok((status::CREATED, Json(app::visits::plan(&state.app, &command.context, command.body).await?)))
}

/// A round with its route.
#[utoipa::path(
    get,
    path = "/visits/{id}",
    operation_id = "getVisit",
    tag = "visits",
    params(("id" = VisitId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Visit), ReadProblems),
)]
pub async fn get(State(state): State<ApiState>, Id(id): Id<VisitId>, caller: Caller) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::get(&state.app, &caller.context, id).await?))
}

/// Another plan for a round that has not begun.
#[utoipa::path(
    put,
    path = "/visits/{id}",
    operation_id = "changeVisit",
    tag = "visits",
    params(("id" = VisitId, Path), OptionalIdempotencyHeader),
    request_body = VisitPlanUpdate,
    responses((status = 200, description = "Done.", body = Visit), CommandProblems),
)]
pub async fn change(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    command: Input<VisitPlanUpdate>,
) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::change(&state.app, &command.context, id, command.body).await?))
}

/// Puts one resident on the route of a planned round.
#[utoipa::path(
    post,
    path = "/visits/{id}/residents",
    operation_id = "joinVisit",
    tag = "visits",
    params(("id" = VisitId, Path), IdempotencyHeader),
    request_body = PlannedStop,
    responses((status = 200, description = "Done.", body = Visit), CommandProblems),
)]
pub async fn join(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    command: Command<PlannedStop>,
) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::join(&state.app, &command.context, id, command.body).await?))
}

/// The doctors set out.
#[utoipa::path(
    post,
    path = "/visits/{id}/start",
    operation_id = "startVisit",
    tag = "visits",
    params(("id" = VisitId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Visit), CommandProblems),
)]
pub async fn start(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    command: Command<VersionBody>,
) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::start(&state.app, &command.context, id, command.body).await?))
}

/// Records who was seen and what was confirmed; the facts go into the eligibility ledger at once. An offline form is sent here, later, with its own key.
#[utoipa::path(
    post,
    path = "/visits/{id}/results",
    operation_id = "recordVisitResults",
    tag = "visits",
    params(("id" = VisitId, Path), IdempotencyHeader),
    request_body = VisitResults,
    responses((status = 200, description = "Done.", body = Visit), CommandProblems),
)]
pub async fn record_results(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    command: Command<VisitResults>,
) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::record_results(&state.app, &command.context, id, command.body).await?))
}

/// Calls a round off; what was recorded stays.
#[utoipa::path(
    post,
    path = "/visits/{id}/cancel",
    operation_id = "cancelVisit",
    tag = "visits",
    params(("id" = VisitId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Visit), CommandProblems),
)]
pub async fn cancel(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    command: Command<ReasonBody>,
) -> Result<Json<Visit>, Problem> {
    Ok(Json(app::visits::cancel(&state.app, &command.context, id, command.body).await?))
}

/// The offline form: one self-contained page to print, for who has no link on the way.
#[utoipa::path(
    get,
    path = "/visits/{id}/form",
    operation_id = "printVisitForm",
    tag = "visits",
    params(("id" = VisitId, Path), LanguageQuery),
    responses((status = 200, description = "HTML to print or to keep as a file.", body = String, content_type = "text/html"), ReadProblems),
)]
pub async fn form(
    State(state): State<ApiState>,
    Id(id): Id<VisitId>,
    Search(query): Search<LanguageQuery>,
    caller: Caller,
) -> Result<Response, Problem> {
    let form = app::visits::form(&state.app, &caller.context, id, query).await?;
    Ok(status::file("text/html; charset=utf-8", &form.file_name, form.html.into()))
}
