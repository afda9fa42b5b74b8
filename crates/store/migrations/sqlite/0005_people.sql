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
