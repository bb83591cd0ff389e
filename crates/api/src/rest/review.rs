//! Review: one item at a time.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json, Path, Query};
use crate::rest::file::{Kept, kept, served_file};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use karat_services::view::review::{DecisionForm, PendingDecision, ReviewItem, ReviewQueue};
use karat_services::{App, review};
use karat_types::Problem;
use karat_types::id::{DatanetId, SubmissionId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(review_queues))
        .routes(routes!(next_review))
        .routes(routes!(get_nearest_sound))
        .routes(routes!(decide, undo_decision))
        .routes(routes!(cannot_judge))
}

/// Items passed over in this sitting.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Skipped {
    /// Ids of submissions, with commas between.
    #[serde(default)]
    skip: String,
}

/// What waits for me.
#[utoipa::path(get, path = "/api/v1/review/queues", tag = "review",
    responses((status = 200, body = Vec<ReviewQueue>)))]
async fn review_queues(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<ReviewQueue>>> {
    Ok(Json(review::queues(&app, &actor).await?))
}

/// The next item; `null` when none is left.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/review/next", tag = "review",
    params(("id" = String, Path, format = Uuid), Skipped),
    responses((status = 200, body = Option<ReviewItem>)))]
async fn next_review(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
    Query(skipped): Query<Skipped>,
) -> ApiResult<(Kept, Json<Option<ReviewItem>>)> {
    let skip = parse_ids(&skipped.skip)?;
    Ok((kept(&actor), Json(review::next(&app, &actor, id, &skip).await?)))
}

/// The recording nearest to the one under review, to hear beside it.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/nearest/sound", tag = "review",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, description = "The sound", content_type = "audio/wav", body = Vec<u8>)))]
async fn get_nearest_sound(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Response> {
    let file = review::nearest_sound(&app, &actor, id).await?;
    Ok((kept(&actor), served_file(file.bytes, &file.media_type, &file.name)).into_response())
}

/// Decide; it can be undone for a short while.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/decision", tag = "review", request_body = DecisionForm,
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = PendingDecision)))]
async fn decide(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
    Json(form): Json<DecisionForm>,
) -> ApiResult<Json<PendingDecision>> {
    Ok(Json(review::decide(&app, &actor, id, form).await?))
}

/// Take a decision back while it can be.
#[utoipa::path(delete, path = "/api/v1/submissions/{id}/decision", tag = "review",
    params(("id" = String, Path, format = Uuid)), responses((status = 204, description = "Undone")))]
async fn undo_decision(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
) -> ApiResult<StatusCode> {
    review::undo(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave an item to others.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/cannot-judge", tag = "review",
    params(("id" = String, Path, format = Uuid)), responses((status = 204, description = "Left to others")))]
async fn cannot_judge(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
) -> ApiResult<StatusCode> {
    review::cannot_judge(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse_ids(list: &str) -> ApiResult<Vec<SubmissionId>> {
    let ids = list.split(',').filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_, _>>();
    ids.map_err(|_| {
        let detail = format!("'{list}' is not a list of ids.");
        Problem::bad("query_invalid", detail, "Send `skip=ID,ID` with the ids of submissions.").into()
    })
}
