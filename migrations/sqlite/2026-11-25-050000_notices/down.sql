DROP TABLE push_subscriptions;
DROP TABLE notice_settings;
DROP TABLE notice_levels;
DROP TABLE notice_prefs;
DROP TABLE notices;
