CREATE TABLE threads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    niche_id BIGINT NOT NULL REFERENCES niches ON DELETE CASCADE,
    author_id BIGINT,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    post_count INTEGER NOT NULL DEFAULT 0,
    last_number INTEGER NOT NULL DEFAULT 0,
    last_post_at BIGINT NOT NULL,
    last_post_by BIGINT,
    pinned BOOLEAN NOT NULL DEFAULT false,
    locked BOOLEAN NOT NULL DEFAULT false,
    hidden BOOLEAN NOT NULL DEFAULT false,
    created_at BIGINT NOT NULL
);
CREATE INDEX threads_niche_id_pinned_last_post_at_id ON threads (niche_id, pinned, last_post_at, id);
CREATE INDEX threads_last_post_at_id ON threads (last_post_at, id);
CREATE INDEX threads_author_id ON threads (author_id);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    number INTEGER NOT NULL,
    author_id BIGINT,
    reply_to INTEGER,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0,
    likes INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT,
    hidden_at BIGINT,
    UNIQUE (thread_id, number)
);
CREATE INDEX posts_author_id_created_at ON posts (author_id, created_at);

CREATE TABLE post_likes (
    post_id BIGINT NOT NULL REFERENCES posts ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (post_id, member_id)
) WITHOUT ROWID;
CREATE INDEX post_likes_member_id ON post_likes (member_id);

CREATE TABLE thread_reads (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    last_number INTEGER NOT NULL DEFAULT 0,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, thread_id)
) WITHOUT ROWID;
CREATE INDEX thread_reads_thread_id ON thread_reads (thread_id);

CREATE TABLE niche_reads (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    niche_id BIGINT NOT NULL REFERENCES niches ON DELETE CASCADE,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, niche_id)
) WITHOUT ROWID;

CREATE TABLE post_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id BIGINT NOT NULL REFERENCES posts ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by BIGINT,
    UNIQUE (post_id, member_id)
);
CREATE INDEX post_reports_closed_at_id ON post_reports (closed_at, id);
CREATE INDEX post_reports_member_id ON post_reports (member_id);
