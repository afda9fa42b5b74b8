//! Whether the caller has proved lately who they are.

use super::error::PasskeyError;
use crate::access::{Forbidden, Person};
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take};
use crate::parts::Parts;
use crate::ports::Verdict;
use crate::signin::MethodKind;
use crate::text;
use crate::time::Span;
use authms_crypto::SecretString;

/// How long ago the caller may have signed in.
const FRESH: Span = Span::seconds(300);

/// Demands the present password, or a session that began minutes ago with a proof of its user. Whoever acts for somebody
/// has none, and a ticket is none, whatever its minter vouched for.
///
/// # Errors
/// [`PasskeyError::StepUp`], [`PasskeyError::WrongPassword`], [`PasskeyError::Throttled`]
pub(super) async fn demand(
    parts: &Parts,
    me: &Person,
    password: Option<&SecretString>,
) -> Result<(), PasskeyError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    if let Some(password) = password {
        return by_password(parts, me, password).await;
    }
    let view = parts.store.session(me.session).await.map_err(Fault::from)?.ok_or(PasskeyError::StepUp)?;
    let session = view.session;
    let proved = session.method != MethodKind::Ticket && !session.amr.is_empty();
    let lately = session.auth_time.is_some_and(|at| at.plus(FRESH) > parts.now());
    if proved && lately { Ok(()) } else { Err(PasskeyError::StepUp) }
}

/// Guesses share the budget of changing the password.
async fn by_password(parts: &Parts, me: &Person, password: &SecretString) -> Result<(), PasskeyError> {
    let key = [b"change".as_slice(), me.user.bytes()].concat();
    limits::charge(parts, &[Take::of(parts, LimitKind::Account, &key)]).await??;
    let known = parts.store.password_hash(me.user).await.map_err(Fault::from)?;
    let typed = SecretString::new(text::password(password.expose()));
    match parts.passwords.verify(typed, known).await.map_err(Fault::from)? {
        Verdict::Match { .. } => Ok(()),
        Verdict::Mismatch => Err(PasskeyError::WrongPassword),
    }
}
