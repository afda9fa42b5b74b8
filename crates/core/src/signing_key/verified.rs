//! Reading tokens that we signed.

use crate::fault::Fault;
use crate::parts::Parts;
use authms_crypto::{Expect, VerifyError, verify};
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
    let check = || {
        let expect = Expect {
            typ,
            issuer: &parts.policy.issuer,
            audience: Some(&parts.policy.audience),
            now: parts.now().as_seconds(),
            leeway: parts.policy.leeway,
        };
        verify::<T>(&parts.keys.ring(), token, &expect)
    };
    match check() {
        Err(VerifyError::UnknownKey) => {
            // Perhaps another process has rotated since: look once, and only if the set has changed does it cost.
            parts.keys.load(&*parts.store, parts.now()).await.map_err(|_| Fault::Unavailable)?;
            Ok(check().ok())
        }
        found => Ok(found.ok()),
    }
}
