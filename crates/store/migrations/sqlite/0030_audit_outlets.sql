-- How long a tenant keeps the rows of its audit log, as JSON; NULL: as long as the operator does.
ALTER TABLE tenants ADD COLUMN audit_retention TEXT;

-- Verifications of the audit log that were asked for, by the event that tells of each.
CREATE TABLE audit_verifications (
    id        BLOB    PRIMARY KEY,
    tenant_id BLOB    NOT NULL,
    checked   INTEGER NOT NULL, -- rows
    last_leaf INTEGER,
    last_hash BLOB,
    wrong     TEXT,
    made_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_verifications_tenant ON audit_verifications (tenant_id, id);

-- Places outside that are told of the sealed audit log, by the names that the settings give them.
CREATE TABLE audit_outlets (
    name          TEXT    PRIMARY KEY,
    turn          INTEGER NOT NULL, -- counts whoever worked on it
    free_at       INTEGER NOT NULL, -- until then somebody works on it, or it is left alone
    told_at       INTEGER NOT NULL, -- when something last arrived
    skipped       INTEGER NOT NULL, -- rows that were erased before they were told
    failures      INTEGER NOT NULL, -- in a row
    failing_since INTEGER
) STRICT, WITHOUT ROWID;

-- How far each has come in each log.
CREATE TABLE audit_outlet_logs (
    outlet    TEXT    NOT NULL,
    log       BLOB    NOT NULL, -- the tenant; 16 zeros: the installation's own
    next_leaf INTEGER NOT NULL,
    head      TEXT,             -- signed; the last one that it was told
    PRIMARY KEY (outlet, log)
) STRICT, WITHOUT ROWID;

-- When a user said that they had seen it.
ALTER TABLE audit_of_users ADD COLUMN dismissed_at INTEGER;
