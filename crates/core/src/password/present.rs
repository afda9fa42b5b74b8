//! Whether somebody knows their own password.

use crate::fault::Fault;
use crate::id::UserId;
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::ports::Verdict;
use crate::text;
use authms_crypto::SecretString;

/// Whether this is the user's present password; never, if there is none. Guesses in the user's own sessions share one
/// budget, whatever the password is asked for, and are counted before they are looked at.
///
/// # Errors
/// [`Throttled`] inside, if there were too many; else [`Fault`].
pub(crate) async fn is_present(
    parts: &Parts,
    user: UserId,
    typed: &SecretString,
) -> Result<Result<bool, Throttled>, Fault> {
    let key = [b"change".as_slice(), user.bytes()].concat();
    if let Err(throttled) = limits::charge(parts, &[Take::of(parts, LimitKind::Account, &key)]).await? {
        return Ok(Err(throttled));
    }
    let known = parts.store.password_hash(user).await?;
    let typed = SecretString::new(text::password(typed.expose()));
    let verdict = parts.passwords.verify(typed, known).await?;
    Ok(Ok(matches!(verdict, Verdict::Match { .. })))
}
