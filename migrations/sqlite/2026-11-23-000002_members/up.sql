CREATE TABLE tiers (
    rank INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name_de TEXT NOT NULL,
    name_en TEXT NOT NULL,
    min_turnover BIGINT NOT NULL DEFAULT 0,
    periods INTEGER NOT NULL DEFAULT 2,
    response_hours INTEGER NOT NULL DEFAULT 24,
    PRIMARY KEY (rank),
    UNIQUE (slug)
) WITHOUT ROWID;

CREATE TABLE niches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL,
    name_de TEXT NOT NULL,
    name_en TEXT NOT NULL,
    description_de TEXT NOT NULL DEFAULT '',
    description_en TEXT NOT NULL DEFAULT '',
    min_rank INTEGER NOT NULL DEFAULT 0,
    hue INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (slug)
);

CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    password_hash TEXT,
    role TEXT NOT NULL DEFAULT 'member',
    status TEXT NOT NULL,
    locale TEXT NOT NULL DEFAULT 'en',
    theme TEXT NOT NULL DEFAULT 'auto',
    time_zone TEXT NOT NULL DEFAULT 'Europe/Berlin',
    tier_rank INTEGER NOT NULL DEFAULT 0,
    tier_override_rank INTEGER,
    pitch TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',
    decline_reason TEXT NOT NULL DEFAULT '',
    newsletter_consent BOOLEAN NOT NULL DEFAULT false,
    tracking_consent BOOLEAN NOT NULL DEFAULT false,
    rights_version BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    joined_at BIGINT,
    last_seen_at BIGINT,
    UNIQUE (email_key)
);
CREATE INDEX members_status_id ON members (status, id);
CREATE INDEX members_name_key ON members (name_key);
CREATE INDEX members_tier_rank_id ON members (tier_rank, id);

CREATE TABLE member_tags (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (member_id, tag)
) WITHOUT ROWID;
CREATE INDEX member_tags_tag_member_id ON member_tags (tag, member_id);

CREATE TABLE member_niches (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    niche_id BIGINT NOT NULL REFERENCES niches ON DELETE CASCADE,
    PRIMARY KEY (member_id, niche_id)
) WITHOUT ROWID;
CREATE INDEX member_niches_niche_id_member_id ON member_niches (niche_id, member_id);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ip TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    UNIQUE (token_hash)
);
CREATE INDEX sessions_member_id ON sessions (member_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    UNIQUE (token_hash)
);
CREATE INDEX api_tokens_member_id ON api_tokens (member_id);

CREATE TABLE mail_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT REFERENCES members ON DELETE SET NULL,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    UNIQUE (token_hash)
);
CREATE INDEX mail_tokens_member_id_purpose ON mail_tokens (member_id, purpose);

CREATE TABLE consents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT,
    email_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    wording TEXT NOT NULL,
    version TEXT NOT NULL,
    locale TEXT NOT NULL,
    source TEXT NOT NULL,
    ip TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL
);
CREATE INDEX consents_member_id_kind ON consents (member_id, kind);
CREATE INDEX consents_email_key ON consents (email_key);

INSERT INTO tiers (rank, slug, name_de, name_en, min_turnover, periods, response_hours) VALUES
    (0, 'starter', 'Einsteiger', 'Starter', 0, 0, 48),
    (10, 'active', 'Aktiv', 'Active', 50000, 2, 24),
    (20, 'pro', 'Profi', 'Pro', 250000, 2, 24),
    (30, 'top', 'Spitze', 'Top', 1000000, 2, 8);
