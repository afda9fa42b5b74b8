-- Exports of the audit log that were asked for.
CREATE TABLE audit_exports (
    id         BLOB    PRIMARY KEY,
    tenant_id  BLOB    NOT NULL,
    format     TEXT    NOT NULL,
    names      TEXT, -- JSON
    kinds      TEXT, -- JSON
    from_at    INTEGER,
    until_at   INTEGER,
    size       INTEGER NOT NULL,
    looked_at  INTEGER NOT NULL,
    records    INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_exports_tenant ON audit_exports (tenant_id, id);
