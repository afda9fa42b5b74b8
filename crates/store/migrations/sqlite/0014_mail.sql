-- Since when an address is known to be its user's own, and the language that they are written to in.
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
ALTER TABLE users ADD COLUMN phone_verified_at INTEGER;
ALTER TABLE users ADD COLUMN language TEXT;

-- Messages on their way. What they say is sealed, and a row is erased once it is sent or given up.
CREATE TABLE message_outbox (
    id         BLOB    PRIMARY KEY,
    tenant_id  BLOB    NOT NULL,
    user_id    BLOB    NOT NULL,
    channel    TEXT    NOT NULL,
    template   TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    expires_at INTEGER           -- not worth sending any more
) STRICT, WITHOUT ROWID;
CREATE INDEX message_outbox_due_at ON message_outbox (due_at);

-- The last one-time code for each purpose; a new one takes its place.
CREATE TABLE sent_codes (
    slot       BLOB    PRIMARY KEY, -- of purpose, subject and what it is bound to
    id         BLOB    NOT NULL,    -- of this code
    user_id    BLOB    NOT NULL,
    address    TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    code_hash  BLOB    NOT NULL,    -- HMAC under a key outside the database
    attempts   INTEGER NOT NULL,
    sent_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_codes_expires_at ON sent_codes (expires_at);
