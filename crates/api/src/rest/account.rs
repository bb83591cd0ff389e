//! Accounts, for the operator.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json, Path};
use crate::state::ApiState;
use axum::extract::State;
use karat_services::view::account::{Account, RoleChange};
use karat_services::{App, identity};
use karat_types::id::AccountId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_accounts)).routes(routes!(change_role))
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", responses((status = 200, body = Vec<Account>)))]
async fn list_accounts(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<Account>>> {
    Ok(Json(identity::accounts(&app, &actor).await?))
}

/// Grant a role, or take it back.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/roles", tag = "accounts", request_body = RoleChange,
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Account)))]
async fn change_role(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Path(id): Path<AccountId>,
    Json(form): Json<RoleChange>,
) -> ApiResult<Json<Account>> {
    Ok(Json(identity::set_role(&app, &actor, id, form).await?))
}
