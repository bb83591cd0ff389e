//! What every request passes and every response carries.

use crate::auth;
use crate::error::ApiError;
use crate::state::ApiState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use karat_types::Problem;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Pages load from here only. Styles may be inline: charts and menus place themselves so.
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Adds the security headers a response does not set itself.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses hosts the server does not answer to, and unsafe requests from other sites.
pub(crate) async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if !state.site.answers_to(request.headers()) {
        let detail = "This server does not answer to that host name.";
        let hint = "Use the address it printed at its start; other names are a setting (`public_url`).";
        return ApiError(Problem::new(421, "wrong_host", detail, hint)).into_response();
    }
    if !request.method().is_safe() && crosses_sites(&state, request.headers()) {
        let detail = "This request comes from another site, or does not say where it comes from.";
        let hint = "Use Karat's own pages; a script sends an API key instead of a cookie.";
        return ApiError(Problem::new(403, "cross_site", detail, hint)).into_response();
    }
    next.run(request).await
}

/// A browser says where a request comes from. With a cookie it must; without one only a
/// proven stranger is refused (signing a visitor in from another site).
fn crosses_sites(state: &ApiState, headers: &HeaderMap) -> bool {
    if headers.contains_key(header::AUTHORIZATION) {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        Some(origin) => !state.site.same_origin(origin, headers),
        None => auth::session_cookie(&state.site, headers).is_some(),
    }
}

/// A panic is our fault and stays in its request.
pub(crate) async fn catch_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => ApiError(Problem::internal("The server failed while answering.")).into_response(),
    }
}

/// Counts and times requests by route template, never by who asked or for what.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().as_str().to_owned();
    let matched = request.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned());
    let route = matched.unwrap_or_else(|| "other".into());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let seconds = started.elapsed().as_secs_f64();
    let code = response.extensions().get::<Problem>().map_or("", |p| p.code.as_str());
    tracing::debug!(method, route, status, code, seconds, "request");
    metrics::counter!("karat_http_requests_total", "method" => method.clone(), "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("karat_http_request_seconds", "method" => method, "route" => route).record(seconds);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_answered_as_a_problem_and_the_headers_are_there() {
        async fn fails() -> &'static str {
            panic!("on purpose")
        }
        let router =
            axum::Router::new().route("/", get(fails)).layer(from_fn(catch_panic)).layer(from_fn(headers));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.extensions().get::<Problem>().unwrap().code, "internal");
    }
}
