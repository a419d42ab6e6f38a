DROP INDEX members_contact_id;
ALTER TABLE members DROP COLUMN contact_id;
