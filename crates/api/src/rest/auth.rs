//! Signing up, in and out.

use crate::auth::{Address, SignedIn, close_session, may_sign_in, open_session, session_cookie};
use crate::error::{ApiResult, Json};
use crate::site::Site;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::cookie::CookieJar;
use karat_services::view::account::{Credentials, Me, PasswordChange, SetUp};
use karat_services::{App, identity};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(sign_up))
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(change_password))
        .routes(routes!(set_up))
}

/// Make an account and sign in.
#[utoipa::path(post, path = "/api/v1/auth/sign-up", tag = "auth", request_body = Credentials,
    responses((status = 201, description = "Signed in; the cookie is set", body = Me)))]
async fn sign_up(
    State(app): State<Arc<App>>,
    State(site): State<Arc<Site>>,
    Address(address): Address,
    headers: HeaderMap,
    Json(form): Json<Credentials>,
) -> ApiResult<(StatusCode, CookieJar, Json<Me>)> {
    may_sign_in(&site, &headers)?;
    let (me, secret) = identity::sign_up(&app, form, &address).await?;
    Ok((StatusCode::CREATED, open_session(&site, secret), Json(me)))
}

/// Sign in.
#[utoipa::path(post, path = "/api/v1/auth/sign-in", tag = "auth", request_body = Credentials,
    responses((status = 200, description = "Signed in; the cookie is set", body = Me)))]
async fn sign_in(
    State(app): State<Arc<App>>,
    State(site): State<Arc<Site>>,
    Address(address): Address,
    headers: HeaderMap,
    Json(form): Json<Credentials>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    may_sign_in(&site, &headers)?;
    let (me, secret) = identity::sign_in(&app, form, &address).await?;
    Ok((open_session(&site, secret), Json(me)))
}

/// End this session.
#[utoipa::path(post, path = "/api/v1/auth/sign-out", tag = "auth",
    responses((status = 204, description = "Signed out")))]
async fn sign_out(
    State(app): State<Arc<App>>,
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, CookieJar)> {
    if let Some(token) = session_cookie(&site, &headers) {
        identity::sign_out(&app, &token).await?;
    }
    Ok((StatusCode::NO_CONTENT, close_session(&site)))
}

/// Change one's password; other sessions end.
#[utoipa::path(post, path = "/api/v1/auth/password", tag = "auth", request_body = PasswordChange,
    responses((status = 204, description = "Changed")))]
async fn change_password(
    State(app): State<Arc<App>>,
    State(site): State<Arc<Site>>,
    SignedIn(actor): SignedIn,
    headers: HeaderMap,
    Json(form): Json<PasswordChange>,
) -> ApiResult<StatusCode> {
    let token = session_cookie(&site, &headers);
    identity::change_password(&app, &actor, form, token.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// First start: make the operator with the one-time token the server printed.
#[utoipa::path(post, path = "/api/v1/auth/set-up", tag = "auth", request_body = SetUp,
    responses((status = 201, description = "The operator, signed in", body = Me)))]
async fn set_up(
    State(app): State<Arc<App>>,
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Json(form): Json<SetUp>,
) -> ApiResult<(StatusCode, CookieJar, Json<Me>)> {
    may_sign_in(&site, &headers)?;
    let (me, secret) = identity::set_up(&app, form).await?;
    Ok((StatusCode::CREATED, open_session(&site, secret), Json(me)))
}
