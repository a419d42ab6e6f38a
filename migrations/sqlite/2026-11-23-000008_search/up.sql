CREATE TABLE search_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    niche_id BIGINT REFERENCES niches ON DELETE CASCADE,
    min_rank INTEGER NOT NULL DEFAULT 0,
    lang TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, object_id)
);
CREATE INDEX search_entries_niche_id ON search_entries (niche_id);

-- The words alone, folded by text::search_words; the texts stay in search_entries. Row id: search_entries.id.
CREATE VIRTUAL TABLE search_fts USING fts5(
    title, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries BEGIN
    DELETE FROM search_fts WHERE rowid = old.id;
END;
