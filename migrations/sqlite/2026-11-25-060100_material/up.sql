CREATE TABLE resource_details (
    resource_id BIGINT PRIMARY KEY NOT NULL REFERENCES resources ON DELETE CASCADE,
    data TEXT NOT NULL,
    valid_until TEXT
);

CREATE TABLE resource_files (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    file_id BIGINT NOT NULL REFERENCES files ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    alt_de TEXT NOT NULL DEFAULT '',
    alt_en TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL,
    credit TEXT NOT NULL DEFAULT '',
    lang TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (resource_id, file_id)
) WITHOUT ROWID;
CREATE INDEX resource_files_file_id ON resource_files (file_id);

CREATE TABLE section_marks (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    section INTEGER NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, resource_id, section)
) WITHOUT ROWID;
CREATE INDEX section_marks_resource_id ON section_marks (resource_id);

CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title_de TEXT NOT NULL DEFAULT '',
    title_en TEXT NOT NULL DEFAULT '',
    summary_de TEXT NOT NULL DEFAULT '',
    summary_en TEXT NOT NULL DEFAULT '',
    created_by BIGINT,
    updated_at BIGINT NOT NULL
);

CREATE TABLE collection_items (
    collection_id BIGINT NOT NULL REFERENCES collections ON DELETE CASCADE,
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (collection_id, resource_id)
) WITHOUT ROWID;
CREATE INDEX collection_items_resource_id ON collection_items (resource_id);

CREATE TABLE text_prints (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    place TEXT NOT NULL,
    print BIGINT NOT NULL,
    PRIMARY KEY (resource_id, place)
) WITHOUT ROWID;

CREATE TABLE bulk_uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_by BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    file_id BIGINT NOT NULL REFERENCES files ON DELETE CASCADE,
    dry_run BOOLEAN NOT NULL DEFAULT FALSE,
    status TEXT NOT NULL DEFAULT 'queued',
    report TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX downloads_at ON downloads (at);

CREATE TABLE resource_told (
    resource_id BIGINT NOT NULL REFERENCES resources ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    rev INTEGER NOT NULL DEFAULT 0,
    warned TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (resource_id, member_id)
) WITHOUT ROWID;
CREATE INDEX resource_told_member_id ON resource_told (member_id);
