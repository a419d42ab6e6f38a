//! Members, their niches and tiers, the directory, the audit log.

pub mod store;
