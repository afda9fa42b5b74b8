//! Reading tokens that we signed.

use super::keys::Generation;
use super::known::Fingerprint;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::signin::{ACCESS_TOKEN_TYP, AccessClaims, Issued};
use authms_crypto::{Expect, MAX_TOKEN_BYTES, Passed, VerifyError, pass, verify};
use serde::de::DeserializeOwned;

/// What a token of this type says, if we signed it and its time is not over; `None` for all the ways in which it can be
/// wrong.
///
/// # Errors
/// [`Fault::Unavailable`] if a key is not known and the store does not answer.
pub(crate) async fn verified<T: DeserializeOwned>(
    parts: &Parts,
    typ: &str,
    token: &str,
) -> Result<Option<T>, Fault> {
    by_present_keys(parts, |keys| verify(&keys.ring, token, &expect(parts, typ))).await
}

/// The same of an access token, of which the signature is verified once for as long as the keys stay as they are.
///
/// # Errors
/// The same.
pub(crate) async fn issued(parts: &Parts, token: &str) -> Result<Option<Issued>, Fault> {
    if token.len() > MAX_TOKEN_BYTES {
        return Ok(None);
    }
    let fingerprint = Fingerprint::of(token);
    let found = by_present_keys(parts, |keys| match keys.known.get(fingerprint) {
        Some(known) => Ok(known),
        None => {
            let passed: Passed<AccessClaims> =
                pass(&keys.ring, token, &Expect { audience: None, ..expect(parts, ACCESS_TOKEN_TYP) })?;
            let ours = &parts.policy.audience;
            let passed = passed.filter_map(|claims| Issued::of(&claims, ours)).ok_or(VerifyError::Invalid)?;
            keys.known.insert(fingerprint, passed);
            Ok(passed)
        }
    });
    let (now, leeway) = (parts.now().as_seconds(), parts.policy.leeway);
    Ok(found.await?.and_then(|passed| passed.at(now, leeway).ok().copied()))
}

async fn by_present_keys<T>(
    parts: &Parts,
    check: impl Fn(&Generation) -> Result<T, VerifyError>,
) -> Result<Option<T>, Fault> {
    match check(&parts.keys.generation()) {
        Err(VerifyError::UnknownKey) => {
            // Perhaps another process has rotated since: look once, and only if the set has changed does it cost.
            parts.keys.load(&*parts.store, parts.now()).await.map_err(|_| Fault::Unavailable)?;
            Ok(check(&parts.keys.generation()).ok())
        }
        found => Ok(found.ok()),
    }
}

fn expect<'a>(parts: &'a Parts, typ: &'a str) -> Expect<'a> {
    Expect {
        typ,
        issuer: &parts.policy.issuer,
        audience: Some(&parts.policy.audience),
        now: parts.now().as_seconds(),
        leeway: parts.policy.leeway,
    }
}
