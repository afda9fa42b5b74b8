//! `GET /admin/security/password-stats`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::password::{self, Census};
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How the passwords of a tenant's users stand, counted. Of what is wrong with one the first counts, in this order:
/// compromised, must change, expired, in grace, expiring.
#[derive(Serialize, ToSchema, Debug)]
pub struct PasswordStats {
    /// With which algorithms the passwords are kept.
    by_algorithm: BTreeMap<&'static str, u64>,
    /// Known to others.
    compromised: u64,
    /// Signs nobody in any more.
    expired: u64,
    /// Has expired, and still signs in.
    expired_grace: u64,
    /// Expires within the policy's warning days.
    expiring: u64,
    /// Chosen by somebody else.
    must_change: u64,
    /// Kept as another system hashed it, until its user first signs in by it.
    not_rehashed: u64,
    /// Nothing is wrong.
    ok: u64,
    /// Users whose home is this tenant, but the deleted.
    total_users: u64,
    /// Users without a password.
    without_password: u64,
}

/// How the passwords of the caller's tenant stand. Goes through all of its users.
#[utoipa::path(
    get,
    path = "/admin/security/password-stats",
    operation_id = "password_stats",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The counts.", body = Data<PasswordStats>))
)]
pub async fn stats(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<PasswordStats>>, ApiError> {
    let census = password::census(&state, &caller).await?;
    Ok(Json(Data::new(census.into(), state.now())))
}

impl From<Census> for PasswordStats {
    fn from(census: Census) -> Self {
        Self {
            by_algorithm: census.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect(),
            compromised: census.compromised,
            expired: census.expired,
            expired_grace: census.in_grace,
            expiring: census.expiring,
            must_change: census.must_change,
            not_rehashed: census.imported,
            ok: census.ok,
            total_users: census.users,
            without_password: census.without,
        }
    }
}
