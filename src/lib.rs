//! Kontor: one self-hosted house for an affiliate program. Forums, chat rooms, newsletters and a library of
//! swipe copy over one set of members, niches, tiers and segments that the partners' sales decide.
//!
//! Reading order: the composition root and every URL, then the platform (which knows no feature),
//! then the features, each of which may use the platform and the features before it.

#![warn(clippy::unwrap_used, clippy::expect_used)]

// Composition root, every URL, the command line's commands.
pub mod app;
pub mod commands;
pub mod openapi;
pub mod routes;

// Foundations.
pub mod config;
pub mod error;
pub mod house;
pub mod memory;
pub mod settings;

// Platform: knows no feature.
pub mod db;
pub mod files;
pub mod i18n;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod search;
pub mod secrets;
pub mod text;
pub mod web;

// Features, in the order in which they may know each other.
pub mod access;
pub mod accounts;
pub mod finder;
pub mod forums;
pub mod invitations;
pub mod library;
pub mod members;
pub mod newsletters;
pub mod notices;
pub mod office;
pub mod policies;
pub mod programs;
pub mod rooms;
pub mod segments;
pub mod upkeep;
