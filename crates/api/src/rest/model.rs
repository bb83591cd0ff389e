//! Models: bases and adapters, and their files.

use crate::auth::Caller;
use crate::error::{ApiResult, Json, Path};
use crate::rest::file::download;
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use karat_services::view::Page;
use karat_services::view::model::{Model, ModelFile};
use karat_services::{App, model};
use karat_types::id::ModelId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_models))
        .routes(routes!(get_model))
        .routes(routes!(model_files))
        .routes(routes!(download_model_file))
}

/// Every base and adapter.
#[utoipa::path(get, path = "/api/v1/models", tag = "models", responses((status = 200, body = Page<Model>)))]
async fn list_models(State(app): State<Arc<App>>, Caller(actor): Caller) -> ApiResult<Json<Page<Model>>> {
    Ok(Json(model::list(&app, &actor).await?))
}

/// A model.
#[utoipa::path(get, path = "/api/v1/models/{id}", tag = "models",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Model)))]
async fn get_model(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ModelId>,
) -> ApiResult<Json<Model>> {
    Ok(Json(model::get(&app, &actor, id).await?))
}

/// Its files, in the Hugging Face (or peft) layout.
#[utoipa::path(get, path = "/api/v1/models/{id}/files", tag = "models",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Vec<ModelFile>)))]
async fn model_files(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ModelId>,
) -> ApiResult<Json<Vec<ModelFile>>> {
    Ok(Json(model::files(&app, &actor, id).await?))
}

/// Download one of its files.
#[utoipa::path(get, path = "/api/v1/models/{id}/files/{name}", tag = "models",
    params(("id" = String, Path, format = Uuid), ("name" = String, Path)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download_model_file(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path((id, name)): Path<(ModelId, String)>,
) -> ApiResult<Response> {
    let bytes = model::file(&app, &actor, id, &name).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}
