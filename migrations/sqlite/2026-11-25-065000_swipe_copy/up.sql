ALTER TABLE programs ADD COLUMN sub_param TEXT NOT NULL DEFAULT '';
ALTER TABLE conversions ADD COLUMN sub_id TEXT NOT NULL DEFAULT '';
CREATE INDEX conversions_sub_id ON conversions (sub_id) WHERE sub_id <> '';
ALTER TABLE resources ADD COLUMN star_sum BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resources ADD COLUMN star_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resources ADD COLUMN star_rank INTEGER NOT NULL DEFAULT 0;
CREATE INDEX resources_star_rank ON resources (star_rank, id);
CREATE INDEX resources_download_count ON resources (download_count, id);

CREATE TABLE resource_offers (
    resource_id BIGINT NOT NULL PRIMARY KEY REFERENCES resources ON DELETE CASCADE,
    occasion TEXT NOT NULL DEFAULT '',
    occasion_key TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',
    problem_key TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    starts_at BIGINT,
    valid_until BIGINT,
    price BIGINT,
    currency TEXT NOT NULL DEFAULT '',
    price_until BIGINT,
    successor_id BIGINT,
    recalled_at BIGINT,
    recall_reason TEXT NOT NULL DEFAULT '',
    recalled_by BIGINT,
    review_by BIGINT,
    review_note TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX resource_offers_occasion_key ON resource_offers (occasion_key);

CREATE TABLE resource_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    rev INTEGER NOT NULL,
    by_member BIGINT,
    at BIGINT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (resource_id, rev)
);

CREATE TABLE kit_items (
    kit_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    position INTEGER NOT NULL,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    day INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kit_id, position)
) WITHOUT ROWID;
CREATE INDEX kit_items_resource_id ON kit_items (resource_id);

CREATE TABLE resource_favourites (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    at BIGINT NOT NULL,
    PRIMARY KEY (member_id, resource_id)
) WITHOUT ROWID;
CREATE INDEX resource_favourites_resource_id ON resource_favourites (resource_id);

CREATE TABLE resource_ratings (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    stars INTEGER NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (resource_id, member_id)
) WITHOUT ROWID;
CREATE INDEX resource_ratings_member_id ON resource_ratings (member_id);

CREATE TABLE text_wishes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    wish TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open',
    answer TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by BIGINT
);
CREATE INDEX text_wishes_status_id ON text_wishes (status, id);
CREATE INDEX text_wishes_member_id ON text_wishes (member_id);
CREATE INDEX text_wishes_resource_id ON text_wishes (resource_id);

CREATE TABLE own_words (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    program_id BIGINT NOT NULL,
    field TEXT NOT NULL,
    words TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, program_id, field)
) WITHOUT ROWID;

CREATE TABLE own_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    key TEXT NOT NULL,
    lang TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    base_subject TEXT NOT NULL DEFAULT '',
    base_body TEXT NOT NULL,
    offer TEXT NOT NULL DEFAULT '',
    offer_note TEXT NOT NULL DEFAULT '',
    rev INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (resource_id, member_id, key, lang)
);
CREATE INDEX own_versions_member_id ON own_versions (member_id);
CREATE INDEX own_versions_offer ON own_versions (offer, id);

CREATE TABLE short_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    program_id BIGINT NOT NULL REFERENCES programs ON DELETE CASCADE,
    resource_id BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    sub_id TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL,
    clicks BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (member_id, program_id, resource_id, sub_id, target)
);
CREATE INDEX short_links_program_id ON short_links (program_id);
CREATE INDEX short_links_resource_id ON short_links (resource_id);

CREATE TABLE link_clicks (
    link_id BIGINT NOT NULL REFERENCES short_links ON DELETE CASCADE,
    day INTEGER NOT NULL,
    clicks BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (link_id, day)
) WITHOUT ROWID;

CREATE TABLE link_visits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id BIGINT NOT NULL REFERENCES short_links ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    at BIGINT NOT NULL
);
CREATE INDEX link_visits_link_id ON link_visits (link_id);
CREATE INDEX link_visits_member_id ON link_visits (member_id);

CREATE TABLE recall_tells (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    at BIGINT NOT NULL,
    PRIMARY KEY (resource_id, member_id)
) WITHOUT ROWID;
CREATE INDEX recall_tells_member_id ON recall_tells (member_id);
