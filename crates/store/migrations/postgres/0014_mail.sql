-- Since when an address is known to be its user's own, and the language that they are written to in.
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
ALTER TABLE users ADD COLUMN phone_verified_at BIGINT;
ALTER TABLE users ADD COLUMN language          TEXT COLLATE "C";

-- Messages on their way. What they say is sealed, and a row is erased once it is sent or given up.
CREATE TABLE message_outbox (
    id         BYTEA            PRIMARY KEY,
    tenant_id  BYTEA            NOT NULL,
    user_id    BYTEA            NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    template   TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA            NOT NULL,
    attempts   BIGINT           NOT NULL,
    due_at     BIGINT           NOT NULL,
    expires_at BIGINT -- not worth sending any more
);
CREATE INDEX message_outbox_due_at ON message_outbox (due_at);

-- The last one-time code for each purpose; a new one takes its place.
CREATE TABLE sent_codes (
    slot       BYTEA            PRIMARY KEY, -- of purpose, subject and what it is bound to
    id         BYTEA            NOT NULL,    -- of this code
    user_id    BYTEA            NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    code_hash  BYTEA            NOT NULL,    -- HMAC under a key outside the database
    attempts   BIGINT           NOT NULL,
    sent_at    BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);
CREATE INDEX sent_codes_expires_at ON sent_codes (expires_at);
