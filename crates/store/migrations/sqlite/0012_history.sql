-- What a sign-in was assessed to be, and what assessments rest on.
ALTER TABLE sessions ADD COLUMN risk_score INTEGER;   -- 0–100; NULL: opened before there were assessments
ALTER TABLE sessions ADD COLUMN risk_level TEXT;
ALTER TABLE challenges ADD COLUMN risk_score INTEGER; -- likewise
ALTER TABLE challenges ADD COLUMN risk_level TEXT;
ALTER TABLE tickets ADD COLUMN minted_ip TEXT;        -- minted by a person: from where
ALTER TABLE users ADD COLUMN factors_changed_at INTEGER;

-- What is remembered of users' sign-ins, by tenant.
CREATE TABLE histories (
    user_id    BLOB    NOT NULL,
    tenant_id  BLOB    NOT NULL,
    history    TEXT    NOT NULL, -- JSON
    learned_at INTEGER NOT NULL, -- the last sign-in that was learned from
    rev        INTEGER NOT NULL,
    PRIMARY KEY (user_id, tenant_id)
) STRICT, WITHOUT ROWID;

-- Sessions whose sign-ins are still to be learned from. It is appended to by every one, in the order of time.
CREATE TABLE sign_ins_to_learn (
    session_id BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
