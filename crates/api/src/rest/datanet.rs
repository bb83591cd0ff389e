//! Datanets.

use crate::auth::{Caller, SignedIn};
use crate::error::{ApiResult, Json, Path, Query};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use karat_services::view::Page;
use karat_services::view::datanet::{Datanet, DatanetForm, DatanetQuery, SampleRow};
use karat_services::{App, datanet};
use karat_types::id::DatanetId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Sample rows a page shows.
const SAMPLE_ROWS: usize = 5;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_datanets, create_datanet))
        .routes(routes!(get_datanet, update_datanet))
        .routes(routes!(sample_datanet))
}

/// Find datanets.
#[utoipa::path(get, path = "/api/v1/datanets", tag = "datanets", params(DatanetQuery),
    responses((status = 200, body = Page<Datanet>)))]
async fn list_datanets(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<DatanetQuery>,
) -> ApiResult<Json<Page<Datanet>>> {
    Ok(Json(datanet::list(&app, &actor, &query).await?))
}

/// Open a datanet.
#[utoipa::path(post, path = "/api/v1/datanets", tag = "datanets", request_body = DatanetForm,
    responses((status = 201, body = Datanet)))]
async fn create_datanet(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Json(form): Json<DatanetForm>,
) -> ApiResult<(StatusCode, Json<Datanet>)> {
    Ok((StatusCode::CREATED, Json(datanet::create(&app, &actor, form).await?)))
}

/// A datanet.
#[utoipa::path(get, path = "/api/v1/datanets/{id}", tag = "datanets",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Datanet)))]
async fn get_datanet(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<DatanetId>,
) -> ApiResult<Json<Datanet>> {
    Ok(Json(datanet::get(&app, &actor, id).await?))
}

/// Change a datanet; its modality stays.
#[utoipa::path(patch, path = "/api/v1/datanets/{id}", tag = "datanets", request_body = DatanetForm,
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Datanet)))]
async fn update_datanet(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<DatanetId>,
    Json(form): Json<DatanetForm>,
) -> ApiResult<Json<Datanet>> {
    Ok(Json(datanet::update(&app, &actor, id, form).await?))
}

/// A few accepted rows.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/sample", tag = "datanets",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Vec<SampleRow>)))]
async fn sample_datanet(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<DatanetId>,
) -> ApiResult<Json<Vec<SampleRow>>> {
    Ok(Json(datanet::sample_rows(&app, &actor, id, SAMPLE_ROWS).await?))
}
