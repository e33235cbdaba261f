//! Referrals to a hospital: list, one, commands.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::ReferralId;
use crate::app::views::common::{LanguageQuery, ReasonBody, VersionBody};
use crate::app::views::referrals::{
    AcceptReferralBody, AnswerBody, NewReferral, QuestionBody, Referral, ReferralQuery, ReferralSummary,
    ReferralUpdate, ReportBody,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Referrals the caller may see, newest first.
#[utoipa::path(
    get,
    path = "/referrals",
    operation_id = "listReferrals",
    tag = "referrals",
    params(ReferralQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<ReferralSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<ReferralQuery>,
    caller: Caller,
) -> Result<Json<Page<ReferralSummary>>, Problem> {
    Ok(Json(app::referrals::list(&state.app, &caller.context, query).await?))
}

/// Drafts a referral.
#[utoipa::path(
    post,
    path = "/referrals",
    operation_id = "draftReferral",
    tag = "referrals",
    params(IdempotencyHeader),
    request_body = NewReferral,
    responses((status = 201, description = "Created.", body = Referral), CommandProblems),
)]
pub async fn draft(
    State(state): State<ApiState>,
    command: Command<NewReferral>,
) -> Result<(StatusCode, Json<Referral>), Problem> {
    Ok((status::CREATED, Json(app::referrals::draft(&state.app, &command.context, command.body).await?)))
}

/// A referral in full.
#[utoipa::path(
    get,
    path = "/referrals/{id}",
    operation_id = "getReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Referral), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    caller: Caller,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::get(&state.app, &caller.context, id).await?))
}

/// Rewrites a draft.
#[utoipa::path(
    put,
    path = "/referrals/{id}",
    operation_id = "changeReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), OptionalIdempotencyHeader),
    request_body = ReferralUpdate,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn change(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Input<ReferralUpdate>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::change(&state.app, &command.context, id, command.body).await?))
}

/// Gives it to the hospital.
#[utoipa::path(
    post,
    path = "/referrals/{id}/send",
    operation_id = "sendReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn send(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<VersionBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::send(&state.app, &command.context, id, command.body).await?))
}

/// The hospital reads it.
#[utoipa::path(
    post,
    path = "/referrals/{id}/see",
    operation_id = "seeReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn see(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<VersionBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::see(&state.app, &command.context, id, command.body).await?))
}

/// The hospital asks for more before it decides.
#[utoipa::path(
    post,
    path = "/referrals/{id}/ask-information",
    operation_id = "askReferralInformation",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = QuestionBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn ask_information(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<QuestionBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::ask_information(&state.app, &command.context, id, command.body).await?))
}

/// Answers the hospital's question.
#[utoipa::path(
    post,
    path = "/referrals/{id}/answer-information",
    operation_id = "answerReferralInformation",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = AnswerBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn answer_information(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<AnswerBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::answer_information(&state.app, &command.context, id, command.body).await?))
}

/// The hospital books an appointment, or another one.
#[utoipa::path(
    post,
    path = "/referrals/{id}/accept",
    operation_id = "acceptReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = AcceptReferralBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn accept(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<AcceptReferralBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::accept(&state.app, &command.context, id, command.body).await?))
}

/// The resident sets out.
#[utoipa::path(
    post,
    path = "/referrals/{id}/start",
    operation_id = "startReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn start(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<VersionBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::start(&state.app, &command.context, id, command.body).await?))
}

/// The hospital reports back; the report goes into the resident's record.
#[utoipa::path(
    post,
    path = "/referrals/{id}/report",
    operation_id = "reportReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = ReportBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn report(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<ReportBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::report(&state.app, &command.context, id, command.body).await?))
}

/// The hospital does not take the resident.
#[utoipa::path(
    post,
    path = "/referrals/{id}/refuse",
    operation_id = "refuseReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn refuse(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<ReasonBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::refuse(&state.app, &command.context, id, command.body).await?))
}

/// The resident did not come; another appointment can be booked.
#[utoipa::path(
    post,
    path = "/referrals/{id}/miss-appointment",
    operation_id = "missReferralAppointment",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn miss_appointment(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<ReasonBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::miss_appointment(&state.app, &command.context, id, command.body).await?))
}

/// The referring side takes it back.
#[utoipa::path(
    post,
    path = "/referrals/{id}/withdraw",
    operation_id = "withdrawReferral",
    tag = "referrals",
    params(("id" = ReferralId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Referral), CommandProblems),
)]
pub async fn withdraw(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    command: Command<ReasonBody>,
) -> Result<Json<Referral>, Problem> {
    Ok(Json(app::referrals::withdraw(&state.app, &command.context, id, command.body).await?))
}

/// The hand-over summary as PDF: identity, allergies, conditions, medicines, vital signs, the visit, the reason. `Missing-Glyphs` names characters that no
/// font of the relay has; the pages show their codes.
#[utoipa::path(
    get,
    path = "/referrals/{id}/hand-over",
    operation_id = "printHandOver",
    tag = "referrals",
    params(("id" = ReferralId, Path), LanguageQuery),
    responses((status = 200, description = "PDF.", body = String, content_type = "application/pdf"), ReadProblems),
)]
pub async fn hand_over(
    State(state): State<ApiState>,
    Id(id): Id<ReferralId>,
    Search(query): Search<LanguageQuery>,
    caller: Caller,
) -> Result<Response, Problem> {
    let file = app::referrals::hand_over(&state.app, &caller.context, id, query).await?;
    let mut response = status::file("application/pdf", &file.file_name, file.printed.pdf.into());
    let missing: Vec<String> = file.printed.missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    if let (false, Ok(value)) = (missing.is_empty(), HeaderValue::from_str(&missing.join(" "))) {
        response.headers_mut().insert("missing-glyphs", value);
    }
    Ok(response)
}
