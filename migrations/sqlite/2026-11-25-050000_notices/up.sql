CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    kind TEXT NOT NULL,
    args TEXT NOT NULL DEFAULT '{}',
    href TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    subject_id BIGINT NOT NULL DEFAULT 0,
    place TEXT NOT NULL DEFAULT '',
    place_id BIGINT NOT NULL DEFAULT 0,
    actor_id BIGINT,
    fold TEXT,
    folded INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    pushed_at BIGINT,
    mailed_at BIGINT
);
CREATE INDEX notices_member_id ON notices (member_id, id);
CREATE INDEX notices_unread ON notices (member_id, place, place_id) WHERE read_at IS NULL;
CREATE INDEX notices_created_at ON notices (created_at);

CREATE TABLE notice_prefs (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    kind TEXT NOT NULL,
    page BOOLEAN NOT NULL,
    push BOOLEAN NOT NULL,
    mail BOOLEAN NOT NULL,
    PRIMARY KEY (member_id, kind)
) WITHOUT ROWID;

CREATE TABLE notice_levels (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    place TEXT NOT NULL,
    place_id BIGINT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (member_id, place, place_id)
) WITHOUT ROWID;
CREATE INDEX notice_levels_place ON notice_levels (place, place_id, level);

CREATE TABLE notice_settings (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    digest TEXT NOT NULL,
    quiet_from INTEGER,
    quiet_to INTEGER,
    quiet_zone TEXT NOT NULL DEFAULT '',
    push_text BOOLEAN NOT NULL,
    digest_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (member_id)
);

CREATE TABLE push_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    endpoint TEXT NOT NULL,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    agent TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    last_ok_at BIGINT,
    UNIQUE (endpoint)
);
CREATE INDEX push_subscriptions_member_id ON push_subscriptions (member_id);
