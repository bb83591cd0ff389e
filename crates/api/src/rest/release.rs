//! Releases.

use crate::auth::{Caller, SignedIn};
use crate::error::{ApiResult, Json, Path, Query};
use crate::rest::file::streamed;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use karat_services::release::DownloadKind;
use karat_services::view::Page;
use karat_services::view::release::{
    Affected, Alert, DismissForm, LeafProof, Release, ReleaseDiff, ReleaseFile, ReleasePreview, Row, RowProof,
};
use karat_services::{App, release};
use karat_types::Problem;
use karat_types::id::{AlertId, DatanetId, ReleaseId, SubmissionId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

const KINDS: &str = "There are jsonl, parquet, manifest and card.";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_releases, create_release))
        .routes(routes!(get_release))
        .routes(routes!(release_rows))
        .routes(routes!(prove_row))
        .routes(routes!(diff_releases))
        .routes(routes!(download_release))
        .routes(routes!(preview_release))
        .routes(routes!(release_files))
        .routes(routes!(release_file))
        .routes(routes!(release_data_file))
        .routes(routes!(prove_leaf))
        .routes(routes!(list_alerts))
        .routes(routes!(dismiss_alert))
        .routes(routes!(affected_by))
}

/// Where the rows go on.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AfterRow {
    /// `next` of the page before.
    after: Option<u64>,
}

/// The release to compare with.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct From {
    /// The older release.
    #[param(value_type = String, format = Uuid)]
    from: ReleaseId,
}

/// A datanet's releases, newest first.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/releases", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Page<Release>)))]
async fn list_releases(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<DatanetId>,
) -> ApiResult<Json<Page<Release>>> {
    Ok(Json(release::list(&app, &actor, id).await?))
}

/// Release what is accepted now; it is built in the background.
#[utoipa::path(post, path = "/api/v1/datanets/{id}/releases", tag = "releases",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 202, description = "Being built", body = Release)))]
async fn create_release(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
) -> ApiResult<(StatusCode, Json<Release>)> {
    Ok((StatusCode::ACCEPTED, Json(release::create(&app, &actor, id).await?)))
}

/// A release.
#[utoipa::path(get, path = "/api/v1/releases/{id}", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Release)))]
async fn get_release(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ReleaseId>,
) -> ApiResult<Json<Release>> {
    Ok(Json(release::get(&app, &actor, id).await?))
}

/// Its rows, in order.
#[utoipa::path(get, path = "/api/v1/releases/{id}/rows", tag = "releases",
    params(("id" = String, Path, format = Uuid), AfterRow), responses((status = 200, body = Page<Row>)))]
async fn release_rows(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ReleaseId>,
    Query(page): Query<AfterRow>,
) -> ApiResult<Json<Page<Row>>> {
    Ok(Json(release::rows(&app, &actor, id, page.after).await?))
}

/// A row's proof of membership.
#[utoipa::path(get, path = "/api/v1/releases/{id}/rows/{index}/proof", tag = "releases",
    params(("id" = String, Path, format = Uuid), ("index" = u64, Path)),
    responses((status = 200, body = RowProof)))]
async fn prove_row(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, index)): Path<(ReleaseId, u64)>,
) -> ApiResult<Json<RowProof>> {
    Ok(Json(release::proof(&app, &actor, id, index).await?))
}

/// What changed since an older release.
#[utoipa::path(get, path = "/api/v1/releases/{id}/diff", tag = "releases",
    params(("id" = String, Path, format = Uuid), From), responses((status = 200, body = ReleaseDiff)))]
async fn diff_releases(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ReleaseId>,
    Query(query): Query<From>,
) -> ApiResult<Json<ReleaseDiff>> {
    Ok(Json(release::diff(&app, &actor, query.from, id).await?))
}

/// Download a release: `jsonl`, `parquet`, `manifest` or `card`.
#[utoipa::path(get, path = "/api/v1/releases/{id}/download/{kind}", tag = "releases",
    params(("id" = String, Path, format = Uuid), ("kind" = String, Path)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download_release(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, kind)): Path<(ReleaseId, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let kind = match kind.as_str() {
        "jsonl" => DownloadKind::Jsonl,
        "parquet" => DownloadKind::Parquet,
        "manifest" => DownloadKind::Manifest,
        "card" => DownloadKind::Card,
        other => return Err(Problem { hint: KINDS.into(), ..Problem::missing("download", other) }.into()),
    };
    let file = release::download(&app, &actor, id, kind).await?;
    streamed(&app, &headers, &file).await
}

/// What a release made now would hold, and what would wait.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/releases/preview", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = ReleasePreview)))]
async fn preview_release(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
) -> ApiResult<Json<ReleasePreview>> {
    Ok(Json(release::preview(&app, &actor, id).await?))
}

/// Its files: name, type, size, SHA-256.
#[utoipa::path(get, path = "/api/v1/releases/{id}/files", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Vec<ReleaseFile>)))]
async fn release_files(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ReleaseId>,
) -> ApiResult<Json<Vec<ReleaseFile>>> {
    Ok(Json(release::files(&app, &actor, id).await?))
}

/// One file of the release's folder; takes `Range`.
#[utoipa::path(get, path = "/api/v1/releases/{id}/files/{name}", tag = "releases",
    params(("id" = String, Path, format = Uuid), ("name" = String, Path)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn release_file(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, name)): Path<(ReleaseId, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let file = release::file(&app, &actor, id, &name).await?;
    streamed(&app, &headers, &file).await
}

/// One file of the folder `data` or `webdataset` of the release; takes `Range`.
#[utoipa::path(get, path = "/api/v1/releases/{id}/files/{folder}/{name}", tag = "releases",
    params(("id" = String, Path, format = Uuid), ("folder" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn release_data_file(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, folder, name)): Path<(ReleaseId, String, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let file = release::file(&app, &actor, id, &format!("{folder}/{name}")).await?;
    streamed(&app, &headers, &file).await
}

/// A leaf's proof of membership, without its content.
#[utoipa::path(get, path = "/api/v1/releases/{id}/leaves/{index}/proof", tag = "releases",
    params(("id" = String, Path, format = Uuid), ("index" = u64, Path)),
    responses((status = 200, body = LeafProof)))]
async fn prove_leaf(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, index)): Path<(ReleaseId, u64)>,
) -> ApiResult<Json<LeafProof>> {
    Ok(Json(release::leaf_proof(&app, &actor, id, index).await?))
}

/// Sequences in a datanet that look planted, newest first.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/alerts", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Vec<Alert>)))]
async fn list_alerts(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
) -> ApiResult<Json<Vec<Alert>>> {
    Ok(Json(release::alerts(&app, &actor, id).await?))
}

/// Say that a sequence is harmless: its items go into the next release.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/dismiss", tag = "releases",
    params(("id" = String, Path, format = Uuid)), request_body = DismissForm,
    responses((status = 200, body = Alert)))]
async fn dismiss_alert(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<AlertId>,
    Json(form): Json<DismissForm>,
) -> ApiResult<Json<Alert>> {
    Ok(Json(release::dismiss(&app, &actor, id, &form.reason).await?))
}

/// The releases, runs and models a submission went into.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/affected", tag = "releases",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Affected)))]
async fn affected_by(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> ApiResult<Json<Affected>> {
    Ok(Json(release::affected(&app, &actor, id).await?))
}
