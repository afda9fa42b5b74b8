//! Exchange: a client turns the user's own token and the actor's into one of an act on the user's behalf (RFC 8693).

use super::find::{Presented, find};
use crate::access::Person;
use crate::audit::Source;
use crate::client::Client;
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::ActRequestId;
use crate::on_behalf::{self, ActError, Terms};
use crate::parts::Parts;
use crate::signin::SignedIn;
use crate::ticket::{Mint, Purpose};
use authms_crypto::SecretString;

/// What is exchanged, and what else an act is asked for with.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// An access token of the user's own, issued to the client.
    pub subject_token: SecretString,
    /// One of whoever is to act, issued to the client as well.
    pub actor_token: SecretString,
    /// Why.
    pub reason: Option<String>,
    /// On which terms.
    pub terms: Terms,
    /// The request that was cleared for it.
    pub act_request: Option<ActRequestId>,
    /// What shows that the actor proved themself just now.
    pub step_up: Option<SecretString>,
}

/// Why nothing is exchanged.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The client is not registered for acts.
    #[error("the client is not registered for sessions on somebody's behalf")]
    Client,
    /// One of the tokens is no access token of a living session of its user's own at this client: one answer for all
    /// reasons, and for both.
    #[error("subject_token or actor_token is not good for this")]
    Token,
    /// No act begins.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<Fault> for ExchangeError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

/// Begins an act at this client, by the rules of every other: that the user's token is at hand is nobody's leave.
///
/// # Errors
/// [`ExchangeError`]; then there is no session.
pub async fn exchange(
    parts: &Parts,
    client: Client,
    ask: Exchange,
    source: &Source,
) -> Result<SignedIn, ExchangeError> {
    if !client.purposes.contains(&Purpose::OnBehalf) {
        return Err(ExchangeError::Client);
    }
    let Some(actor) = own(parts, &client, &ask.actor_token).await? else {
        parts.store.commit(Commit::refusal("actor_token")).await.map_err(Fault::from)?;
        return Err(ExchangeError::Token);
    };
    let Some(subject) = own(parts, &client, &ask.subject_token).await? else {
        let why = ("subject_token", ask.reason.as_deref());
        on_behalf::refused(parts, &actor, None, why, source).await?;
        return Err(ExchangeError::Token);
    };
    let Exchange { reason, terms, act_request, step_up, .. } = ask;
    let mint = Mint { reason, terms, act_request, step_up, ..Mint::for_user(subject.user) };
    Ok(on_behalf::begin_at(parts, &actor, mint, client, source).await?)
}

/// Whose access token it is, if it was issued to this client for a session of theirs that lives, in which nobody acts for them.
async fn own(parts: &Parts, client: &Client, token: &SecretString) -> Result<Option<Person>, Fault> {
    let Some(found) = find(parts, token).await? else { return Ok(None) };
    let session = &found.view.session;
    let theirs = session.tenant == client.tenant && session.client == Some(client.id);
    let is_own = matches!(found.token, Presented::Access(_)) && session.acting.is_none();
    let role = found.view.alive(parts.now(), parts.policy.session_idle);
    Ok(role.ok().filter(|_| theirs && is_own).map(|role| Person {
        tenant: session.tenant,
        user: session.user,
        session: session.id,
        role,
        acting: None,
        client: session.client,
    }))
}
