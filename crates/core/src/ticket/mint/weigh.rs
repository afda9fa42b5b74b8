//! Whether a ticket would be minted, were it cleared: what a request to act is decided by.

use super::ask::{Mint, MintError};
use super::draft::By;
use super::look::look;
use super::{rules, watch};
use crate::access::{Caller, Person, Role};
use crate::audit::Source;
use crate::id::ClientId;
use crate::on_behalf::Terms;
use crate::parts::Parts;
use crate::text;
use crate::ticket::model::Purpose;
use crate::user::User;

/// What somebody wants to do, and may if it is cleared.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    pub subject: User,
    /// What the actor is called.
    pub actor: String,
    pub client: Option<ClientId>,
    /// What that is called.
    pub client_name: Option<String>,
    pub reason: String,
    pub terms: Terms,
    pub subject_role: Role,
    /// Whether another administrator has to approve.
    pub needs_approval: bool,
    /// Whether the user has to agree.
    pub needs_consent: bool,
}

/// Decides by the rules of [`mint`](super::mint()); a refusal is written down before it is told.
///
/// # Errors
/// [`MintError`]
pub(crate) async fn weigh(
    parts: &Parts,
    me: &Person,
    ask: Mint,
    source: &Source,
) -> Result<Weighed, MintError> {
    let caller = Caller::Person(me.clone());
    let minter = rules::minter_of(&caller, &ask)?;
    watch::charge_minter(parts, &caller, 1).await?;
    let by = By { caller: &caller, minter, source };
    let act = watch::Act::of(&by, &ask);
    let outcome = decide(parts, &by, ask).await;
    if let Err(refusal) = &outcome
        && refusal.is_refusal()
    {
        act.refused(parts, &by, refusal).await?;
    }
    outcome
}

async fn decide(parts: &Parts, by: &By<'_>, ask: Mint) -> Result<Weighed, MintError> {
    let (looked, ask) = look(parts, by, ask).await?;
    let ground = looked.ground();
    let purpose = rules::purpose(by.caller, &ask, ground.subject)?;
    if purpose != Purpose::OnBehalf {
        return Err(MintError::Purpose);
    }
    rules::may_act(by.caller, &ground, &ask)?;
    let reason = text::label("reason", ask.reason.as_deref().unwrap_or_default(), 500)?;
    let terms = rules::terms(purpose, ask.terms)?;
    if ask.client.is_some() {
        let client = ground.client.ok_or(MintError::UnknownClient)?;
        rules::check_client(client, by.caller.tenant(), purpose)?;
    }
    let policy = ground.tenant.map(|tenant| &tenant.on_behalf_policy);
    let needs_approval = policy.is_some_and(|policy| policy.require_approval);
    let needs_consent = policy.is_some_and(|policy| policy.require_consent);
    let actor = looked.actor.as_ref().map(|actor| actor.user.called()).unwrap_or_default();
    let client_name = looked.client.as_ref().map(|client| client.name.clone());
    Ok(Weighed {
        subject_role: looked.subject.role,
        subject: looked.subject.user,
        actor,
        client: ask.client,
        client_name,
        reason,
        terms,
        needs_approval,
        needs_consent,
    })
}
