//! The installation: one row.

use super::conn::{Conn, Result, params};
use super::{change_one, first, schema};
use crate::copy::Installed;
use authms_core::install::{Change, Installation};

/// The installation, if there is one.
pub(crate) fn get(conn: Conn<'_>) -> Result<Option<Installation>> {
    let sql = "SELECT master_fingerprint, issuer, default_tenant_id, created_at, rev FROM installation";
    first(conn, sql, params![], |c| {
        Ok(Installation {
            master_fingerprint: c.take()?,
            issuer: c.take()?,
            default_tenant: c.id()?,
            created_at: c.time()?,
            rev: c.count()?,
        })
    })
}

/// What is known of it before it is opened, whatever its schema's version.
pub(crate) fn known(conn: Conn<'_>) -> Result<Option<Installed>> {
    // The first version that counts restores.
    const EPOCHS: u32 = 21;
    let epoch = match schema::version(conn)? {
        0 => return Ok(None),
        1..EPOCHS => "0",
        _ => "epoch",
    };
    let sql = format!("SELECT master_fingerprint, issuer, {epoch} FROM installation");
    let read = |c: &mut super::Columns<'_>| {
        Ok(Installed { master_fingerprint: c.take()?, issuer: c.take()?, epoch: c.count()? })
    };
    first(conn, &sql, params![], read)
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM installation", params![], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change) -> Result<()> {
    let Change::Create(new) = change;
    let sql =
        "INSERT INTO installation (\"only\", master_fingerprint, issuer, default_tenant_id, created_at, rev)
               VALUES (1, ?1, ?2, ?3, ?4, ?5)";
    let row = params![
        new.master_fingerprint,
        new.issuer,
        new.default_tenant.bytes(),
        new.created_at.as_millis(),
        super::signed(new.rev),
    ];
    change_one(conn, sql, row)
}
