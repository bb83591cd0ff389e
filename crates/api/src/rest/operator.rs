//! What only the operator does: submissions that wait for them.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json, Path};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use karat_services::view::operator::{Rechecked, SetAside};
use karat_services::{App, submission};
use karat_types::id::SubmissionId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_set_aside)).routes(routes!(recheck)).routes(routes!(let_through))
}

/// Submissions no reviewer sees: our reader failed on them, or they are on the list of
/// known files.
#[utoipa::path(get, path = "/api/v1/operator/set-aside", tag = "operator",
    responses((status = 200, body = Vec<SetAside>)))]
async fn list_set_aside(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<SetAside>>> {
    Ok(Json(submission::set_aside(&app, &actor).await?))
}

/// Read again what our reader failed on.
#[utoipa::path(post, path = "/api/v1/operator/recheck", tag = "operator",
    responses((status = 200, body = Rechecked)))]
async fn recheck(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> ApiResult<Json<Rechecked>> {
    Ok(Json(submission::recheck(&app, &actor).await?))
}

/// Let a submission that is on the list of known files go on to its reviewers.
#[utoipa::path(post, path = "/api/v1/operator/set-aside/{id}/let-through", tag = "operator",
    params(("id" = String, Path, format = Uuid)), responses((status = 204, description = "It goes on")))]
async fn let_through(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
) -> ApiResult<StatusCode> {
    submission::let_through(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
