//! What a request is worth to the ticket that is minted by it.

use super::model::{ActRequest, Step};
use crate::access::{Permission, Person, Role};
use crate::fault::Fault;
use crate::id::{ActRequestId, TenantId, UserId};
use crate::on_behalf::Terms;
use crate::parts::Parts;
use crate::ports::Member;
use crate::user::UserStatus;

/// A request that may be used now, and what it clears.
#[derive(Clone, Debug)]
pub(crate) struct Cleared {
    /// The request.
    pub request: ActRequest,
    /// Whether somebody approved who still may.
    pub approved: bool,
}

impl Cleared {
    /// The terms of a ticket that is minted by it.
    pub(crate) fn terms(&self) -> Terms {
        let ActRequest { id, agreed, terms, .. } = &self.request;
        Terms { request: Some(*id), approved: self.approved, agreed: *agreed, ..terms.clone() }
    }
}

/// This actor's request for this subject, if it may be used now.
pub(crate) async fn clear(
    parts: &Parts,
    me: &Person,
    subject: &Member,
    id: ActRequestId,
) -> Result<Option<Cleared>, Fault> {
    let Some(request) = parts.store.act_request(id).await? else { return Ok(None) };
    let theirs = (request.tenant, request.actor, request.subject) == (me.tenant, me.user, subject.user.id);
    if !theirs || !request.permits(Step::Use, parts.now()) {
        return Ok(None);
    }
    let approved = match request.approved_by {
        Some(by) => still_approves(parts, me.tenant, by, subject.role).await?,
        None => false,
    };
    Ok(Some(Cleared { request, approved }))
}

/// Whether they could approve now as well: who was thrown out clears nothing.
async fn still_approves(parts: &Parts, tenant: TenantId, by: UserId, over: Role) -> Result<bool, Fault> {
    let may = |m: Member| {
        m.user.status == UserStatus::Active && m.role.grants(Permission::UserWrite) && m.role > over
    };
    Ok(parts.store.member(tenant, by).await?.is_some_and(may))
}
