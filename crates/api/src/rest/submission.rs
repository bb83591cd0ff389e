//! Submissions: handing a file in, and what became of it.

use crate::auth::{Caller, SignedIn};
use crate::error::{ApiResult, Json, Path};
use crate::rest::file::{Kept, kept, served_file};
use crate::rest::upload::{Form, UploadForm};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use karat_services::view::reading::{Preview, Reading};
use karat_services::view::submission::{PreCheck, Submission};
use karat_services::{App, submission};
use karat_types::id::{DatanetId, SubmissionId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(submit))
        .routes(routes!(pre_check))
        .layer(crate::rest::upload::limit())
        .routes(routes!(get_submission))
        .routes(routes!(get_submission_file))
        .routes(routes!(get_submission_extract))
        .routes(routes!(get_submission_preview))
        .routes(routes!(get_submission_sound))
        .routes(routes!(withdraw_submission))
}

/// Submit a file; the gate's verdict follows.
#[utoipa::path(post, path = "/api/v1/datanets/{id}/submissions", tag = "submissions",
    params(("id" = String, Path, format = Uuid)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, description = "Taken; the gate is checking it", body = Submission)))]
async fn submit(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
    Form(upload): Form,
) -> ApiResult<(StatusCode, Json<Submission>)> {
    Ok((StatusCode::ACCEPTED, Json(submission::upload(&app, &actor, id, upload).await?)))
}

/// What the gate would say; spends nothing of the day's quota.
#[utoipa::path(post, path = "/api/v1/datanets/{id}/pre-check", tag = "submissions",
    params(("id" = String, Path, format = Uuid)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = PreCheck)))]
async fn pre_check(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
    Form(upload): Form,
) -> ApiResult<Json<PreCheck>> {
    Ok(Json(submission::pre_check(&app, &actor, id, upload).await?))
}

/// A submission.
#[utoipa::path(get, path = "/api/v1/submissions/{id}", tag = "submissions",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Submission)))]
async fn get_submission(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Json<Submission>> {
    Ok(Json(submission::get(&app, &actor, id).await?))
}

/// The submitted bytes; never active content.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/file", tag = "submissions",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn get_submission_file(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Response> {
    let file = submission::file(&app, &actor, id).await?;
    Ok((kept(&actor), served_file(file.bytes, &file.media_type, &file.name)).into_response())
}

/// What was read of a text or a document, with the places it comes from.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/extract", tag = "submissions",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Reading)))]
async fn get_submission_extract(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<(Kept, Json<Reading>)> {
    Ok((kept(&actor), Json(submission::extract(&app, &actor, id).await?)))
}

/// A picture, or the drawing of a sound, to look at.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/preview", tag = "submissions",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Preview)))]
async fn get_submission_preview(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<(Kept, Json<Preview>)> {
    Ok((kept(&actor), Json(submission::preview(&app, &actor, id).await?)))
}

/// A recording to hear, without what its file says of its maker.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/sound", tag = "submissions",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, description = "The sound", content_type = "audio/wav", body = Vec<u8>)))]
async fn get_submission_sound(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Response> {
    let file = submission::sound(&app, &actor, id).await?;
    Ok((kept(&actor), served_file(file.bytes, &file.media_type, &file.name)).into_response())
}

/// Take one's own submission back.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/withdraw", tag = "submissions",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Submission)))]
async fn withdraw_submission(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Json<Submission>> {
    Ok(Json(submission::withdraw(&app, &actor, id).await?))
}
