-- Second factors, the challenges that wait for them, and when a tenant asks.

-- When a tenant asks for second factors, as JSON; NULL: the default.
ALTER TABLE tenants ADD COLUMN mfa_policy TEXT;

-- A user's factors lie together.
CREATE TABLE factors (
    user_id      BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    address      TEXT,             -- where codes are sent
    sealed       BLOB,             -- what it shares with us, under the master key
    verified_at  INTEGER,          -- NULL: its enrolment is not finished
    enabled      INTEGER NOT NULL,
    is_primary   INTEGER NOT NULL,
    failures     INTEGER NOT NULL, -- in a row
    last_step    INTEGER,          -- the last time step that was spent
    last_used_at INTEGER,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

-- Sign-ins that wait for a second factor. What answers a completion again is in ticket_replays, under the
-- challenge's identifier.
CREATE TABLE challenges (
    id                     BLOB    PRIMARY KEY, -- the bytes of the session that it leads to
    secret_hash            BLOB    NOT NULL,
    tenant_id              BLOB    NOT NULL,
    user_id                BLOB    NOT NULL,
    user_rev               INTEGER,             -- a password sign-in: any change of the user ends it
    client_id              BLOB,
    method                 TEXT    NOT NULL,
    ticket_id              BLOB,
    minted_by              BLOB,
    fence_user             INTEGER,
    fence_tenant           INTEGER,
    fence_membership       INTEGER,
    fence_client           INTEGER,
    fence_key              INTEGER,
    fence_actor            INTEGER,
    fence_actor_membership INTEGER,
    auth_time              INTEGER,
    amr                    TEXT,                -- a JSON array
    ip                     TEXT,
    user_agent             TEXT,
    methods                TEXT    NOT NULL,    -- by name, separated by spaces
    why                    TEXT    NOT NULL,
    wrong                  INTEGER NOT NULL,    -- codes
    next_at                INTEGER NOT NULL,    -- when the next code is looked at
    state                  TEXT    NOT NULL CHECK (state IN ('open', 'passed', 'dead')),
    passed_at              INTEGER,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_user ON challenges (user_id);
CREATE INDEX challenges_expires_at ON challenges (expires_at);
