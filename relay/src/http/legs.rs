//! Browser legs of a call: one POST with an offer, PATCH, DELETE, the shape of WHIP.

use crate::app::views::codes::ConsultationId;
use crate::app::views::legs::{
    HomeCameraBody, LegQuery, MediaState, MediaToken, NewMediaToken, QualityReport, RoomState,
};
use crate::http::document::{CommandProblems, ReadProblems};

/// Joins the call with an offer.
#[utoipa::path(
    post,
    path = "/consultations/{id}/legs",
    operation_id = "createLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), LegQuery),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, description = "The answer, with all candidates.", content_type = "application/sdp", body = String,
         headers(("Location" = String, description = "The leg."), ("Leg-Id" = String, description = "The leg's id."))),
        CommandProblems,
    ),
)]
pub async fn create() {}

/// Adds candidates or restarts ICE.
#[utoipa::path(
    patch,
    path = "/consultations/{id}/legs/{leg}",
    operation_id = "patchLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"),
    responses(
        (status = 200, description = "ICE restarted: the relay's new credentials.", content_type = "application/trickle-ice-sdpfrag", body = String),
        (status = 204, description = "Candidates taken."),
        CommandProblems,
    ),
)]
pub async fn patch() {}

/// Leaves the call; the others are told at once.
#[utoipa::path(
    delete,
    path = "/consultations/{id}/legs/{leg}",
    operation_id = "deleteLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    responses((status = 204, description = "Left."), CommandProblems),
)]
pub async fn delete() {}

/// Says whether sound and picture are on.
#[utoipa::path(
    put,
    path = "/consultations/{id}/legs/{leg}/media-state",
    operation_id = "setMediaState",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body = MediaState,
    responses((status = 204, description = "Told to the others."), CommandProblems),
)]
pub async fn set_media_state() {}

/// Reports how well this browser receives.
#[utoipa::path(
    post,
    path = "/consultations/{id}/legs/{leg}/quality",
    operation_id = "reportQuality",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body = QualityReport,
    responses((status = 204, description = "Noted."), CommandProblems),
)]
pub async fn report_quality() {}

/// Room state, whole each time: `event: room` and `event: ended`.
#[utoipa::path(
    get,
    path = "/consultations/{id}/legs/{leg}/events",
    operation_id = "streamLegEvents",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    responses((status = 200, description = "Stream of events; the schema is that of each `data`.", content_type = "text/event-stream", body = RoomState), ReadProblems),
)]
pub async fn events() {}

/// Switches the home's camera.
#[utoipa::path(
    post,
    path = "/consultations/{id}/home-camera",
    operation_id = "selectHomeCamera",
    tag = "legs",
    params(("id" = ConsultationId, Path)),
    request_body = HomeCameraBody,
    responses((status = 204, description = "The home was told."), CommandProblems),
)]
pub async fn select_home_camera() {}

/// Makes a token for a standard WHIP or WHEP client.
#[utoipa::path(
    post,
    path = "/consultations/{id}/media-tokens",
    operation_id = "createMediaToken",
    tag = "legs",
    params(("id" = ConsultationId, Path)),
    request_body = NewMediaToken,
    responses((status = 201, description = "The token, shown once.", body = MediaToken), CommandProblems),
)]
pub async fn create_media_token() {}
