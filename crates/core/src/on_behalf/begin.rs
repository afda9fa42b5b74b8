//! Beginning an act at once, at our own endpoints or at a client: a ticket is minted and redeemed inside, by the rules of every other.

use super::told::refused;
use crate::access::{Caller, Permission, Person};
use crate::audit::Source;
use crate::client::Client;
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::ports::random;
use crate::signin::{Answer, SignedIn};
use crate::ticket::{self, Mint, MintError, Purpose, Redeem, RedeemError};
use authms_crypto::{SecretString, pkce_s256};
use std::fmt::Write;

/// Why no act begins.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActError {
    /// No ticket was minted for it.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// Something changed before its ticket was redeemed.
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    /// The request names two people.
    #[error("the request names two people")]
    IdsDiffer,
}

impl From<Fault> for ActError {
    fn from(fault: Fault) -> Self {
        Self::Mint(fault.into())
    }
}

/// Begins to act as `ask` says, at our own endpoints. The ticket never leaves: its proof is made here and met here.
///
/// # Errors
/// [`ActError`]; then there is no session.
pub async fn begin(parts: &Parts, me: &Person, ask: Mint, source: &Source) -> Result<SignedIn, ActError> {
    usable_here(parts, me, &ask, source).await?;
    at_once(parts, me, ask, None, source).await
}

/// The same at a client, which has authenticated.
///
/// # Errors
/// [`ActError`]; then there is no session.
pub(crate) async fn begin_at(
    parts: &Parts,
    me: &Person,
    ask: Mint,
    client: Client,
    source: &Source,
) -> Result<SignedIn, ActError> {
    at_once(parts, me, ask, Some(client), source).await
}

async fn at_once(
    parts: &Parts,
    me: &Person,
    ask: Mint,
    client: Option<Client>,
    source: &Source,
) -> Result<SignedIn, ActError> {
    let verifier = verifier(parts);
    let proof = Some(pkce_s256(verifier.expose()));
    let at = client.as_ref().map(|client| client.id);
    let ask = Mint { purpose: Some(Purpose::OnBehalf), proof, client: at, ..ask };
    let minted = ticket::mint(parts, &Caller::Person(me.clone()), ask, source).await?;
    let redeem = Redeem {
        ticket: minted.ticket,
        verifier: Some(verifier),
        redirect_uri: None,
        context: None,
        told: None,
        client: None,
        tenant: None,
        idempotency_key: None,
    };
    match ticket::redeem_inside(parts, &redeem, client, source).await? {
        Answer::SignedIn(signed_in) => Ok(*signed_in),
        // Nobody is asked for another's factors.
        Answer::Challenged(_) | Answer::ChangeFirst(_) => Err(RedeemError::Refused.into()),
    }
}

/// That a request to act, if one was cleared, is not for a client.
async fn usable_here(parts: &Parts, me: &Person, ask: &Mint, source: &Source) -> Result<(), ActError> {
    let Some(id) = ask.act_request else { return Ok(()) };
    let request = parts.store.act_request(id).await.map_err(Fault::from)?;
    let Some(request) = request.filter(|r| r.client.is_some() && r.actor == me.user) else { return Ok(()) };
    let why = ("act_request", Some(request.reason.as_str()));
    refused(parts, me, Some(request.subject), why, source).await?;
    Err(MintError::ActRequest.into())
}

/// Why no act begins by a request whose path names this user, and whose body another: written down of whoever could act.
pub async fn differ(parts: &Parts, me: &Person, named: UserId, source: &Source) -> ActError {
    match refuse_two(parts, me, named, source).await {
        Ok(()) => ActError::IdsDiffer,
        Err(error) => error.into(),
    }
}

async fn refuse_two(parts: &Parts, me: &Person, named: UserId, source: &Source) -> Result<(), MintError> {
    let caller = Caller::Person(me.clone());
    caller.require(Permission::TicketOnBehalf)?;
    ticket::charge_minter(parts, &caller, 1).await?;
    Ok(refused(parts, me, Some(named), ("ids_differ", None), source).await?)
}

/// RFC 7636 §4.1, of 256 bits.
fn verifier(parts: &Parts) -> SecretString {
    let mut text = String::with_capacity(64);
    for byte in random::<32>(&*parts.rng) {
        let _ = write!(text, "{byte:02x}");
    }
    SecretString::new(text)
}
