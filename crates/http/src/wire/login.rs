//! What every sign-in answers.

use super::Time;
use authms_core::audit::Source;
use authms_core::factor::FactorKinds;
use authms_core::message::Language;
use authms_core::password::PasswordState;
use authms_core::risk::Risk;
use authms_core::signin::challenge::Challenged;
use authms_core::signin::challenge::enrolment::Step;
use authms_core::signin::{Answer, ChangeFirst, SignedIn};
use authms_core::user::User;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.LoginResponse`, answered bare. Members that are not known are left out.
#[derive(Serialize, ToSchema, Default, Debug)]
pub struct LoginResponse {
    /// The access token, a JWT (RFC 9068).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Stands for this sign-in while a further factor is asked for; with `must_change_password`, changes the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_token: Option<String>,
    /// Seconds until the access token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    /// Why a further factor is asked for, to be shown: in the language of `Accept-Language`, English or Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_check_message: Option<&'static str>,
    /// The same in a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_check_reason: Option<String>,
    /// What is next where a factor has to be enrolled first: `verify_address`, `await_release` or `enrol`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_enrolment: Option<&'static str>,
    /// Whether the password must be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub must_change_password: Option<bool>,
    /// Days until the password expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_expires_in: Option<i64>,
    /// `expiring`, `expired_grace` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_warning: Option<String>,
    /// Gets the next access token; each works once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The factors that would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_mfa_methods: Option<Vec<String>>,
    /// Whether a further factor is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_mfa: Option<bool>,
    /// How risky this sign-in looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_assessment: Option<RiskAssessmentInfo>,
    /// `low`, `medium` or `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<&'static str>,
    /// `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// Who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserInfo>,
}

/// `dto.RiskAssessmentInfo`.
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskAssessmentInfo {
    /// `low`, `medium` or `high`.
    pub level: &'static str,
    /// The factors that would do; none if none is asked for.
    pub recommended_mfa_methods: Vec<String>,
    /// Whether a further factor is asked for.
    pub require_mfa: bool,
    /// 0–100.
    pub score: i64,
}

/// `dto.UserInfo`.
#[derive(Serialize, ToSchema, Debug)]
pub struct UserInfo {
    /// When the account was created.
    pub created_at: Time,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The user's identifier.
    pub id: String,
    /// The language that the user is written to in, if they have said one: `en` or `zh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<&'static str>,
    /// Whether the password must be changed.
    pub must_change_password: bool,
    /// Days until the password expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_expires_in: Option<i64>,
    /// `expiring`, `expired_grace` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_warning: Option<String>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `active`, `disabled` or `deleted`.
    pub status: &'static str,
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl LoginResponse {
    /// What a sign-in answers to the request that asked for it.
    pub fn of(answer: Answer, source: &Source) -> Self {
        match answer {
            Answer::SignedIn(signed_in) => (*signed_in).into(),
            Answer::Challenged(challenged) => {
                Self::challenged(&challenged, source.language.unwrap_or_default())
            }
            Answer::ChangeFirst(first) => first.into(),
        }
    }

    /// It names nobody, nor their language: whoever holds a ticket alone learns no more than that a factor is missing.
    fn challenged(challenged: &Challenged, language: Language) -> Self {
        Self {
            challenge_token: Some(challenged.token.expose().to_owned()),
            mfa_check_message: Some(challenged.why.text(language)),
            mfa_check_reason: Some(challenged.why.as_str().to_owned()),
            mfa_enrolment: challenged.step.map(Step::as_str),
            required_mfa_methods: Some(challenged.methods.iter().map(|m| m.as_str().to_owned()).collect()),
            requires_mfa: Some(true),
            risk_assessment: Some(assessment(challenged.risk, Some(challenged.methods))),
            risk_level: Some(challenged.risk.level.as_str()),
            ..Self::default()
        }
    }
}

impl From<ChangeFirst> for LoginResponse {
    /// Its token changes the password, and nothing else.
    fn from(first: ChangeFirst) -> Self {
        Self {
            challenge_token: Some(first.token.expose().to_owned()),
            must_change_password: Some(true),
            password_expires_in: first.state.expires_in,
            password_warning: first.state.warning.map(|w| w.as_str().to_owned()),
            requires_mfa: Some(false),
            ..Self::default()
        }
    }
}

impl From<SignedIn> for LoginResponse {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: Some(signed_in.access_token.expose().to_owned()),
            expires_in: Some(signed_in.expires_in.as_seconds()),
            must_change_password: Some(signed_in.password.must_change),
            password_expires_in: signed_in.password.expires_in,
            password_warning: signed_in.password.warning.map(|w| w.as_str().to_owned()),
            refresh_token: signed_in.refresh_token.map(|t| t.expose().to_owned()),
            requires_mfa: Some(false),
            risk_assessment: signed_in.risk.map(|risk| assessment(risk, None)),
            risk_level: signed_in.risk.map(|risk| risk.level.as_str()),
            token_type: Some("Bearer"),
            user: Some((signed_in.user, signed_in.password).into()),
            ..Self::default()
        }
    }
}

fn assessment(risk: Risk, asked: Option<FactorKinds>) -> RiskAssessmentInfo {
    let methods = asked.into_iter().flat_map(|kinds| kinds.iter()).map(|kind| kind.as_str().to_owned());
    RiskAssessmentInfo {
        level: risk.level.as_str(),
        recommended_mfa_methods: methods.collect(),
        require_mfa: asked.is_some(),
        score: risk.score.into(),
    }
}

impl From<(User, PasswordState)> for UserInfo {
    fn from((user, password): (User, PasswordState)) -> Self {
        Self {
            created_at: user.created_at.into(),
            email: user.email,
            id: user.id.to_string(),
            locale: user.language.map(Language::as_str),
            must_change_password: password.must_change,
            password_expires_in: password.expires_in,
            password_warning: password.warning.map(|w| w.as_str().to_owned()),
            phone: user.phone,
            status: user.status.as_str(),
            username: user.username,
        }
    }
}
