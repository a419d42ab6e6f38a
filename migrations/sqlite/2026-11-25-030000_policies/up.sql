CREATE TABLE policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    program_id BIGINT REFERENCES programs ON DELETE CASCADE,
    version INTEGER NOT NULL,
    text_de TEXT NOT NULL,
    text_en TEXT NOT NULL,
    asks BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT REFERENCES members ON DELETE SET NULL
);
CREATE UNIQUE INDEX policies_kind_program_version ON policies (kind, COALESCE(program_id, 0), version);

CREATE TABLE policy_acceptances (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    policy_id BIGINT NOT NULL REFERENCES policies ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    source TEXT NOT NULL,
    locale TEXT NOT NULL,
    ip TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    UNIQUE (policy_id, member_id)
);
CREATE INDEX policy_acceptances_member_id ON policy_acceptances (member_id);
