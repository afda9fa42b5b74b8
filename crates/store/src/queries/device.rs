//! Devices.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, first};
use authms_core::device::{Change, DEVICES_KEPT, Device, SEEN_EVERY, TRUSTED_FOR, Trust};
use authms_core::id::{DeviceId, SessionId, TenantId, UserId};
use authms_core::session::Origin;
use authms_core::signin::Fences;
use authms_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::LazyLock;

const COLUMNS: [&str; 15] = [
    "id",
    "tenant_id",
    "user_id",
    "secret_hash",
    "name",
    "fingerprint",
    "ip",
    "user_agent",
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "trusted_at",
    "trusted_until",
    "created_at",
    "seen_at",
];

fn read(c: &mut Columns<'_>) -> Result<Device> {
    Ok(Device {
        id: c.id()?,
        tenant: c.id()?,
        user: c.id()?,
        secret_hash: c.take()?,
        name: c.take()?,
        fingerprint: c.take()?,
        origin: Origin { ip: c.named_if(|ip| ip.parse().ok())?, user_agent: c.take()? },
        fences: Fences { user: c.take()?, tenant: c.take()?, membership: c.take()?, ..Fences::default() },
        trust: c.time_if()?.zip(c.time_if()?).map(|(since, until)| Trust { since, until }),
        created_at: c.time()?,
        seen_at: c.time()?,
    })
}

/// One device.
pub(crate) fn get(conn: Conn<'_>, id: DeviceId) -> Result<Option<Device>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM devices d WHERE d.id = ?1", columns::list("d", &COLUMNS)));
    first(conn, &SQL, [id.bytes()], read)
}

/// A user's devices in a tenant, newest first.
pub(crate) fn of(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Vec<Device>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("d", &COLUMNS);
        format!(
            "SELECT {columns} FROM devices d WHERE d.user_id = ?1 AND d.tenant_id = ?2 ORDER BY d.id DESC"
        )
    });
    all(conn, &SQL, [user.bytes(), tenant.bytes()], read)
}

/// Whether it is there with this secret.
pub(crate) fn has_secret(conn: Conn<'_>, id: DeviceId, hash: &[u8; 32]) -> Result<bool> {
    let sql = "SELECT secret_hash = ?2 FROM devices WHERE id = ?1";
    Ok(first(conn, sql, params![id.bytes(), hash], |c| c.take())?.unwrap_or(false))
}

/// Notes that somebody signed in with it, unless that was noted lately.
pub(crate) fn see(conn: Conn<'_>, id: DeviceId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE devices SET seen_at = ?2 WHERE id = ?1 AND seen_at <= ?3";
    change(conn, sql, params![id.bytes(), at.as_millis(), at.minus(SEEN_EVERY).as_millis()])
}

/// Ends trust in all of a user's devices, in every tenant.
pub(super) fn end_trust_of(conn: Conn<'_>, user: UserId) -> Result<()> {
    let sql = "UPDATE devices SET trusted_at = NULL, trusted_until = NULL
               WHERE user_id = ?1 AND trusted_at IS NOT NULL";
    change(conn, sql, [user.bytes()])
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Put { device, trusted, session } => put(conn, device, *trusted, *session, at),
        Change::Trust(id) => {
            let sql = "UPDATE devices SET trusted_at = ?2, trusted_until = ?3 WHERE id = ?1";
            let until = at.plus(TRUSTED_FOR);
            change_one(conn, sql, params![id.bytes(), at.as_millis(), until.as_millis()])
        }
        Change::EndTrust(id) => {
            let sql = "UPDATE devices SET trusted_at = NULL, trusted_until = NULL WHERE id = ?1";
            change_one(conn, sql, [id.bytes()])
        }
        Change::Forget(ids) => ids.iter().try_for_each(|id| {
            // Another request may have been faster; it is forgotten all the same.
            change(conn, "DELETE FROM devices WHERE id = ?1", [id.bytes()])
        }),
        Change::ForgetAll { tenant, user, except } => {
            let sql = "DELETE FROM devices WHERE user_id = ?1 AND tenant_id = ?2 AND id IS DISTINCT FROM ?3";
            let except = except.as_ref().map(|id| id.bytes());
            change(conn, sql, params![user.bytes(), tenant.bytes(), except])
        }
    }
}

fn put(conn: Conn<'_>, d: &Device, trusted: bool, session: SessionId, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        let replaced = columns::replace(&COLUMNS);
        format!("INSERT INTO devices ({columns}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {replaced}")
    });
    let row = params![
        d.id.bytes(),
        d.tenant.bytes(),
        d.user.bytes(),
        d.secret_hash,
        d.name,
        d.fingerprint,
        d.origin.ip.as_ref().map(IpAddr::to_string),
        d.origin.user_agent,
        d.fences.user,
        d.fences.tenant,
        d.fences.membership,
        trusted.then_some(at.as_millis()),
        trusted.then_some(at.plus(TRUSTED_FOR).as_millis()),
        at.as_millis(),
        at.as_millis(),
    ];
    change_one(conn, &SQL, row)?;
    let sql = "DELETE FROM devices WHERE user_id = ?1 AND tenant_id = ?2 AND id NOT IN
                   (SELECT id FROM devices WHERE user_id = ?1 AND tenant_id = ?2
                    ORDER BY seen_at DESC, id DESC LIMIT ?3)";
    change(conn, sql, params![d.user.bytes(), d.tenant.bytes(), DEVICES_KEPT])?;
    let sql = "UPDATE sessions SET device_id = ?2 WHERE id = ?1";
    change_one(conn, sql, [session.bytes(), d.id.bytes()])
}
