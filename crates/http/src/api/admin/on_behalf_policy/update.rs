//! `PUT /admin/on-behalf/policy`

use super::{OnBehalfPolicyDetails, OnBehalfRule, read_rule, read_users, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, given};
use authms_core::on_behalf::{self, Telling, UpdateOnBehalfPolicy};
use authms_core::text::InvalidText;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to change. Absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateOnBehalfPolicyRequest {
    /// An actor may, in an emergency, act without anybody's leave; others are told at once.
    break_glass: Option<bool>,
    /// Users are told of acts by mail `at_once`, of all of a day together (`daily`), or not (`off`), which needs a reason.
    notice: Option<Text<16>>,
    /// Users are not told, and why not, 1–200 characters; null: they are.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    notice_off_reason: Option<Option<Text<200>>>,
    /// For whom nobody acts, in place of all before: at most 200.
    opted_out: Option<Vec<Text<64>>>,
    /// Another administrator must approve every act.
    require_approval: Option<bool>,
    /// The user must agree to every act.
    require_consent: Option<bool>,
    /// Every act must have a reference.
    require_reference: Option<bool>,
    /// Who may act for whom, in place of all rules before: at most 50.
    rules: Option<Vec<OnBehalfRule>>,
    /// How long an act lasts at the most, 60–3600 seconds; null: 1800.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 60, maximum = 3600)]
    session_ttl_seconds: Option<Option<i64>>,
    /// An actor may act for several people at once.
    several_at_once: Option<bool>,
}

impl UpdateOnBehalfPolicyRequest {
    /// As the use case takes it.
    ///
    /// # Errors
    /// Names the member that is malformed.
    pub fn read(self) -> Result<UpdateOnBehalfPolicy, InvalidText> {
        let rules =
            self.rules.map(|rules| rules.into_iter().map(read_rule).collect::<Result<_, _>>()).transpose()?;
        let notice = self.notice.map(|named| {
            let problem = "must be at_once, daily or off";
            Telling::parse(&named).ok_or(InvalidText { member: "notice", problem })
        });
        Ok(UpdateOnBehalfPolicy {
            rules,
            opted_out: self.opted_out.map(|ids| read_users("opted_out", &ids)).transpose()?,
            break_glass: self.break_glass,
            require_approval: self.require_approval,
            require_consent: self.require_consent,
            require_reference: self.require_reference,
            several_at_once: self.several_at_once,
            session_ttl: self.session_ttl_seconds,
            notice: notice.transpose()?,
            notice_off: self.notice_off_reason.map(|why| why.map(Text::into_string)),
        })
    }
}

/// Changes what the caller's tenant asks of those who act on somebody's behalf: at once, for what begins.
#[utoipa::path(
    put,
    path = "/admin/on-behalf/policy",
    operation_id = "update_on_behalf_policy",
    tag = "on behalf",
    request_body = UpdateOnBehalfPolicyRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The policy.", body = Data<OnBehalfPolicyDetails>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<UpdateOnBehalfPolicyRequest>,
) -> Result<Json<Data<OnBehalfPolicyDetails>>, ApiError> {
    let policy = on_behalf::update_policy(&state, &caller, body.read()?, &source).await?;
    Ok(Json(Data::new(render(policy), state.now())))
}
