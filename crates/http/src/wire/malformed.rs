//! What is wrong with a body or a query, in words that never repeat what was sent: that may be a password.

use crate::error::ApiError;
use axum::extract::rejection::QueryRejection;
use serde_json::error::Category;

/// The error of a JSON body.
pub fn in_json(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let inner = error.inner();
    if inner.classify() != Category::Data {
        return ApiError::malformed(
            "body",
            &format!("not JSON from line {} column {}", inner.line(), inner.column()),
        );
    }
    let said = inner.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    explain(&error.path().to_string(), said)
}

/// The error of a form.
pub fn in_form(error: &serde_path_to_error::Error<serde_urlencoded::de::Error>) -> ApiError {
    explain(&error.path().to_string(), &error.inner().to_string())
}

/// The error of a query.
pub fn in_query(rejection: &QueryRejection) -> ApiError {
    let said = rejection.body_text();
    let said = said.split_once("query string: ").map_or("", |(_, said)| said);
    match said.split_once(": ") {
        Some((member, said)) => explain(member, said),
        None => explain(".", said),
    }
}

/// `said` is serde's sentence or that of a type of ours. Serde repeats values, but only before "expected".
fn explain(path: &str, said: &str) -> ApiError {
    if let Some(field) = quoted(said, "missing field `") {
        return ApiError::malformed(&joined(path, field), "missing");
    }
    if let Some(field) = quoted(said, "duplicate field `") {
        return ApiError::malformed(&joined(path, field), "given twice");
    }
    let member = if path == "." { "body" } else { path };
    if let Some((_, expected)) = said.rsplit_once(", expected ") {
        return ApiError::malformed(member, &format!("must be {expected}"));
    }
    let ours = said.starts_with("longer than ") || said.starts_with("holds ");
    ApiError::malformed(member, if ours { said } else { "malformed" })
}

fn quoted<'a>(said: &'a str, opening: &str) -> Option<&'a str> {
    said.strip_prefix(opening)?.split('`').next()
}

fn joined(path: &str, field: &str) -> String {
    if path == "." { field.to_owned() } else { format!("{path}.{field}") }
}
