-- What an API key is restricted to, its rotation, its last use.

ALTER TABLE api_keys ADD COLUMN networks                   TEXT COLLATE "C" NOT NULL DEFAULT '[]'; -- a JSON array of [id, network, label]; none: from anywhere
ALTER TABLE api_keys ADD COLUMN clients                    TEXT COLLATE "C" NOT NULL DEFAULT '';   -- by identifier, separated by spaces; none: any
ALTER TABLE api_keys ADD COLUMN previous_secret_hash       BYTEA;
ALTER TABLE api_keys ADD COLUMN previous_secret_expires_at BIGINT;
ALTER TABLE api_keys ADD COLUMN last_used_at               BIGINT;
ALTER TABLE api_keys ADD COLUMN last_used_ip               TEXT COLLATE "C";
