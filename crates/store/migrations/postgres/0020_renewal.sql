-- The session whose place the new one takes: of challenges that are asked at a refresh.
ALTER TABLE challenges ADD COLUMN renews_session BYTEA;
