//! Verification of the JWTs that this deployment signs (RFC 7519, RFC 8725, RFC 9068).
//!
//! Stricter than the RFCs ask of a general reader, since every token that should pass was written
//! by [`SigningKey::sign_jwt`](crate::SigningKey::sign_jwt): whatever it does not write is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Validation;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use crate::{Algorithm, Keyring, VerifyingKey};

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// What a token has to be to pass.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The exact header `typ`, such as `at+jwt`; its `application/` form is refused.
    pub typ: &'a str,
    /// The exact `iss`.
    pub issuer: &'a str,
    /// A value that `aud` is or contains. With `None` the caller checks the audience.
    pub audience: Option<&'a str>,
    /// The present, in seconds since 1970 in UTC.
    pub now: i64,
    /// How far the signer's clock may differ from ours, in seconds.
    pub leeway: u64,
}

/// Why a token does not pass. No variant carries any of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It was ours and would pass but that its time is over.
    #[error("the token has expired")]
    Expired,
    /// It names a key that the ring does not hold, which may be newer than the ring.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// Anything else. The reason is not told, since it would help only an attacker.
    #[error("the token is not valid")]
    Invalid,
}

/// A token that has passed once. Its signature and most of its claims stay good for as long as the ring does; its time
/// has to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed<T> {
    claims: T,
    exp: i64,
    nbf: Option<i64>,
}

impl<T> Passed<T> {
    /// Its claims, if it passes at `now`, clocks being up to `leeway` seconds apart: while `nbf - leeway <= now < exp +
    /// leeway` (RFC 7519 §4.1.4, §4.1.5).
    ///
    /// # Errors
    ///
    /// [`VerifyError`]
    pub fn at(&self, now: i64, leeway: u64) -> Result<&T, VerifyError> {
        if self.nbf.is_some_and(|nbf| nbf > now.saturating_add_unsigned(leeway)) {
            return Err(VerifyError::Invalid);
        }
        if now >= self.exp.saturating_add_unsigned(leeway) {
            return Err(VerifyError::Expired);
        }
        Ok(&self.claims)
    }

    /// The same of what `f` makes of the claims, if it makes anything.
    pub fn filter_map<U>(self, f: impl FnOnce(T) -> Option<U>) -> Option<Passed<U>> {
        let Self { claims, exp, nbf } = self;
        f(claims).map(|claims| Passed { claims, exp, nbf })
    }
}

/// The claims of `token`, if one of the ring's keys signed it and it is as expected.
///
/// The key is found by the header's `kid` and its algorithm is the key's own: the header's `alg`
/// can only agree with it. `exp` and `iat` must be present and integers, `nbf` an integer if
/// present. When a token's time is, [`Passed::at`] says.
///
/// # Errors
///
/// [`VerifyError`]; also `Invalid` if the claims do not deserialise to `T`.
pub fn verify<T: DeserializeOwned>(
    ring: &Keyring,
    token: &str,
    expect: &Expect<'_>,
) -> Result<T, VerifyError> {
    pass(ring, token, expect).map(|passed| passed.claims)
}

/// The same, with what it takes to ask again later without looking at the signature.
///
/// # Errors
///
/// The same.
pub fn pass<T: DeserializeOwned>(
    ring: &Keyring,
    token: &str,
    expect: &Expect<'_>,
) -> Result<Passed<T>, VerifyError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(VerifyError::Invalid);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return Err(VerifyError::Invalid);
    };
    let key = key_of(ring, header, expect.typ)?;
    // Nothing of the payload is looked at before the library has found the signature good.
    let signed = jsonwebtoken::decode::<Registered>(token, key.decoding(), &signature_only(key.algorithm()))
        .map_err(|_| VerifyError::Invalid)?;
    let Registered { exp, nbf, .. } = check(signed.claims, expect)?;
    Passed { claims: (), exp, nbf }.at(expect.now, expect.leeway)?;
    Ok(Passed { claims: object(&decode(payload)?)?, exp, nbf })
}

/// What a signed statement says, if this key signed it as one of this type: like a token, but of something that was so once,
/// so that no time of its own ends it.
///
/// # Errors
///
/// [`VerifyError`]
pub fn statement<T: DeserializeOwned>(key: &VerifyingKey, typ: &str, text: &str) -> Result<T, VerifyError> {
    if text.len() > MAX_TOKEN_BYTES {
        return Err(VerifyError::Invalid);
    }
    let mut parts = text.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return Err(VerifyError::Invalid);
    };
    let Header { alg, kid, typ: found } = object(&decode(header)?)?;
    if kid != key.kid() {
        return Err(VerifyError::UnknownKey);
    }
    if alg != key.algorithm() || found != typ {
        return Err(VerifyError::Invalid);
    }
    jsonwebtoken::decode::<IgnoredAny>(text, key.decoding(), &signature_only(alg))
        .map_err(|_| VerifyError::Invalid)?;
    object(&decode(payload)?)
}

/// The key that the header names, if the header is one that we write.
fn key_of<'a>(ring: &'a Keyring, header: &str, typ: &str) -> Result<&'a VerifyingKey, VerifyError> {
    let header: Header = object(&decode(header)?)?;
    if header.typ != typ {
        return Err(VerifyError::Invalid);
    }
    let key = ring.find(&header.kid).ok_or(VerifyError::UnknownKey)?;
    if header.alg == key.algorithm() { Ok(key) } else { Err(VerifyError::Invalid) }
}

/// The library checks the signature and the algorithm. The claims are checked here, since the library takes
/// the time from the system's clock and lets a token pass in the very second of its expiry.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
    });
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// What does not depend on the time.
fn check(claims: Registered, expect: &Expect<'_>) -> Result<Registered, VerifyError> {
    let audience = expect.audience.is_none_or(|audience| claims.aud.contains(audience));
    if claims.iss == expect.issuer && audience { Ok(claims) } else { Err(VerifyError::Invalid) }
}

/// The header. Members that point to or carry a key (`jwk`, `jku`, `x5c`, …) or extend the
/// format (`crit`) are refused by not being among these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: Algorithm,
    kid: String,
    typ: String,
}

/// The registered claims (RFC 7519 §4.1) that decide whether a token passes. Reading them as
/// these types refuses strings, fractions, nulls and repeats.
#[derive(Deserialize)]
struct Registered {
    iss: String,
    exp: i64,
    #[serde(rename = "iat")]
    _iat: i64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
    #[serde(default)]
    aud: Audience,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

impl Default for Audience {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// A claim that may be left out but, unlike what `Option` takes, may not be null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

/// A JSON object. An array would also do for a struct's fields in order, and must not.
fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, VerifyError> {
    match json.first() {
        Some(b'{') => serde_json::from_slice(json).map_err(|_| VerifyError::Invalid),
        _ => Err(VerifyError::Invalid),
    }
}

/// Base64url without padding, each text having one reading and each bytes one text.
fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Invalid)
}
