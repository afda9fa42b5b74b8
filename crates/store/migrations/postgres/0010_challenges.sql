-- Second factors, the challenges that wait for them, and when a tenant asks.

-- When a tenant asks for second factors, as JSON; NULL: the default.
ALTER TABLE tenants ADD COLUMN mfa_policy TEXT COLLATE "C";

-- A user's factors lie together.
CREATE TABLE factors (
    user_id      BYTEA            NOT NULL,
    id           BYTEA            NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    address      TEXT COLLATE "C",          -- where codes are sent
    sealed       BYTEA,                     -- what it shares with us, under the master key
    verified_at  BIGINT,                    -- NULL: its enrolment is not finished
    enabled      BIGINT           NOT NULL,
    is_primary   BIGINT           NOT NULL,
    failures     BIGINT           NOT NULL, -- in a row
    last_step    BIGINT,                    -- the last time step that was spent
    last_used_at BIGINT,
    created_at   BIGINT           NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- Sign-ins that wait for a second factor. What answers a completion again is in ticket_replays, under the
-- challenge's identifier.
CREATE TABLE challenges (
    id                     BYTEA            PRIMARY KEY, -- the bytes of the session that it leads to
    secret_hash            BYTEA            NOT NULL,
    tenant_id              BYTEA            NOT NULL,
    user_id                BYTEA            NOT NULL,
    user_rev               BIGINT,                       -- a password sign-in: any change of the user ends it
    client_id              BYTEA,
    method                 TEXT COLLATE "C" NOT NULL,
    ticket_id              BYTEA,
    minted_by              BYTEA,
    fence_user             BIGINT,
    fence_tenant           BIGINT,
    fence_membership       BIGINT,
    fence_client           BIGINT,
    fence_key              BIGINT,
    fence_actor            BIGINT,
    fence_actor_membership BIGINT,
    auth_time              BIGINT,
    amr                    TEXT COLLATE "C",             -- a JSON array
    ip                     TEXT COLLATE "C",
    user_agent             TEXT COLLATE "C",
    methods                TEXT COLLATE "C" NOT NULL,    -- by name, separated by spaces
    why                    TEXT COLLATE "C" NOT NULL,
    wrong                  BIGINT           NOT NULL,    -- codes
    next_at                BIGINT           NOT NULL,    -- when the next code is looked at
    state                  TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'passed', 'dead')),
    passed_at              BIGINT,
    created_at             BIGINT           NOT NULL,
    expires_at             BIGINT           NOT NULL
);
CREATE INDEX challenges_user ON challenges (user_id);
CREATE INDEX challenges_expires_at ON challenges (expires_at);
