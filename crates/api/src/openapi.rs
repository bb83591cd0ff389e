//! The API's own description: what every operation has in common.

use crate::state::ApiState;
use crate::{openai, rest};
use karat_types::Problem;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, PathItem, Ref, RefOr, Response};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

/// Where the description is served.
pub(crate) const PATH: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Karat",
        description = "Community data in, credited models out. Errors are problem+json with a stable code, what was found, and the fix.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, karat_services::view::home::Event, karat_types::train::RunEvent)),
    modifiers(&Common)
)]
struct Base;

struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("karat"))),
        );
    }
}

/// All described routes and their description.
pub(crate) fn routes() -> (axum::Router<ApiState>, utoipa::openapi::OpenApi) {
    let described =
        OpenApiRouter::with_openapi(Base::openapi()).merge(rest::routes()).merge(openai::routes());
    let (router, mut api) = described.split_for_parts();
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
            let mut response = Response::new("What went wrong, and the fix");
            response.content.insert("application/problem+json".into(), RefOr::T(problem));
            operation.responses.responses.insert("default".into(), RefOr::T(response));
        }
    }
    (router, api)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
