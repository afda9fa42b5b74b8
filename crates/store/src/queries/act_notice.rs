//! Acts of which their users are told once a day, until they were.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, first};
use authms_core::id::SessionId;
use authms_core::on_behalf::ActNotice;
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 8] =
    ["session_id", "tenant_id", "user_id", "begun_at", "due_at", "actor", "reason", "client"];

fn read(c: &mut Columns<'_>) -> Result<ActNotice> {
    Ok(ActNotice {
        session: c.id()?,
        tenant: c.id()?,
        user: c.id()?,
        begun_at: c.time()?,
        due_at: c.time()?,
        actor: c.take()?,
        reason: c.take()?,
        client: c.take()?,
    })
}

/// Those that are due, those of one user in a row.
pub(crate) fn due(conn: Conn<'_>, now: Timestamp, most: u32) -> Result<Vec<ActNotice>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} FROM act_notices n WHERE n.due_at <= ?1
             ORDER BY n.due_at, n.tenant_id, n.user_id, n.session_id LIMIT ?2",
            columns::list("n", &COLUMNS)
        )
    });
    all(conn, &SQL, params![now.as_millis(), most], read)
}

/// Whether the act of this session is still to be told.
pub(crate) fn is_there(conn: Conn<'_>, session: SessionId) -> Result<bool> {
    let sql = "SELECT 1 FROM act_notices WHERE session_id = ?1";
    Ok(first(conn, sql, [session.bytes()], |c| c.take::<i64>())?.is_some())
}

pub(super) fn insert(conn: Conn<'_>, new: &ActNotice) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO act_notices ({}) VALUES ({})",
            COLUMNS.join(", "),
            columns::placeholders(&COLUMNS)
        )
    });
    let row = params![
        new.session.bytes(),
        new.tenant.bytes(),
        new.user.bytes(),
        new.begun_at.as_millis(),
        new.due_at.as_millis(),
        new.actor,
        new.reason,
        new.client,
    ];
    change_one(conn, &SQL, row)
}

pub(super) fn forget(conn: Conn<'_>, sessions: &[SessionId]) -> Result<()> {
    let sql = "DELETE FROM act_notices WHERE session_id = ?1";
    sessions.iter().try_for_each(|session| change(conn, sql, [session.bytes()]))
}
