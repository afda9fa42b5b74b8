-- What a sign-in was assessed to be, and what assessments rest on.
ALTER TABLE sessions ADD COLUMN risk_score BIGINT; -- 0–100; NULL: opened before there were assessments
ALTER TABLE sessions ADD COLUMN risk_level TEXT COLLATE "C";
ALTER TABLE challenges ADD COLUMN risk_score BIGINT; -- likewise
ALTER TABLE challenges ADD COLUMN risk_level TEXT COLLATE "C";
ALTER TABLE tickets ADD COLUMN minted_ip TEXT COLLATE "C"; -- minted by a person: from where
ALTER TABLE users ADD COLUMN factors_changed_at BIGINT;

-- What is remembered of users' sign-ins, by tenant.
CREATE TABLE histories (
    user_id    BYTEA            NOT NULL,
    tenant_id  BYTEA            NOT NULL,
    history    TEXT COLLATE "C" NOT NULL, -- JSON
    learned_at BIGINT           NOT NULL, -- the last sign-in that was learned from
    rev        BIGINT           NOT NULL,
    PRIMARY KEY (user_id, tenant_id)
);

-- Sessions whose sign-ins are still to be learned from. It is appended to by every one, in the order of time.
CREATE TABLE sign_ins_to_learn (
    session_id BYTEA PRIMARY KEY
);
