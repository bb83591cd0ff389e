//! Leaderboards and contributors.

use crate::auth::Caller;
use crate::error::{ApiResult, Json, Path, Query};
use crate::state::ApiState;
use axum::extract::State;
use karat_services::view::standing::{Contributor, Leaderboard};
use karat_services::{App, standing};
use karat_types::id::{ContributorId, DatanetId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(datanet_leaderboard))
        .routes(routes!(overall_leaderboard))
        .routes(routes!(get_contributor))
}

/// Which season.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Season {
    /// Its number; none = the present one.
    season: Option<i64>,
}

/// A datanet's own board.
#[utoipa::path(get, path = "/api/v1/datanets/{id}/leaderboard", tag = "standing",
    params(("id" = String, Path, format = Uuid), Season), responses((status = 200, body = Leaderboard)))]
async fn datanet_leaderboard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<DatanetId>,
    Query(query): Query<Season>,
) -> ApiResult<Json<Leaderboard>> {
    Ok(Json(standing::leaderboard(&app, &actor, Some(id), query.season).await?))
}

/// The board over everything.
#[utoipa::path(get, path = "/api/v1/leaderboard", tag = "standing", params(Season),
    responses((status = 200, body = Leaderboard)))]
async fn overall_leaderboard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<Season>,
) -> ApiResult<Json<Leaderboard>> {
    Ok(Json(standing::leaderboard(&app, &actor, None, query.season).await?))
}

/// A contributor with their boards.
#[utoipa::path(get, path = "/api/v1/contributors/{id}", tag = "standing",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Contributor)))]
async fn get_contributor(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Path(id): Path<ContributorId>,
) -> ApiResult<Json<Contributor>> {
    Ok(Json(standing::contributor(&app, &actor, id).await?))
}
