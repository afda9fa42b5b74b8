//! Tickets, what answers their replays, and minters' idempotency keys.

use super::columns::{self, Columns};
use super::{change, change_one, first, json};
use authms_core::id::TicketId;
use authms_core::ticket::{Change, Idempotency, Minter, NewTicket, Purpose, Replay, Ticket, TicketState};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, params};
use std::sync::LazyLock;

const COLUMNS: [&str; 26] = [
    "id",
    "tenant_id",
    "subject_id",
    "purpose",
    "minter_key",
    "minter_user",
    "minter_session",
    "secret_hash",
    "client_id",
    "proof",
    "reason",
    "subject_auth_time",
    "subject_amr",
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "fence_client",
    "fence_key",
    "fence_actor",
    "fence_actor_membership",
    "created_at",
    "expires_at",
    "session_id",
    "spent_at",
    "attempts",
    "replays",
];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The ticket in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Ticket> {
    Ok(Ticket {
        id: c.id()?,
        tenant: c.id()?,
        subject: c.id()?,
        purpose: c.named(Purpose::parse)?,
        minter: read_minter(c)?,
        secret_hash: c.take()?,
        client: c.id_if()?,
        proof: c.take()?,
        reason: c.take()?,
        subject_auth_time: c.time_if()?,
        subject_amr: c.texts()?,
        fences: c.fences()?,
        created_at: c.time()?,
        expires_at: c.time()?,
        state: match (c.id_if()?, c.time_if()?) {
            (Some(session), Some(at)) => TicketState::Spent { session, at },
            _ => TicketState::Issued,
        },
        attempts: c.take()?,
        replays: c.take()?,
    })
}

fn read_minter(c: &mut Columns<'_>) -> Result<Minter> {
    Ok(match (c.id_if()?, c.id_if()?, c.id_if()?) {
        (Some(key), _, _) => Minter::System(key),
        (None, Some(user), Some(session)) => Minter::Person { user, session },
        _ => Minter::Console,
    })
}

/// What guards ask of a ticket: whether it is unspent, when it expires, its attempts and replays.
pub(crate) fn life(conn: &Connection, id: TicketId) -> Result<Option<(bool, Timestamp, u8, u32)>> {
    let sql = "SELECT session_id IS NULL, expires_at, attempts, replays FROM tickets WHERE id = ?1";
    first(conn, sql, [id.bytes()], |c| Ok((c.take()?, c.time()?, c.take()?, c.take()?)))
}

/// The ticket that an idempotency key stands for at this time, and what was asked then.
pub(crate) fn by_idempotency(
    conn: &Connection,
    scope: [u8; 16],
    key_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<(TicketId, Idempotency)>> {
    let sql =
        "SELECT ticket_id, request_hash FROM mint_keys WHERE scope = ?1 AND key_hash = ?2 AND until > ?3";
    first(conn, sql, params![scope, key_hash, at.as_millis()], |c| {
        Ok((c.id()?, Idempotency { scope, key_hash, request_hash: c.take()? }))
    })
}

/// Writes a change.
pub(crate) fn write(conn: &Connection, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Mint(new) => mint(conn, new, at),
        Change::Spend { id, session, replay } => {
            let sql =
                "UPDATE tickets SET session_id = ?2, spent_at = ?3 WHERE id = ?1 AND session_id IS NULL";
            change_one(conn, sql, params![id.bytes(), session.bytes(), at.as_millis()])?;
            replay.as_ref().map_or(Ok(()), |replay| keep_replay(conn, *id, replay, at))
        }
        Change::CountAttempt(id) => {
            let sql = "UPDATE tickets SET attempts = min(attempts + 1, 255) WHERE id = ?1";
            change_one(conn, sql, [id.bytes()])
        }
        Change::CountReplay(id) => {
            change_one(conn, "UPDATE tickets SET replays = replays + 1 WHERE id = ?1", [id.bytes()])?;
            erase_replay(conn, *id)
        }
    }
}

fn mint(conn: &Connection, new: &NewTicket, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT INTO tickets ({}) VALUES ({})", COLUMNS.join(", "), columns::placeholders(&COLUMNS))
    });
    let NewTicket { ticket: t, ttl, idempotency } = new;
    let (key, user, session) = match &t.minter {
        Minter::System(key) => (Some(key.bytes()), None, None),
        Minter::Person { user, session } => (None, Some(user.bytes()), Some(session.bytes())),
        Minter::Console => (None, None, None),
    };
    let row = params![
        t.id.bytes(),
        t.tenant.bytes(),
        t.subject.bytes(),
        t.purpose.as_str(),
        key,
        user,
        session,
        t.secret_hash,
        t.client.as_ref().map(|c| c.bytes()),
        t.proof,
        t.reason,
        t.subject_auth_time.map(Timestamp::as_millis),
        json(&t.subject_amr),
        t.fences.user,
        t.fences.tenant,
        t.fences.membership,
        t.fences.client,
        t.fences.key,
        t.fences.actor,
        t.fences.actor_membership,
        at.as_millis(),
        at.plus(*ttl).as_millis(),
        None::<[u8; 16]>,
        None::<i64>,
        0,
        0,
    ];
    change_one(conn, &SQL, row)?;
    idempotency.as_ref().map_or(Ok(()), |i| remember(conn, t.id, i, at))
}

// An expired key may still be there: then it is free, and replaced.
fn remember(conn: &Connection, ticket: TicketId, key: &Idempotency, at: Timestamp) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO mint_keys (scope, key_hash, request_hash, ticket_id, until)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let until = at.plus(Idempotency::WINDOW).as_millis();
    change_one(conn, sql, params![key.scope, key.key_hash, key.request_hash, ticket.bytes(), until])
}

fn keep_replay(conn: &Connection, ticket: TicketId, replay: &Replay, at: Timestamp) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO ticket_replays (ticket_id, key_hash, salt, jti, window_ms, until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (window, until) = (replay.window.as_millis(), at.plus(replay.window).as_millis());
    let row = params![ticket.bytes(), replay.key_hash, replay.salt, replay.jti.bytes(), window, until];
    change_one(conn, sql, row)
}

/// Erases what answers the ticket's redemption again.
pub(super) fn erase_replay(conn: &Connection, ticket: TicketId) -> Result<()> {
    change(conn, "DELETE FROM ticket_replays WHERE ticket_id = ?1", [ticket.bytes()])
}
