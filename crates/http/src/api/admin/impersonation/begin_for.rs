//! `POST /admin/users/{user_id}/impersonate`

use super::Asked;
use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, Time};
use authms_core::id::UserId;
use authms_core::on_behalf;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.ImpersonateRequest`
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct ImpersonateRequest {
    /// The request that was cleared for this, where the tenant wants it; reason and all else are as there.
    act_request: Option<Text<64>>,
    /// Whether nobody is to be asked, in an emergency, where the tenant lets one: neither an administrator nor the user. Those who
    /// administer users are told at once.
    break_glass: Option<bool>,
    /// For whom; if it is there, as the path says.
    user_id: Option<Text<64>>,
    /// Why: required, and told to the user. At most 500 characters.
    reason: Option<Text<500>>,
    /// What it is filed under elsewhere, such as a case number; the tenant may require it.
    reference: Option<Text<100>>,
    /// Whether anything is to be changed, not only looked at; needs a rule of the tenant's policy.
    write: Option<bool>,
}

/// `dto.ImpersonateResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ImpersonateResponse {
    /// When the session ends at the latest.
    expires_at: Time,
    /// The access token of the session on the user's behalf.
    impersonation_token: String,
}

/// The same as `/admin/impersonate`, for the user in the path.
#[utoipa::path(
    post,
    path = "/admin/users/{user_id}/impersonate",
    operation_id = "impersonate_user",
    tag = "on behalf",
    params(
        ("user_id" = String, Path),
        ("X-Step-Up-Token" = Option<String>, Header, description = "Of `/mfa/step-up`."),
    ),
    request_body = Option<ImpersonateRequest>,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The session.", body = Data<ImpersonateResponse>),
        (status = 400, description = "Path and body name two people, or the reason is missing.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn begin_for(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(user): Path<UserId>,
    OptionalJson(body): OptionalJson<ImpersonateRequest>,
) -> Result<Json<Data<ImpersonateResponse>>, ApiError> {
    if body.user_id.is_some_and(|named| UserId::parse(&named) != Some(user)) {
        return Err(on_behalf::differ(&state, &me, user, &source).await.into());
    }
    let asked = Asked {
        act_request: body.act_request,
        break_glass: body.break_glass,
        reason: body.reason,
        reference: body.reference,
        write: body.write,
        step_up: token,
    };
    let session = on_behalf::begin(&state, &me, asked.for_user(user)?, &source).await?;
    let now = state.now();
    let answer = ImpersonateResponse {
        expires_at: now.plus(session.expires_in).into(),
        impersonation_token: session.access_token.expose().to_owned(),
    };
    Ok(Json(Data::new(answer, now)))
}
