-- kind: talk, strategy, question, success, trend, cooperation, market, network, announcement. lang: de, en or nothing.
-- min_rank: lowest tier rank that may see it now; thread_stages lower it by the clock. merged_into: where its posts went.
ALTER TABLE threads ADD COLUMN kind TEXT NOT NULL DEFAULT 'talk';
ALTER TABLE threads ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE threads ADD COLUMN min_rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE threads ADD COLUMN is_promo BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE threads ADD COLUMN needs_ack BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE threads ADD COLUMN accepted_id BIGINT;
ALTER TABLE threads ADD COLUMN twin_id BIGINT;
ALTER TABLE threads ADD COLUMN merged_into BIGINT;
-- What a list shows without asking other tables: tags as slug=name, one a line; whether there is a poll.
ALTER TABLE threads ADD COLUMN tag_line TEXT NOT NULL DEFAULT '';
ALTER TABLE threads ADD COLUMN has_poll BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX threads_niche_id_kind_last_post_at ON threads (niche_id, kind, last_post_at, id);
CREATE INDEX threads_niche_id_created_at ON threads (niche_id, created_at, id);
CREATE INDEX threads_niche_id_post_count ON threads (niche_id, post_count, id);
CREATE INDEX threads_is_promo ON threads (author_id, niche_id, created_at) WHERE is_promo;
-- moved_to: the post that stood at this number before it went to another thread.
ALTER TABLE posts ADD COLUMN moved_to BIGINT;
ALTER TABLE posts ADD COLUMN taken_back_by BIGINT;
-- Marks it was given; a page of posts without any asks for none.
ALTER TABLE posts ADD COLUMN mark_count INTEGER NOT NULL DEFAULT 0;

CREATE TABLE thread_stages (
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    opens_at BIGINT NOT NULL,
    min_rank INTEGER NOT NULL,
    PRIMARY KEY (thread_id, opens_at)
) WITHOUT ROWID;

-- What managers set for the forum of a niche. promo_days: a member may open one promotional thread in so many days; 0: none;
-- null: as many as they like.
CREATE TABLE niche_forums (
    niche_id BIGINT NOT NULL PRIMARY KEY REFERENCES niches ON DELETE CASCADE,
    rules_de TEXT NOT NULL DEFAULT '',
    rules_en TEXT NOT NULL DEFAULT '',
    promo_days INTEGER
);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE thread_tags (
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    tag_id BIGINT NOT NULL REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (thread_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX thread_tags_tag_id ON thread_tags (tag_id, thread_id);

CREATE TABLE thread_polls (
    thread_id BIGINT NOT NULL PRIMARY KEY REFERENCES threads ON DELETE CASCADE,
    question TEXT NOT NULL,
    multi BOOLEAN NOT NULL DEFAULT FALSE,
    closes_at BIGINT,
    closed_at BIGINT
);
CREATE TABLE thread_poll_options (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    position INTEGER NOT NULL,
    label TEXT NOT NULL
);
CREATE INDEX thread_poll_options_thread_id ON thread_poll_options (thread_id, position);
CREATE TABLE thread_poll_votes (
    option_id BIGINT NOT NULL REFERENCES thread_poll_options ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    PRIMARY KEY (option_id, member_id)
) WITHOUT ROWID;
CREATE INDEX thread_poll_votes_thread_id ON thread_poll_votes (thread_id, member_id);
CREATE INDEX thread_poll_votes_member_id ON thread_poll_votes (member_id);

-- What a post said before: the text of revision rev, which stood until at and was replaced by by_id.
CREATE TABLE post_revisions (
    post_id BIGINT NOT NULL REFERENCES posts ON DELETE CASCADE,
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_id BIGINT,
    PRIMARY KEY (post_id, rev)
) WITHOUT ROWID;

CREATE TABLE post_reactions (
    post_id BIGINT NOT NULL REFERENCES posts ON DELETE CASCADE,
    mark TEXT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (post_id, mark, member_id)
) WITHOUT ROWID;
CREATE INDEX post_reactions_member_id ON post_reactions (member_id);

CREATE TABLE forum_drafts (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    place TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, place)
) WITHOUT ROWID;

CREATE TABLE bookmarks (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    post_id BIGINT NOT NULL REFERENCES posts ON DELETE CASCADE,
    note TEXT NOT NULL DEFAULT '',
    due_at BIGINT,
    told_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, post_id)
) WITHOUT ROWID;
CREATE INDEX bookmarks_post_id ON bookmarks (post_id);

CREATE TABLE thread_acks (
    thread_id BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    at BIGINT NOT NULL,
    PRIMARY KEY (thread_id, member_id)
) WITHOUT ROWID;
CREATE INDEX thread_acks_member_id ON thread_acks (member_id);

-- What the team did to a post and the reason its author was told. kind: warning, hidden.
CREATE TABLE forum_warnings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    post_id BIGINT REFERENCES posts ON DELETE SET NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_id BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX forum_warnings_member_id ON forum_warnings (member_id);
CREATE INDEX forum_warnings_post_id ON forum_warnings (post_id);
