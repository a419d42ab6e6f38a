CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    rule TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    segment_id BIGINT NOT NULL REFERENCES segments ON DELETE CASCADE,
    subject_de TEXT NOT NULL DEFAULT '',
    subject_en TEXT NOT NULL DEFAULT '',
    body_de TEXT NOT NULL DEFAULT '',
    body_en TEXT NOT NULL DEFAULT '',
    program_id BIGINT REFERENCES programs ON DELETE SET NULL,
    reply_to TEXT NOT NULL DEFAULT '',
    tier_offsets TEXT NOT NULL DEFAULT '{}',
    status TEXT NOT NULL DEFAULT 'draft',
    revision INTEGER NOT NULL DEFAULT 1,
    scheduled_at BIGINT,
    started_at BIGINT,
    finished_at BIGINT,
    snapshot_cursor BIGINT NOT NULL DEFAULT 0,
    snapshot_rule TEXT NOT NULL DEFAULT '',
    hold_reason TEXT NOT NULL DEFAULT '',
    excluded TEXT NOT NULL DEFAULT '{}',
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX campaigns_status_scheduled_at ON campaigns (status, scheduled_at);

CREATE TABLE deliveries (
    campaign_id BIGINT NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    member_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    email_hash TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    reason TEXT NOT NULL DEFAULT '',
    tier_rank INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    stage TEXT NOT NULL DEFAULT '',
    code INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    message_id TEXT NOT NULL DEFAULT '',
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, member_id)
);
CREATE INDEX deliveries_campaign_id_state_next_at ON deliveries (campaign_id, state, next_at);
CREATE INDEX deliveries_member_id ON deliveries (member_id);

CREATE TABLE suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email_hash TEXT NOT NULL,
    email TEXT,
    reason TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    UNIQUE (email_hash)
);

CREATE TABLE campaign_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id BIGINT NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    member_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL
);
CREATE INDEX campaign_events_campaign_id_kind ON campaign_events (campaign_id, kind);
CREATE INDEX campaign_events_member_id_kind ON campaign_events (member_id, kind);
