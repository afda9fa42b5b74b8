//! `POST /mfa/backup-codes/generate`

use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, Data, SimpleResponse};
use authms_core::factor;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.BackupCodesResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct NewBackupCodes {
    /// The codes, shown this once. Hyphens, spaces and case do not matter when they are typed.
    codes: Vec<String>,
    /// For people; may change.
    message: &'static str,
}

/// Makes ten recovery codes in place of all that there were. Asks for a step-up.
#[utoipa::path(
    post,
    path = "/mfa/backup-codes/generate",
    operation_id = "generate_recovery_codes",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The codes.", body = Data<NewBackupCodes>),
        (status = 409, description = "The caller has no other factor.", body = SimpleResponse),
    )
)]
pub async fn generate(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<Data<NewBackupCodes>>, ApiError> {
    let codes = factor::generate_codes(&state, &me, &body.asked(token), &source).await?;
    let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    let message = "keep these codes in a safe place: they are not shown again";
    Ok(Json(Data::new(NewBackupCodes { codes, message }, state.now())))
}
