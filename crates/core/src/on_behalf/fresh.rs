//! Whoever acts has proved who they are just now, by more than one factor.

use crate::access::Person;
use crate::fault::Fault;
use crate::mfa::proved_since;
use crate::parts::Parts;
use crate::session::Proof;
use crate::time::Span;
use authms_crypto::SecretString;

/// How long a sign-in by two factors is fresh enough to act for somebody.
pub const FRESH: Span = Span::seconds(900);

/// Whether this person proved a second factor within [`FRESH`] in this very session: at its sign-in, or since then for a
/// step-up token. What a ticket's minter vouched for does not count: whoever could vouch could act.
pub(crate) async fn demand_fresh(
    parts: &Parts,
    actor: &Person,
    token: Option<&SecretString>,
) -> Result<bool, Fault> {
    let Some(view) = parts.store.session(actor.session).await? else { return Ok(false) };
    let now = parts.now();
    let at_sign_in = view.session.proven.is_some_and(|p| p.by == Proof::Factor && now < p.at.plus(FRESH));
    Ok(at_sign_in || proved_since(parts, actor, token).await? == Some(Proof::Factor))
}
