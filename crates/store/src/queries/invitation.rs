//! Invitations.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{List, change_one, first, page};
use authms_core::access::Role;
use authms_core::id::{InvitationId, TenantId};
use authms_core::invitation::{
    Change, Invitation, InvitationState, InvitationStatus, Inviter, NewInvitation,
};
use authms_core::page::{Page, PageRequest};
use authms_core::signin::Fences;
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 15] = [
    "id",
    "tenant_id",
    "email",
    "role",
    "inviter_user",
    "inviter_key",
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "fence_key",
    "secret_hash",
    "created_at",
    "expires_at",
    "accepted_by",
    "closed_at",
];

fn read(c: &mut Columns<'_>) -> Result<Invitation> {
    Ok(Invitation {
        id: c.id()?,
        tenant: c.id()?,
        email: c.take()?,
        role: c.named(Role::parse)?,
        inviter: match (c.id_if()?, c.id_if()?) {
            (Some(user), _) => Inviter::Person(user),
            (None, Some(key)) => Inviter::System(key),
            (None, None) => Inviter::Console,
        },
        fences: Fences {
            user: c.take()?,
            tenant: c.take()?,
            membership: c.take()?,
            key: c.take()?,
            ..Fences::default()
        },
        secret_hash: c.take()?,
        created_at: c.time()?,
        expires_at: c.time()?,
        state: match (c.id_if()?, c.time_if()?) {
            (Some(user), Some(at)) => InvitationState::Accepted { user, at },
            (None, Some(at)) => InvitationState::Revoked { at },
            (_, None) => InvitationState::Open,
        },
    })
}

/// One invitation.
pub(crate) fn get(conn: Conn<'_>, id: InvitationId) -> Result<Option<Invitation>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {} FROM invitations i WHERE i.id = ?1", columns::list("i", &COLUMNS))
    });
    first(conn, &SQL, [id.bytes()], read)
}

/// The invitations to a tenant that stand so at this time, newest first.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    status: Option<InvitationStatus>,
    now: Timestamp,
    request: PageRequest,
) -> Result<Page<Invitation>> {
    let stands = match status {
        // Always true, so that each list has the same parameters.
        None => "CAST(?2 AS BIGINT) IS NOT NULL",
        Some(InvitationStatus::Open) => "i.closed_at IS NULL AND i.expires_at > ?2",
        Some(InvitationStatus::Expired) => "i.closed_at IS NULL AND i.expires_at <= ?2",
        Some(InvitationStatus::Accepted) => "i.accepted_by IS NOT NULL AND CAST(?2 AS BIGINT) IS NOT NULL",
        Some(InvitationStatus::Revoked) => {
            "i.closed_at IS NOT NULL AND i.accepted_by IS NULL AND CAST(?2 AS BIGINT) IS NOT NULL"
        }
    };
    let columns = columns::list("i", &COLUMNS);
    let from = format!("FROM invitations i WHERE i.tenant_id = ?1 AND {stands}");
    let list = List { columns: &columns, from: &from, order: "i.id DESC" };
    page(conn, &list, &[tenant.bytes(), &now.as_millis()], request, read)
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create(new) => create(conn, new, at),
        Change::Accept { id, user } => {
            let sql =
                "UPDATE invitations SET accepted_by = ?2, closed_at = ?3 WHERE id = ?1 AND closed_at IS NULL";
            change_one(conn, sql, params![id.bytes(), user.bytes(), at.as_millis()])
        }
        Change::Revoke(id) => {
            let sql = "UPDATE invitations SET closed_at = ?2 WHERE id = ?1 AND closed_at IS NULL";
            change_one(conn, sql, params![id.bytes(), at.as_millis()])
        }
    }
}

fn create(conn: Conn<'_>, new: &NewInvitation, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO invitations ({}) VALUES ({})",
            COLUMNS.join(", "),
            columns::placeholders(&COLUMNS)
        )
    });
    let NewInvitation { invitation: i, ttl } = new;
    let (user, key) = match &i.inviter {
        Inviter::Person(user) => (Some(user.bytes()), None),
        Inviter::System(key) => (None, Some(key.bytes())),
        Inviter::Console => (None, None),
    };
    let row = params![
        i.id.bytes(),
        i.tenant.bytes(),
        i.email,
        i.role.as_str(),
        user,
        key,
        i.fences.user,
        i.fences.tenant,
        i.fences.membership,
        i.fences.key,
        i.secret_hash,
        at.as_millis(),
        at.plus(*ttl).as_millis(),
        None::<[u8; 16]>,
        None::<i64>,
    ];
    change_one(conn, &SQL, row)
}
