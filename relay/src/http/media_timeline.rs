//! The media timeline of a consultation.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::codes::ConsultationId;
use crate::app::views::media_timeline::MediaTimeline;
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::{Caller, Id};
use crate::http::problem::Problem;

/// How the call of a consultation went, second by second, up to now while it goes on: the step of the ladder, what was aimed at, what arrived, loss and delay.
#[utoipa::path(
    get,
    path = "/consultations/{id}/media-timeline",
    operation_id = "getMediaTimeline",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "All of the consultation; without stretches where there was no call.", body = MediaTimeline), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<MediaTimeline>, Problem> {
    Ok(Json(app::media_timeline::show(&state.app, &caller.context, id).await?))
}
