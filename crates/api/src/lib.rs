//! The front door: the only crate that knows HTTP.
//!
//! [`router`] carries the REST API, the OpenAI-compatible surface, events, the
//! documentation and the web pages. A handler parses, calls one use case and answers;
//! who may do what is decided in `karat_services::authz`, never here.

mod auth;
pub mod docs;
mod error;
mod health;
mod metrics;
mod openai;
mod openapi;
mod rest;
mod security;
mod site;
mod state;
mod ui;

pub use site::Site;
pub use state::ApiState;

use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware::Next};
use tower_http::compression::CompressionLayer;

/// The description of every route, form and answer.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::routes().1
}

/// The same as JSON, as the repository keeps it in `crates/api/openapi.json`.
pub fn openapi_json() -> String {
    let json = openapi().to_pretty_json().expect("the description has only strings as keys");
    json + "\n"
}

/// Everything the server answers. Serve it with `into_make_service_with_connect_info`, so
/// that sign-ins can be counted by address.
pub fn router(state: ApiState) -> Router {
    metrics::start();
    let (described, api) = openapi::routes();
    let json = api.to_json().expect("the description has only strings as keys");
    described
        .route(openapi::PATH, get(|| async { ([("content-type", "application/json")], json) }))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::serve))
        .merge(docs::serve::routes())
        .fallback(ui::serve)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(from_fn(openai_errors))
        .layer(from_fn_with_state(state.clone(), security::guard))
        .layer(from_fn(security::catch_panic))
        .layer(from_fn(security::measure))
        .layer(from_fn(security::headers))
        .layer(CompressionLayer::new())
        .with_state(state)
}

/// Under `/v1` errors have the shape OpenAI's clients read.
async fn openai_errors(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/v1/") {
        return openai::speak(request, next).await.into_response();
    }
    next.run(request).await
}
