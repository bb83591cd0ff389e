//! What went wrong, in the one shape people and programs get (problem+json).

use serde::{Deserialize, Serialize};

/// A refusal with a stable code, the facts and the fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// HTTP status that fits; the command line exits non-zero for all.
    pub status: u16,
    /// Stable word: `quota_files_spent`.
    pub code: String,
    /// What was found and what was expected.
    pub detail: String,
    /// What to do; never empty.
    pub hint: String,
}

impl Problem {
    /// A problem in full.
    pub fn new(status: u16, code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), hint: hint.into() }
    }

    /// 400: the request itself is wrong.
    pub fn bad(code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(400, code, detail, hint)
    }

    /// 401: sign in first.
    pub fn signed_out() -> Self {
        Self::new(
            401,
            "signed_out",
            "This needs an account.",
            "Sign in, or send an API key as `Authorization: Bearer …`.",
        )
    }

    /// 403: the authorisation table says no.
    pub fn forbidden(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(403, "forbidden", detail, hint)
    }

    /// 404: nothing by that name.
    pub fn missing(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(
            404,
            "not_found",
            format!("There is no {what} '{id}'."),
            format!("Check the id, or list what there is: every {what} has a stable id."),
        )
    }

    /// 409: the thing is not in a state that allows this.
    pub fn conflict(code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(409, code, detail, hint)
    }

    /// 500: our fault; what was acknowledged is kept.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(
            500,
            "internal",
            detail,
            "This is our fault, nothing you sent was lost. Try again; if it stays, tell the operator: `karat doctor` shows what is wrong.",
        )
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})\n  fix: {}", self.detail, self.code, self.hint)
    }
}

impl std::error::Error for Problem {}
