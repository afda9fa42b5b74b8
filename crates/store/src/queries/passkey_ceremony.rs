//! Challenges handed out for passkeys.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{change_one, first};
use authms_core::passkey::{CEREMONY_TTL, Ceremony, Planned, Purpose};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 8] =
    ["challenge_hash", "purpose", "tenant_id", "user_id", "bound_to", "name", "user_handle", "expires_at"];

fn read(c: &mut Columns<'_>) -> Result<Ceremony> {
    Ok(Ceremony {
        challenge_hash: c.take()?,
        purpose: c.named(Purpose::parse)?,
        tenant: c.id()?,
        user: c.id_if()?,
        bound_to: c.take()?,
        planned: match (c.take()?, c.take()?) {
            (Some(name), Some(user_handle)) => Some(Planned { name, user_handle }),
            _ => None,
        },
        expires_at: c.time()?,
    })
}

/// The ceremony whose challenge has this hash, unless it is used up.
pub(crate) fn get(conn: Conn<'_>, challenge_hash: &[u8; 32]) -> Result<Option<Ceremony>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("c", &COLUMNS);
        format!("SELECT {columns} FROM passkey_ceremonies c WHERE c.challenge_hash = ?1")
    });
    first(conn, &SQL, [challenge_hash], read)
}

/// Whether its challenge is unused and its time not over.
pub(crate) fn is_open(conn: Conn<'_>, challenge_hash: &[u8; 32], at: Timestamp) -> Result<bool> {
    let sql = "SELECT expires_at > ?2 FROM passkey_ceremonies WHERE challenge_hash = ?1";
    Ok(first(conn, sql, params![challenge_hash, at.as_millis()], |c| c.take())?.unwrap_or(false))
}

/// Hands a challenge out.
pub(super) fn begin(conn: Conn<'_>, new: &Ceremony, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO passkey_ceremonies ({columns}) VALUES ({values})")
    });
    let planned = new.planned.as_ref();
    let row = params![
        new.challenge_hash,
        new.purpose.as_str(),
        new.tenant.bytes(),
        new.user.as_ref().map(|u| u.bytes()),
        new.bound_to,
        planned.map(|p| &p.name),
        planned.map(|p| p.user_handle),
        at.plus(CEREMONY_TTL).as_millis(),
    ];
    change_one(conn, &SQL, row)
}

/// Uses a challenge up.
pub(super) fn finish(conn: Conn<'_>, challenge_hash: &[u8; 32]) -> Result<()> {
    change_one(conn, "DELETE FROM passkey_ceremonies WHERE challenge_hash = ?1", [challenge_hash])
}
