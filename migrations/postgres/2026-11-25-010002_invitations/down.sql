DROP TABLE ref_requests;
DROP TABLE invite_link_uses;
DROP TABLE invite_links;
DROP TABLE invitations;
DROP TABLE invite_waves;
