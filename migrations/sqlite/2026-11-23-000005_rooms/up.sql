CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    topic TEXT NOT NULL DEFAULT '',
    access TEXT NOT NULL DEFAULT 'open',
    min_rank INTEGER NOT NULL DEFAULT 0,
    niche_id BIGINT REFERENCES niches ON DELETE SET NULL,
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL DEFAULT 0,
    message_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    archived_at BIGINT,
    UNIQUE (slug)
);

CREATE TABLE room_members (
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    joined_at BIGINT NOT NULL,
    joined_seq BIGINT NOT NULL DEFAULT 0,
    last_read_seq BIGINT NOT NULL DEFAULT 0,
    mentions INTEGER NOT NULL DEFAULT 0,
    muted_until BIGINT,
    PRIMARY KEY (room_id, member_id)
) WITHOUT ROWID;
CREATE INDEX room_members_member_id ON room_members (member_id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    sender_id BIGINT,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    reply_to BIGINT,
    rev INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT
);
CREATE INDEX messages_room_id_seq ON messages (room_id, seq);
CREATE INDEX messages_sender_id ON messages (sender_id);

CREATE TABLE room_events (
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    message_id BIGINT,
    actor_id BIGINT,
    payload TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (room_id, seq)
);
CREATE INDEX room_events_message_id ON room_events (message_id);

CREATE TABLE message_cids (
    sender_id BIGINT NOT NULL,
    cid TEXT NOT NULL,
    room_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sender_id, cid)
) WITHOUT ROWID;

CREATE TABLE message_reactions (
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, member_id, emoji)
) WITHOUT ROWID;
