-- Users whom policy asks for a second factor, and who have none.

-- How far an enrolment has come at its challenge: 'asked', or 'proven' once an address was; NULL: the user has a factor.
ALTER TABLE challenges ADD COLUMN enrolment TEXT COLLATE "C";
-- The factor that was begun there.
ALTER TABLE challenges ADD COLUMN enrol_factor BYTEA;

-- Users whom an administrator lets enrol without proving an address.
CREATE TABLE mfa_releases (
    tenant_id        BYTEA  NOT NULL,
    user_id          BYTEA  NOT NULL,
    fence_user       BIGINT NOT NULL, -- what it was decided on
    fence_membership BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX mfa_releases_expires_at ON mfa_releases (expires_at);
