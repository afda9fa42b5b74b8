//! The token that stands for a challenge: a JWT of its own type, accepted at the challenge's endpoints alone.

use super::model::Challenge;
use crate::fault::Fault;
use crate::id::ChallengeId;
use crate::parts::Parts;
use crate::signing_key::verified;
use crate::tenant::Tenant;
use authms_crypto::{Secret, SecretString, base62, ct_eq, sha256};
use serde::{Deserialize, Serialize};

/// `typ` of challenge tokens.
pub const CHALLENGE_TOKEN_TYP: &str = "mfa-challenge+jwt";

/// `typ` of the tokens of challenges whose user has to enrol a factor first.
pub const ENROLMENT_TOKEN_TYP: &str = "mfa-enrol+jwt";

/// What a challenge token says. It names nobody: whoever finds it learns nothing.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: Vec<String>,
    exp: i64,
    iat: i64,
    /// The challenge.
    jti: String,
    /// What completing is derived from; we keep its hash.
    secret: String,
}

/// A challenge as its token names it, and the token's secret.
pub struct Presented {
    pub id: ChallengeId,
    pub secret: Secret<32>,
    /// Whether the token is one to enrol by.
    enrols: bool,
}

impl Presented {
    /// Whether the token is that of the challenge: its secret, and its type.
    pub fn matches(&self, challenge: &Challenge) -> bool {
        self.enrols == challenge.enrolment.is_some()
            && ct_eq(&sha256(self.secret.expose()), &challenge.secret_hash)
    }
}

const fn typ(enrols: bool) -> &'static str {
    if enrols { ENROLMENT_TOKEN_TYP } else { CHALLENGE_TOKEN_TYP }
}

/// Signs the token of a challenge.
pub fn sign(
    parts: &Parts,
    challenge: &Challenge,
    secret: &Secret<32>,
    tenant: &Tenant,
) -> Result<SecretString, Fault> {
    let claims = Claims {
        iss: parts.policy.issuer.clone(),
        aud: vec![parts.policy.audience.clone()],
        exp: challenge.expires_at.as_seconds(),
        iat: challenge.created_at.as_seconds(),
        jti: challenge.id.to_string(),
        secret: base62::encode32(secret.expose()),
    };
    let ring = parts.keys.ring();
    let key = tenant.signing.key(&ring);
    let jwt = key.sign_jwt(typ(challenge.enrolment.is_some()), &claims).map_err(|_| Fault::Unavailable)?;
    Ok(SecretString::new(jwt))
}

/// Reads a token of either type that we signed and whose time is not over; `None` for anything else.
pub async fn read(parts: &Parts, token: &SecretString) -> Result<Option<Presented>, Fault> {
    match read_typed(parts, token, false).await? {
        None => read_typed(parts, token, true).await,
        found => Ok(found),
    }
}

/// The same of tokens to enrol by alone.
pub async fn read_enrolling(parts: &Parts, token: &SecretString) -> Result<Option<Presented>, Fault> {
    read_typed(parts, token, true).await
}

async fn read_typed(parts: &Parts, token: &SecretString, enrols: bool) -> Result<Option<Presented>, Fault> {
    let found = verified::<Claims>(parts, typ(enrols), token.expose()).await?;
    Ok(found.and_then(|claims| {
        let id = ChallengeId::parse(&claims.jti)?;
        Some(Presented { id, secret: Secret::new(base62::decode32(&claims.secret)?), enrols })
    }))
}
