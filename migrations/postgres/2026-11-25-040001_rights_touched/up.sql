-- When the rights behind a member's connections were last touched, by the clock of the database: nodes ask for what is recent.
ALTER TABLE members ADD COLUMN rights_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX members_rights_at ON members (rights_at);

CREATE FUNCTION touch_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.rights_at := CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT);
    RETURN NEW;
END $$;
CREATE TRIGGER members_rights_touched BEFORE UPDATE OF rights_version, role, status, tier_rank ON members
    FOR EACH ROW EXECUTE FUNCTION touch_rights();

CREATE FUNCTION touch_rights_of_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members SET rights_at = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) WHERE id = OLD.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_rights_touched AFTER DELETE ON sessions
    FOR EACH ROW EXECUTE FUNCTION touch_rights_of_owner();
CREATE TRIGGER api_tokens_rights_touched AFTER DELETE ON api_tokens
    FOR EACH ROW EXECUTE FUNCTION touch_rights_of_owner();
