-- What is asked of a store before it is used. It is about this place, and in no copy.
CREATE TABLE store_state (
    "only"   BIGINT PRIMARY KEY CHECK ("only" = 1),
    lowest   BIGINT NOT NULL,  -- the schema that a binary must know at least: a step that takes something away raises it
    copy_of  TEXT COLLATE "C", -- of what this is a copy that is not whole yet
    moved_to TEXT COLLATE "C"  -- where the installation is now
);
INSERT INTO store_state ("only", lowest) VALUES (1, 22);
