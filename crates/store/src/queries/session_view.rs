//! Sessions as they are looked at: one with all that it rests on, or a user's own.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::session_index::OF_USER;
use super::standing::{self, Names};
use super::{List, all, first, page, session};
use authms_core::device::SessionsOn;
use authms_core::id::{DeviceId, SessionId, TenantId, UserId};
use authms_core::limits::network;
use authms_core::page::{Page, PageRequest};
use authms_core::session::{ByAssurance, Rotation, Session, SessionView};
use authms_core::time::Timestamp;
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::LazyLock;

const NAMES: Names = Names {
    tenant: "s.tenant_id",
    subject: "s.user_id",
    client: "s.client_id",
    key: "s.minted_by",
    actor: "s.actor_id",
    actor_session: "s.actor_session_id",
};

/// A session, its last rotation, and the present standing of what it rests on.
pub(crate) fn get(conn: Conn<'_>, id: SessionId) -> Result<Option<SessionView>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, r.generation, r.salt, r.jti, r.at, {}
             FROM sessions s LEFT JOIN session_rotations r ON r.session_id = s.id {} WHERE s.id = ?1",
            session::columns("s"),
            standing::columns(),
            standing::joins(&NAMES),
        )
    });
    first(conn, &SQL, [id.bytes()], |c| {
        Ok(SessionView {
            session: session::read(c)?,
            rotation: read_rotation(c)?,
            standing: standing::read(c)?,
        })
    })
}

fn read_rotation(c: &mut Columns<'_>) -> Result<Option<Rotation>> {
    let (generation, salt, jti, at) = (c.take()?, c.take()?, c.id_if()?, c.time_if()?);
    Ok(match (generation, salt, jti, at) {
        (Some(generation), Some(salt), Some(jti), Some(at)) => Some(Rotation { generation, salt, jti, at }),
        _ => None,
    })
}

/// What a session was decided on is as it was; who plays no part is NULL on both sides.
const FENCES_HOLD: &str =
    "s.fence_user IS NOT DISTINCT FROM u.fence AND s.fence_tenant IS NOT DISTINCT FROM n.fence AND s.fence_membership IS NOT DISTINCT FROM m.fence
     AND s.fence_client IS NOT DISTINCT FROM c.fence AND s.fence_key IS NOT DISTINCT FROM k.fence
     AND s.fence_actor IS NOT DISTINCT FROM a.fence AND s.fence_actor_membership IS NOT DISTINCT FROM am.fence";

/// That a session is not over by time or end and its fences hold; `?3` is now, `?4` and `?5` the longest idle times.
fn lives() -> String {
    format!(
        "s.ended_at IS NULL AND s.expires_at > ?3 AND {FENCES_HOLD}
         AND s.refreshed_at + CASE WHEN {} THEN CAST(?5 AS BIGINT) ELSE CAST(?4 AS BIGINT) END > ?3",
        standing::multi_factor("s")
    )
}

/// A user's sessions in a tenant that are not over by time or end and whose fences hold, newest first.
pub(crate) fn of(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    now: Timestamp,
    idle: ByAssurance,
    request: PageRequest,
) -> Result<Page<Session>> {
    let columns = session::columns("s");
    let joins = standing::joins(&NAMES);
    let from =
        format!("FROM sessions s {joins} WHERE s.id IN ({OF_USER}) AND s.tenant_id = ?2 AND {}", lives());
    let list = List { columns: &columns, from: &from, order: "s.id DESC" };
    let (now, single, multi) = (now.as_millis(), idle.single.as_millis(), idle.multi.as_millis());
    page(conn, &list, &[user.bytes(), tenant.bytes(), &now, &single, &multi], request, session::read)
}

/// The sessions that a user opened in a tenant with a device, counted.
pub(crate) fn on_device(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    device: DeviceId,
    now: Timestamp,
    idle: ByAssurance,
) -> Result<SessionsOn> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (lives, joins) = (lives(), standing::joins(&NAMES));
        format!(
            "SELECT count(*), count(*) FILTER (WHERE {lives}), count(*) FILTER (WHERE s.end_reason <> 'logout')
             FROM sessions s {joins} WHERE s.id IN ({OF_USER}) AND s.tenant_id = ?2 AND s.device_id = ?6"
        )
    });
    let (now, single, multi) = (now.as_millis(), idle.single.as_millis(), idle.multi.as_millis());
    let row = params![user.bytes(), tenant.bytes(), now, single, multi, device.bytes()];
    let counted = first(conn, &SQL, row, |c| {
        Ok(SessionsOn { total: c.count()?, active: c.count()?, revoked: c.count()? })
    })?;
    Ok(counted.unwrap_or_default())
}

/// How many of a user's last sessions are remembered as where they sign in from.
const REMEMBERED: u32 = 50;

/// Whether one of the user's last sessions came from this network; where somebody acted for them from does not count.
pub(crate) fn came_from(conn: Conn<'_>, user: UserId, from: IpNet) -> Result<bool> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT ip FROM sessions WHERE actor_id IS NULL
             AND id IN (SELECT session_id FROM ({OF_USER} ORDER BY session_id DESC LIMIT ?2) last)"
        )
    });
    let ips =
        all(conn, &SQL, params![user.bytes(), REMEMBERED], |c| c.named_if(|ip| ip.parse::<IpAddr>().ok()))?;
    Ok(ips.into_iter().flatten().any(|ip| network(ip) == from))
}
