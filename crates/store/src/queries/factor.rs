//! Second factors.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, device, first, passkey, recovery_code};
use authms_core::factor::{Change, FAILURES_ALLOWED, Factor, FactorKind};
use authms_core::id::{FactorId, UserId};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 14] = [
    "user_id",
    "id",
    "kind",
    "name",
    "address",
    "sealed",
    "verified_at",
    "enabled",
    "is_primary",
    "failures",
    "last_step",
    "last_used_at",
    "created_at",
    "set_password",
];

fn read(c: &mut Columns<'_>) -> Result<Factor> {
    Ok(Factor {
        user: c.id()?,
        id: c.id()?,
        kind: c.named(FactorKind::parse)?,
        name: c.take()?,
        address: c.take()?,
        sealed: c.take()?,
        verified_at: c.time_if()?,
        enabled: c.take()?,
        primary: c.take()?,
        failures: c.take()?,
        last_step: c.take()?,
        last_used_at: c.time_if()?,
        created_at: c.time()?,
        set_password: c.take()?,
    })
}

/// A user's factors, oldest first.
pub(crate) fn of(conn: Conn<'_>, user: UserId) -> Result<Vec<Factor>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {} FROM factors f WHERE f.user_id = ?1 ORDER BY f.id", columns::list("f", &COLUMNS))
    });
    all(conn, &SQL, [user.bytes()], read)
}

/// Whether it can be proved now.
pub(crate) fn is_usable(conn: Conn<'_>, user: UserId, id: FactorId) -> Result<bool> {
    let sql = "SELECT verified_at IS NOT NULL AND enabled = 1 AND failures < ?3
               FROM factors WHERE user_id = ?1 AND id = ?2";
    Ok(first(conn, sql, params![user.bytes(), id.bytes(), FAILURES_ALLOWED], |c| c.take())?.unwrap_or(false))
}

/// The last step that was spent on it; `None`: it is not there.
pub(crate) fn last_step(conn: Conn<'_>, user: UserId, id: FactorId) -> Result<Option<Option<i64>>> {
    let sql = "SELECT last_step FROM factors WHERE user_id = ?1 AND id = ?2";
    first(conn, sql, params![user.bytes(), id.bytes()], |c| c.take())
}

/// Whether it counts.
pub(crate) fn is_enrolled(conn: Conn<'_>, user: UserId, id: FactorId) -> Result<bool> {
    let sql = "SELECT verified_at IS NOT NULL AND enabled = 1 FROM factors WHERE user_id = ?1 AND id = ?2";
    Ok(first(conn, sql, params![user.bytes(), id.bytes()], |c| c.take())?.unwrap_or(false))
}

/// Whether a user has any that counts.
pub(crate) fn is_any_enrolled(conn: Conn<'_>, user: UserId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM factors
                              WHERE user_id = ?1 AND verified_at IS NOT NULL AND enabled = 1)";
    Ok(first(conn, sql, [user.bytes()], |c| c.take())?.unwrap_or(false))
}

/// Whether its enrolment is not finished.
pub(crate) fn is_pending(conn: Conn<'_>, user: UserId, id: FactorId) -> Result<bool> {
    let sql = "SELECT verified_at IS NULL FROM factors WHERE user_id = ?1 AND id = ?2";
    Ok(first(conn, sql, params![user.bytes(), id.bytes()], |c| c.take())?.unwrap_or(false))
}

/// How many of this kind a user has, finished or not.
pub(crate) fn count(conn: Conn<'_>, user: UserId, kind: FactorKind) -> Result<u32> {
    let sql = "SELECT count(*) FROM factors WHERE user_id = ?1 AND kind = ?2";
    Ok(first(conn, sql, params![user.bytes(), kind.as_str()], |c| c.take())?.unwrap_or(0))
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Add(new) => {
            add(conn, new, at)?;
            if new.verified_at.is_some() { changed(conn, new.user, at) } else { Ok(()) }
        }
        Change::Verify { user, id, step } => {
            let sql = "UPDATE factors SET verified_at = ?3, last_step = CASE WHEN last_step > ?4 THEN last_step ELSE CAST(?4 AS BIGINT) END,
                           last_used_at = ?3, failures = 0 WHERE user_id = ?1 AND id = ?2 AND verified_at IS NULL";
            change_one(conn, sql, params![user.bytes(), id.bytes(), at.as_millis(), step])?;
            changed(conn, *user, at)
        }
        Change::Use { user, id, step } => {
            let sql =
                "UPDATE factors SET last_step = coalesce(?4, last_step), last_used_at = ?3, failures = 0
                       WHERE user_id = ?1 AND id = ?2";
            change_one(conn, sql, params![user.bytes(), id.bytes(), at.as_millis(), step])
        }
        Change::Fail { user, id } => {
            let sql = "UPDATE factors SET failures = failures + 1 WHERE user_id = ?1 AND id = ?2";
            change_one(conn, sql, params![user.bytes(), id.bytes()])
        }
        Change::SetEnabled { user, id, enabled } => {
            let sql = "UPDATE factors SET enabled = ?3, failures = CASE WHEN CAST(?3 AS BIGINT) = 1 THEN 0 ELSE failures END
                       WHERE user_id = ?1 AND id = ?2";
            change_one(conn, sql, params![user.bytes(), id.bytes(), enabled])?;
            if *enabled { changed(conn, *user, at) } else { weakened(conn, *user, at) }
        }
        Change::SetPrimary { user, id } => {
            let sql =
                "UPDATE factors SET is_primary = CASE WHEN id = ?2 THEN 1 ELSE 0 END WHERE user_id = ?1";
            change(conn, sql, params![user.bytes(), id.bytes()])
        }
        Change::PasswordSetBy { user, kind } => {
            let sql =
                "UPDATE factors SET set_password = CASE WHEN kind = ?2 THEN 1 ELSE 0 END WHERE user_id = ?1";
            change(conn, sql, params![user.bytes(), kind.map(FactorKind::as_str)])
        }
        Change::Remove { user, id } => {
            // A mere enrolment takes nothing with it: what never counted was rested on by nobody.
            if !is_pending(conn, *user, *id)? {
                weakened(conn, *user, at)?;
            }
            let sql = "DELETE FROM factors WHERE user_id = ?1 AND id = ?2";
            change_one(conn, sql, params![user.bytes(), id.bytes()])?;
            passkey::remove(conn, *user, *id)?;
            recovery_code::remove(conn, *user, *id)
        }
        Change::RemoveAll(user) => {
            weakened(conn, *user, at)?;
            change(conn, "DELETE FROM factors WHERE user_id = ?1", [user.bytes()])?;
            passkey::remove_all(conn, *user)?;
            recovery_code::remove_all(conn, *user)
        }
        Change::ReplaceRecoveryCodes { factor, hashes } => {
            let former = count(conn, factor.user, factor.kind)? > 0;
            if former {
                weakened(conn, factor.user, at)?
            } else {
                changed(conn, factor.user, at)?
            }
            let sql = "DELETE FROM factors WHERE user_id = ?1 AND kind = ?2";
            change(conn, sql, params![factor.user.bytes(), factor.kind.as_str()])?;
            add(conn, factor, at)?;
            recovery_code::replace(conn, factor, hashes)
        }
        Change::SpendRecoveryCode { user, hash } => recovery_code::spend(conn, *user, *hash, at),
    }
}

fn add(conn: Conn<'_>, new: &Factor, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO factors ({columns}) VALUES ({values})")
    });
    let row = params![
        new.user.bytes(),
        new.id.bytes(),
        new.kind.as_str(),
        new.name,
        new.address,
        new.sealed,
        new.verified_at.map(Timestamp::as_millis),
        new.enabled,
        new.primary,
        new.failures,
        new.last_step,
        new.last_used_at.map(Timestamp::as_millis),
        at.as_millis(),
        new.set_password,
    ];
    change_one(conn, &SQL, row)
}

/// Notes on the user that their factors changed.
fn changed(conn: Conn<'_>, user: UserId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE users SET factors_changed_at = ?2 WHERE id = ?1";
    change(conn, sql, params![user.bytes(), at.as_millis()])
}

/// The same of one that went: trust that may have been given on the strength of it goes with it.
fn weakened(conn: Conn<'_>, user: UserId, at: Timestamp) -> Result<()> {
    changed(conn, user, at)?;
    device::end_trust_of(conn, user)
}
