//! Pages of members: profile, directory, applications, niches, tiers, roles.
