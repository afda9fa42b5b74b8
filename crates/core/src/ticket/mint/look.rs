//! What one mint rests on, read for it alone.

use super::ask::{Mint, MintError, Subject};
use super::draft::{By, Ground};
use super::{newcomer, rules};
use crate::access::Caller;
use crate::client::Client;
use crate::commit;
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::message::ActTold;
use crate::on_behalf::{self, Cleared};
use crate::parts::Parts;
use crate::ports::Member;
use crate::tenant::Tenant;

/// What was read.
pub(super) struct Looked {
    pub(super) subject: Member,
    is_new: bool,
    pub(super) client: Option<Client>,
    pub(super) tenant: Option<Tenant>,
    pub(super) actor: Option<Member>,
    fresh: bool,
    opted_out: bool,
    cleared: Option<Cleared>,
    alarm: Vec<commit::Change>,
}

impl Looked {
    /// What the decision rests on.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            subject: &self.subject,
            is_new: self.is_new,
            client: self.client.as_ref(),
            tenant: self.tenant.as_ref(),
            actor: self.actor.as_ref(),
            fresh: self.fresh,
            opted_out: self.opted_out,
            cleared: self.cleared.as_ref(),
            alarm: &self.alarm,
        }
    }
}

/// Reads it; the request comes back as it was cleared.
pub(super) async fn look(parts: &Parts, by: &By<'_>, ask: Mint) -> Result<(Looked, Mint), MintError> {
    let tenant = by.caller.tenant();
    let (subject, is_new) = subject(parts, by.caller, &ask.user).await?;
    let cleared = match (ask.act_request, by.caller) {
        (None, _) => None,
        (Some(id), Caller::Person(me)) => {
            let found = on_behalf::clear(parts, me, &subject, id).await?;
            Some(found.ok_or(MintError::ActRequest)?)
        }
        (Some(_), _) => return Err(MintError::ActRequest),
    };
    let ask = rules::as_cleared(ask, cleared.as_ref())?;
    let client = match ask.client {
        Some(id) => parts.store.client(id).await.map_err(Fault::from)?,
        None => None,
    };
    let actor = match by.minter.acts_for(subject.user.id) {
        Some(actor) => Some(member(parts, tenant, actor).await?),
        None => None,
    };
    let tenant = parts.store.tenant(tenant).await.map_err(Fault::from)?;
    let fresh = match (&actor, by.caller) {
        (Some(_), Caller::Person(me)) => on_behalf::demand_fresh(parts, me, ask.step_up.as_ref()).await?,
        _ => false,
    };
    let opted_out = match &actor {
        Some(_) => {
            let since =
                parts.store.opted_out(by.caller.tenant(), subject.user.id).await.map_err(Fault::from)?;
            since.is_some()
        }
        None => false,
    };
    let alarm = match (&actor, by.caller) {
        (Some(actor), Caller::Person(me)) if ask.terms.broke_glass => {
            let act = ActTold {
                actor: &actor.user.called(),
                subject: &subject.user.called(),
                reason: ask.reason.as_deref().unwrap_or_default(),
                client: client.as_ref().map(|c| c.name.as_str()),
            };
            on_behalf::alarm(parts, me, subject.user.id, act, by.source).await?
        }
        _ => Vec::new(),
    };
    Ok((Looked { subject, is_new, client, tenant, actor, fresh, opted_out, cleared, alarm }, ask))
}

/// Whom the ticket is for, and whether they are new.
async fn subject(parts: &Parts, caller: &Caller, asked: &Subject) -> Result<(Member, bool), MintError> {
    let tenant = caller.tenant();
    let user = match asked {
        Subject::User(user) => Some(*user),
        Subject::External(id) => {
            let found = parts.store.by_external_id(tenant, &[id]).await.map_err(Fault::from)?;
            found.into_iter().next().flatten()
        }
    };
    match (user, asked) {
        (Some(user), _) => Ok((member(parts, tenant, user).await?, false)),
        (None, Subject::External(id)) => Ok((newcomer::draft(parts, caller, id)?, true)),
        (None, Subject::User(_)) => Err(MintError::UnknownUser),
    }
}

async fn member(parts: &Parts, tenant: TenantId, user: UserId) -> Result<Member, MintError> {
    let member = parts.store.member(tenant, user).await.map_err(Fault::from)?;
    rules::active(member.as_ref())?;
    member.ok_or(MintError::UnknownUser)
}
