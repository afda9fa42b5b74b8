-- The audit log, sealed: see docs/audit.md. Acts leave their rows in audit_log, as they always did; the sealer takes them from
-- there into the tree of their tenant.
CREATE TABLE audit_trees (
    number    INTEGER PRIMARY KEY,     -- what the places of its rows and tiles begin with
    log       BLOB    NOT NULL UNIQUE, -- the tenant; 16 zeros: the installation's own
    size      INTEGER NOT NULL,        -- leaves
    erased    INTEGER NOT NULL,        -- the first leaves whose rows were erased
    head      TEXT    NOT NULL,        -- signed
    sealed_at INTEGER NOT NULL
) STRICT;

-- What leaves commit to. The place of a row is number << 40 | leaf.
CREATE TABLE audit_rows (
    place INTEGER PRIMARY KEY,
    tree  INTEGER NOT NULL,
    id    BLOB    NOT NULL,
    name  TEXT    NOT NULL,
    salt  BLOB    NOT NULL,
    body  BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_rows_id ON audit_rows (tree, id);

-- Where rows are that are told to the users whom they concern: few, so that no sign-in is among them.
CREATE TABLE audit_of_users (
    user_id BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    place   INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

-- Hashes of subtrees, 16 side by side. The place of a tile is number << 40 | level << 36 | index.
CREATE TABLE audit_tiles (
    place  INTEGER PRIMARY KEY,
    hashes BLOB    NOT NULL
) STRICT;

-- The last head of each day.
CREATE TABLE audit_heads (
    number INTEGER NOT NULL,
    day    INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    head   TEXT    NOT NULL,
    PRIMARY KEY (number, day)
) STRICT, WITHOUT ROWID;

-- Who seals. One row, once anything was sealed.
CREATE TABLE audit_sealer (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    holder  BLOB    NOT NULL,
    until   INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    last_at INTEGER NOT NULL -- the latest commit whose row was sealed
) STRICT;
