DROP TABLE change_versions;
DROP TABLE audit_log;
DROP TABLE idempotency_keys;
DROP TABLE jobs;
DROP TABLE settings;
