-- Opens and clicks of readers who allow it: whether a campaign asks for them, which mails carry them, where its links lead.
ALTER TABLE campaigns ADD COLUMN tracking BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE deliveries ADD COLUMN tracked BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE campaign_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id BIGINT NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    url TEXT NOT NULL,
    UNIQUE (campaign_id, url)
);
