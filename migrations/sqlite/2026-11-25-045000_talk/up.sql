-- Who does not want to hear of whom.
CREATE TABLE member_blocks (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    blocked_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, blocked_id)
) WITHOUT ROWID;
CREATE INDEX member_blocks_blocked_id ON member_blocks (blocked_id);

-- The order a member gives the own sidebar.
CREATE TABLE room_sections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX room_sections_member_id ON room_sections (member_id);
-- Mentions are counted from message_mentions.
ALTER TABLE room_members DROP COLUMN mentions;
ALTER TABLE room_members ADD COLUMN favourite BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE room_members ADD COLUMN silenced BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE room_members ADD COLUMN section_id BIGINT;
ALTER TABLE room_members ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- thread_of: the message this one continues. via: name of the machine that speaks. cards: what stands below the body
-- (previews, attachments) as safe HTML without words. shared: what is shown with it, such as poll:7 or resource:12.
ALTER TABLE messages ADD COLUMN thread_of BIGINT;
ALTER TABLE messages ADD COLUMN thread_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN mentions_all BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN via TEXT;
ALTER TABLE messages ADD COLUMN cards TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN shared TEXT;
CREATE INDEX messages_mentions_all ON messages (room_id, seq) WHERE mentions_all;
CREATE INDEX messages_thread_of ON messages (thread_of, seq) WHERE thread_of IS NOT NULL;

CREATE TABLE message_mentions (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    PRIMARY KEY (member_id, room_id, message_id)
) WITHOUT ROWID;
CREATE INDEX message_mentions_message_id ON message_mentions (message_id);

CREATE TABLE message_revisions (
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, rev)
) WITHOUT ROWID;

CREATE TABLE message_pins (
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    pinned_by BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, message_id)
) WITHOUT ROWID;
CREATE INDEX message_pins_message_id ON message_pins (message_id);

CREATE TABLE saved_messages (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, message_id)
) WITHOUT ROWID;
CREATE INDEX saved_messages_message_id ON saved_messages (message_id);

CREATE TABLE reminders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    told_at BIGINT
);
CREATE INDEX reminders_member_id ON reminders (member_id, due_at);
CREATE INDEX reminders_message_id ON reminders (message_id);

-- state: waiting, sent, refused.
CREATE TABLE scheduled_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    body TEXT NOT NULL,
    send_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    message_id BIGINT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX scheduled_messages_member_id ON scheduled_messages (member_id, send_at);
CREATE INDEX scheduled_messages_room_id ON scheduled_messages (room_id);

-- thread: the message whose thread the draft is for, 0 for the room itself.
CREATE TABLE room_drafts (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    thread BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, room_id, thread)
) WITHOUT ROWID;
CREATE INDEX room_drafts_room_id ON room_drafts (room_id);

CREATE TABLE polls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    message_id BIGINT NOT NULL REFERENCES messages ON DELETE CASCADE,
    multi BOOLEAN NOT NULL DEFAULT FALSE,
    closed_at BIGINT
);
CREATE INDEX polls_message_id ON polls (message_id);
CREATE INDEX polls_room_id ON polls (room_id);
CREATE TABLE poll_options (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    poll_id BIGINT NOT NULL REFERENCES polls ON DELETE CASCADE,
    position INTEGER NOT NULL,
    label TEXT NOT NULL
);
CREATE INDEX poll_options_poll_id ON poll_options (poll_id);
CREATE TABLE poll_votes (
    poll_id BIGINT NOT NULL REFERENCES polls ON DELETE CASCADE,
    option_id BIGINT NOT NULL REFERENCES poll_options ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    PRIMARY KEY (poll_id, option_id, member_id)
) WITHOUT ROWID;
CREATE INDEX poll_votes_option_id ON poll_votes (option_id);
CREATE INDEX poll_votes_member_id ON poll_votes (member_id);

-- A stranger's first message waits here until its receiver says yes or no. state: open, declined.
CREATE TABLE direct_requests (
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    from_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'open',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, member_id)
) WITHOUT ROWID;
CREATE INDEX direct_requests_member_id ON direct_requests (member_id, state);
CREATE INDEX direct_requests_from_id ON direct_requests (from_id);

-- The words of messages, folded by text::search_words.
CREATE TABLE message_index (
    message_id BIGINT NOT NULL PRIMARY KEY REFERENCES messages ON DELETE CASCADE
);
CREATE VIRTUAL TABLE message_fts USING fts5(
    body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER message_index_deleted AFTER DELETE ON message_index BEGIN
    DELETE FROM message_fts WHERE rowid = old.message_id;
END;

-- What a linked page says about itself, fetched once by the server. state: found, none.
CREATE TABLE link_previews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL DEFAULT '',
    site TEXT NOT NULL DEFAULT '',
    image BLOB,
    fetched_at BIGINT NOT NULL
);

-- A room that opens and closes by the clock. state: planned, open, over, cancelled.
CREATE TABLE office_hours (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    title TEXT NOT NULL,
    agenda TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    host_id BIGINT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'planned',
    created_at BIGINT NOT NULL
);
CREATE INDEX office_hours_room_id ON office_hours (room_id);
CREATE INDEX office_hours_starts_at ON office_hours (starts_at);

-- Machines that may speak in a room; the address holds a secret of which only the hash is kept.
CREATE TABLE incoming_hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX incoming_hooks_room_id ON incoming_hooks (room_id);

-- Machines that are told what happens in a room. cursor: position told so far. The secret signs and is needed in plain.
CREATE TABLE outgoing_hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    cursor_seq BIGINT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_by BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX outgoing_hooks_room_id ON outgoing_hooks (room_id);
CREATE TABLE hook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id BIGINT NOT NULL REFERENCES outgoing_hooks ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    UNIQUE (hook_id, seq)
);
