DROP TABLE import_mappings;
DROP TABLE import_drafts;
DROP TABLE import_steps;
DROP TABLE affiliate_sponsors;
ALTER TABLE consents DROP COLUMN proof;
ALTER TABLE conversion_changes DROP COLUMN by_match;
