//! Errors on their way to the wire.

use crate::codes::{self, Code};
use crate::limits::seconds;
use crate::wire::SimpleResponse;
use authms_core::access::Forbidden;
use authms_core::commit::CommitError;
use authms_core::fault::Fault;
use authms_core::limits::{Budget, Throttled};
use authms_core::ports::{Down, Overloaded};
use authms_core::time::Timestamp;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// An error answer: a row of [`codes`] and what else is known. [`crate::frame`] renders it as a `SimpleResponse` and
/// logs its cause under the request id; the cause is never sent.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: Code,
    detail: Option<Box<Detail>>,
}

#[derive(Clone, Default, Debug)]
struct Detail {
    message: Option<Cow<'static, str>>,
    members: Vec<(&'static str, String)>,
    headers: HeaderMap,
    budget: Option<Budget>,
    cause: Option<String>,
    turned_away: bool,
}

impl ApiError {
    /// [`codes::MALFORMED`], naming the member that is wrong and why.
    pub fn malformed(member: &str, why: &str) -> Self {
        Self::from(codes::MALFORMED).saying(format!("{member}: {why}")).with("member", member)
    }

    /// [`codes::UNAUTHENTICATED`] for a request without a bearer token.
    pub fn unauthenticated() -> Self {
        codes::UNAUTHENTICATED.into()
    }

    /// [`codes::UNAUTHENTICATED`] for a bearer token that is malformed, expired, revoked or of an ended session
    /// (RFC 6750 §3.1).
    pub fn invalid_token() -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"authms\", error=\"invalid_token\"");
        Self::unauthenticated().saying("the bearer token is not valid").header(WWW_AUTHENTICATE, challenge)
    }

    /// [`codes::STEP_UP`], with the challenge of RFC 9470 §3; `needs` is what would do.
    pub fn step_up(needs: &'static str) -> Self {
        let challenge = "Bearer realm=\"authms\", error=\"insufficient_user_authentication\"";
        Self::from(codes::STEP_UP)
            .with("needs", needs)
            .header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// [`codes::CLIENT_UNAUTHENTICATED`], with the challenge that RFC 6749 §5.2 asks for.
    pub fn unauthenticated_client() -> Self {
        let challenge = HeaderValue::from_static("Basic realm=\"authms\"");
        Self::from(codes::CLIENT_UNAUTHENTICATED).header(WWW_AUTHENTICATE, challenge)
    }

    /// [`codes::INTERNAL`]; `cause` goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::from(codes::INTERNAL).because(cause)
    }

    /// [`codes::UNAVAILABLE`]; `cause` goes to the log only.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::from(codes::UNAVAILABLE).header(RETRY_AFTER, HeaderValue::from_static("1")).because(cause)
    }

    /// The same for whoever comes while too much is being done. Logged by number, since there are many.
    pub fn turned_away() -> Self {
        let mut error = Self::from(codes::UNAVAILABLE).header(RETRY_AFTER, HeaderValue::from_static("1"));
        error.detail().turned_away = true;
        error
    }

    /// Says this instead of the code's own message. Never what a fault of ours said.
    #[must_use]
    pub fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.detail().message = Some(message.into());
        self
    }

    /// Adds a member to the body, such as `ticket_id`.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Into<String>) -> Self {
        self.detail().members.push((member, value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.detail().headers.insert(name, value);
        self
    }

    /// Says it by status 400, without a challenge: where a protocol has no other.
    #[must_use]
    pub fn as_bad_request(mut self) -> Self {
        self.code.status = 400;
        self.detail().headers.remove(WWW_AUTHENTICATE);
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.detail().cause = Some(cause.to_string());
        self
    }

    /// The row of the table.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The cause, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.detail.as_ref()?.cause.as_deref()
    }

    /// Whether it is one of many: see [`Self::turned_away`].
    pub fn is_turned_away(&self) -> bool {
        self.detail.as_ref().is_some_and(|d| d.turned_away)
    }

    /// What is said, for the body.
    pub fn message(&self) -> Cow<'static, str> {
        let said = self.detail.as_ref().and_then(|d| d.message.clone());
        said.unwrap_or(Cow::Borrowed(self.code.message))
    }

    /// What else is said, for the body.
    pub fn members(&self) -> BTreeMap<&'static str, String> {
        self.detail.as_ref().map(|d| d.members.iter().cloned().collect()).unwrap_or_default()
    }

    /// The budget that was used up.
    pub fn budget(&self) -> Option<Budget> {
        self.detail.as_ref()?.budget
    }

    /// The body.
    pub fn body(&self, now: Timestamp, request_id: &str) -> Body {
        let body = SimpleResponse {
            code: self.code.number,
            message: self.message(),
            timestamp: now.into(),
            request_id: Some(request_id.to_owned()),
            members: self.members(),
        };
        Body::from(serde_json::to_vec(&body).unwrap_or_default())
    }

    fn detail(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self { code, detail: None }
    }
}

/// The head of the answer; [`crate::frame`], which knows the request id and the time, adds the body.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.code.status == 401 {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"authms\""));
        }
        if let Some(detail) = &self.detail {
            headers.extend(detail.headers.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Forbidden> for ApiError {
    fn from(forbidden: Forbidden) -> Self {
        match forbidden {
            Forbidden::Permission(permission) => {
                let scope = permission.as_str();
                let challenge =
                    format!("Bearer realm=\"authms\", error=\"insufficient_scope\", scope=\"{scope}\"");
                let error = Self::from(codes::PERMISSION).saying(forbidden.to_string());
                match HeaderValue::try_from(challenge) {
                    Ok(challenge) => error.header(WWW_AUTHENTICATE, challenge),
                    Err(_) => error,
                }
            }
            Forbidden::Rank => codes::RANK.into(),
            Forbidden::Tenant => codes::TENANT_MISMATCH.into(),
            Forbidden::PersonsOnly => codes::PERSONS_ONLY.into(),
            Forbidden::Client => codes::KEY_CLIENT.into(),
            Forbidden::OnBehalf => codes::ON_BEHALF.into(),
        }
    }
}

impl From<Throttled> for ApiError {
    fn from(Throttled(budget): Throttled) -> Self {
        let wait = HeaderValue::from(seconds(budget.reset).max(1));
        let mut error = Self::from(codes::THROTTLED).header(RETRY_AFTER, wait).because(Throttled(budget));
        error.detail().budget = Some(budget);
        error
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy => Self::turned_away(),
            Fault::Unavailable => Self::unavailable(fault),
            Fault::Unknown => Self::unavailable(fault).saying("the outcome is unknown"),
            Fault::Changed => codes::CHANGED.into(),
        }
    }
}

impl From<Down> for ApiError {
    fn from(down: Down) -> Self {
        Fault::from(down).into()
    }
}

impl From<Overloaded> for ApiError {
    fn from(overloaded: Overloaded) -> Self {
        Fault::from(overloaded).into()
    }
}

/// For commits whose conflicts have no name of their own.
impl From<CommitError> for ApiError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}
