-- A ticket's state, so that those of one state can be listed; expired ones are issued ones past their time.
ALTER TABLE tickets ADD COLUMN state        TEXT COLLATE "C" NOT NULL DEFAULT 'issued' CHECK (state IN ('issued', 'spent', 'revoked'));
ALTER TABLE tickets ADD COLUMN revoked_at   BIGINT; -- revoked: when
ALTER TABLE tickets ADD COLUMN revoked_why  TEXT COLLATE "C"; -- revoked: why
ALTER TABLE tickets ADD COLUMN network      TEXT COLLATE "C"; -- bound to this network
ALTER TABLE tickets ADD COLUMN redirect_uri TEXT COLLATE "C"; -- bound to this redirect URI
ALTER TABLE tickets ADD COLUMN context_hash BYTEA; -- bound to the context of this SHA-256
UPDATE tickets SET state = 'spent' WHERE session_id IS NOT NULL;

-- What is written here lies close together: tickets live for minutes.
CREATE INDEX tickets_state ON tickets (tenant_id, state, expires_at);

-- Tickets by their subject, their client and their minter. As with sessions, minting writes to the small
-- ticket_recent, and the sweep carries many at a time over to ticket_index. What is looked for is in either.
CREATE TABLE ticket_index (
    of_id      BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    ticket_id  BYTEA  NOT NULL,
    PRIMARY KEY (of_id, expires_at, ticket_id)
);
CREATE TABLE ticket_recent (
    of_id      BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    ticket_id  BYTEA  NOT NULL,
    PRIMARY KEY (of_id, expires_at, ticket_id)
);
INSERT INTO ticket_index
    SELECT subject_id, expires_at, id FROM tickets
    UNION SELECT client_id, expires_at, id FROM tickets WHERE client_id IS NOT NULL
    UNION SELECT minter_key, expires_at, id FROM tickets WHERE minter_key IS NOT NULL
    UNION SELECT minter_user, expires_at, id FROM tickets WHERE minter_user IS NOT NULL
    ON CONFLICT DO NOTHING;
