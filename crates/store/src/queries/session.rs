//! Sessions and what answers their last rotation.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::session_index::OF_USER;
use super::{challenge, change, change_one, device, first, history, json, on_behalf, session_index, ticket};
use authms_core::id::{SessionId, TenantId, TicketId, UserId};
use authms_core::session::{Acting, Change, EndReason, NewSession, Origin, Proof, Proven, Session};
use authms_core::signin::MethodKind;
use authms_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::LazyLock;

const COLUMNS: [&str; 35] = [
    "id",
    "tenant_id",
    "user_id",
    "client_id",
    "method",
    "ticket_id",
    "minted_by",
    "actor_id",
    "actor_session_id",
    "acting_reason",
    "acting_terms",
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "fence_client",
    "fence_key",
    "fence_actor",
    "fence_actor_membership",
    "auth_time",
    "amr",
    "ip",
    "user_agent",
    "risk_score",
    "risk_level",
    "device_id",
    "created_at",
    "expires_at",
    "refreshed_at",
    "ended_at",
    "end_reason",
    "flagged_at",
    "generation",
    "refresh_hash",
    "proven_by",
    "proven_at",
];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The session in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Session> {
    Ok(Session {
        id: c.id()?,
        tenant: c.id()?,
        user: c.id()?,
        client: c.id_if()?,
        method: c.named(MethodKind::parse)?,
        ticket: c.id_if()?,
        minted_by: c.id_if()?,
        acting: read_acting(c)?,
        fences: c.fences()?,
        auth_time: c.time_if()?,
        amr: c.texts()?,
        origin: Origin { ip: c.named_if(|ip| ip.parse().ok())?, user_agent: c.take()? },
        risk: c.risk_if()?,
        device: c.id_if()?,
        created_at: c.time()?,
        expires_at: c.time()?,
        refreshed_at: c.time()?,
        ended: c.time_if()?.zip(c.named_if(EndReason::parse)?),
        flagged_at: c.time_if()?,
        generation: c.take()?,
        refresh_hash: c.take()?,
        proven: c.named_if(Proof::parse)?.zip(c.time_if()?).map(|(by, at)| Proven { by, at }),
    })
}

fn read_acting(c: &mut Columns<'_>) -> Result<Option<Acting>> {
    let (user, session, reason) = (c.id_if()?, c.id_if()?, c.take()?);
    let terms = on_behalf::read_terms(c)?;
    Ok(match (user, session, reason) {
        (Some(user), Some(session), Some(reason)) => Some(Acting { user, session, reason, terms }),
        _ => None,
    })
}

/// What commits ask of a session.
pub(crate) struct Life {
    pub(crate) ended: bool,
    pub(crate) expires_at: Timestamp,
    /// The generation of its family's head.
    pub(crate) head: u32,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) opened_by: Option<TicketId>,
}

impl Life {
    /// The columns of [`Life::read`].
    pub(crate) const COLUMNS: &str = "ended_at IS NOT NULL, expires_at, generation, refreshed_at, ticket_id";

    pub(crate) fn read(c: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            ended: c.take()?,
            expires_at: c.time()?,
            head: c.take()?,
            refreshed_at: c.time()?,
            opened_by: c.id_if()?,
        })
    }

    /// Whether it has neither ended nor expired at this time.
    pub(crate) fn is_open(&self, at: Timestamp) -> bool {
        !self.ended && self.expires_at > at
    }
}

/// The life of a session.
pub(crate) fn life(conn: Conn<'_>, id: SessionId) -> Result<Option<Life>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM sessions WHERE id = ?1", Life::COLUMNS));
    first(conn, &SQL, [id.bytes()], Life::read)
}

/// Whether a session was flagged; `None`: there is none.
pub(crate) fn is_flagged(conn: Conn<'_>, id: SessionId) -> Result<Option<bool>> {
    first(conn, "SELECT flagged_at IS NOT NULL FROM sessions WHERE id = ?1", [id.bytes()], |c| c.take())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Open(new) => open(conn, new, at),
        Change::Rotate { id, .. } | Change::End { id, .. } => {
            let opened_by = life(conn, *id)?.and_then(|life| life.opened_by);
            write_known(conn, what, opened_by, at)
        }
        Change::Flag(id) => {
            let sql = "UPDATE sessions SET flagged_at = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), at.as_millis()])
        }
        Change::EndActs { tenant, actor, session, reason } => {
            let all = "UPDATE sessions SET ended_at = ?3, end_reason = ?4
                       WHERE actor_id = ?1 AND tenant_id = ?2 AND ended_at IS NULL AND expires_at > ?3";
            let (actor, tenant, why) = (actor.bytes(), tenant.bytes(), reason.as_str());
            match session {
                None => change(conn, all, params![actor, tenant, at.as_millis(), why]),
                Some(own) => {
                    let sql = format!("{all} AND actor_session_id = ?5");
                    change(conn, &sql, params![actor, tenant, at.as_millis(), why, own.bytes()])
                }
            }
        }
        Change::EndActsFor { tenant, user, reason } => {
            static SQL: LazyLock<String> = LazyLock::new(|| {
                format!(
                    "UPDATE sessions SET ended_at = ?3, end_reason = ?4
                     WHERE id IN ({OF_USER}) AND tenant_id = ?2 AND actor_id IS NOT NULL AND ended_at IS NULL
                         AND expires_at > ?3"
                )
            });
            change(conn, &SQL, params![user.bytes(), tenant.bytes(), at.as_millis(), reason.as_str()])
        }
        Change::EndAll { tenant, user, except, reason } => {
            end_all(conn, (*tenant, *user), *except, *reason, at)?;
            challenge::end_all(conn, *tenant, *user)
        }
    }
}

/// The same of a session of which it is known what opened it.
pub(crate) fn write_known(
    conn: Conn<'_>,
    what: &Change,
    opened_by: Option<TicketId>,
    at: Timestamp,
) -> Result<()> {
    match what {
        Change::Rotate { id, refresh_hash, generation, salt, jti } => {
            let sql = "UPDATE sessions SET refresh_hash = ?2, generation = ?3, refreshed_at = ?4
                       WHERE id = ?1 AND generation = ?3 - 1";
            change_one(conn, sql, params![id.bytes(), refresh_hash, generation, at.as_millis()])?;
            let sql = "INSERT INTO session_rotations (session_id, generation, salt, jti, at)
                       VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation,
                           salt = excluded.salt, jti = excluded.jti, at = excluded.at";
            change_one(conn, sql, params![id.bytes(), generation, salt, jti.bytes(), at.as_millis()])?;
            erase_replay(conn, opened_by)
        }
        Change::End { id, reason } => {
            let sql = "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL";
            change(conn, sql, params![id.bytes(), at.as_millis(), reason.as_str()])?;
            forget(conn, *id, opened_by)
        }
        Change::Open(_)
        | Change::Flag(_)
        | Change::EndActs { .. }
        | Change::EndActsFor { .. }
        | Change::EndAll { .. } => write(conn, what, at),
    }
}

fn open(conn: Conn<'_>, new: &NewSession, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT INTO sessions ({}) VALUES ({})", COLUMNS.join(", "), columns::placeholders(&COLUMNS))
    });
    let NewSession { session: s, ttl, teaches } = new;
    let acting = s.acting.as_ref();
    let row = params![
        s.id.bytes(),
        s.tenant.bytes(),
        s.user.bytes(),
        s.client.as_ref().map(|c| c.bytes()),
        s.method.as_str(),
        s.ticket.as_ref().map(|t| t.bytes()),
        s.minted_by.as_ref().map(|k| k.bytes()),
        acting.map(|a| a.user.bytes()),
        acting.map(|a| a.session.bytes()),
        acting.map(|a| &a.reason),
        acting.and_then(|a| on_behalf::terms_column(&a.terms)),
        s.fences.user,
        s.fences.tenant,
        s.fences.membership,
        s.fences.client,
        s.fences.key,
        s.fences.actor,
        s.fences.actor_membership,
        s.auth_time.map(Timestamp::as_millis),
        json(&s.amr),
        s.origin.ip.as_ref().map(IpAddr::to_string),
        s.origin.user_agent,
        s.risk.map(|risk| risk.score),
        s.risk.map(|risk| risk.level.as_str()),
        s.device.as_ref().map(|d| d.bytes()),
        at.as_millis(),
        at.plus(*ttl).as_millis(),
        at.as_millis(),
        s.ended.map(|(at, _)| at.as_millis()),
        s.ended.map(|(_, reason)| reason.as_str()),
        s.flagged_at.map(Timestamp::as_millis),
        s.generation,
        s.refresh_hash,
        s.proven.map(|p| p.by.as_str()),
        s.proven.map(|p| p.at.as_millis()),
    ];
    change_one(conn, &SQL, row)?;
    if *teaches {
        history::append(conn, s.id)?;
    }
    s.device.map_or(Ok(()), |id| device::see(conn, id, at))?;
    session_index::append(conn, s.id, s.user)
}

fn end_all(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    except: Option<SessionId>,
    reason: EndReason,
    at: Timestamp,
) -> Result<()> {
    // What time has ended needs no end, and a user may have years of it.
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "UPDATE sessions SET ended_at = ?3, end_reason = ?4
             WHERE id IN ({OF_USER}) AND tenant_id = ?2 AND ended_at IS NULL AND expires_at > ?3
                 AND id IS DISTINCT FROM ?5
             RETURNING id, ticket_id"
        )
    });
    let except = except.as_ref().map(|s| s.bytes());
    let row = params![user.bytes(), tenant.bytes(), at.as_millis(), reason.as_str(), except];
    for (id, opened_by) in super::all(conn, &SQL, row, |c| Ok((c.id()?, c.id_if()?)))? {
        forget(conn, id, opened_by)?;
    }
    Ok(())
}

/// Erases what could give an ended session's answers again.
fn forget(conn: Conn<'_>, id: SessionId, opened_by: Option<TicketId>) -> Result<()> {
    change(conn, "DELETE FROM session_rotations WHERE session_id = ?1", [id.bytes()])?;
    erase_replay(conn, opened_by)
}

fn erase_replay(conn: Conn<'_>, opened_by: Option<TicketId>) -> Result<()> {
    opened_by.map_or(Ok(()), |id| ticket::erase_replay(conn, id))
}
