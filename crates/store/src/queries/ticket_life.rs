//! What happens to tickets, and what guards ask of them.

use super::columns::Columns;
use super::conn::{Conn, Error, Result, params};
use super::ticket_index::OF;
use super::{change, change_one, first, ticket};
use authms_core::id::{ClientId, TenantId, TicketId, UserId};
use authms_core::ticket::{Change, Minter, Purpose, Revocation};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

/// What guards ask of a ticket.
pub(crate) struct Life {
    /// Neither spent nor revoked.
    pub(crate) open: bool,
    pub(crate) expires_at: Timestamp,
    pub(crate) attempts: u8,
    pub(crate) replays: u32,
    pub(crate) created_at: Timestamp,
}

impl Life {
    /// The columns of [`Life::read`].
    pub(crate) const COLUMNS: &str = "state = 'issued', expires_at, attempts, replays, created_at";

    pub(crate) fn read(c: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            open: c.take()?,
            expires_at: c.time()?,
            attempts: c.take()?,
            replays: c.take()?,
            created_at: c.time()?,
        })
    }

    /// Whether it may be redeemed at this time, and has fewer failed attempts than this.
    pub(crate) fn is_live(&self, attempts_below: u8, at: Timestamp) -> bool {
        self.open && self.expires_at > at && self.attempts < attempts_below
    }
}

/// The life of a ticket.
pub(crate) fn get(conn: Conn<'_>, id: TicketId) -> Result<Option<Life>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tickets WHERE id = ?1", Life::COLUMNS));
    first(conn, &SQL, [id.bytes()], Life::read)
}

/// The tickets of subject `?1` in tenant `?2` that are issued at `?3`, as a condition. A CROSS JOIN, so that SQLite goes from
/// the subject's places to their tickets, and not through all that are issued in the tenant.
static ISSUED_TO: LazyLock<String> = LazyLock::new(|| {
    format!(
        "id IN (SELECT t.id FROM ({OF}) places CROSS JOIN tickets t
                WHERE t.id = places.ticket_id AND places.expires_at > ?3 AND t.tenant_id = ?2)
         AND state = 'issued'"
    )
});

/// How many of a user's tickets of this purpose, for this client or for none, are issued at this time.
pub(crate) fn count_issued(
    conn: Conn<'_>,
    (tenant, user, client): (TenantId, UserId, Option<ClientId>),
    purpose: Purpose,
    at: Timestamp,
) -> Result<u32> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT count(*) FROM tickets WHERE {} AND client_id IS NOT DISTINCT FROM ?4 AND purpose = ?5",
            *ISSUED_TO
        )
    });
    let client = client.as_ref().map(|c| c.bytes());
    let row = params![user.bytes(), tenant.bytes(), at.as_millis(), client, purpose.as_str()];
    Ok(first(conn, &SQL, row, |c| c.take())?.unwrap_or(0))
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Mint(new) => ticket::insert(conn, new, at),
        Change::Spend { id, session, replay } => {
            let sql = "UPDATE tickets SET state = 'spent', session_id = ?2, spent_at = ?3
                       WHERE id = ?1 AND state = 'issued'";
            change_one(conn, sql, params![id.bytes(), session.bytes(), at.as_millis()])?;
            replay.as_ref().map_or(Ok(()), |replay| ticket::keep_replay(conn, *id, replay, at))
        }
        Change::CountAttempt { id, allowed } => count_attempt(conn, *id, *allowed, at),
        Change::Revoke { id, why } => revoke(conn, *id, *why, at),
        Change::RevokeAll { tenant, user, client, minter, why } => {
            revoke_all(conn, (*tenant, *user), (*client, *minter), *why, at)
        }
        Change::CountReplay(id) => {
            change_one(conn, "UPDATE tickets SET replays = replays + 1 WHERE id = ?1", [id.bytes()])?;
            ticket::erase_replay(conn, *id)
        }
    }
}

fn count_attempt(conn: Conn<'_>, id: TicketId, allowed: u8, at: Timestamp) -> Result<()> {
    let sql = "UPDATE tickets SET attempts = CASE WHEN attempts < 255 THEN attempts + 1 ELSE 255 END WHERE id = ?1 RETURNING attempts, state";
    let counted: Option<(u8, bool)> =
        first(conn, sql, [id.bytes()], |c| Ok((c.take()?, c.named(|s| Some(s == ticket::ISSUED))?)))?;
    match counted {
        None => Err(Error::Changed(0)),
        Some((attempts, true)) if attempts >= allowed => revoke(conn, id, Revocation::Attempts, at),
        Some(_) => Ok(()),
    }
}

fn revoke(conn: Conn<'_>, id: TicketId, why: Revocation, at: Timestamp) -> Result<()> {
    let sql = "UPDATE tickets SET state = 'revoked', revoked_at = ?2, revoked_why = ?3
               WHERE id = ?1 AND state = 'issued'";
    change_one(conn, sql, params![id.bytes(), at.as_millis(), why.as_str()])
}

fn revoke_all(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    (client, minter): (Option<Option<ClientId>>, Option<Minter>),
    why: Revocation,
    at: Timestamp,
) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "UPDATE tickets SET state = 'revoked', revoked_at = ?3, revoked_why = ?4
             WHERE {} AND (?5 = 1 OR client_id IS NOT DISTINCT FROM ?6)
               AND (?7 = 1 OR (minter_key IS NOT DISTINCT FROM ?8 AND minter_user IS NOT DISTINCT FROM ?9))",
            *ISSUED_TO
        )
    });
    let bound = client.flatten();
    let (key, person) = match &minter {
        Some(Minter::System(key)) => (Some(key.bytes()), None),
        Some(Minter::Person { user, .. }) => (None, Some(user.bytes())),
        Some(Minter::Console) | None => (None, None),
    };
    let row = params![
        user.bytes(),
        tenant.bytes(),
        at.as_millis(),
        why.as_str(),
        client.is_none(),
        bound.as_ref().map(|c| c.bytes()),
        minter.is_none(),
        key,
        person,
    ];
    change(conn, &SQL, row)
}
