-- What a tenant asks of passwords, as JSON; NULL: the default. One column, since every sign-in reads the row; its own
-- words, which only a new password is held against, are beside.
ALTER TABLE tenants ADD COLUMN password_policy TEXT COLLATE "C";

CREATE TABLE password_words (
    tenant_id BYTEA            NOT NULL,
    word      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, word)
);

-- When a password was marked as known to others.
ALTER TABLE users ADD COLUMN password_compromised_at BIGINT;

-- Former passwords that may not come back; rev is the user's when the next one replaced it.
CREATE TABLE password_history (
    user_id       BYTEA            NOT NULL,
    rev           BIGINT           NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, rev)
);
