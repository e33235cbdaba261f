//! Calendars shared by a link, and what is behind the link: RFC 5545, for programs that have no account here.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use yunzhen_runtime::clock;

use crate::app;
use crate::app::views::Page;
use crate::app::views::calendars::{Calendar, ShareCalendar, SharedCalendar};
use crate::app::views::codes::CalendarId;
use crate::app::views::schedule::Removed;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id};
use crate::http::problem::{Problem, status};

/// Links of the caller's calendar, or of the home's, that work.
#[utoipa::path(
    get,
    path = "/calendars",
    operation_id = "listCalendars",
    tag = "calendars",
    responses((status = 200, description = "Oldest first.", body = Page<Calendar>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Calendar>>, Problem> {
    Ok(Json(app::calendars::list(&state.app, &caller.context).await?))
}

/// Shares the caller's calendar, or the home's; the link is shown once.
#[utoipa::path(
    post,
    path = "/calendars",
    operation_id = "shareCalendar",
    tag = "calendars",
    params(IdempotencyHeader),
    request_body = ShareCalendar,
    responses((status = 201, description = "Created.", body = SharedCalendar), CommandProblems),
)]
pub async fn share(
    State(state): State<ApiState>,
    command: Command<ShareCalendar>,
) -> Result<(StatusCode, Json<SharedCalendar>), Problem> {
    Ok((status::CREATED, Json(app::calendars::share(&state.app, &command.context, command.body).await?)))
}

/// Withdraws a link.
#[utoipa::path(
    delete,
    path = "/calendars/{id}",
    operation_id = "revokeCalendar",
    tag = "calendars",
    params(("id" = CalendarId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = Removed), CommandProblems),
)]
pub async fn revoke(
    State(state): State<ApiState>,
    Id(id): Id<CalendarId>,
    command: Deed,
) -> Result<Json<Removed>, Problem> {
    Ok(Json(app::calendars::revoke(&state.app, &command.context, id).await?))
}

/// The feed behind a link: times and beds, no names.
#[utoipa::path(
    get,
    path = "/calendar-feeds/{token}",
    operation_id = "getCalendarFeed",
    tag = "calendars",
    security(()),
    params(("token" = String, Path, description = "The secret of the link.")),
    responses((status = 200, description = "RFC 5545.", content_type = "text/calendar", body = String), ReadProblems),
)]
pub async fn feed(State(state): State<ApiState>, Path(token): Path<String>) -> Result<impl IntoResponse, Problem> {
    let text = app::calendars::feed(&state.app, &token, clock::now_timestamp()).await?;
    Ok(([(CONTENT_TYPE, "text/calendar; charset=utf-8")], text))
}
