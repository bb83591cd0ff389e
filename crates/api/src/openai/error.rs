//! Errors as the OpenAI clients read them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use karat_types::Problem;
use serde_json::{Value, json};

/// Turns every problem under `/v1` into `{error: {message, type, param, code}}`; status and
/// headers stay.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let mut spoken = (response.status(), axum::Json(body(problem))).into_response();
    if let Some(wait) = response.headers().get("retry-after") {
        spoken.headers_mut().insert("retry-after", wait.clone());
    }
    spoken.extensions_mut().insert(problem.clone());
    spoken
}

/// The error's JSON.
pub(super) fn body(problem: &Problem) -> Value {
    let kind = match problem.status {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    // `prompt_invalid` speaks of `prompt`, `model_not_found` of `model`.
    let param = problem.code.strip_suffix("_invalid").or(problem.code.strip_suffix("_not_found"));
    json!({"error": {
        "message": format!("{} {}", problem.detail, problem.hint),
        "type": kind,
        "param": param.filter(|p| *p != "json"),
        "code": problem.code,
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_becomes_the_clients_error() {
        let problem = Problem::new(404, "model_not_found", "There is no model 'x'.", "GET /v1/models.");
        let expected = json!({"error": {"message": "There is no model 'x'. GET /v1/models.",
            "type": "invalid_request_error", "param": "model", "code": "model_not_found"}});
        assert_eq!(body(&problem), expected);
        assert_eq!(body(&Problem::signed_out())["error"]["param"], Value::Null);
    }
}
