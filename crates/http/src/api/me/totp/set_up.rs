//! `POST /mfa/totp/setup`

use super::Shown;
use crate::error::ApiError;
use crate::extract::{Json, MeOrEnrolling, OptionalJson, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::{self, Asked, Enrolment};
use authms_core::parts::Policy;
use authms_core::signin::challenge::enrolment;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.TOTPEnableRequest`
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct TotpEnableRequest {
    /// What the app is to call the account; by default the e-mail address, or else the user name.
    account: Option<Text<128>>,
    /// What the user calls the app.
    device_name: Option<Text<64>>,
}

/// `dto.TOTPEnableResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct TotpEnabling {
    /// Empty: `/mfa/backup-codes/generate` makes them.
    backup_codes: [String; 0],
    /// The factor's identifier.
    device_id: String,
    /// The QR code, as a PNG in a `data:` URL.
    qr_code: String,
    /// What the QR code says.
    qr_code_url: String,
    /// The secret, for typing.
    secret: String,
}

/// Begins the enrolment of an authenticator app: tells what the app has to be told, once. Asks for a step-up; its first code
/// finishes the enrolment at `/mfa/totp/verify`, within 15 minutes. Also for who has to enrol before they are signed in, by
/// the `challenge_token` of their sign-in: then the first code goes to `/auth/mfa/verify-challenge`.
#[utoipa::path(
    post,
    path = "/mfa/totp/setup",
    operation_id = "set_up_totp",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = TotpEnableRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The enrolment waits for the first code.", body = Data<TotpEnabling>),
        (status = 403, description = "The challenge is not released yet.", body = SimpleResponse),
        (status = 409, description = "There are five already.", body = SimpleResponse),
    )
)]
pub async fn set_up(
    state: State<AppState>,
    who: MeOrEnrolling,
    source: Source,
    body: OptionalJson<TotpEnableRequest>,
) -> Result<Json<Data<TotpEnabling>>, ApiError> {
    let (State(state), OptionalJson(body)) = (state, body);
    let (name, account) = (body.device_name.as_deref(), body.account.as_deref());
    let begun = match who {
        MeOrEnrolling::Me(Stepping { me, token }) => {
            let asked = Asked { step_up: token, ..Asked::default() };
            factor::set_up_totp(&state, &me, name, account, &asked, &source).await?
        }
        MeOrEnrolling::Enrolling(me) => enrolment::set_up_totp(&state, &me, name, account, &source).await?,
    };
    Ok(Json(Data::new(TotpEnabling::new(&begun, &state.policy), state.now())))
}

impl TotpEnabling {
    fn new(begun: &Enrolment, policy: &Policy) -> Self {
        let shown = Shown::of(begun, policy);
        Self {
            backup_codes: [],
            device_id: begun.factor.id.to_string(),
            qr_code: shown.picture,
            qr_code_url: shown.url,
            secret: shown.secret,
        }
    }
}
