//! `/api/v1`: one file a domain; a handler parses, calls a use case, answers.

mod account;
mod auth;
mod datanet;
mod event;
mod file;
mod home;
mod me;
mod model;
mod operator;
mod release;
mod review;
mod run;
mod standing;
mod submission;
mod upload;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;

/// Every route of the API with its description.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(me::routes())
        .merge(account::routes())
        .merge(home::routes())
        .merge(datanet::routes())
        .merge(submission::routes())
        .merge(review::routes())
        .merge(standing::routes())
        .merge(release::routes())
        .merge(model::routes())
        .merge(file::routes())
        .merge(run::routes())
        .merge(operator::routes())
        .merge(event::routes())
}

/// Where a list goes on.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// `next` of the page before.
    pub(crate) after: Option<String>,
}
