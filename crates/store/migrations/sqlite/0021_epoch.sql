-- How often the installation was restored from a backup. What was given out in an earlier epoch is void: it may have been
-- spent since.
ALTER TABLE installation ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
