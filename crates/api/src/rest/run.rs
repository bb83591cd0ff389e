//! Runs: fine-tuning jobs.

use crate::auth::{Caller, SignedIn};
use crate::error::{ApiResult, Json, Path};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use karat_services::view::Page;
use karat_services::view::run::{Run, RunDetail, RunEstimate, RunForm};
use karat_services::{App, run};
use karat_types::id::RunId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_runs, create_run))
        .routes(routes!(estimate_run))
        .routes(routes!(get_run))
        .routes(routes!(stop_run))
        .routes(routes!(cancel_run))
}

/// All runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", responses((status = 200, body = Page<Run>)))]
async fn list_runs(State(app): State<Arc<App>>, Caller(actor): Caller) -> ApiResult<Json<Page<Run>>> {
    Ok(Json(run::list(&app, &actor).await?))
}

/// Start a run; a worker takes it up.
#[utoipa::path(post, path = "/api/v1/runs", tag = "runs", request_body = RunForm,
    responses((status = 202, description = "Queued", body = Run)))]
async fn create_run(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Json(form): Json<RunForm>,
) -> ApiResult<(StatusCode, Json<Run>)> {
    Ok((StatusCode::ACCEPTED, Json(run::create(&app, &actor, form).await?)))
}

/// What a run would need; starts nothing.
#[utoipa::path(post, path = "/api/v1/runs/estimate", tag = "runs", request_body = RunForm,
    responses((status = 200, body = RunEstimate)))]
async fn estimate_run(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Json(form): Json<RunForm>,
) -> ApiResult<Json<RunEstimate>> {
    Ok(Json(run::estimate(&app, &actor, form).await?))
}

/// A run with everything measured so far.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = RunDetail)))]
async fn get_run(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<RunId>,
) -> ApiResult<Json<RunDetail>> {
    Ok(Json(run::detail(&app, &actor, id).await?))
}

/// Stop after the present step and keep the adapter.
#[utoipa::path(post, path = "/api/v1/runs/{id}/stop", tag = "runs",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Run)))]
async fn stop_run(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<RunId>,
) -> ApiResult<Json<Run>> {
    Ok(Json(run::stop(&app, &actor, id).await?))
}

/// End the run and keep nothing.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", tag = "runs",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Run)))]
async fn cancel_run(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<RunId>,
) -> ApiResult<Json<Run>> {
    Ok(Json(run::cancel(&app, &actor, id).await?))
}
