-- Identifiers are 16 bytes, ordered by creation time, and times are milliseconds since 1970. Tables that a request
-- writes are keyed by such an identifier and clustered by it (WITHOUT ROWID), so that they grow at their end.
-- There are no foreign keys: who no longer exists has no fence, and what was decided on them is dead.

CREATE TABLE installation (
    only               INTEGER PRIMARY KEY CHECK (only = 1),
    master_fingerprint TEXT    NOT NULL,
    issuer             TEXT    NOT NULL,
    default_tenant_id  BLOB    NOT NULL,
    created_at         INTEGER NOT NULL,
    rev                INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_keys (
    kid          TEXT    PRIMARY KEY,
    algorithm    TEXT    NOT NULL,
    sealed       BLOB    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    state_at     INTEGER,            -- next: signs from; retired: published until
    published_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
    id         BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    is_default INTEGER NOT NULL,
    fence      INTEGER NOT NULL,
    rev        INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenants_name ON tenants (name);
CREATE UNIQUE INDEX tenants_default ON tenants (is_default) WHERE is_default = 1;

CREATE TABLE users (
    id                   BLOB    PRIMARY KEY,
    tenant_id            BLOB    NOT NULL,
    status               TEXT    NOT NULL,
    username             TEXT,
    email                TEXT,
    phone                TEXT,
    nickname             TEXT,
    password_hash        TEXT,
    must_change_password INTEGER NOT NULL,
    password_changed_at  INTEGER,
    fence                INTEGER NOT NULL,
    rev                  INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user_identifiers (
    tenant_id BLOB NOT NULL,
    kind      TEXT NOT NULL,
    key       TEXT NOT NULL,
    user_id   BLOB NOT NULL,
    PRIMARY KEY (tenant_id, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_identifiers_user ON user_identifiers (user_id);

CREATE TABLE memberships (
    tenant_id BLOB    NOT NULL,
    user_id   BLOB    NOT NULL,
    role      TEXT    NOT NULL,
    fence     INTEGER NOT NULL,
    rev       INTEGER NOT NULL,
    removed   INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE clients (
    id               BLOB    PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    name             TEXT    NOT NULL,
    secret_hash      BLOB    NOT NULL,
    secret_last_four TEXT    NOT NULL,
    purposes         TEXT    NOT NULL, -- by name, separated by spaces
    redirect_uris    TEXT    NOT NULL, -- a JSON array
    status           TEXT    NOT NULL,
    fence            INTEGER NOT NULL,
    rev              INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX clients_name ON clients (tenant_id, name);
CREATE INDEX clients_tenant ON clients (tenant_id);

CREATE TABLE api_keys (
    id          BLOB    PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    name        TEXT    NOT NULL,
    created_by  BLOB,
    secret_hash BLOB    NOT NULL,
    scopes      TEXT    NOT NULL, -- by name, separated by spaces
    rank        TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    expires_at  INTEGER,
    fence       INTEGER NOT NULL,
    rev         INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_tenant ON api_keys (tenant_id);

CREATE TABLE tickets (
    id                     BLOB    PRIMARY KEY,
    tenant_id              BLOB    NOT NULL,
    subject_id             BLOB    NOT NULL,
    purpose                TEXT    NOT NULL,
    minter_key             BLOB,    -- a system minted it
    minter_user            BLOB,    -- a person minted it
    minter_session         BLOB,    -- in this session
    secret_hash            BLOB    NOT NULL,
    client_id              BLOB,
    proof                  TEXT,
    reason                 TEXT,
    subject_auth_time      INTEGER,
    subject_amr            TEXT,    -- a JSON array
    fence_user             INTEGER,
    fence_tenant           INTEGER,
    fence_membership       INTEGER,
    fence_client           INTEGER,
    fence_key              INTEGER,
    fence_actor            INTEGER,
    fence_actor_membership INTEGER,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    session_id             BLOB,    -- spent: the session that it opened
    spent_at               INTEGER, -- spent: when
    attempts               INTEGER NOT NULL,
    replays                INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What answers a redemption again, until it is swept away.
CREATE TABLE ticket_replays (
    ticket_id BLOB    PRIMARY KEY,
    key_hash  BLOB    NOT NULL,
    salt      BLOB    NOT NULL,
    jti       BLOB    NOT NULL,
    window_ms INTEGER NOT NULL,
    until     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_replays_until ON ticket_replays (until);

-- Minters' idempotency keys.
CREATE TABLE mint_keys (
    scope        BLOB    NOT NULL,
    key_hash     BLOB    NOT NULL,
    request_hash BLOB    NOT NULL,
    ticket_id    BLOB    NOT NULL,
    until        INTEGER NOT NULL,
    PRIMARY KEY (scope, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX mint_keys_until ON mint_keys (until);

CREATE TABLE sessions (
    id                     BLOB    PRIMARY KEY,
    tenant_id              BLOB    NOT NULL,
    user_id                BLOB    NOT NULL,
    client_id              BLOB,
    method                 TEXT    NOT NULL,
    ticket_id              BLOB,
    minted_by              BLOB,
    actor_id               BLOB,
    actor_session_id       BLOB,
    acting_reason          TEXT,
    fence_user             INTEGER,
    fence_tenant           INTEGER,
    fence_membership       INTEGER,
    fence_client           INTEGER,
    fence_key              INTEGER,
    fence_actor            INTEGER,
    fence_actor_membership INTEGER,
    auth_time              INTEGER,
    amr                    TEXT,    -- a JSON array
    ip                     TEXT,
    user_agent             TEXT,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    refreshed_at           INTEGER NOT NULL,
    ended_at               INTEGER,
    end_reason             TEXT,
    generation             INTEGER NOT NULL,
    refresh_hash           BLOB
) STRICT, WITHOUT ROWID;

-- Sessions by user. An index would be written at random places with every sign-in, and halved the rate of sign-ins once
-- it had grown (18,600 a second instead of 43,500); so a sign-in only appends to session_recent, and the sweep carries
-- many at a time over to session_users, in its order. A user's sessions are those in either.
CREATE TABLE session_users (
    user_id    BLOB NOT NULL,
    session_id BLOB NOT NULL,
    PRIMARY KEY (user_id, session_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE session_recent (
    session_id BLOB PRIMARY KEY,
    user_id    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What answers the last rotation again, until it is swept away.
CREATE TABLE session_rotations (
    session_id BLOB    PRIMARY KEY,
    generation INTEGER NOT NULL,
    salt       BLOB    NOT NULL,
    jti        BLOB    NOT NULL,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_rotations_at ON session_rotations (at);

-- Append only. No further index: one by user would halve the rate of sign-ins.
CREATE TABLE audit_log (
    seq    INTEGER PRIMARY KEY,
    id     BLOB    NOT NULL,
    tenant BLOB,
    name   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    body   BLOB    NOT NULL
) STRICT;

-- Refusals of callers who proved nothing, by the minute.
CREATE TABLE refusals (
    minute INTEGER NOT NULL,
    reason TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, reason)
) STRICT, WITHOUT ROWID;
