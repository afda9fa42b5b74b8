//! What a redemption reads.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::standing::{self, Names};
use super::{first, history, ticket};
use authms_core::id::TicketId;
use authms_core::ports::RedeemView;
use authms_core::ticket::Replay;
use authms_core::time::{Span, Timestamp};
use std::sync::LazyLock;

const NAMES: Names = Names {
    tenant: "t.tenant_id",
    subject: "t.subject_id",
    client: "t.client_id",
    key: "t.minter_key",
    actor: "t.minter_user",
    actor_session: "t.minter_session",
};

/// The one joined read of a redemption; its plan must not depend on what is bound.
pub(crate) static SQL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {}, r.key_hash, r.salt, r.jti, r.window_ms, {}, {}
         FROM tickets t LEFT JOIN ticket_replays r ON r.ticket_id = t.id {} {} WHERE t.id = ?1",
        ticket::columns("t"),
        history::COLUMNS,
        standing::columns(),
        standing::joins(&NAMES),
        history::JOIN,
    )
});

/// A ticket, what answers its replay, and the present standing of what it rests on, with what is remembered of its subject.
pub(crate) fn get(conn: Conn<'_>, id: TicketId, now: Timestamp) -> Result<Option<RedeemView>> {
    first(conn, &SQL, params![id.bytes(), history::counted_from(now)], |c| {
        Ok(RedeemView {
            ticket: ticket::read(c)?,
            replay: read_replay(c)?,
            remembered: history::read(c)?,
            standing: standing::read(c)?,
        })
    })
}

pub(super) fn read_replay(c: &mut Columns<'_>) -> Result<Option<Replay>> {
    let (key_hash, salt, jti, window) = (c.take()?, c.take()?, c.id_if()?, c.take::<Option<i64>>()?);
    Ok(match (key_hash, salt, jti, window) {
        (Some(key_hash), Some(salt), Some(jti), Some(window)) => {
            Some(Replay { key_hash, salt, jti, window: Span::millis(window) })
        }
        _ => None,
    })
}
