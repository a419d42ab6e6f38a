//! The web platform: who is asking ([`viewer`], [`guards`]), what they sent ([`forms`], [`csrf`], [`idempotency`]),
//! what they get ([`pages`], [`problem`], [`paging`], [`assets`]), and what protects both ([`headers`], [`limits`]).
//! It knows no feature.

pub mod assets;
pub mod brand;
pub mod client;
pub mod csrf;
pub mod expressions;
pub mod forms;
pub mod guards;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod limits;
pub mod manifest;
pub mod outbound;
pub mod pages;
pub mod paging;
pub mod pipe;
pub mod problem;
pub mod pulse;
pub mod redirect;
pub mod sources;
pub mod stencil;
pub mod styleguide;
pub mod tls;
pub mod viewer;
