//! Asking to act.

use super::error::ActRequestError;
use super::model::{ActRequest, Change, DECIDED_WITHIN};
use super::settle::of_request;
use crate::access::Person;
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::ActRequestId;
use crate::message::{self, ActTold, Notice};
use crate::on_behalf::{Terms, ask_approvers};
use crate::parts::Parts;
use crate::ticket::{self, Mint, Purpose};

/// Asks to act as `ask` says. Decided by the rules by which the ticket will be minted, but for what is asked for here; where
/// the tenant wants the user's consent, they are told by mail, and who may approve where it wants that.
///
/// # Errors
/// [`ActRequestError`]
pub async fn ask(
    parts: &Parts,
    me: &Person,
    ask: Mint,
    source: &Source,
) -> Result<ActRequest, ActRequestError> {
    let ask = Mint { purpose: Some(Purpose::OnBehalf), act_request: None, ..ask };
    let weighed = ticket::weigh(parts, me, ask, source).await?;
    let now = parts.now();
    let terms =
        Terms { reference: weighed.terms.reference, writes: weighed.terms.writes, ..Terms::default() };
    let mut request = ActRequest {
        id: ActRequestId::generate(now, &*parts.rng),
        tenant: me.tenant,
        actor: me.user,
        subject: weighed.subject.id,
        client: weighed.client,
        reason: weighed.reason,
        terms,
        created_at: now,
        expires_at: now.plus(DECIDED_WITHIN),
        approved_by: None,
        agreed: false,
        end: None,
    };
    let row = of_request(EventName::OnBehalfRequested, &request)
        .text("actor_session", me.session.to_string())
        .text("reason", request.reason.clone())
        .text_if("reference", request.terms.reference.clone())
        .text("may_write", if request.terms.writes { "yes" } else { "no" })
        .client(request.client)
        .from(source)
        .into_row(now, &*parts.rng);
    let told = ActTold {
        actor: &weighed.actor,
        subject: &weighed.subject.called(),
        reason: &request.reason,
        client: weighed.client_name.as_deref(),
    };
    let letter = match weighed.needs_consent {
        true => message::notice_of_act(parts, (&weighed.subject, Notice::ActAsked), told, source),
        false => None,
    };
    let approvers = match weighed.needs_approval {
        true => ask_approvers(parts, me, (request.subject, weighed.subject_role), told, source).await?,
        false => Vec::new(),
    };
    let commit = Commit::new(row)
        .change(commit::Change::OnBehalf(Change::Ask(Box::new(request.clone()))))
        .with(letter)
        .with(approvers);
    let at = parts.store.commit(commit).await.map_err(Fault::from)?.at;
    (request.created_at, request.expires_at) = (at, at.plus(DECIDED_WITHIN));
    Ok(request)
}
