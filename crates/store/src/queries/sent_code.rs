//! One-time codes that were sent.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{change_one, first};
use authms_core::code::{Change, NewCode, SentCode, Slot};
use authms_core::message::{Address, Channel};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 9] =
    ["slot", "id", "user_id", "channel", "address", "code_hash", "attempts", "sent_at", "expires_at"];

fn read(c: &mut Columns<'_>) -> Result<SentCode> {
    Ok(SentCode {
        slot: Slot(c.take()?),
        id: c.id()?,
        user: c.id()?,
        to: {
            let channel = c.named(Channel::parse)?;
            c.named(|text| Address::new(channel, text))?
        },
        code_hash: c.take()?,
        attempts: c.take()?,
        sent_at: c.time()?,
        expires_at: c.time()?,
    })
}

/// The last code of a slot.
pub(crate) fn get(conn: Conn<'_>, slot: Slot) -> Result<Option<SentCode>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {} FROM sent_codes c WHERE c.slot = ?1", columns::list("c", &COLUMNS))
    });
    first(conn, &SQL, [slot.0], read)
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Put(new) => put(conn, new, at),
        Change::Fail(slot) => {
            change_one(conn, "UPDATE sent_codes SET attempts = attempts + 1 WHERE slot = ?1", [slot.0])
        }
        Change::Spend(slot) => change_one(conn, "DELETE FROM sent_codes WHERE slot = ?1", [slot.0]),
    }
}

fn put(conn: Conn<'_>, new: &NewCode, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO sent_codes ({}) VALUES ({}) ON CONFLICT (slot) DO UPDATE SET {}",
            COLUMNS.join(", "),
            columns::placeholders(&COLUMNS),
            columns::replace(&COLUMNS),
        )
    });
    let NewCode { code, ttl } = new;
    let row = params![
        code.slot.0,
        code.id.bytes(),
        code.user.bytes(),
        code.to.channel().as_str(),
        code.to.as_str(),
        code.code_hash,
        code.attempts,
        at.as_millis(),
        at.plus(*ttl).as_millis(),
    ];
    change_one(conn, &SQL, row)
}
