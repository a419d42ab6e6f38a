ALTER TABLE conversion_changes ADD COLUMN by_match BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE consents ADD COLUMN proof TEXT NOT NULL DEFAULT '';

CREATE TABLE affiliate_sponsors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    program_id BIGINT NOT NULL REFERENCES programs ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    sponsor_ref TEXT NOT NULL,
    sponsor_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (program_id, member_id)
);
CREATE INDEX affiliate_sponsors_program_id_sponsor_key ON affiliate_sponsors (program_id, sponsor_key);
CREATE INDEX affiliate_sponsors_member_id ON affiliate_sponsors (member_id);

CREATE TABLE import_steps (
    import_id BIGINT NOT NULL REFERENCES imports ON DELETE CASCADE,
    rows_done BIGINT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (import_id, rows_done)
) WITHOUT ROWID;

CREATE TABLE import_drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_path TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE import_mappings (
    kind TEXT NOT NULL,
    header TEXT NOT NULL,
    answers TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (kind, header)
) WITHOUT ROWID;
