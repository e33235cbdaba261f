//! Published times, slots, duty.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ShiftId, StaffId};
use crate::app::views::schedule::{
    Availability, AvailabilityUpdate, DutyQuery, NewShift, Removed, Shift, Slot, SlotQuery, Specialist,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Specialists who can be asked.
#[utoipa::path(
    get,
    path = "/specialists",
    operation_id = "listSpecialists",
    tag = "schedule",
    responses((status = 200, description = "All of them.", body = Page<Specialist>), ReadProblems),
)]
pub async fn specialists(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Specialist>>, Problem> {
    Ok(Json(app::schedule::specialists(&state.app, &caller.context).await?))
}

/// What a specialist has published.
#[utoipa::path(
    get,
    path = "/availability/{id}",
    operation_id = "getAvailability",
    tag = "schedule",
    params(("id" = StaffId, Path, description = "The specialist.")),
    responses((status = 200, description = "What is published; empty at version 0.", body = Availability), ReadProblems),
)]
pub async fn availability(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    caller: Caller,
) -> Result<Json<Availability>, Problem> {
    Ok(Json(app::schedule::availability(&state.app, &caller.context, id).await?))
}

/// Publishes times in place of those before; what is booked stays booked.
#[utoipa::path(
    put,
    path = "/availability/{id}",
    operation_id = "publishAvailability",
    tag = "schedule",
    params(("id" = StaffId, Path, description = "The specialist."), OptionalIdempotencyHeader),
    request_body = AvailabilityUpdate,
    responses((status = 200, description = "Done.", body = Availability), CommandProblems),
)]
pub async fn publish(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    command: Input<AvailabilityUpdate>,
) -> Result<Json<Availability>, Problem> {
    Ok(Json(app::schedule::publish(&state.app, &command.context, id, command.body).await?))
}

/// Slots of a specialist, earliest first; those that are taken or past are not free.
#[utoipa::path(
    get,
    path = "/slots",
    operation_id = "listSlots",
    tag = "schedule",
    params(SlotQuery),
    responses((status = 200, description = "Every slot that starts in the window.", body = Page<Slot>), ReadProblems),
)]
pub async fn slots(
    State(state): State<ApiState>,
    Search(query): Search<SlotQuery>,
    caller: Caller,
) -> Result<Json<Page<Slot>>, Problem> {
    Ok(Json(app::schedule::slots(&state.app, &caller.context, query).await?))
}

/// Turns of duty: of now, or of a window.
#[utoipa::path(
    get,
    path = "/duty",
    operation_id = "listDuty",
    tag = "schedule",
    params(DutyQuery),
    responses((status = 200, description = "Earliest first.", body = Page<Shift>), ReadProblems),
)]
pub async fn duty(
    State(state): State<ApiState>,
    Search(query): Search<DutyQuery>,
    caller: Caller,
) -> Result<Json<Page<Shift>>, Problem> {
    Ok(Json(app::schedule::duty(&state.app, &caller.context, query).await?))
}

/// Plans a turn of duty.
#[utoipa::path(
    post,
    path = "/duty",
    operation_id = "planDuty",
    tag = "schedule",
    params(IdempotencyHeader),
    request_body = NewShift,
    responses((status = 201, description = "Created.", body = Shift), CommandProblems),
)]
pub async fn plan_duty(
    State(state): State<ApiState>,
    command: Command<NewShift>,
) -> Result<(StatusCode, Json<Shift>), Problem> {
    Ok((status::CREATED, Json(app::schedule::plan_duty(&state.app, &command.context, command.body).await?)))
}

/// Takes a turn of duty back.
#[utoipa::path(
    delete,
    path = "/duty/{id}",
    operation_id = "removeDuty",
    tag = "schedule",
    params(("id" = ShiftId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = Removed), CommandProblems),
)]
pub async fn remove_duty(
    State(state): State<ApiState>,
    Id(id): Id<ShiftId>,
    command: Deed,
) -> Result<Json<Removed>, Problem> {
    Ok(Json(app::schedule::remove_duty(&state.app, &command.context, id).await?))
}
