-- Passkeys: what verifies them, beside the factor that each of them is.
CREATE TABLE passkeys (
    user_id         BLOB    NOT NULL,
    factor_id       BLOB    NOT NULL,
    tenant_id       BLOB    NOT NULL, -- the user's home
    credential_id   BLOB    NOT NULL,
    user_handle     BLOB    NOT NULL, -- random; what the authenticator knows its user by
    public_key      BLOB    NOT NULL, -- a COSE key
    counter         INTEGER NOT NULL,
    backup_eligible INTEGER NOT NULL,
    backed_up       INTEGER NOT NULL,
    transports      TEXT,             -- a JSON array
    aaguid          BLOB    NOT NULL,
    PRIMARY KEY (user_id, factor_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);

-- Challenges that were handed out and not yet answered.
CREATE TABLE passkey_ceremonies (
    challenge_hash BLOB    PRIMARY KEY,
    purpose        TEXT    NOT NULL,
    tenant_id      BLOB    NOT NULL,
    user_id        BLOB,             -- who may answer; NULL: whoever has a passkey
    bound_to       BLOB,             -- a session or a challenge
    name           TEXT,             -- of a registration
    user_handle    BLOB,             -- of a registration
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_ceremonies_expires_at ON passkey_ceremonies (expires_at);
