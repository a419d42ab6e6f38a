//! SQL of programs, sales, imports and tiers, one file a noun.

pub mod asks;
pub mod drafts;
pub mod imports;
pub mod programs;
pub mod sales;
pub mod signals;
pub mod tiers;

pub use programs::{
    count_waiting, find_link_of, find_program, find_program_by_secret, find_program_by_slug, find_ref, links_of,
    list_programs,
};
