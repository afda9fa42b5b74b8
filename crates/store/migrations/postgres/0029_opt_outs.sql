-- Users on whose behalf nobody acts, but in an emergency where their tenant lets one.
CREATE TABLE act_opt_outs (
    tenant_id BYTEA  NOT NULL,
    user_id   BYTEA  NOT NULL,
    since     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- Acts of which their user is still to be told, where the tenant has that done once a day.
CREATE TABLE act_notices (
    session_id BYTEA  NOT NULL PRIMARY KEY,
    tenant_id  BYTEA  NOT NULL,
    user_id    BYTEA  NOT NULL,
    begun_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL,
    reason     TEXT COLLATE "C" NOT NULL,
    client     TEXT COLLATE "C"           -- what it is called; NULL: our own endpoints
);
CREATE INDEX act_notices_due_at ON act_notices (due_at, tenant_id, user_id);
