//! Sign-ins and what failed at one, by user.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::session_index::OF_USER;
use super::{List, change, change_one, first, history, page};
use authms_core::id::{EventId, SessionId, TenantId, UserId};
use authms_core::page::{Page, PageRequest};
use authms_core::session::Origin;
use authms_core::signin::{Attempt, Change, FAILURES_KEPT, Failure, MethodKind, Outcome};
use authms_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::LazyLock;

/// How many of a user's last sessions their history shows: years of them would take long to read.
const SESSIONS_SHOWN: u32 = 1000;

/// The last sessions of user `?1` that were opened in tenant `?2`, as a FROM clause.
fn sessions() -> String {
    format!(
        "FROM sessions s WHERE s.tenant_id = ?2
         AND s.id IN (SELECT session_id FROM ({OF_USER} ORDER BY session_id DESC LIMIT {SESSIONS_SHOWN}) last)"
    )
}

/// A user's sign-ins to a tenant and what failed at one, newest first.
pub(crate) fn list(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    request: PageRequest,
) -> Result<Page<Attempt>> {
    let from = format!(
        "FROM (SELECT s.created_at AS at, s.id AS id, s.method AS method, s.actor_id AS actor, NULL AS why,
                      s.ip AS ip, s.user_agent AS user_agent {}
               UNION ALL
               SELECT f.at, f.event_id, f.method, NULL, f.why, f.ip, f.user_agent
               FROM login_failures f WHERE f.user_id = ?1 AND f.tenant_id = ?2) a",
        sessions(),
    );
    let columns = "a.at, a.method, a.id, a.actor, a.why, a.ip, a.user_agent";
    let list = List { columns, from: &from, order: "a.at DESC, a.id DESC" };
    page(conn, &list, &[user.bytes(), tenant.bytes()], request, read)
}

fn read(c: &mut Columns<'_>) -> Result<Attempt> {
    let (at, method) = (c.time()?, c.named(MethodKind::parse)?);
    let (id, actor, why) = (c.take()?, c.id_if()?, c.take()?);
    let outcome = match why {
        None => Outcome::Opened { session: SessionId::from_bytes(id), actor },
        Some(why) => Outcome::Refused { event: EventId::from_bytes(id), why },
    };
    let ip = c.named_if(|ip| ip.parse::<IpAddr>().ok())?;
    Ok(Attempt { at, method, outcome, origin: Origin { ip, user_agent: c.take()? } })
}

/// How many sign-ins failed since the user last signed in themself.
pub(crate) fn failures(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<u32> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT count(*) FROM login_failures f WHERE f.user_id = ?1 AND f.tenant_id = ?2
             AND f.at > coalesce((SELECT max(s.created_at) {} AND s.actor_id IS NULL), 0)",
            sessions(),
        )
    });
    Ok(first(conn, &SQL, [user.bytes(), tenant.bytes()], |c| c.take())?.unwrap_or(0))
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Fail(failure) => fail(conn, failure, at),
        Change::Learn(learned) => history::learn(conn, learned),
    }
}

fn fail(conn: Conn<'_>, new: &Failure, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO login_failures (user_id, event_id, tenant_id, method, why, ip, user_agent, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let row = params![
        new.user.bytes(),
        new.event.bytes(),
        new.tenant.bytes(),
        new.method.as_str(),
        new.why,
        new.origin.ip.as_ref().map(IpAddr::to_string),
        new.origin.user_agent,
        at.as_millis(),
    ];
    change_one(conn, sql, row)?;
    let sql = "DELETE FROM login_failures WHERE user_id = ?1 AND event_id <=
                   (SELECT event_id FROM login_failures WHERE user_id = ?1
                    ORDER BY event_id DESC LIMIT 1 OFFSET ?2)";
    change(conn, sql, params![new.user.bytes(), FAILURES_KEPT])
}
