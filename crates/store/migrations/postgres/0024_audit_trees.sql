-- The audit log, sealed: see docs/audit.md. Acts leave their rows in audit_log, as they always did; the sealer takes them from
-- there into the tree of their tenant.
CREATE TABLE audit_trees (
    number    BIGINT  PRIMARY KEY,     -- what the places of its rows and tiles begin with
    log       BYTEA   NOT NULL UNIQUE, -- the tenant; 16 zeros: the installation's own
    size      BIGINT  NOT NULL,        -- leaves
    erased    BIGINT  NOT NULL,        -- the first leaves whose rows were erased
    head      TEXT COLLATE "C" NOT NULL, -- signed
    sealed_at BIGINT  NOT NULL
);

-- What leaves commit to. The place of a row is number << 40 | leaf.
CREATE TABLE audit_rows (
    place BIGINT  PRIMARY KEY,
    tree  BIGINT  NOT NULL,
    id    BYTEA   NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    salt  BYTEA   NOT NULL,
    body  BYTEA   NOT NULL
);
CREATE INDEX audit_rows_id ON audit_rows (tree, id);

-- Where rows are that are told to the users whom they concern: few, so that no sign-in is among them.
CREATE TABLE audit_of_users (
    user_id BYTEA   NOT NULL,
    id      BYTEA   NOT NULL,
    place   BIGINT  NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- Hashes of subtrees, 16 side by side. The place of a tile is number << 40 | level << 36 | index.
CREATE TABLE audit_tiles (
    place  BIGINT  PRIMARY KEY,
    hashes BYTEA   NOT NULL
);

-- The last head of each day.
CREATE TABLE audit_heads (
    number BIGINT  NOT NULL,
    day    BIGINT  NOT NULL,
    size   BIGINT  NOT NULL,
    head   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (number, day)
);

-- Who seals. One row, once anything was sealed.
CREATE TABLE audit_sealer (
    one     BIGINT  PRIMARY KEY CHECK (one = 1),
    holder  BYTEA   NOT NULL,
    until   BIGINT  NOT NULL,
    rev     BIGINT  NOT NULL,
    last_at BIGINT  NOT NULL -- the latest commit whose row was sealed
);

-- What SQLite's instr does for bytes.
CREATE FUNCTION instr(whole bytea, part bytea) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN position(part IN whole);
