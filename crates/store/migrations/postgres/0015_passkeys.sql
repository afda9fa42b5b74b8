-- Passkeys: what verifies them, beside the factor that each of them is.
CREATE TABLE passkeys (
    user_id         BYTEA            NOT NULL,
    factor_id       BYTEA            NOT NULL,
    tenant_id       BYTEA            NOT NULL, -- the user's home
    credential_id   BYTEA            NOT NULL,
    user_handle     BYTEA            NOT NULL, -- random; what the authenticator knows its user by
    public_key      BYTEA            NOT NULL, -- a COSE key
    counter         BIGINT           NOT NULL,
    backup_eligible BIGINT           NOT NULL,
    backed_up       BIGINT           NOT NULL,
    transports      TEXT COLLATE "C",          -- a JSON array
    aaguid          BYTEA            NOT NULL,
    PRIMARY KEY (user_id, factor_id)
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);

-- Challenges that were handed out and not yet answered.
CREATE TABLE passkey_ceremonies (
    challenge_hash BYTEA            PRIMARY KEY,
    purpose        TEXT COLLATE "C" NOT NULL,
    tenant_id      BYTEA            NOT NULL,
    user_id        BYTEA,            -- who may answer; NULL: whoever has a passkey
    bound_to       BYTEA,            -- a session or a challenge
    name           TEXT COLLATE "C", -- of a registration
    user_handle    BYTEA,            -- of a registration
    expires_at     BIGINT           NOT NULL
);
CREATE INDEX passkey_ceremonies_expires_at ON passkey_ceremonies (expires_at);
