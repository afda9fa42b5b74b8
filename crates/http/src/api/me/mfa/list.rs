//! `GET /mfa/methods`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, SimpleResponse, Time, UserIdText};
use authms_core::access::Caller;
use authms_core::factor::{self, Factor, FactorKind};
use authms_core::id::UserId;
use authms_core::page::{Page, PageRequest};
use authms_core::text;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The caller by default; others for those who may look at users.
    #[param(value_type = Option<String>)]
    user_id: Option<UserIdText>,
}

impl Whose {
    /// The user who is meant.
    pub fn user(self, caller: &Caller) -> Result<UserId, ApiError> {
        match (self.user_id, caller) {
            (Some(named), _) => Ok(named.0),
            (None, Caller::Person(me)) => Ok(me.user),
            (None, _) => Err(ApiError::malformed("user_id", "needed with an API key")),
        }
    }
}

/// `dto.MFAMethodItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaMethod {
    /// When its enrolment began.
    created_at: Time,
    /// What its user calls it, or where codes go, masked.
    detail: String,
    /// Whether it is switched on.
    enabled: bool,
    /// Its identifier.
    id: String,
    /// `totp`, `passkey`, `email`, `sms` or `backup`.
    method_type: &'static str,
    /// Whether it is offered first.
    primary: bool,
    /// Whether its enrolment is finished.
    verified: bool,
    /// Whether failures have switched it off: it counts, but cannot be proved.
    blocked: bool,
}

/// A user's second factors, oldest first.
#[utoipa::path(
    get,
    path = "/mfa/methods",
    operation_id = "list_factors",
    tag = "factors",
    params(Whose),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "All of them.", body = List<MfaMethod>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(whose): Query<Whose>,
) -> Result<Json<List<MfaMethod>>, ApiError> {
    let user = whose.user(&caller)?;
    let items = factor::factors_of(&state, &caller, user).await?;
    Ok(Json(List::new(whole(items), MfaMethod::from, state.now())))
}

/// A short list on one page.
pub fn whole<T>(items: Vec<T>) -> Page<T> {
    let total = items.len() as u64;
    Page { items, total, request: PageRequest::new(None, Some(100)) }
}

impl From<Factor> for MfaMethod {
    fn from(factor: Factor) -> Self {
        let address = factor.address.as_deref();
        let detail = match factor.kind {
            FactorKind::Email => address.map(text::masked_email),
            FactorKind::Sms => address.map(text::masked_phone),
            _ => None,
        };
        Self {
            created_at: factor.created_at.into(),
            enabled: factor.enabled,
            id: factor.id.to_string(),
            method_type: factor.kind.as_str(),
            primary: factor.primary,
            verified: factor.verified_at.is_some(),
            blocked: factor.is_enrolled() && !factor.is_usable(),
            detail: detail.unwrap_or(factor.name),
        }
    }
}
