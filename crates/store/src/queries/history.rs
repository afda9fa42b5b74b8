//! What is remembered of users' sign-ins.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, first, signed};
use authms_core::id::{SessionId, TenantId, UserId};
use authms_core::risk::{History, Learned, Lesson};
use authms_core::signin::{FAILURES_COUNTED, Remembered};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

/// The join of user `u` in tenant `n` to their history `v`.
pub(super) const JOIN: &str = "LEFT JOIN histories v ON v.user_id = u.id AND v.tenant_id = n.id";

/// A SELECT list for [`read`]; `?2` is [`counted_from`]. At most as many failures are counted as are kept.
pub(super) const COLUMNS: &str = "v.history, u.factors_changed_at,
     (SELECT count(*) FROM login_failures f WHERE f.user_id = u.id AND f.tenant_id = n.id
      AND f.why = 'wrong_credentials' AND f.at > ?2 AND f.at > coalesce(v.learned_at, 0))";

/// Since when failures count.
pub(super) fn counted_from(now: Timestamp) -> i64 {
    now.minus(FAILURES_COUNTED).as_millis()
}

/// What is remembered, in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Remembered> {
    Ok(Remembered { history: read_history(c)?, factors_changed_at: c.time_if()?, failed_attempts: c.take()? })
}

/// A history that cannot be read is none: everything is then new, which asks for more, never for less.
fn read_history(c: &mut Columns<'_>) -> Result<History> {
    Ok(c.take::<Option<String>>()?.and_then(|text| History::from_json(&text)).unwrap_or_default())
}

/// What is remembered of a user in a tenant.
pub(crate) fn get(conn: Conn<'_>, tenant: TenantId, user: UserId, now: Timestamp) -> Result<Remembered> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {COLUMNS} FROM users u JOIN tenants n ON n.id = ?3 {JOIN} WHERE u.id = ?1")
    });
    let row = params![user.bytes(), counted_from(now), tenant.bytes()];
    Ok(first(conn, &SQL, row, read)?.unwrap_or_default())
}

/// The revision of a user's history.
pub(crate) fn rev(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<u64>> {
    let sql = "SELECT rev FROM histories WHERE user_id = ?1 AND tenant_id = ?2";
    first(conn, sql, params![user.bytes(), tenant.bytes()], |c| c.count())
}

/// Notes that a session is to be learned from.
pub(super) fn append(conn: Conn<'_>, session: SessionId) -> Result<()> {
    change_one(conn, "INSERT INTO sign_ins_to_learn (session_id) VALUES (?1)", [session.bytes()])
}

/// The oldest sign-ins that are still to be learned from, with the histories of their users: one snapshot.
pub(crate) fn to_learn(conn: Conn<'_>, at_most: u32) -> Result<Vec<Lesson>> {
    // Named by what is to be learned: a join would let SQLite look through all sessions in their order.
    let sql = "SELECT s.id, s.tenant_id, s.user_id, s.created_at, s.ip, s.user_agent, v.history, coalesce(v.rev, 0)
               FROM sessions s LEFT JOIN histories v ON v.user_id = s.user_id AND v.tenant_id = s.tenant_id
               WHERE s.id IN (SELECT session_id FROM
                                  (SELECT session_id FROM sign_ins_to_learn ORDER BY session_id LIMIT ?1) oldest)
               ORDER BY s.id";
    all(conn, sql, [at_most], |c| {
        Ok(Lesson {
            session: c.id()?,
            tenant: c.id()?,
            user: c.id()?,
            at: c.time()?,
            ip: c.named_if(|ip| ip.parse().ok())?,
            user_agent: c.take()?,
            history: read_history(c)?,
            rev: c.count()?,
        })
    })
}

/// Writes down what was learned.
pub(super) fn learn(conn: Conn<'_>, learned: &Learned) -> Result<()> {
    let Learned { tenant, user, history, rev, at, sessions } = learned;
    let sql =
        "INSERT INTO histories (user_id, tenant_id, history, learned_at, rev) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (user_id, tenant_id) DO UPDATE
               SET history = excluded.history, learned_at = excluded.learned_at, rev = excluded.rev
               WHERE histories.rev = excluded.rev - 1";
    let row = params![user.bytes(), tenant.bytes(), history.to_json(), at.as_millis(), signed(rev + 1)];
    change_one(conn, sql, row)?;
    for session in sessions {
        change(conn, "DELETE FROM sign_ins_to_learn WHERE session_id = ?1", [session.bytes()])?;
    }
    Ok(())
}
