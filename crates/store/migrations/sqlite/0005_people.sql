-- Failed sign-ins of each user, the latest hundred. Sign-ins that succeed write nothing here.
CREATE TABLE login_failures (
    user_id    BLOB    NOT NULL,
    event_id   BLOB    NOT NULL, -- in the audit log
    tenant_id  BLOB    NOT NULL,
    method     TEXT    NOT NULL,
    why        TEXT    NOT NULL,
    ip         TEXT,
    user_agent TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (user_id, event_id)
) STRICT, WITHOUT ROWID;

-- Administrators are counted and listed by role.
CREATE INDEX memberships_role ON memberships (tenant_id, role);

-- What users are found by, folded, in every tenant that they are members of.
CREATE TABLE user_terms (
    tenant_id BLOB NOT NULL,
    term      TEXT NOT NULL,
    user_id   BLOB NOT NULL,
    PRIMARY KEY (tenant_id, term, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_terms_user ON user_terms (user_id);
INSERT OR IGNORE INTO user_terms (tenant_id, term, user_id)
    SELECT m.tenant_id, lower(n.name), m.user_id
    FROM (SELECT id, username AS name FROM users UNION ALL SELECT id, email FROM users
          UNION ALL SELECT id, phone FROM users UNION ALL SELECT id, nickname FROM users) n
    JOIN memberships m ON m.user_id = n.id
    WHERE n.name IS NOT NULL AND m.removed = 0;

CREATE TABLE invitations (
    id               BLOB    PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    email            TEXT    NOT NULL,
    role             TEXT    NOT NULL,
    inviter_user     BLOB,    -- a person invited
    inviter_key      BLOB,    -- a system invited
    fence_user       INTEGER,
    fence_tenant     INTEGER,
    fence_membership INTEGER,
    fence_key        INTEGER,
    secret_hash      BLOB    NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    accepted_by      BLOB,
    closed_at        INTEGER  -- accepted, if there is an account; else revoked
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_tenant ON invitations (tenant_id);
CREATE INDEX invitations_expires_at ON invitations (expires_at);
