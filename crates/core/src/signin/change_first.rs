//! A right password that must be changed: it leads to changing it, and nowhere else.

use super::model::Standing;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::password::{PasswordPolicy, PasswordState, password_state};
use crate::signing_key::verified;
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;
use serde::{Deserialize, Serialize};

/// `typ` of the tokens that change a password: nothing else is accepted for that but access tokens, and they nowhere else.
pub const PASSWORD_CHANGE_TYP: &str = "password-change+jwt";

/// How long such a token lives.
const TTL: Span = Span::seconds(600);

/// The answer to a sign-in by a password that must be changed. There is no session.
#[derive(Clone, Debug)]
pub struct ChangeFirst {
    /// The JWT that changes it, once.
    pub token: SecretString,
    /// How the password stands.
    pub state: PasswordState,
}

/// Who proved a password that must be changed, as their token says.
#[derive(Clone, Copy, Debug)]
pub struct Changing {
    /// The tenant.
    pub tenant: TenantId,
    /// Whose password it is.
    pub user: UserId,
    /// The user's revision then: any change of the user, that of the password among them, uses the token up.
    pub rev: u64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: Vec<String>,
    sub: String,
    tenant_id: String,
    rev: u64,
    exp: i64,
    iat: i64,
}

impl ChangeFirst {
    /// The answer to whoever has just proved the password, and all else that was asked.
    pub(super) fn of(parts: &Parts, standing: &Standing, at: Timestamp) -> Result<Self, Fault> {
        let claims = Claims {
            iss: parts.policy.issuer.clone(),
            aud: vec![parts.policy.audience.clone()],
            sub: standing.user.id.to_string(),
            tenant_id: standing.tenant.id.to_string(),
            rev: standing.user.rev,
            exp: at.plus(TTL).as_seconds(),
            iat: at.as_seconds(),
        };
        let ring = parts.keys.ring();
        let key = standing.tenant.signing.key(&ring);
        let jwt = key.sign_jwt(PASSWORD_CHANGE_TYP, &claims).map_err(|_| Fault::Unavailable)?;
        Ok(Self { token: SecretString::new(jwt), state: state(standing, at) })
    }
}

/// How the subject's password stands. Where they are a guest, only their own tenant knows when it expires.
pub(crate) fn state(standing: &Standing, now: Timestamp) -> PasswordState {
    let Standing { user, tenant, .. } = standing;
    let guest = PasswordPolicy::default();
    let policy = if user.tenant == tenant.id { &tenant.password_policy } else { &guest };
    password_state(policy, user, now)
}

/// Who may change their password by this token; `None` if it is none of that sort, or over.
///
/// # Errors
/// [`Fault`]
pub async fn changing(parts: &Parts, token: &str) -> Result<Option<Changing>, Fault> {
    let claims = verified::<Claims>(parts, PASSWORD_CHANGE_TYP, token).await?;
    Ok(claims.and_then(|claims| {
        let (tenant, user) = (TenantId::parse(&claims.tenant_id)?, UserId::parse(&claims.sub)?);
        Some(Changing { tenant, user, rev: claims.rev })
    }))
}
