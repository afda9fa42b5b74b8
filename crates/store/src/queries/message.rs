//! Messages on their way.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, first};
use authms_core::id::MessageId;
use authms_core::message::{Change, Outgoing, Way};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 9] =
    ["id", "tenant_id", "user_id", "channel", "template", "sealed", "attempts", "due_at", "expires_at"];

fn read(c: &mut Columns<'_>) -> Result<Outgoing> {
    Ok(Outgoing {
        id: c.id()?,
        tenant: c.id()?,
        user: c.id()?,
        way: c.named(Way::parse)?,
        template: c.take()?,
        sealed: c.take()?,
        attempts: c.take()?,
        due_at: c.time()?,
        expires_at: c.time_if()?,
    })
}

/// At most so many messages that are due at this time, the longest due first.
pub(crate) fn due(conn: Conn<'_>, now: Timestamp, most: u32) -> Result<Vec<Outgoing>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("m", &COLUMNS);
        format!(
            "SELECT {columns} FROM message_outbox m WHERE m.due_at <= ?1 ORDER BY m.due_at, m.id LIMIT ?2"
        )
    });
    all(conn, &SQL, params![now.as_millis(), most], read)
}

/// How often the sending of a waiting message was begun.
pub(crate) fn attempts(conn: Conn<'_>, id: MessageId) -> Result<Option<u32>> {
    first(conn, "SELECT attempts FROM message_outbox WHERE id = ?1", [id.bytes()], |c| c.take())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change_to: &Change) -> Result<()> {
    match change_to {
        Change::Enqueue(new) => enqueue(conn, new),
        Change::Try { id, due_at } => {
            let sql = "UPDATE message_outbox SET attempts = attempts + 1, due_at = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), due_at.as_millis()])
        }
        // Two may have sent it, each for all it knows alone.
        Change::Erase(id) => change(conn, "DELETE FROM message_outbox WHERE id = ?1", [id.bytes()]),
    }
}

fn enqueue(conn: Conn<'_>, new: &Outgoing) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO message_outbox ({}) VALUES ({})",
            COLUMNS.join(", "),
            columns::placeholders(&COLUMNS)
        )
    });
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.user.bytes(),
        new.way.as_str(),
        new.template,
        new.sealed,
        new.attempts,
        new.due_at.as_millis(),
        new.expires_at.map(Timestamp::as_millis),
    ];
    change_one(conn, &SQL, row)
}
