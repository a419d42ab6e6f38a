-- What comes back: bounces, complaints, unsubscriptions by mail. The text is kept where nobody could read it.
CREATE TABLE returned_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    campaign_id BIGINT,
    member_id BIGINT,
    verdict TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    raw TEXT NOT NULL DEFAULT ''
);
CREATE INDEX returned_mails_member_id ON returned_mails (member_id);
CREATE INDEX returned_mails_verdict_id ON returned_mails (verdict, id);
