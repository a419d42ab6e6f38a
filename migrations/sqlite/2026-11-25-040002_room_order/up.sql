-- Order in rooms: the pace, who may speak, and what moderators decided about single members.
ALTER TABLE rooms ADD COLUMN slow_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE rooms ADD COLUMN announce BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE room_members ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE room_sanctions (
    room_id BIGINT NOT NULL REFERENCES rooms ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES members ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    until_at BIGINT,
    by_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, member_id, kind)
);
CREATE INDEX room_sanctions_member_id ON room_sanctions (member_id);
