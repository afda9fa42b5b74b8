-- Exports of the audit log that were asked for.
CREATE TABLE audit_exports (
    id         BYTEA   PRIMARY KEY,
    tenant_id  BYTEA   NOT NULL,
    format     TEXT COLLATE "C" NOT NULL,
    names      TEXT COLLATE "C", -- JSON
    kinds      TEXT COLLATE "C", -- JSON
    from_at    BIGINT,
    until_at   BIGINT,
    size       BIGINT  NOT NULL,
    looked_at  BIGINT  NOT NULL,
    records    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL
);
CREATE INDEX audit_exports_tenant ON audit_exports (tenant_id, id);
