-- When the ticket that opened a session was reported as leaked.
ALTER TABLE sessions ADD COLUMN flagged_at BIGINT;
