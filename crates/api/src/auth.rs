//! Who asks: a session cookie or an API key, turned into an actor.

use crate::error::{ApiError, ApiResult};
use crate::site::Site;
use crate::state::ApiState;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use karat_services::{Actor, identity};
use karat_types::Problem;
use std::net::{IpAddr, SocketAddr};

/// Cookie over https: bound to the host, never sent without encryption.
const SECURE_COOKIE: &str = "__Host-karat";
/// Cookie on loopback http, where browsers refuse the one above.
const PLAIN_COOKIE: &str = "karat";

/// Whoever asks; anyone when nothing was sent.
pub(crate) struct Caller(pub(crate) Actor);

/// Whoever asks, and it is somebody: refuses before a body is read.
pub(crate) struct SignedIn(pub(crate) Actor);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            return Ok(Self(identity::actor_of_key(&state.app, bearer(value)?).await?));
        }
        match session_cookie(&state.site, &parts.headers) {
            // An old cookie makes nobody a stranger to what anyone may read.
            Some(token) => Ok(Self(identity::actor_of_session(&state.app, &token).await?)),
            None => Ok(Self(Actor::anyone())),
        }
    }
}

impl FromRequestParts<ApiState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        if actor.account.is_none() {
            return Err(Problem::signed_out().into());
        }
        Ok(Self(actor))
    }
}

/// Where a request comes from, to count sign-ins by.
pub(crate) struct Address(pub(crate) String);

impl FromRequestParts<ApiState> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let address = address(&state.site, peer, &parts.headers);
        Ok(Self(address.map_or_else(|| "unknown".into(), |ip| ip.to_string())))
    }
}

/// A proxy on this machine, in front of a public address, says whom it speaks for; its own
/// word is the last one in the list. Nobody else's is believed.
fn address(site: &Site, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let proxied = site.public_url.is_some() && peer.is_some_and(|ip| ip.is_loopback());
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit(',').next());
    last.filter(|_| proxied).and_then(|v| v.trim().parse().ok()).or(peer)
}

fn bearer(value: &HeaderValue) -> ApiResult<&str> {
    let key = value.to_str().ok().and_then(|v| v.split_once(' '));
    match key {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        _ => Err(ApiError(Problem::new(
            401,
            "authorization_unknown",
            "The Authorization header is not `Bearer karat_…`.",
            "Send an API key as `Authorization: Bearer karat_…`; make one under your name, API keys.",
        ))),
    }
}

/// The session's token, when the request carries one.
pub(crate) fn session_cookie(site: &Site, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(cookie_name(site)).map(|c| c.value().to_owned())
}

/// Gives the browser its session.
pub(crate) fn open_session(site: &Site, token: String) -> CookieJar {
    let mut cookie = cookie(site, token);
    // Ended on the server; the browser only needs to keep it across restarts.
    cookie.make_permanent();
    CookieJar::new().add(cookie)
}

/// Takes the session's cookie away.
pub(crate) fn close_session(site: &Site) -> CookieJar {
    let mut gone = cookie(site, String::new());
    gone.make_removal();
    CookieJar::new().add(gone)
}

fn cookie(site: &Site, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(site), token))
        .path("/")
        .http_only(true)
        .secure(site.secure())
        .same_site(SameSite::Lax)
        .build()
}

fn cookie_name(site: &Site) -> &'static str {
    if site.secure() { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// Passwords travel over https or stay on this machine.
pub(crate) fn may_sign_in(site: &Site, headers: &HeaderMap) -> ApiResult<()> {
    if site.may_sign_in(headers) {
        return Ok(());
    }
    Err(ApiError(Problem::new(
        403,
        "http_refused",
        "This address is plain http: a password would travel in the open.",
        "Use https and set `public_url`, open the server's own machine at 127.0.0.1, or let the operator name this host in `allow_http_hosts`.",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let mut site = Site::loopback("127.0.0.1:8080".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 9.9.9.9"));
        let ip = |text: &str| text.parse::<IpAddr>().ok();
        assert_eq!(address(&site, ip("127.0.0.1"), &headers), ip("127.0.0.1"), "there is no proxy");
        site.public_url = Some("https://karat.example.org".into());
        assert_eq!(address(&site, ip("127.0.0.1"), &headers), ip("9.9.9.9"), "the proxy's own word");
        assert_eq!(address(&site, ip("8.8.8.8"), &headers), ip("8.8.8.8"), "a stranger's claim");
    }
}
