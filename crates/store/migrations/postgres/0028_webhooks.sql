-- Where tenants are told of what happens: see docs/webhooks.md. What is to be told is in the sealed audit log already; next_leaf says
-- how far an endpoint has taken it from there.
CREATE TABLE webhooks (
    id            BYTEA   PRIMARY KEY,
    tenant_id     BYTEA   NOT NULL,
    url           TEXT COLLATE "C" NOT NULL,
    description   TEXT COLLATE "C" NOT NULL,
    events        TEXT COLLATE "C" NOT NULL, -- separated by spaces
    secret        BYTEA   NOT NULL, -- sealed
    former_secret BYTEA,             -- sealed
    former_until  BIGINT,
    status        TEXT COLLATE "C" NOT NULL, -- 'deleted': its deliveries are being erased
    disabled_why  TEXT COLLATE "C",
    rev           BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    next_leaf     BIGINT  NOT NULL,
    turn          BIGINT  NOT NULL, -- counts whoever worked on it
    free_at       BIGINT  NOT NULL, -- until then somebody works on it, or it is left alone
    failures      BIGINT  NOT NULL,
    failing_since BIGINT
);
CREATE INDEX webhooks_tenant ON webhooks (tenant_id, id);

-- What is being told, was told, and could not be told. The text is that of the audit log's row.
CREATE TABLE webhook_deliveries (
    webhook_id BYTEA   NOT NULL,
    leaf       BIGINT  NOT NULL,
    event_id   BYTEA   NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL, -- those of one are delivered in the order of their leaves
    state      TEXT COLLATE "C" NOT NULL,
    attempts   BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    ended_at   BIGINT,
    status     BIGINT,          -- of the last answer
    why        TEXT COLLATE "C",             -- there was no answer, or what became of it
    PRIMARY KEY (webhook_id, leaf)
);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (webhook_id, state, leaf);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, subject, leaf) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_ended_at ON webhook_deliveries (state, ended_at);
