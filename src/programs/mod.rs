//! Programs, conversions and their ingestion, tiers earned by sales, standing.
