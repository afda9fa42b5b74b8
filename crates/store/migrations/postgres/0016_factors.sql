-- What users proved at their sign-ins, and the recovery codes that stand beside their factors.

-- What the user themself proved at the sign-in, and when; NULL: nothing.
ALTER TABLE sessions ADD COLUMN proven_by TEXT COLLATE "C";
ALTER TABLE sessions ADD COLUMN proven_at BIGINT;

-- The codes of the one factor of that kind that a user may have.
CREATE TABLE recovery_codes (
    user_id   BYTEA  NOT NULL,
    hash      BYTEA  NOT NULL, -- SHA-256
    factor_id BYTEA  NOT NULL,
    spent_at  BIGINT,          -- NULL: it may still be used
    PRIMARY KEY (user_id, hash)
);
