-- What a tenant asks of passwords, as JSON; NULL: the default. One column, since every sign-in reads the row; its own
-- words, which only a new password is held against, are beside.
ALTER TABLE tenants ADD COLUMN password_policy TEXT;

CREATE TABLE password_words (
    tenant_id BLOB NOT NULL,
    word      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, word)
) STRICT, WITHOUT ROWID;

-- When a password was marked as known to others.
ALTER TABLE users ADD COLUMN password_compromised_at INTEGER;

-- Former passwords that may not come back; rev is the user's when the next one replaced it.
CREATE TABLE password_history (
    user_id       BLOB    NOT NULL,
    rev           INTEGER NOT NULL,
    password_hash TEXT    NOT NULL,
    PRIMARY KEY (user_id, rev)
) STRICT, WITHOUT ROWID;
