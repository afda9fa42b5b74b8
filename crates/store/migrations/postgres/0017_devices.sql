-- Devices, known by a secret that we issued, and where they take part.

CREATE TABLE devices (
    id               BYTEA            PRIMARY KEY,
    tenant_id        BYTEA            NOT NULL,
    user_id          BYTEA            NOT NULL,
    secret_hash      BYTEA            NOT NULL,
    name             TEXT COLLATE "C" NOT NULL,
    fingerprint      TEXT COLLATE "C", -- what it calls itself
    ip               TEXT COLLATE "C",
    user_agent       TEXT COLLATE "C",
    fence_user       BIGINT,           -- what it rests on
    fence_tenant     BIGINT,
    fence_membership BIGINT,
    trusted_at       BIGINT,           -- NULL: it is not trusted
    trusted_until    BIGINT,
    created_at       BIGINT           NOT NULL,
    seen_at          BIGINT           NOT NULL
);

CREATE INDEX devices_by_user ON devices (user_id, tenant_id);
CREATE INDEX devices_by_seen_at ON devices (seen_at);

-- The device that a session was opened with, and the one that began a challenge.
ALTER TABLE sessions ADD COLUMN device_id BYTEA;
ALTER TABLE challenges ADD COLUMN device_id BYTEA;


-- Whether a client may tell of the user behind it.
ALTER TABLE clients ADD COLUMN may_send_context BIGINT NOT NULL DEFAULT 0;
