//! `DELETE /mfa/methods/{method_type}`

use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Path, Query, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, Data, SimpleResponse, UserIdText};
use authms_core::factor::{self, FactorKind};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Own {
    /// The caller, if it is named.
    #[param(value_type = Option<String>)]
    user_id: Option<UserIdText>,
}

/// `dto.MFADeletedResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaDeleted {
    /// Always true.
    deleted: bool,
    /// Which kind.
    r#type: &'static str,
}

/// Removes all of the caller's factors of one kind. Asks for a step-up.
#[utoipa::path(
    delete,
    path = "/mfa/methods/{method_type}",
    operation_id = "remove_factors",
    tag = "factors",
    params(("method_type" = String, Path), Own, ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed.", body = Data<MfaDeleted>),
        (status = 404, description = "There is none of that kind.", body = SimpleResponse),
        (status = 409, description = "The tenant asks for a factor, and it is the last.", body = SimpleResponse),
    )
)]
pub async fn remove(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    (Path(kind), Query(own)): (Path<FactorKind>, Query<Own>),
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<Data<MfaDeleted>>, ApiError> {
    if own.user_id.is_some_and(|named| named.0 != me.user) {
        return Err(codes::USER_NOT_FOUND.into());
    }
    factor::remove_kind(&state, &me, kind, &body.asked_of(kind, token), &source).await?;
    Ok(Json(Data::new(MfaDeleted { deleted: true, r#type: kind.as_str() }, state.now())))
}
