DROP TABLE campaign_links;
ALTER TABLE deliveries DROP COLUMN tracked;
ALTER TABLE campaigns DROP COLUMN tracking;
