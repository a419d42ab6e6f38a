CREATE INDEX resources_status_star_rank_id ON resources (status, star_rank, id);
CREATE INDEX resources_status_download_count_id ON resources (status, download_count, id);
CREATE INDEX resource_offers_problem_key ON resource_offers (problem_key);
