-- Users on whose behalf nobody acts, but in an emergency where their tenant lets one.
CREATE TABLE act_opt_outs (
    tenant_id BLOB    NOT NULL,
    user_id   BLOB    NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT, WITHOUT ROWID;

-- Acts of which their user is still to be told, where the tenant has that done once a day.
CREATE TABLE act_notices (
    session_id BLOB    NOT NULL PRIMARY KEY,
    tenant_id  BLOB    NOT NULL,
    user_id    BLOB    NOT NULL,
    begun_at   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    client     TEXT             -- what it is called; NULL: our own endpoints
) STRICT, WITHOUT ROWID;
CREATE INDEX act_notices_due_at ON act_notices (due_at, tenant_id, user_id);
