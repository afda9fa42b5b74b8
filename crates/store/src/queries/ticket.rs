//! Tickets, what answers their replays, and minters' idempotency keys.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{change, change_one, first, json, on_behalf, ticket_index};
use authms_core::id::{SessionId, TicketId};
use authms_core::on_behalf::Terms;
use authms_core::ticket::{Idempotency, Minter, NewTicket, Purpose, Replay, Revocation, Ticket, TicketState};
use authms_core::time::Timestamp;
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::LazyLock;

/// The stored state of a ticket that was neither spent nor revoked; perhaps it has expired.
pub(super) const ISSUED: &str = "issued";

const COLUMNS: [&str; 34] = [
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
    "minted_ip",
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
    "state",
    "revoked_at",
    "revoked_why",
    "network",
    "redirect_uri",
    "context_hash",
    "acting_terms",
];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The ticket in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Ticket> {
    let mut ticket = Ticket {
        id: c.id()?,
        tenant: c.id()?,
        subject: c.id()?,
        purpose: c.named(Purpose::parse)?,
        minter: read_minter(c)?,
        secret_hash: c.take()?,
        client: c.id_if()?,
        proof: c.take()?,
        network: None,
        redirect_uri: None,
        context_hash: None,
        reason: c.take()?,
        terms: Terms::default(),
        subject_auth_time: c.time_if()?,
        subject_amr: c.texts()?,
        minted_ip: c.named_if(|ip| ip.parse().ok())?,
        fences: c.fences()?,
        created_at: c.time()?,
        expires_at: c.time()?,
        state: TicketState::Issued,
        attempts: 0,
        replays: 0,
    };
    let spent = c.id_if()?.zip(c.time_if()?);
    ticket.attempts = c.take()?;
    ticket.replays = c.take()?;
    ticket.state = read_state(c, spent)?;
    ticket.network = c.named_if(|network| network.parse().ok())?;
    ticket.redirect_uri = c.take()?;
    ticket.context_hash = c.take()?;
    ticket.terms = on_behalf::read_terms(c)?;
    Ok(ticket)
}

/// The state in the next three columns.
fn read_state(c: &mut Columns<'_>, spent: Option<(SessionId, Timestamp)>) -> Result<TicketState> {
    let issued = c.named(|state| Some(state == ISSUED))?;
    let revoked = c.time_if()?.zip(c.named_if(Revocation::parse)?);
    match (issued, spent, revoked) {
        (true, None, None) => Ok(TicketState::Issued),
        (false, Some((session, at)), None) => Ok(TicketState::Spent { session, at }),
        (false, None, Some((at, why))) => Ok(TicketState::Revoked { at, why }),
        _ => Err(c.invalid()),
    }
}

fn read_minter(c: &mut Columns<'_>) -> Result<Minter> {
    Ok(match (c.id_if()?, c.id_if()?, c.id_if()?) {
        (Some(key), _, _) => Minter::System(key),
        (None, Some(user), Some(session)) => Minter::Person { user, session },
        _ => Minter::Console,
    })
}

/// The ticket that an idempotency key stands for at this time, and what was asked then.
pub(crate) fn by_idempotency(
    conn: Conn<'_>,
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

/// Inserts a ticket, and what it is found by.
pub(super) fn insert(conn: Conn<'_>, new: &NewTicket, at: Timestamp) -> Result<()> {
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
        t.minted_ip.as_ref().map(IpAddr::to_string),
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
        ISSUED,
        None::<i64>,
        None::<&str>,
        t.network.as_ref().map(IpNet::to_string),
        t.redirect_uri,
        t.context_hash,
        on_behalf::terms_column(&t.terms),
    ];
    change_one(conn, &SQL, row)?;
    ticket_index::append(conn, t, at.plus(*ttl))?;
    idempotency.as_ref().map_or(Ok(()), |i| remember(conn, t.id, i, at))
}

// An expired key may still be there: then it is free, and replaced. One that is not is left alone, and nothing is changed: a
// guard cannot lock what is not there yet.
fn remember(conn: Conn<'_>, ticket: TicketId, key: &Idempotency, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO mint_keys (scope, key_hash, request_hash, ticket_id, until)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (scope, key_hash) DO UPDATE SET request_hash = excluded.request_hash,
                 ticket_id = excluded.ticket_id, until = excluded.until
             WHERE mint_keys.until <= excluded.until - {}",
            Idempotency::WINDOW.as_millis()
        )
    });
    let until = at.plus(Idempotency::WINDOW).as_millis();
    change_one(conn, &SQL, params![key.scope, key.key_hash, key.request_hash, ticket.bytes(), until])
}

/// Keeps what answers a redemption again.
pub(super) fn keep_replay(conn: Conn<'_>, ticket: TicketId, replay: &Replay, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO ticket_replays (ticket_id, key_hash, salt, jti, window_ms, until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (ticket_id) DO UPDATE SET key_hash = excluded.key_hash, salt = excluded.salt,
                   jti = excluded.jti, window_ms = excluded.window_ms, until = excluded.until";
    let (window, until) = (replay.window.as_millis(), at.plus(replay.window).as_millis());
    let row = params![ticket.bytes(), replay.key_hash, replay.salt, replay.jti.bytes(), window, until];
    change_one(conn, sql, row)
}

/// Erases what answers the ticket's redemption again.
pub(super) fn erase_replay(conn: Conn<'_>, ticket: TicketId) -> Result<()> {
    change(conn, "DELETE FROM ticket_replays WHERE ticket_id = ?1", [ticket.bytes()])
}
