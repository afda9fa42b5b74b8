-- How long a tenant keeps the rows of its audit log, as JSON; NULL: as long as the operator does.
ALTER TABLE tenants ADD COLUMN audit_retention TEXT COLLATE "C";

-- Verifications of the audit log that were asked for, by the event that tells of each.
CREATE TABLE audit_verifications (
    id        BYTEA   PRIMARY KEY,
    tenant_id BYTEA   NOT NULL,
    checked   BIGINT  NOT NULL, -- rows
    last_leaf BIGINT,
    last_hash BYTEA,
    wrong     TEXT COLLATE "C",
    made_at   BIGINT  NOT NULL
);
CREATE INDEX audit_verifications_tenant ON audit_verifications (tenant_id, id);

-- Places outside that are told of the sealed audit log, by the names that the settings give them.
CREATE TABLE audit_outlets (
    name          TEXT COLLATE "C" PRIMARY KEY,
    turn          BIGINT  NOT NULL, -- counts whoever worked on it
    free_at       BIGINT  NOT NULL, -- until then somebody works on it, or it is left alone
    told_at       BIGINT  NOT NULL, -- when something last arrived
    skipped       BIGINT  NOT NULL, -- rows that were erased before they were told
    failures      BIGINT  NOT NULL, -- in a row
    failing_since BIGINT
);

-- How far each has come in each log.
CREATE TABLE audit_outlet_logs (
    outlet    TEXT COLLATE "C" NOT NULL,
    log       BYTEA   NOT NULL, -- the tenant; 16 zeros: the installation's own
    next_leaf BIGINT  NOT NULL,
    head      TEXT COLLATE "C", -- signed; the last one that it was told
    PRIMARY KEY (outlet, log)
);

-- When a user said that they had seen it.
ALTER TABLE audit_of_users ADD COLUMN dismissed_at BIGINT;
