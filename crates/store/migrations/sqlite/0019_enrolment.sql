-- Users whom policy asks for a second factor, and who have none.

-- How far an enrolment has come at its challenge: 'asked', or 'proven' once an address was; NULL: the user has a factor.
ALTER TABLE challenges ADD COLUMN enrolment TEXT;
-- The factor that was begun there.
ALTER TABLE challenges ADD COLUMN enrol_factor BLOB;

-- Users whom an administrator lets enrol without proving an address.
CREATE TABLE mfa_releases (
    tenant_id        BLOB    NOT NULL,
    user_id          BLOB    NOT NULL,
    fence_user       INTEGER NOT NULL, -- what it was decided on
    fence_membership INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mfa_releases_expires_at ON mfa_releases (expires_at);
