CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id BIGINT REFERENCES members ON DELETE SET NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL DEFAULT 'application/octet-stream',
    size BIGINT NOT NULL,
    received BIGINT NOT NULL DEFAULT 0,
    wanted_sha256 TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '',
    width INTEGER,
    height INTEGER,
    colour TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    object_key TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX files_owner_id ON files (owner_id, id);
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_object_key ON files (object_key);
CREATE INDEX files_updated_at ON files (updated_at);

-- No cascade: a file in use cannot be deleted.
CREATE TABLE file_uses (
    file_id BIGINT NOT NULL REFERENCES files,
    used_by TEXT NOT NULL,
    used_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (file_id, used_by, used_id)
) WITHOUT ROWID;
CREATE INDEX file_uses_used ON file_uses (used_by, used_id);

CREATE TABLE file_parts (
    file_id BIGINT NOT NULL REFERENCES files ON DELETE CASCADE,
    at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    object_key TEXT NOT NULL,
    PRIMARY KEY (file_id, at)
) WITHOUT ROWID;
CREATE INDEX file_parts_object_key ON file_parts (object_key);

CREATE TABLE file_sizes (
    file_id BIGINT NOT NULL REFERENCES files ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    object_key TEXT NOT NULL,
    PRIMARY KEY (file_id, width)
) WITHOUT ROWID;
CREATE INDEX file_sizes_object_key ON file_sizes (object_key);

CREATE TABLE file_garbage (
    object_key TEXT PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL
);
