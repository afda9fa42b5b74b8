//! `POST /admin/mfa/risk-policies/evaluate`

use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_core::risk::Observation;
use authms_core::signin::{self, Evaluation, Foreseen, MethodKind, Supposed};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// How much is kept of a user agent, in characters.
const KEPT: usize = 256;

/// `dto.EvaluateRiskPolicyRequest`; what is left out is unknown.
#[derive(Deserialize, ToSchema, Debug)]
pub struct EvaluateRiskPolicyRequest {
    /// One of the user's devices, by its identifier or by what it calls itself: as if it presented its secret. Any other
    /// device is unknown.
    device_fingerprint: Option<Text<256>>,
    /// The address that they sign in from.
    ip: Option<Text<64>>,
    /// How they sign in: `password`, `ticket` (of a backend that vouches for nothing), `email_code` or `passkey`; without it
    /// by password, or by ticket if they have none in this tenant.
    method: Option<Text<32>>,
    /// What their device sends as `User-Agent`.
    user_agent: Option<Text<1024>>,
    /// Who signs in.
    user_id: Text<64>,
}

/// `dto.EvaluateRiskPolicyResponse`, and why.
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskPolicyEvaluation {
    /// `granted`, `challenged`, `enrolment` (a factor has to be enrolled first), `password_change` (the password must be
    /// changed first) or `refused`.
    decision: &'static str,
    /// Whether the device is none that we know of this user.
    is_new_device: bool,
    /// `low`, `medium`, `high` or `critical`.
    level: &'static str,
    /// Why a factor is asked for, as in `mfa_check_reason`, or why the sign-in is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The methods that would do and that the user has, or by which the enrolment goes on; none if none is asked for.
    required_methods: Vec<&'static str>,
    /// 0–100.
    score: u8,
    /// What spoke, in the order in which it is looked at.
    signals: Vec<EvaluatedSignal>,
}

/// A signal that spoke.
#[derive(Serialize, ToSchema, Debug)]
pub struct EvaluatedSignal {
    /// What it added to the score.
    added: u8,
    /// Which.
    name: &'static str,
    /// What was seen; for people.
    observed: String,
    /// Its weight in this tenant.
    weight: u8,
}

/// What would happen if this user signed in now, from there and in that way, with the right proof. Nothing is written, and
/// nothing is learned.
#[utoipa::path(
    post,
    path = "/admin/mfa/risk-policies/evaluate",
    operation_id = "evaluate_mfa_policy",
    tag = "security",
    request_body = EvaluateRiskPolicyRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "What would happen.", body = Data<RiskPolicyEvaluation>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn evaluate(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Json(body): Json<EvaluateRiskPolicyRequest>,
) -> Result<Json<Data<RiskPolicyEvaluation>>, ApiError> {
    let evaluation = signin::evaluate(&state, &caller, &body.read()?).await?;
    Ok(Json(Data::new(evaluation.into(), state.now())))
}

impl EvaluateRiskPolicyRequest {
    fn read(self) -> Result<Supposed, ApiError> {
        let no_method = || ApiError::malformed("method", "must be password, ticket, email_code or passkey");
        let no_address = |_| ApiError::malformed("ip", "must be an IP address");
        Ok(Supposed {
            user: UserId::parse(&self.user_id).ok_or(codes::USER_NOT_FOUND)?,
            method: self.method.map(|name| MethodKind::parse(&name).ok_or_else(no_method)).transpose()?,
            ip: match self.ip.filter(|text| !text.is_empty()) {
                Some(text) => Some(text.parse::<IpAddr>().map_err(no_address)?.to_canonical()),
                None => None,
            },
            user_agent: self.user_agent.map(|text| text.chars().take(KEPT).collect()),
            device: self.device_fingerprint.filter(|name| !name.is_empty()).map(Text::into_string),
        })
    }
}

impl From<Evaluation> for RiskPolicyEvaluation {
    fn from(Evaluation { assessment, foreseen, device }: Evaluation) -> Self {
        let (decision, reason) = match foreseen {
            Foreseen::Granted => ("granted", None),
            Foreseen::Challenged { why, .. } => ("challenged", Some(why.as_str())),
            Foreseen::Enrolling { why, .. } => ("enrolment", Some(why.as_str())),
            Foreseen::ChangeFirst => ("password_change", None),
            Foreseen::Refused(why) => ("refused", Some(why.as_str())),
        };
        let required_methods = match foreseen {
            Foreseen::Challenged { methods, .. } | Foreseen::Enrolling { methods, .. } => {
                methods.iter().map(FactorKind::as_str).collect()
            }
            _ => Vec::new(),
        };
        Self {
            decision,
            is_new_device: !device.proven(),
            level: assessment.level.as_str(),
            reason,
            required_methods,
            score: assessment.score,
            signals: assessment.observed.into_iter().map(EvaluatedSignal::from).collect(),
        }
    }
}

impl From<Observation> for EvaluatedSignal {
    fn from(seen: Observation) -> Self {
        let Observation { signal, weight, counted, what } = seen;
        Self { added: counted, name: signal.as_str(), observed: what.into_owned(), weight }
    }
}
