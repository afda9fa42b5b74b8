-- Identifiers are 16 bytes, ordered by creation time, and times are milliseconds since 1970. Tables that a request
-- writes are keyed by such an identifier and clustered by it, so that they grow at their end.
-- There are no foreign keys: who no longer exists has no fence, and what was decided on them is dead.

CREATE TABLE installation (
    "only"             BIGINT           PRIMARY KEY CHECK ("only" = 1),
    master_fingerprint TEXT COLLATE "C" NOT NULL,
    issuer             TEXT COLLATE "C" NOT NULL,
    default_tenant_id  BYTEA            NOT NULL,
    created_at         BIGINT           NOT NULL,
    rev                BIGINT           NOT NULL
);

CREATE TABLE signing_keys (
    kid          TEXT COLLATE "C" PRIMARY KEY,
    algorithm    TEXT COLLATE "C" NOT NULL,
    sealed       BYTEA            NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    state_at     BIGINT, -- next: signs from; retired: published until
    published_at BIGINT           NOT NULL
);

CREATE TABLE tenants (
    id         BYTEA            PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    is_default BIGINT           NOT NULL,
    fence      BIGINT           NOT NULL,
    rev        BIGINT           NOT NULL,
    created_at BIGINT           NOT NULL,
    updated_at BIGINT           NOT NULL
);
CREATE UNIQUE INDEX tenants_name ON tenants (name);
CREATE UNIQUE INDEX tenants_default ON tenants (is_default) WHERE is_default = 1;

CREATE TABLE users (
    id                   BYTEA            PRIMARY KEY,
    tenant_id            BYTEA            NOT NULL,
    status               TEXT COLLATE "C" NOT NULL,
    username             TEXT COLLATE "C",
    email                TEXT COLLATE "C",
    phone                TEXT COLLATE "C",
    nickname             TEXT COLLATE "C",
    password_hash        TEXT COLLATE "C",
    must_change_password BIGINT           NOT NULL,
    password_changed_at  BIGINT,
    fence                BIGINT           NOT NULL,
    rev                  BIGINT           NOT NULL,
    created_at           BIGINT           NOT NULL,
    updated_at           BIGINT           NOT NULL
);

CREATE TABLE user_identifiers (
    tenant_id BYTEA            NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    user_id   BYTEA            NOT NULL,
    PRIMARY KEY (tenant_id, kind, key)
);
CREATE INDEX user_identifiers_user ON user_identifiers (user_id);

CREATE TABLE memberships (
    tenant_id BYTEA            NOT NULL,
    user_id   BYTEA            NOT NULL,
    role      TEXT COLLATE "C" NOT NULL,
    fence     BIGINT           NOT NULL,
    rev       BIGINT           NOT NULL,
    removed   BIGINT           NOT NULL,
    joined_at BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE clients (
    id               BYTEA            PRIMARY KEY,
    tenant_id        BYTEA            NOT NULL,
    name             TEXT COLLATE "C" NOT NULL,
    secret_hash      BYTEA            NOT NULL,
    secret_last_four TEXT COLLATE "C" NOT NULL,
    purposes         TEXT COLLATE "C" NOT NULL, -- by name, separated by spaces
    redirect_uris    TEXT COLLATE "C" NOT NULL, -- a JSON array
    status           TEXT COLLATE "C" NOT NULL,
    fence            BIGINT           NOT NULL,
    rev              BIGINT           NOT NULL,
    created_at       BIGINT           NOT NULL,
    updated_at       BIGINT           NOT NULL
);
CREATE UNIQUE INDEX clients_name ON clients (tenant_id, name);
CREATE INDEX clients_tenant ON clients (tenant_id);

CREATE TABLE api_keys (
    id          BYTEA            PRIMARY KEY,
    tenant_id   BYTEA            NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    created_by  BYTEA,
    secret_hash BYTEA            NOT NULL,
    scopes      TEXT COLLATE "C" NOT NULL, -- by name, separated by spaces
    rank        TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    expires_at  BIGINT,
    fence       BIGINT           NOT NULL,
    rev         BIGINT           NOT NULL,
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL
);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id);

CREATE TABLE tickets (
    id                     BYTEA            PRIMARY KEY,
    tenant_id              BYTEA            NOT NULL,
    subject_id             BYTEA            NOT NULL,
    purpose                TEXT COLLATE "C" NOT NULL,
    minter_key             BYTEA,            -- a system minted it
    minter_user            BYTEA,            -- a person minted it
    minter_session         BYTEA,            -- in this session
    secret_hash            BYTEA            NOT NULL,
    client_id              BYTEA,
    proof                  TEXT COLLATE "C",
    reason                 TEXT COLLATE "C",
    subject_auth_time      BIGINT,
    subject_amr            TEXT COLLATE "C", -- a JSON array
    fence_user             BIGINT,
    fence_tenant           BIGINT,
    fence_membership       BIGINT,
    fence_client           BIGINT,
    fence_key              BIGINT,
    fence_actor            BIGINT,
    fence_actor_membership BIGINT,
    created_at             BIGINT           NOT NULL,
    expires_at             BIGINT           NOT NULL,
    session_id             BYTEA,            -- spent: the session that it opened
    spent_at               BIGINT,           -- spent: when
    attempts               BIGINT           NOT NULL,
    replays                BIGINT           NOT NULL
);

-- What answers a redemption again, until it is swept away.
CREATE TABLE ticket_replays (
    ticket_id BYTEA  PRIMARY KEY,
    key_hash  BYTEA  NOT NULL,
    salt      BYTEA  NOT NULL,
    jti       BYTEA  NOT NULL,
    window_ms BIGINT NOT NULL,
    until     BIGINT NOT NULL
);
CREATE INDEX ticket_replays_until ON ticket_replays (until);

-- Minters' idempotency keys.
CREATE TABLE mint_keys (
    scope        BYTEA  NOT NULL,
    key_hash     BYTEA  NOT NULL,
    request_hash BYTEA  NOT NULL,
    ticket_id    BYTEA  NOT NULL,
    until        BIGINT NOT NULL,
    PRIMARY KEY (scope, key_hash)
);
CREATE INDEX mint_keys_until ON mint_keys (until);

CREATE TABLE sessions (
    id                     BYTEA            PRIMARY KEY,
    tenant_id              BYTEA            NOT NULL,
    user_id                BYTEA            NOT NULL,
    client_id              BYTEA,
    method                 TEXT COLLATE "C" NOT NULL,
    ticket_id              BYTEA,
    minted_by              BYTEA,
    actor_id               BYTEA,
    actor_session_id       BYTEA,
    acting_reason          TEXT COLLATE "C",
    fence_user             BIGINT,
    fence_tenant           BIGINT,
    fence_membership       BIGINT,
    fence_client           BIGINT,
    fence_key              BIGINT,
    fence_actor            BIGINT,
    fence_actor_membership BIGINT,
    auth_time              BIGINT,
    amr                    TEXT COLLATE "C", -- a JSON array
    ip                     TEXT COLLATE "C",
    user_agent             TEXT COLLATE "C",
    created_at             BIGINT           NOT NULL,
    expires_at             BIGINT           NOT NULL,
    refreshed_at           BIGINT           NOT NULL,
    ended_at               BIGINT,
    end_reason             TEXT COLLATE "C",
    generation             BIGINT           NOT NULL,
    refresh_hash           BYTEA
);

-- Sessions by user. An index would be written at random places with every sign-in, and halved the rate of sign-ins once
-- it had grown (18,600 a second instead of 43,500); so a sign-in only appends to session_recent, and the sweep carries
-- many at a time over to session_users, in its order. A user's sessions are those in either.
CREATE TABLE session_users (
    user_id    BYTEA NOT NULL,
    session_id BYTEA NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
CREATE TABLE session_recent (
    session_id BYTEA PRIMARY KEY,
    user_id    BYTEA NOT NULL
);

-- What answers the last rotation again, until it is swept away.
CREATE TABLE session_rotations (
    session_id BYTEA  PRIMARY KEY,
    generation BIGINT NOT NULL,
    salt       BYTEA  NOT NULL,
    jti        BYTEA  NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX session_rotations_at ON session_rotations (at);

-- Append only. No further index: one by user would halve the rate of sign-ins.
CREATE TABLE audit_log (
    seq    BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id     BYTEA            NOT NULL,
    tenant BYTEA,
    name   TEXT COLLATE "C" NOT NULL,
    at     BIGINT           NOT NULL,
    body   BYTEA            NOT NULL
);

-- Refusals of callers who proved nothing, by the minute.
CREATE TABLE refusals (
    minute BIGINT           NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    count  BIGINT           NOT NULL,
    PRIMARY KEY (minute, reason)
);
