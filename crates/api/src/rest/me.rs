//! Everything about the person who asks.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json, Path, Query};
use crate::rest::After;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use karat_services::view::Page;
use karat_services::view::account::{ApiKey, ApiKeyForm, Me, NewApiKey, Notice};
use karat_services::view::submission::{Quota, Submission};
use karat_services::{App, identity, notice, submission};
use karat_types::id::ApiKeyId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(my_keys, create_key))
        .routes(routes!(revoke_key))
        .routes(routes!(my_notices))
        .routes(routes!(read_notices))
        .routes(routes!(my_quota))
        .routes(routes!(my_submissions))
}

/// Who I am.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = Me)))]
async fn me(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> ApiResult<Json<Me>> {
    Ok(Json(identity::me(&app, &actor).await?))
}

/// My API keys.
#[utoipa::path(get, path = "/api/v1/me/keys", tag = "me", responses((status = 200, body = Vec<ApiKey>)))]
async fn my_keys(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<ApiKey>>> {
    Ok(Json(identity::api_keys(&app, &actor).await?))
}

/// Make an API key; its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/me/keys", tag = "me", request_body = ApiKeyForm,
    responses((status = 201, body = NewApiKey)))]
async fn create_key(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Json(form): Json<ApiKeyForm>,
) -> ApiResult<(StatusCode, Json<NewApiKey>)> {
    Ok((StatusCode::CREATED, Json(identity::create_api_key(&app, &actor, form).await?)))
}

/// Take a key back.
#[utoipa::path(delete, path = "/api/v1/me/keys/{id}", tag = "me",
    params(("id" = String, Path, format = Uuid)), responses((status = 204, description = "Revoked")))]
async fn revoke_key(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<ApiKeyId>,
) -> ApiResult<StatusCode> {
    identity::revoke_api_key(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// My notices, newest first.
#[utoipa::path(get, path = "/api/v1/me/notices", tag = "me", params(After),
    responses((status = 200, body = Page<Notice>)))]
async fn my_notices(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Query(page): Query<After>,
) -> ApiResult<Json<Page<Notice>>> {
    Ok(Json(notice::list(&app, &actor, page.after.as_deref()).await?))
}

/// Mark all my notices as read.
#[utoipa::path(post, path = "/api/v1/me/notices/read", tag = "me",
    responses((status = 204, description = "Read")))]
async fn read_notices(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> ApiResult<StatusCode> {
    notice::mark_read(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is left of my day.
#[utoipa::path(get, path = "/api/v1/me/quota", tag = "me", responses((status = 200, body = Quota)))]
async fn my_quota(State(app): State<Arc<App>>, SignedIn(actor): SignedIn) -> ApiResult<Json<Quota>> {
    Ok(Json(submission::quota(&app, &actor).await?))
}

/// What I have submitted, newest first.
#[utoipa::path(get, path = "/api/v1/me/submissions", tag = "me", params(After),
    responses((status = 200, body = Page<Submission>)))]
async fn my_submissions(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Query(page): Query<After>,
) -> ApiResult<Json<Page<Submission>>> {
    Ok(Json(submission::mine(&app, &actor, page.after.as_deref()).await?))
}
