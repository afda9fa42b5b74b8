//! Peeking: whoever holds the ticket sees what it would do, and spends nothing.

use super::attempt::{Attempt, Redeem, RedeemError, TryError, ended, event, refuse, take};
use super::life::{TicketAct, TicketState};
use super::model::Purpose;
use crate::audit::{EventName, Source};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::ClientId;
use crate::limits::LimitKind;
use crate::parts::Parts;
use crate::text;
use crate::time::Span;
use crate::user::User;

/// What a ticket would do: enough to ask its holder whether they mean it, too little to learn who its subject is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peeked {
    /// Under which name its subject signs in, masked.
    pub account: Option<String>,
    /// What its subject is called, masked.
    pub display_name: Option<String>,
    /// The client that it is bound to, and its name.
    pub client: Option<(ClientId, String)>,
    /// What it is for.
    pub purpose: Purpose,
    /// How long it is good for.
    pub expires_in: Span,
}

/// Looks at a ticket that would sign in now, with every binding met. Whatever would be refused is refused as by
/// [`redeem`](super::redeem), and a failed binding counts; but a spent ticket keeps what answers its redeemer again.
/// Charged to the ticket's budget, so that a ticket leaves no more than so many rows in the log.
///
/// # Errors
/// [`RedeemError`].
pub async fn peek(parts: &Parts, ask: &Redeem, source: &Source) -> Result<Peeked, RedeemError> {
    let attempt = Attempt::new(parts, TicketAct::Peek, ask, source).await?;
    for lost in [false, true] {
        if let Some(outcome) = ended(try_once(parts, &attempt, lost).await) {
            return outcome;
        }
    }
    Err(Fault::Busy.into())
}

async fn try_once(parts: &Parts, attempt: &Attempt<'_>, lost: bool) -> Result<Peeked, TryError> {
    let view = attempt.look(parts).await?;
    let ticket = &view.ticket;
    if matches!(ticket.state, TicketState::Spent { .. }) {
        return refuse(parts, attempt, &view, "spent").await;
    }
    attempt.judge(parts, &view, lost).await?;
    take(parts, LimitKind::Ticket, ticket.id.bytes()).await?;
    let told = event(EventName::TicketPeeked, attempt, ticket).into_row(parts.now(), &*parts.rng);
    let at = attempt.commit(parts, &view, Commit::new(told)).await?.at;
    let bound = attempt.client.as_ref().filter(|client| ticket.client == Some(client.id));
    let user = &view.standing.user;
    Ok(Peeked {
        account: account(user),
        display_name: user.nickname.as_deref().map(text::masked),
        client: bound.map(|client| (client.id, client.name.clone())),
        purpose: ticket.purpose,
        expires_in: Span::millis(ticket.expires_at.as_millis() - at.as_millis()),
    })
}

fn account(user: &User) -> Option<String> {
    let email = user.email.as_deref().map(text::masked_email);
    let name = || user.username.as_deref().map(text::masked);
    email.or_else(name).or_else(|| user.phone.as_deref().map(text::masked_phone))
}
