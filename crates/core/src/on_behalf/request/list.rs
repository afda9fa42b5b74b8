//! Looking at requests.

use super::error::ActRequestError;
use super::model::ActRequest;
use crate::access::{Caller, Permission, Person};
use crate::fault::Fault;
use crate::id::{ActRequestId, TenantId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;

/// The requests of the caller's tenant, newest first; for who may act only their own.
///
/// # Errors
/// [`ActRequestError`]
pub async fn list(
    parts: &Parts,
    me: &Person,
    page: PageRequest,
) -> Result<Page<ActRequest>, ActRequestError> {
    Caller::Person(me.clone()).require(Permission::TicketOnBehalf)?;
    let actor = (!sees_all(me)).then_some(me.user);
    Ok(parts.store.act_requests(me.tenant, (actor, None), page).await.map_err(Fault::from)?)
}

/// One of them.
///
/// # Errors
/// [`ActRequestError`]
pub async fn get(parts: &Parts, me: &Person, id: ActRequestId) -> Result<ActRequest, ActRequestError> {
    Caller::Person(me.clone()).require(Permission::TicketOnBehalf)?;
    let request = of_tenant(parts, me.tenant, id).await?;
    if sees_all(me) || request.actor == me.user { Ok(request) } else { Err(ActRequestError::Unknown) }
}

/// What others asked to do on the caller's own behalf, newest first.
///
/// # Errors
/// [`ActRequestError`]
pub async fn list_mine(
    parts: &Parts,
    me: &Person,
    page: PageRequest,
) -> Result<Page<ActRequest>, ActRequestError> {
    Ok(parts.store.act_requests(me.tenant, (None, Some(me.user)), page).await.map_err(Fault::from)?)
}

/// Whether they decide on others' requests.
fn sees_all(me: &Person) -> bool {
    me.role.grants(Permission::UserWrite)
}

pub(super) async fn of_tenant(
    parts: &Parts,
    tenant: TenantId,
    id: ActRequestId,
) -> Result<ActRequest, ActRequestError> {
    let request = parts.store.act_request(id).await.map_err(Fault::from)?;
    request.filter(|r| r.tenant == tenant).ok_or(ActRequestError::Unknown)
}

pub(super) async fn of_me(
    parts: &Parts,
    me: &Person,
    id: ActRequestId,
) -> Result<ActRequest, ActRequestError> {
    let request = of_tenant(parts, me.tenant, id).await?;
    if request.subject == me.user { Ok(request) } else { Err(ActRequestError::Unknown) }
}
