-- What a tenant asks of those who act on somebody's behalf, as JSON; NULL: the default.
ALTER TABLE tenants ADD COLUMN on_behalf_policy TEXT COLLATE "C";
-- On which terms somebody acts, as JSON; NULL: only to look.
ALTER TABLE tickets ADD COLUMN acting_terms TEXT COLLATE "C";
ALTER TABLE sessions ADD COLUMN acting_terms TEXT COLLATE "C";
-- What an actor does for others; of all other sessions nothing is kept here.
CREATE INDEX sessions_by_actor ON sessions (actor_id) WHERE actor_id IS NOT NULL;
