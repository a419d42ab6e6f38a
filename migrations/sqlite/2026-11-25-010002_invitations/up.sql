CREATE TABLE invite_waves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    segment_id BIGINT REFERENCES segments ON DELETE SET NULL,
    status TEXT NOT NULL DEFAULT 'running',
    per_hour BIGINT NOT NULL,
    remind_days BIGINT NOT NULL,
    left_out BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    wave_id BIGINT NOT NULL REFERENCES invite_waves ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'queued',
    invited_at BIGINT,
    delivered_at BIGINT,
    opened_at BIGINT,
    active_at BIGINT,
    reminded_at BIGINT,
    code INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (member_id)
);
CREATE INDEX invitations_wave_id_state_id ON invitations (wave_id, state, id);

CREATE TABLE invite_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    visits BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (code)
);

CREATE TABLE invite_link_uses (
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    link_id BIGINT NOT NULL REFERENCES invite_links ON DELETE CASCADE,
    at BIGINT NOT NULL,
    PRIMARY KEY (member_id)
) WITHOUT ROWID;
CREATE INDEX invite_link_uses_link_id ON invite_link_uses (link_id);

CREATE TABLE ref_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    program_id BIGINT NOT NULL REFERENCES programs ON DELETE CASCADE,
    note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    UNIQUE (member_id, program_id)
);
CREATE INDEX ref_requests_program_id ON ref_requests (program_id);
