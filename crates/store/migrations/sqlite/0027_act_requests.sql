-- What somebody asked to do on somebody's behalf, and what others said to it.
CREATE TABLE act_requests (
    id          BLOB NOT NULL PRIMARY KEY,
    tenant_id   BLOB NOT NULL,
    actor_id    BLOB NOT NULL,
    subject_id  BLOB NOT NULL,
    client_id   BLOB,
    reason      TEXT NOT NULL,
    terms       TEXT,            -- as JSON; NULL: only to look
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    approved_by BLOB,
    agreed      INTEGER NOT NULL,
    refused_by  BLOB,
    used        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX act_requests_tenant ON act_requests (tenant_id, id);
CREATE INDEX act_requests_subject ON act_requests (subject_id, id);
CREATE INDEX act_requests_expires_at ON act_requests (expires_at);
