DROP TRIGGER api_tokens_rights_touched ON api_tokens;
DROP TRIGGER sessions_rights_touched ON sessions;
DROP TRIGGER members_rights_touched ON members;
DROP FUNCTION touch_rights_of_owner();
DROP FUNCTION touch_rights();
DROP INDEX members_rights_at;
ALTER TABLE members DROP COLUMN rights_at;
