-- Where tenants are told of what happens: see docs/webhooks.md. What is to be told is in the sealed audit log already; next_leaf says
-- how far an endpoint has taken it from there.
CREATE TABLE webhooks (
    id            BLOB    PRIMARY KEY,
    tenant_id     BLOB    NOT NULL,
    url           TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    events        TEXT    NOT NULL, -- separated by spaces
    secret        BLOB    NOT NULL, -- sealed
    former_secret BLOB,             -- sealed
    former_until  INTEGER,
    status        TEXT    NOT NULL, -- 'deleted': its deliveries are being erased
    disabled_why  TEXT,
    rev           INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    next_leaf     INTEGER NOT NULL,
    turn          INTEGER NOT NULL, -- counts whoever worked on it
    free_at       INTEGER NOT NULL, -- until then somebody works on it, or it is left alone
    failures      INTEGER NOT NULL,
    failing_since INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_tenant ON webhooks (tenant_id, id);

-- What is being told, was told, and could not be told. The text is that of the audit log's row.
CREATE TABLE webhook_deliveries (
    webhook_id BLOB    NOT NULL,
    leaf       INTEGER NOT NULL,
    event_id   BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    subject    TEXT    NOT NULL, -- those of one are delivered in the order of their leaves
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    status     INTEGER,          -- of the last answer
    why        TEXT,             -- there was no answer, or what became of it
    PRIMARY KEY (webhook_id, leaf)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (webhook_id, state, leaf);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, subject, leaf) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_ended_at ON webhook_deliveries (state, ended_at);
