//! `POST /mfa/credentials/{credential_id}/primary`

use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, factor_kind};
use authms_core::factor::{self, Asked};
use authms_core::id::FactorId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.SetPrimaryCredentialRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct SetPrimaryCredentialRequest {
    /// Of which kind it is.
    r#type: Text<32>,
}

/// `dto.SetPrimaryCredentialResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct PrimaryCredential {
    /// Which.
    credential_id: String,
    /// Always true.
    primary: bool,
    /// Of which kind it is.
    r#type: &'static str,
}

/// Has one of the caller's factors offered first. Asks for a step-up.
#[utoipa::path(
    post,
    path = "/mfa/credentials/{credential_id}/primary",
    operation_id = "make_factor_primary",
    tag = "factors",
    params(("credential_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = SetPrimaryCredentialRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "It is offered first.", body = Data<PrimaryCredential>),
        (status = 404, description = "The caller has no such factor.", body = SimpleResponse),
    )
)]
pub async fn make_primary(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<FactorId>,
    Json(body): Json<SetPrimaryCredentialRequest>,
) -> Result<Json<Data<PrimaryCredential>>, ApiError> {
    let kind = factor_kind(&body.r#type)
        .ok_or_else(|| ApiError::malformed("type", "must be totp, passkey, email, sms or backup"))?;
    let asked = Asked { step_up: token, ..Asked::default() };
    factor::make_primary(&state, &me, (kind, id), &asked, &source).await?;
    let made = PrimaryCredential { credential_id: id.to_string(), primary: true, r#type: kind.as_str() };
    Ok(Json(Data::new(made, state.now())))
}
