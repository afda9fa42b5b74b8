-- Failed sign-ins of each user, the latest hundred. Sign-ins that succeed write nothing here.
CREATE TABLE login_failures (
    user_id    BYTEA            NOT NULL,
    event_id   BYTEA            NOT NULL, -- in the audit log
    tenant_id  BYTEA            NOT NULL,
    method     TEXT COLLATE "C" NOT NULL,
    why        TEXT COLLATE "C" NOT NULL,
    ip         TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    at         BIGINT           NOT NULL,
    PRIMARY KEY (user_id, event_id)
);

-- Administrators are counted and listed by role.
CREATE INDEX memberships_role ON memberships (tenant_id, role);

-- What users are found by, folded, in every tenant that they are members of.
CREATE TABLE user_terms (
    tenant_id BYTEA            NOT NULL,
    term      TEXT COLLATE "C" NOT NULL,
    user_id   BYTEA            NOT NULL,
    PRIMARY KEY (tenant_id, term, user_id)
);
CREATE INDEX user_terms_user ON user_terms (user_id);
INSERT INTO user_terms (tenant_id, term, user_id)
    SELECT m.tenant_id, lower(n.name), m.user_id
    FROM (SELECT id, username AS name FROM users UNION ALL SELECT id, email FROM users
          UNION ALL SELECT id, phone FROM users UNION ALL SELECT id, nickname FROM users) n
    JOIN memberships m ON m.user_id = n.id
    WHERE n.name IS NOT NULL AND m.removed = 0
    ON CONFLICT DO NOTHING;

CREATE TABLE invitations (
    id               BYTEA            PRIMARY KEY,
    tenant_id        BYTEA            NOT NULL,
    email            TEXT COLLATE "C" NOT NULL,
    role             TEXT COLLATE "C" NOT NULL,
    inviter_user     BYTEA, -- a person invited
    inviter_key      BYTEA, -- a system invited
    fence_user       BIGINT,
    fence_tenant     BIGINT,
    fence_membership BIGINT,
    fence_key        BIGINT,
    secret_hash      BYTEA            NOT NULL,
    created_at       BIGINT           NOT NULL,
    expires_at       BIGINT           NOT NULL,
    accepted_by      BYTEA,
    closed_at        BIGINT -- accepted, if there is an account; else revoked
);
CREATE INDEX invitations_tenant ON invitations (tenant_id);
CREATE INDEX invitations_expires_at ON invitations (expires_at);
