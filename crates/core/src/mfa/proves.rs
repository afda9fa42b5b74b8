//! Whether a factor shows anything beside what its session rests on already.

use crate::access::Person;
use crate::factor::{Factor, FactorKind};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::signin::MethodKind;

/// Whether a factor of this kind can be proved in this session, and would show anything. Whoever reads a mailbox shows it
/// once, however many codes are sent there: to sign in with, to set a password with, to prove a factor with.
///
/// # Errors
/// [`Fault`]
pub(crate) async fn proves(
    parts: &Parts,
    me: &Person,
    factors: &[Factor],
    kind: FactorKind,
) -> Result<bool, Fault> {
    if !factors.iter().any(|f| f.kind == kind && f.is_usable() && !f.set_password) {
        return Ok(false);
    }
    if kind != FactorKind::Email {
        return Ok(true);
    }
    let view = parts.store.session(me.session).await?.ok_or(Fault::Unavailable)?;
    Ok(view.session.method != MethodKind::EmailCode)
}
