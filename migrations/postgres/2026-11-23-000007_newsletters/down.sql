DROP TABLE campaign_events;
DROP TABLE suppressions;
DROP TABLE deliveries;
DROP TABLE campaigns;
DROP TABLE segments;
