-- When the rights behind a member's connections were last touched, by the clock of the database: nodes ask for what is recent.
ALTER TABLE members ADD COLUMN rights_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX members_rights_at ON members (rights_at);

CREATE TRIGGER members_rights_touched AFTER UPDATE OF rights_version, role, status, tier_rank ON members
BEGIN
    UPDATE members SET rights_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = NEW.id;
END;

CREATE TRIGGER sessions_rights_touched AFTER DELETE ON sessions
BEGIN
    UPDATE members SET rights_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = OLD.member_id;
END;

CREATE TRIGGER api_tokens_rights_touched AFTER DELETE ON api_tokens
BEGIN
    UPDATE members SET rights_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = OLD.member_id;
END;
