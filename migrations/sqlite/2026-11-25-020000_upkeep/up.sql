CREATE TABLE backups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'running',
    sealed BOOLEAN NOT NULL DEFAULT false,
    bytes BIGINT NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL DEFAULT '',
    row_count BIGINT NOT NULL DEFAULT 0,
    file_count BIGINT NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    started_by BIGINT
);
CREATE INDEX backups_state_finished_at ON backups (state, finished_at);

CREATE TABLE alerts (
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    seen INTEGER NOT NULL DEFAULT 1,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    mailed_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (kind)
) WITHOUT ROWID;

CREATE TABLE mail_windows (
    route TEXT NOT NULL,
    span TEXT NOT NULL,
    start BIGINT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (route, span, start)
) WITHOUT ROWID;
