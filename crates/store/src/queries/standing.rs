//! The present state of a subject and of all that a ticket or a session rests on, joined to its row.

use super::columns::{self, Columns, FENCES};
use super::conn::Result;
use super::{tenant, user};
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::signin::{ActorStanding, Fences, Standing};

/// Which columns of a row name what it rests on.
pub(super) struct Names {
    pub(super) tenant: &'static str,
    pub(super) subject: &'static str,
    pub(super) client: &'static str,
    pub(super) key: &'static str,
    pub(super) actor: &'static str,
    pub(super) actor_session: &'static str,
}

/// Whether the session of this alias rests on more than one factor: `amr` is a JSON array of texts.
pub(super) fn multi_factor(alias: &str) -> String {
    format!("{alias}.amr LIKE '%\"mfa\"%'")
}

/// The joins: subject `u` in tenant `n` by membership `m`, client `c`, key `k`; the actor `a` by membership `am`, and
/// their own session `x` with what it rests on. Who is not named, or is gone, is NULL.
pub(super) fn joins(names: &Names) -> String {
    let Names { tenant, subject, client, key, actor, actor_session } = names;
    format!(
        "JOIN users u ON u.id = {subject}
         JOIN tenants n ON n.id = {tenant}
         LEFT JOIN memberships m ON m.tenant_id = {tenant} AND m.user_id = {subject} AND m.removed = 0
         LEFT JOIN clients c ON c.id = {client}
         LEFT JOIN api_keys k ON k.id = {key}
         LEFT JOIN users a ON a.id = {actor}
         LEFT JOIN memberships am ON am.tenant_id = {tenant} AND am.user_id = {actor} AND am.removed = 0
         LEFT JOIN sessions x ON x.id = {actor_session} AND x.user_id = {actor}
         LEFT JOIN tenants xn ON xn.id = x.tenant_id
         LEFT JOIN memberships xm ON xm.tenant_id = x.tenant_id AND xm.user_id = x.user_id AND xm.removed = 0
         LEFT JOIN clients xc ON xc.id = x.client_id
         LEFT JOIN api_keys xk ON xk.id = x.minted_by"
    )
}

/// A SELECT list for [`read`].
pub(super) fn columns() -> String {
    format!(
        "{}, {}, m.role, m.fence, c.fence, k.fence,
         a.id, a.fence, am.fence, am.role, coalesce(a.nickname, a.username, a.email, a.phone),
         x.expires_at, x.refreshed_at, coalesce({}, FALSE), x.ended_at IS NOT NULL, {}, xn.fence, xm.fence, xc.fence, xk.fence",
        user::columns("u"),
        tenant::columns("n"),
        multi_factor("x"),
        columns::list("x", &FENCES),
    )
}

/// The standing in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Standing> {
    let user = user::read(c)?;
    let tenant = tenant::read(c)?;
    let role = c.named_if(Role::parse)?;
    let mut fences = Fences {
        user: Some(user.fence),
        tenant: Some(tenant.fence),
        membership: c.take()?,
        client: c.take()?,
        key: c.take()?,
        actor: None,
        actor_membership: None,
    };
    let actor: Option<UserId> = c.id_if()?;
    let (actor_fence, actor_membership) = (c.take()?, c.take()?);
    // Whoever minted a ticket for themselves is no actor; only their session matters.
    if actor.is_some_and(|a| a != user.id) {
        fences.actor = actor_fence;
        fences.actor_membership = actor_membership;
    }
    let actor = match actor {
        Some(id) => read_actor(c, id, actor_fence)?,
        None => None,
    };
    Ok(Standing { user, tenant, role, fences, actor })
}

/// The actor's side; `None` if their own session is unknown.
fn read_actor(c: &mut Columns<'_>, id: UserId, user_fence: Option<u32>) -> Result<Option<ActorStanding>> {
    let role = c.named_if(Role::parse)?;
    let name = c.take::<Option<String>>()?.unwrap_or_else(|| id.to_string());
    let (Some(session_expires_at), Some(session_refreshed_at)) = (c.time_if()?, c.time_if()?) else {
        return Ok(None);
    };
    let (session_multi_factor, session_ended) = (c.take()?, c.take()?);
    let stored = c.fences()?;
    // An actor's own session is never on somebody's behalf: were it, its stored actor fences would not hold.
    let present = Fences {
        user: user_fence,
        tenant: c.take()?,
        membership: c.take()?,
        client: c.take()?,
        key: c.take()?,
        actor: None,
        actor_membership: None,
    };
    Ok(Some(ActorStanding {
        role,
        name,
        session_ended,
        session_fences_hold: stored == present,
        session_expires_at,
        session_refreshed_at,
        session_multi_factor,
    }))
}
