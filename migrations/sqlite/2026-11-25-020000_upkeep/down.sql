DROP TABLE mail_windows;
DROP TABLE alerts;
DROP TABLE backups;
