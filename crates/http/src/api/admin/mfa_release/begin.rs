//! `POST /admin/mfa/release/{user_id}`

use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Time};
use authms_core::id::UserId;
use authms_core::mfa;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// A release.
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaRelease {
    /// Until when the user may enrol by it.
    expires_at: Time,
}

/// Lets a user of lower rank, who has no second factor and is asked for one, enrol it without a code to an address: for an
/// hour, once. Whoever signs in as them first can do so, so make sure that it is them. Asks for a step-up; the user is told.
#[utoipa::path(
    post,
    path = "/admin/mfa/release/{user_id}",
    operation_id = "release_mfa_enrolment",
    tag = "security",
    params(("user_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Released.", body = Data<MfaRelease>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The user has a second factor.", body = SimpleResponse),
    )
)]
pub async fn begin(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<UserId>,
) -> Result<Json<Data<MfaRelease>>, ApiError> {
    let until = mfa::release(&state, &me, id, token.as_ref(), &source).await?;
    Ok(Json(Data::new(MfaRelease { expires_at: until.into() }, state.now())))
}
