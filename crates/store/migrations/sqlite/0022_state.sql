-- What is asked of a store before it is used. It is about this place, and in no copy.
CREATE TABLE store_state (
    "only"   INTEGER PRIMARY KEY CHECK ("only" = 1),
    lowest   INTEGER NOT NULL, -- the schema that a binary must know at least: a step that takes something away raises it
    copy_of  TEXT,             -- of what this is a copy that is not whole yet
    moved_to TEXT              -- where the installation is now
) STRICT;
INSERT INTO store_state ("only", lowest) VALUES (1, 22);
