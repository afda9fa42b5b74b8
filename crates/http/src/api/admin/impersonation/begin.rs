//! `POST /admin/impersonate`

use super::Asked;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, UserInfo};
use authms_core::id::UserId;
use authms_core::on_behalf;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.AdminImpersonateRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct AdminImpersonateRequest {
    /// The request that was cleared for this, where the tenant wants it; reason and all else are as there.
    act_request: Option<Text<64>>,
    /// Whether nobody is to be asked, in an emergency, where the tenant lets one: neither an administrator nor the user. Those who
    /// administer users are told at once.
    break_glass: Option<bool>,
    /// For whom.
    user_id: Text<64>,
    /// Why: required, and told to the user. At most 500 characters.
    reason: Option<Text<500>>,
    /// What it is filed under elsewhere, such as a case number; the tenant may require it.
    reference: Option<Text<100>>,
    /// Whether anything is to be changed, not only looked at; needs a rule of the tenant's policy.
    write: Option<bool>,
}

/// `dto.AdminImpersonateResponse`; there is no refresh token.
#[derive(Serialize, ToSchema, Debug)]
pub struct AdminImpersonateResponse {
    /// The access token of the session on the user's behalf.
    access_token: String,
    /// Seconds until it expires, and the session with it.
    #[schema(example = 1800)]
    expires_in: i64,
    /// `Bearer`
    token_type: &'static str,
    /// For whom.
    user: UserInfo,
}

/// Begins to act on a user's behalf: in a session beside the caller's own, which goes on.
///
/// The caller must rank strictly above the user and have proved a second factor within 15 minutes, at the sign-in of this
/// session or since then for an `X-Step-Up-Token`.
#[utoipa::path(
    post,
    path = "/admin/impersonate",
    operation_id = "impersonate",
    tag = "on behalf",
    params(("X-Step-Up-Token" = Option<String>, Header, description = "Of `/mfa/step-up`.")),
    request_body = AdminImpersonateRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The session.", body = Data<AdminImpersonateResponse>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn begin(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<AdminImpersonateRequest>,
) -> Result<Json<Data<AdminImpersonateResponse>>, ApiError> {
    let user = UserId::parse(&body.user_id).ok_or(codes::USER_NOT_FOUND)?;
    let asked = Asked {
        act_request: body.act_request,
        break_glass: body.break_glass,
        reason: body.reason,
        reference: body.reference,
        write: body.write,
        step_up: token,
    };
    let session = on_behalf::begin(&state, &me, asked.for_user(user)?, &source).await?;
    let answer = AdminImpersonateResponse {
        access_token: session.access_token.expose().to_owned(),
        expires_in: session.expires_in.as_seconds(),
        token_type: "Bearer",
        user: (session.user, session.password).into(),
    };
    Ok(Json(Data::new(answer, state.now())))
}
