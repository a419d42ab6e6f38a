CREATE TABLE resources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    search_key TEXT NOT NULL DEFAULT '',
    niche_id BIGINT REFERENCES niches ON DELETE SET NULL,
    program_id BIGINT REFERENCES programs ON DELETE SET NULL,
    min_rank INTEGER NOT NULL DEFAULT 0,
    publish_at BIGINT,
    status TEXT NOT NULL DEFAULT 'published',
    rev INTEGER NOT NULL DEFAULT 1,
    download_count BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX resources_status_id ON resources (status, id);
CREATE INDEX resources_niche_id ON resources (niche_id);

CREATE TABLE resource_embargoes (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (resource_id, rank)
) WITHOUT ROWID;

CREATE TABLE resource_variants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    key TEXT NOT NULL,
    lang TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    words INTEGER NOT NULL DEFAULT 0,
    UNIQUE (resource_id, key, lang)
);

CREATE TABLE downloads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    day INTEGER NOT NULL,
    variant TEXT NOT NULL,
    lang TEXT NOT NULL,
    format TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (resource_id, member_id, day, variant, lang, format)
);
CREATE INDEX downloads_member_id_resource_id ON downloads (member_id, resource_id);
