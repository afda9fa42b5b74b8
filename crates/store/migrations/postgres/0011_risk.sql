-- What a tenant makes of signals, as JSON; NULL: the defaults.
ALTER TABLE tenants ADD COLUMN risk_config TEXT COLLATE "C";

-- Sign-ins that stood out. The id is that of the audit row, and ordered by time; the outcome and what spoke are in
-- observed, as JSON.
CREATE TABLE risk_events (
    tenant_id BYTEA            NOT NULL,
    id        BYTEA            NOT NULL,
    user_id   BYTEA            NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    score     BIGINT           NOT NULL,
    level     TEXT COLLATE "C" NOT NULL,
    outcome   TEXT COLLATE "C" NOT NULL,
    method    TEXT COLLATE "C" NOT NULL,
    ip        TEXT COLLATE "C",
    country   TEXT COLLATE "C",
    device    TEXT COLLATE "C",
    observed  TEXT COLLATE "C" NOT NULL,
    at        BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX risk_events_by_user ON risk_events (tenant_id, user_id, id, score, type);
CREATE INDEX risk_events_by_type ON risk_events (tenant_id, type, id, score);
CREATE INDEX risk_events_by_score ON risk_events (tenant_id, id, score, user_id);

-- How many there were, by day (since the epoch, UTC), type and band of the score: twenty points each.
CREATE TABLE risk_counts (
    tenant_id BYTEA            NOT NULL,
    day       BIGINT           NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    band      BIGINT           NOT NULL,
    count     BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, day, type, band)
);
