//! Passkeys.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, factor, first, json, login, passkey_ceremony, tenant, user};
use authms_core::factor as factors;
use authms_core::id::{FactorId, UserId};
use authms_core::passkey::{Change, NewPasskey, Passkey};
use authms_core::signin::Standing;
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 11] = [
    "user_id",
    "factor_id",
    "tenant_id",
    "credential_id",
    "user_handle",
    "public_key",
    "counter",
    "backup_eligible",
    "backed_up",
    "transports",
    "aaguid",
];

fn read(c: &mut Columns<'_>) -> Result<Passkey> {
    Ok(Passkey {
        user: c.id()?,
        factor: c.id()?,
        tenant: c.id()?,
        credential_id: c.take()?,
        user_handle: c.take()?,
        key: c.take()?,
        counter: c.take()?,
        backup_eligible: c.take()?,
        backed_up: c.take()?,
        transports: c.texts()?,
        aaguid: c.take()?,
    })
}

/// A user's passkeys that count, oldest first.
pub(crate) fn of(conn: Conn<'_>, user: UserId) -> Result<Vec<Passkey>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("p", &COLUMNS);
        format!(
            "SELECT {columns} FROM passkeys p
             JOIN factors f ON f.user_id = p.user_id AND f.id = p.factor_id AND f.verified_at IS NOT NULL
             WHERE p.user_id = ?1 ORDER BY p.factor_id"
        )
    });
    all(conn, &SQL, [user.bytes()], read)
}

/// The one that is this factor.
pub(crate) fn get(conn: Conn<'_>, user: UserId, factor: FactorId) -> Result<Option<Passkey>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("p", &COLUMNS);
        format!("SELECT {columns} FROM passkeys p WHERE p.user_id = ?1 AND p.factor_id = ?2")
    });
    first(conn, &SQL, [user.bytes(), factor.bytes()], read)
}

/// The passkey of this credential, with the standing of its user in their home tenant.
pub(crate) fn by_credential(conn: Conn<'_>, id: &[u8]) -> Result<Option<(Passkey, Standing)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, {}, {}, m.role, m.fence
             FROM passkeys p
             JOIN users u ON u.id = p.user_id
             JOIN tenants n ON n.id = p.tenant_id
             LEFT JOIN memberships m ON m.tenant_id = p.tenant_id AND m.user_id = p.user_id AND m.removed = 0
             WHERE p.credential_id = ?1",
            columns::list("p", &COLUMNS),
            user::columns("u"),
            tenant::columns("n"),
        )
    });
    first(conn, &SQL, [id], |c| Ok((read(c)?, login::read_standing(c)?)))
}

/// How far its authenticator has counted; `None`: it is not there.
pub(crate) fn counter(conn: Conn<'_>, id: FactorId, user: UserId) -> Result<Option<u32>> {
    let sql = "SELECT counter FROM passkeys WHERE user_id = ?1 AND factor_id = ?2";
    first(conn, sql, [user.bytes(), id.bytes()], |c| c.take())
}

/// How many a user has.
pub(crate) fn count(conn: Conn<'_>, user: UserId) -> Result<usize> {
    let sql = "SELECT count(*) FROM passkeys WHERE user_id = ?1";
    let count = first(conn, sql, [user.bytes()], |c| c.count())?;
    Ok(count.map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX)))
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Begin(ceremony) => passkey_ceremony::begin(conn, ceremony, at),
        Change::Finish(challenge_hash) => passkey_ceremony::finish(conn, challenge_hash),
        Change::Add(new) => add(conn, new, at),
        Change::Assert { user, factor, counter, backed_up } => {
            let sql =
                "UPDATE passkeys SET counter = ?3, backed_up = ?4 WHERE user_id = ?1 AND factor_id = ?2";
            change_one(conn, sql, params![user.bytes(), factor.bytes(), counter, backed_up])
        }
        Change::Rename { user, factor, name } => {
            let sql = "UPDATE factors SET name = ?3 WHERE user_id = ?1 AND id = ?2";
            change_one(conn, sql, params![user.bytes(), factor.bytes(), name])
        }
    }
}

/// Deletes that of a factor, if it is one.
pub(super) fn remove(conn: Conn<'_>, user: UserId, factor: FactorId) -> Result<()> {
    let sql = "DELETE FROM passkeys WHERE user_id = ?1 AND factor_id = ?2";
    change(conn, sql, [user.bytes(), factor.bytes()])
}

/// Deletes all of a user's.
pub(super) fn remove_all(conn: Conn<'_>, user: UserId) -> Result<()> {
    change(conn, "DELETE FROM passkeys WHERE user_id = ?1", [user.bytes()])
}

fn add(conn: Conn<'_>, new: &NewPasskey, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO passkeys ({columns}) VALUES ({values})")
    });
    let NewPasskey { factor: new_factor, passkey: p } = new;
    let verified_at = new_factor.verified_at.map(|_| at);
    let verified = factors::Factor { verified_at, ..new_factor.clone() };
    factor::write(conn, &factors::Change::Add(Box::new(verified)), at)?;
    let row = params![
        p.user.bytes(),
        p.factor.bytes(),
        p.tenant.bytes(),
        p.credential_id,
        p.user_handle,
        p.key,
        p.counter,
        p.backup_eligible,
        p.backed_up,
        json(&p.transports),
        p.aaguid,
    ];
    change_one(conn, &SQL, row)
}
