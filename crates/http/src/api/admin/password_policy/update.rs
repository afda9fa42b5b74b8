//! `PUT /admin/security/password-policy`

use super::{PasswordPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, demand_plain, given};
use authms_core::limits::LimitKind;
use authms_core::password::{self, Preset, UpdatePasswordPolicy};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdatePasswordPolicyRequest`, and ours. Absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdatePasswordPolicyRequest {
    /// Refuse common passwords of the bundled list.
    blocklist: Option<bool>,
    /// How long a new password stays before its user may change it again, 0–43200.
    change_cooldown_minutes: Option<i64>,
    /// After so many days a password expires, 0–3650; 0: never.
    expiry_days: Option<i64>,
    /// Users must change a password that came with their account from another system.
    force_change_on_first_login: Option<bool>,
    /// So many days after that it still signs in, 0–365.
    grace_period_days: Option<i64>,
    /// How many former passwords may not come back, 0–24.
    history_count: Option<i64>,
    /// The installation's: as it is.
    lock_duration_sec: Option<i64>,
    /// The most characters, 64–1024.
    max_length: Option<i64>,
    /// The installation's: as it is.
    max_login_attempts: Option<i64>,
    /// The fewest characters of who signs in by password alone, 8–64; null: the installation's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 8, maximum = 64)]
    min_length: Option<Option<i64>>,
    /// The fewest characters of who has a second factor, or is always asked for one, 8–64.
    min_length_mfa: Option<i64>,
    /// The lowest zxcvbn score, 0–4.
    min_score: Option<i64>,
    /// `plain`, as it is.
    password_transmission: Option<Text<32>>,
    /// `nist`, the default, or `pci_dss`: begins with that policy; other members change it. `custom`: with the present one.
    preset: Option<Text<32>>,
    /// There must be a digit.
    require_digit: Option<bool>,
    /// There must be a letter.
    require_letter: Option<bool>,
    /// There must be a lower-case letter.
    require_lower: Option<bool>,
    /// There must be a character that is neither letter nor digit.
    require_special: Option<bool>,
    /// There must be an upper-case letter.
    require_upper: Option<bool>,
    /// So many days before it expires its user is warned, 0–365.
    warning_days: Option<i64>,
    /// Words that no password may contain, up to 500 of 4 to 64 characters.
    #[schema(max_items = 500)]
    words: Option<Vec<Text<64>>>,
}

/// Changes what the caller's tenant asks of passwords: of those that are set from now on; expiry and grace hold for those
/// that are there, too.
#[utoipa::path(
    put,
    path = "/admin/security/password-policy",
    operation_id = "update_password_policy",
    tag = "security",
    request_body = UpdatePasswordPolicyRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The policy.", body = Data<PasswordPolicyDetails>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<UpdatePasswordPolicyRequest>,
) -> Result<Json<Data<PasswordPolicyDetails>>, ApiError> {
    demand_plain(body.password_transmission.as_deref())?;
    // Clients send back what they read: only another value would be mistaken for a change.
    let account = state.policy.quotas.of(LimitKind::Account);
    unchanged("lock_duration_sec", body.lock_duration_sec, account.window.as_seconds())?;
    unchanged("max_login_attempts", body.max_login_attempts, account.requests.into())?;
    let policy = password::update_policy(&state, &caller, body.ask()?, &source).await?;
    Ok(Json(Data::new(render(policy, &state.policy), state.now())))
}

fn unchanged(member: &str, asked: Option<i64>, present: i64) -> Result<(), ApiError> {
    match asked {
        Some(other) if other != present => Err(ApiError::malformed(member, "is the installation's to set")),
        _ => Ok(()),
    }
}

impl UpdatePasswordPolicyRequest {
    fn ask(self) -> Result<UpdatePasswordPolicy, ApiError> {
        let unknown = || ApiError::malformed("preset", "must be nist, pci_dss or custom");
        let preset = self.preset.filter(|name| &**name != "custom");
        Ok(UpdatePasswordPolicy {
            preset: preset.map(|name| Preset::parse(&name).ok_or_else(unknown)).transpose()?,
            min_length: self.min_length,
            min_length_mfa: self.min_length_mfa,
            max_length: self.max_length,
            require_letter: self.require_letter,
            require_lower: self.require_lower,
            require_upper: self.require_upper,
            require_digit: self.require_digit,
            require_special: self.require_special,
            min_score: self.min_score,
            blocklist: self.blocklist,
            history: self.history_count,
            cooldown_minutes: self.change_cooldown_minutes,
            expiry_days: self.expiry_days,
            warning_days: self.warning_days,
            grace_days: self.grace_period_days,
            force_change_on_first_login: self.force_change_on_first_login,
            words: self.words.map(|words| words.into_iter().map(Text::into_string).collect()),
        })
    }
}
