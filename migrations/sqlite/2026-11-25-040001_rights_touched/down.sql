DROP TRIGGER api_tokens_rights_touched;
DROP TRIGGER sessions_rights_touched;
DROP TRIGGER members_rights_touched;
DROP INDEX members_rights_at;
ALTER TABLE members DROP COLUMN rights_at;
