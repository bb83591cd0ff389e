//! Whether the process lives, and whether it can serve.

use crate::error::{ApiError, ApiResult, Json};
use axum::extract::State;
use karat_services::{App, ops};
use karat_types::Problem;
use serde_json::{Value, json};
use std::sync::Arc;

/// The process answers.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Database and storage answer, and the tables are this program's.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    match ops::ready(&app).await {
        Ok(()) => Ok(Json(json!({"status": "ok"}))),
        // Whatever is wrong, the balancer should ask again rather than send people here.
        Err(problem) => Err(ApiError(Problem { status: 503, ..problem })),
    }
}
