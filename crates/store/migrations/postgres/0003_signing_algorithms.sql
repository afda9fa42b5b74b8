-- Each tenant has its tokens signed by an algorithm of its choice; until a key of that signs, the former one goes on.
ALTER TABLE tenants ADD COLUMN signing_algorithm TEXT COLLATE "C" NOT NULL DEFAULT 'ES256';
ALTER TABLE tenants ADD COLUMN former_algorithm  TEXT COLLATE "C";

-- When a key came into its state. For the keys that are there that is not known: their publication is the nearest.
ALTER TABLE signing_keys ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE signing_keys SET since = published_at;
