ALTER TABLE members ADD COLUMN contact_id BIGINT;
CREATE INDEX members_contact_id ON members (contact_id);
