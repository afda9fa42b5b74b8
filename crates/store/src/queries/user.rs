//! Users, with their identifiers and password hashes.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{change, change_one, first, password_history, signed, user_terms};
use authms_core::id::{TenantId, UserId};
use authms_core::message::Language;
use authms_core::time::Timestamp;
use authms_core::user::{Change, Identifier, PasswordHash, User, UserStatus};

const COLUMNS: [&str; 19] = [
    "id",
    "tenant_id",
    "status",
    "username",
    "email",
    "phone",
    "external_id",
    "email_verified_at",
    "phone_verified_at",
    "language",
    "nickname",
    "password_hash IS NOT NULL",
    "must_change_password",
    "password_changed_at",
    "password_compromised_at",
    "fence",
    "rev",
    "created_at",
    "updated_at",
];

/// A SELECT list for [`read`].
pub(super) fn columns(alias: &str) -> String {
    columns::list(alias, &COLUMNS)
}

/// The user in the next columns.
pub(super) fn read(c: &mut Columns<'_>) -> Result<User> {
    Ok(User {
        id: c.id()?,
        tenant: c.id()?,
        status: c.named(UserStatus::parse)?,
        username: c.take()?,
        email: c.take()?,
        phone: c.take()?,
        external_id: c.take()?,
        email_verified_at: c.time_if()?,
        phone_verified_at: c.time_if()?,
        language: c.named_if(Language::parse)?,
        nickname: c.take()?,
        has_password: c.take()?,
        must_change_password: c.take()?,
        password_changed_at: c.time_if()?,
        password_compromised_at: c.time_if()?,
        fence: c.take()?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// The password hash of a user.
pub(crate) fn password_hash(conn: Conn<'_>, id: UserId) -> Result<Option<PasswordHash>> {
    let sql = "SELECT password_hash FROM users WHERE id = ?1";
    let hash = first(conn, sql, [id.bytes()], |c| c.take::<Option<String>>())?;
    Ok(hash.flatten().map(PasswordHash::new))
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, id: UserId) -> Result<Option<u64>> {
    first(conn, "SELECT rev FROM users WHERE id = ?1", [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Create { user, password } => create(conn, user, password.as_ref()),
        Change::Update(user) => update(conn, user, at),
        Change::SetPassword { user, password, keep_former } => {
            password_history::keep(conn, user, *keep_former)?;
            update(conn, user, at)?;
            let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
            change_one(conn, sql, params![user.id.bytes(), password.as_ref().map(PasswordHash::expose)])
        }
        Change::SetLanguage { user, language } => {
            let sql = "UPDATE users SET language = ?2, updated_at = ?3 WHERE id = ?1";
            change_one(conn, sql, params![user.bytes(), language.map(Language::as_str), at.as_millis()])
        }
        Change::Rehash { user, password } => {
            let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
            change_one(conn, sql, params![user.bytes(), password.expose()])
        }
    }
}

fn create(conn: Conn<'_>, new: &User, password: Option<&PasswordHash>) -> Result<()> {
    let sql = "INSERT INTO users (id, tenant_id, status, username, email, phone, nickname, password_hash,
                   must_change_password, password_changed_at, fence, rev, created_at, updated_at, external_id,
                   email_verified_at, phone_verified_at, language, password_compromised_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.status.as_str(),
        new.username,
        new.email,
        new.phone,
        new.nickname,
        password.map(PasswordHash::expose),
        new.must_change_password,
        new.password_changed_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
        new.external_id,
        new.email_verified_at.map(Timestamp::as_millis),
        new.phone_verified_at.map(Timestamp::as_millis),
        new.language.map(Language::as_str),
        new.password_compromised_at.map(Timestamp::as_millis),
    ];
    change_one(conn, sql, row)?;
    insert_identifiers(conn, new)
}

fn update(conn: Conn<'_>, new: &User, at: Timestamp) -> Result<()> {
    let sql = "UPDATE users SET status = ?2, username = ?3, email = ?4, phone = ?5, nickname = ?6,
                   must_change_password = ?7, password_changed_at = ?8, fence = ?9, rev = ?10, updated_at = ?11,
                   external_id = ?12, email_verified_at = ?13, phone_verified_at = ?14, language = ?15,
                   password_compromised_at = ?16
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.status.as_str(),
        new.username,
        new.email,
        new.phone,
        new.nickname,
        new.must_change_password,
        new.password_changed_at.map(Timestamp::as_millis),
        new.fence,
        signed(new.rev),
        at.as_millis(),
        new.external_id,
        new.email_verified_at.map(Timestamp::as_millis),
        new.phone_verified_at.map(Timestamp::as_millis),
        new.language.map(Language::as_str),
        new.password_compromised_at.map(Timestamp::as_millis),
    ];
    change_one(conn, sql, row)?;
    change(conn, "DELETE FROM user_identifiers WHERE user_id = ?1", [new.id.bytes()])?;
    insert_identifiers(conn, new)?;
    user_terms::follow_names(conn, new)
}

/// Whose external identifiers these are, in their order, from one snapshot.
pub(crate) fn by_external_id(
    conn: Conn<'_>,
    tenant: TenantId,
    external: &[String],
) -> Result<Vec<Option<UserId>>> {
    let sql =
        "SELECT user_id FROM user_identifiers WHERE tenant_id = ?1 AND kind = 'external_id' AND key = ?2";
    let one = |conn, id: &String| first(conn, sql, params![tenant.bytes(), id], |c| c.id());
    conn.snapshot(|conn| external.iter().map(|id| one(conn, id)).collect())
}

/// Those of these names that somebody has.
pub(crate) fn taken(conn: Conn<'_>, tenant: TenantId, names: Vec<Identifier>) -> Result<Vec<Identifier>> {
    let sql = "SELECT 1 FROM user_identifiers WHERE tenant_id = ?1 AND kind = ?2 AND key = ?3";
    let mut taken = Vec::new();
    for name in names {
        if first(conn, sql, params![tenant.bytes(), name.kind.as_str(), name.key], |_| Ok(()))?.is_some() {
            taken.push(name);
        }
    }
    Ok(taken)
}

fn insert_identifiers(conn: Conn<'_>, user: &User) -> Result<()> {
    for identifier in user.identifiers() {
        let sql = "INSERT INTO user_identifiers (tenant_id, kind, key, user_id) VALUES (?1, ?2, ?3, ?4)";
        let row = params![user.tenant.bytes(), identifier.kind.as_str(), identifier.key, user.id.bytes()];
        change_one(conn, sql, row)?;
    }
    Ok(())
}
