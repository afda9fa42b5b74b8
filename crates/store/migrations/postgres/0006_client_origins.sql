-- Clients allow web pages of these origins; the second table finds them by origin.

ALTER TABLE clients ADD COLUMN allowed_origins TEXT COLLATE "C" NOT NULL DEFAULT '[]'; -- a JSON array

CREATE TABLE client_origins (
    origin    TEXT COLLATE "C" NOT NULL,
    client_id BYTEA            NOT NULL,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX client_origins_client ON client_origins (client_id);
