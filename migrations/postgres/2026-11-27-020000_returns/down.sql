DROP TABLE returned_mails;
