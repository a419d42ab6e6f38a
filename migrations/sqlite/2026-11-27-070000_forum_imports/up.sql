-- status: waiting, running, done, failed (not readable), stopped (by a fault; can go on). report: counts and problems as JSON.
CREATE TABLE forum_imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_name TEXT NOT NULL,
    path TEXT NOT NULL,
    lang TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting',
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '',
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
-- What a thing of an old forum became here: importing again finds it and changes nothing. kind: niche, thread, post.
CREATE TABLE forum_sources (
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    PRIMARY KEY (kind, source)
) WITHOUT ROWID;
