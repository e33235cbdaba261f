//! Writing and judging prescriptions: questions, replacement, the facts beside the lines, favourites.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ConsultationId, FavouriteId, PrescriptionId};
use crate::app::views::common::VersionBody;
use crate::app::views::prescribing::{
    AnswerBody, AskBody, Favourite, NewFavourite, PrescribingFacts, ReplaceBody, ReviewFacts,
};
use crate::app::views::prescriptions::Prescription;
use crate::app::views::schedule::Removed;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id};
use crate::http::problem::{Problem, status};

/// The reviewing pharmacist, or the pharmacy that has it, asks the prescriber; nothing moves until the answer.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/ask",
    operation_id = "askPrescriber",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = AskBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn ask(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<AskBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::ask(&state.app, &command.context, id, command.body).await?))
}

/// The prescriber answers the open question.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/answer",
    operation_id = "answerQuestion",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = AnswerBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn answer(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<AnswerBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::answer(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacist gives the review back to the queue.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/release",
    operation_id = "releasePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn release(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<VersionBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::release(&state.app, &command.context, id, command.body).await?))
}

/// Withdraws it and begins another with the same content in its place.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/replace",
    operation_id = "replacePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = ReplaceBody,
    responses((status = 201, description = "The new draft.", body = Prescription), CommandProblems),
)]
pub async fn replace(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<ReplaceBody>,
) -> Result<(StatusCode, Json<Prescription>), Problem> {
    Ok((status::CREATED, Json(app::prescriptions::replace(&state.app, &command.context, id, command.body).await?)))
}

/// What of the resident decides about safety, for the pharmacist who reviews.
#[utoipa::path(
    get,
    path = "/prescriptions/{id}/review-facts",
    operation_id = "getReviewFacts",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    responses((status = 200, description = "Safety facts, nothing else of the record.", body = ReviewFacts), ReadProblems),
)]
pub async fn review_facts(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    caller: Caller,
) -> Result<Json<ReviewFacts>, Problem> {
    Ok(Json(app::prescriptions::review_facts(&state.app, &caller.context, id).await?))
}

/// The legal numbers in force and the medicines of the resident, for who prescribes in this consultation.
#[utoipa::path(
    get,
    path = "/consultations/{id}/prescribing-facts",
    operation_id = "getPrescribingFacts",
    tag = "prescriptions",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "What stands beside the lines.", body = PrescribingFacts), ReadProblems),
)]
pub async fn prescribing_facts(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<PrescribingFacts>, Problem> {
    Ok(Json(app::prescriptions::prescribing_facts(&state.app, &caller.context, id).await?))
}

/// What the caller keeps to prescribe again, by name.
#[utoipa::path(
    get,
    path = "/prescription-favourites",
    operation_id = "listFavourites",
    tag = "prescriptions",
    responses((status = 200, description = "The caller's own.", body = Page<Favourite>), ReadProblems),
)]
pub async fn favourites(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Favourite>>, Problem> {
    Ok(Json(app::favourites::list(&state.app, &caller.context).await?))
}

/// Keeps a line or a whole prescription under a name.
#[utoipa::path(
    post,
    path = "/prescription-favourites",
    operation_id = "saveFavourite",
    tag = "prescriptions",
    params(IdempotencyHeader),
    request_body = NewFavourite,
    responses((status = 201, description = "Kept.", body = Favourite), CommandProblems),
)]
pub async fn save_favourite(
    State(state): State<ApiState>,
    command: Command<NewFavourite>,
) -> Result<(StatusCode, Json<Favourite>), Problem> {
    Ok((status::CREATED, Json(app::favourites::save(&state.app, &command.context, command.body).await?)))
}

/// Keeps it no more.
#[utoipa::path(
    delete,
    path = "/prescription-favourites/{id}",
    operation_id = "deleteFavourite",
    tag = "prescriptions",
    params(("id" = FavouriteId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = Removed), CommandProblems),
)]
pub async fn delete_favourite(
    State(state): State<ApiState>,
    Id(id): Id<FavouriteId>,
    command: Deed,
) -> Result<Json<Removed>, Problem> {
    Ok(Json(app::favourites::delete(&state.app, &command.context, id).await?))
}
