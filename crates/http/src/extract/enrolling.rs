//! Who enrols a factor: a signed-in person, or whoever has to enrol a first one before they are signed in.

use super::step_up::step_up_token;
use super::{Me, Stepping, TenantHeader, bearer};
use crate::error::ApiError;
use crate::state::AppState;
use authms_core::access::Forbidden;
use authms_core::signin::challenge::enrolment::{self, Enrolling};
use authms_crypto::SecretString;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// A signed-in person with their step-up token if they sent one, or the holder of a challenge that lets them enrol: for the
/// few routes that such a challenge opens.
#[derive(Clone, Debug)]
pub enum MeOrEnrolling {
    /// By access token.
    Me(Stepping),
    /// By the token of a challenge.
    Enrolling(Box<Enrolling>),
}

impl FromRequestParts<AppState> for MeOrEnrolling {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers)?.ok_or_else(ApiError::unauthenticated)?;
        let token = SecretString::new(token.to_owned());
        let Some(enrolling) = enrolment::enrolling(state, &token).await? else {
            let Me(me) = Me::from_request_parts(parts, state).await?;
            return Ok(Self::Me(Stepping { me, token: step_up_token(&parts.headers)? }));
        };
        match TenantHeader::of(&parts.headers).named()? {
            Some(named) if named != enrolling.tenant() => Err(Forbidden::Tenant.into()),
            _ => Ok(Self::Enrolling(Box::new(enrolling))),
        }
    }
}
