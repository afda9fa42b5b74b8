-- What somebody asked to do on somebody's behalf, and what others said to it.
CREATE TABLE act_requests (
    id          BYTEA PRIMARY KEY,
    tenant_id   BYTEA NOT NULL,
    actor_id    BYTEA NOT NULL,
    subject_id  BYTEA NOT NULL,
    client_id   BYTEA,
    reason      TEXT COLLATE "C" NOT NULL,
    terms       TEXT COLLATE "C",            -- as JSON; NULL: only to look
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    approved_by BYTEA,
    agreed      BIGINT NOT NULL,
    refused_by  BYTEA,
    used        BIGINT NOT NULL
);
CREATE INDEX act_requests_tenant ON act_requests (tenant_id, id);
CREATE INDEX act_requests_subject ON act_requests (subject_id, id);
CREATE INDEX act_requests_expires_at ON act_requests (expires_at);
