-- Devices, known by a secret that we issued, and where they take part.

CREATE TABLE devices (
    id               BLOB    PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    user_id          BLOB    NOT NULL,
    secret_hash      BLOB    NOT NULL,
    name             TEXT    NOT NULL,
    fingerprint      TEXT,             -- what it calls itself
    ip               TEXT,
    user_agent       TEXT,
    fence_user       INTEGER,          -- what it rests on
    fence_tenant     INTEGER,
    fence_membership INTEGER,
    trusted_at       INTEGER,          -- NULL: it is not trusted
    trusted_until    INTEGER,
    created_at       INTEGER NOT NULL,
    seen_at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_by_user ON devices (user_id, tenant_id);
CREATE INDEX devices_by_seen_at ON devices (seen_at);

-- The device that a session was opened with, and the one that began a challenge.
ALTER TABLE sessions ADD COLUMN device_id BLOB;
ALTER TABLE challenges ADD COLUMN device_id BLOB;


-- Whether a client may tell of the user behind it.
ALTER TABLE clients ADD COLUMN may_send_context INTEGER NOT NULL DEFAULT 0;
