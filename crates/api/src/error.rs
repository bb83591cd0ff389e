//! Every error leaves as `application/problem+json`: code, what was found, the fix.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, multipart};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use karat_services::run;
use karat_types::limits::MB;
use karat_types::{Clock, Problem, clock::SystemClock};
use serde::Serialize;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// A sign-in's window: after it the count starts anew in any case.
const SIGN_IN_SECONDS: i64 = 300;
/// An answer takes a few seconds; then a place is free.
const BUSY_SECONDS: i64 = 2;

/// A [`Problem`] on its way out.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Problem);

/// What a handler returns.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            tracing::error!(code = self.0.code, detail = self.0.detail, "request failed");
        }
        let mut response = (status, axum::Json(&self.0)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some(seconds) = retry_after(&self.0) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For the log, and for surfaces that say it in another shape.
        response.extensions_mut().insert(self.0);
        response
    }
}

/// Daily limits, whose codes end in `_spent`, start anew at midnight UTC.
fn retry_after(problem: &Problem) -> Option<i64> {
    match problem.status {
        429 if problem.code.ends_with("_spent") => {
            let now = SystemClock.now();
            Some((now.next_midnight().0 - now.0) / 1_000_000 + 1)
        }
        429 if problem.code == "models_busy" => Some(BUSY_SECONDS),
        429 => Some(SIGN_IN_SECONDS),
        503 => Some(5),
        _ => None,
    }
}

/// JSON in and out; what is wrong with it comes back as a problem.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A path's parameters.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(crate) struct Path<T>(pub(crate) T);

/// A query's parameters.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(crate) struct Query<T>(pub(crate) T);

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        let hint = "Send a JSON object as /api/openapi.json describes it.";
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return too_large(
                "The request's JSON is larger than 2 MB.",
                "Send less: nothing needs that much.".into(),
            );
        }
        let code = match rejection {
            JsonRejection::MissingJsonContentType(_) => "not_json",
            JsonRejection::JsonSyntaxError(_) => "json_syntax",
            _ => "json_invalid",
        };
        let hint = match code {
            "not_json" => "Send `Content-Type: application/json`.",
            _ => hint,
        };
        Self(Problem::new(status.as_u16(), code, rejection.body_text(), hint))
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        // An id that is no id names nothing.
        let hint = "Ids look like 0197a0b2-…: copy one from a list.";
        Self(Problem::new(404, "not_found", rejection.body_text(), hint))
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        let hint = "Correct the query as /api/openapi.json describes it.";
        Self(Problem::bad("query_invalid", rejection.body_text(), hint))
    }
}

/// What is wrong with an upload's form.
pub(crate) fn multipart_problem(error: &multipart::MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let rows = run::MAX_ROWS_FILE as u64 / MB;
        let hint = format!("Send a smaller file: a submission takes 10 MB, rows to train on {rows} MB.");
        return too_large("The upload is larger than this route takes.", hint);
    }
    let hint = "Send multipart/form-data with the fields /api/openapi.json names.";
    ApiError(Problem::bad("upload_broken", error.body_text(), hint))
}

/// 413, whatever the body is.
fn too_large(detail: &str, hint: String) -> ApiError {
    ApiError(Problem::new(413, "too_large", detail, hint))
}

/// Nothing is served at this path.
pub(crate) fn no_route(method: &Method, uri: &Uri) -> ApiError {
    let detail = format!("Nothing answers {method} {}.", uri.path());
    ApiError(Problem::new(404, "no_route", detail, "All routes are in /api/openapi.json."))
}

/// The path exists, the method does not.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let detail = format!("{} does not take {method}.", uri.path());
    ApiError(Problem::new(405, "wrong_method", detail, "The `Allow` header names the methods it takes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_quota_says_when_to_come_back() {
        let of = |code| retry_after(&Problem::new(429, code, "x", "y")).unwrap();
        for code in ["quota_files_spent", "attempts_spent", "datanet_bytes_spent"] {
            let midnight = (SystemClock.now().next_midnight().0 - SystemClock.now().0) / 1_000_000;
            assert!((midnight - 1..=midnight + 2).contains(&of(code)), "{code}");
        }
        assert_eq!((of("too_many_sign_ins"), of("models_busy")), (SIGN_IN_SECONDS, BUSY_SECONDS));
        assert_eq!(retry_after(&Problem::signed_out()), None);
    }

    #[test]
    fn an_error_is_problem_json() {
        let response = ApiError(Problem::signed_out()).into_response();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
