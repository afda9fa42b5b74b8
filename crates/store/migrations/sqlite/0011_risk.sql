-- What a tenant makes of signals, as JSON; NULL: the defaults.
ALTER TABLE tenants ADD COLUMN risk_config TEXT;

-- Sign-ins that stood out. The id is that of the audit row, and ordered by time; the outcome and what spoke are in
-- observed, as JSON.
CREATE TABLE risk_events (
    tenant_id BLOB    NOT NULL,
    id        BLOB    NOT NULL,
    user_id   BLOB    NOT NULL,
    type      TEXT    NOT NULL,
    score     INTEGER NOT NULL,
    level     TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    method    TEXT    NOT NULL,
    ip        TEXT,
    country   TEXT,
    device    TEXT,
    observed  TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX risk_events_by_user ON risk_events (tenant_id, user_id, id, score, type);
CREATE INDEX risk_events_by_type ON risk_events (tenant_id, type, id, score);
CREATE INDEX risk_events_by_score ON risk_events (tenant_id, id, score, user_id);

-- How many there were, by day (since the epoch, UTC), type and band of the score: twenty points each.
CREATE TABLE risk_counts (
    tenant_id BLOB    NOT NULL,
    day       INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    band      INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, type, band)
) STRICT, WITHOUT ROWID;
