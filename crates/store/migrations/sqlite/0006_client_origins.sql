-- Clients allow web pages of these origins; the second table finds them by origin.

ALTER TABLE clients ADD COLUMN allowed_origins TEXT NOT NULL DEFAULT '[]'; -- a JSON array

CREATE TABLE client_origins (
    origin    TEXT NOT NULL,
    client_id BLOB NOT NULL,
    PRIMARY KEY (origin, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_origins_client ON client_origins (client_id);
