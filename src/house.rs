//! The parts of the platform that every feature may use, built once by `app.rs`.

use crate::config::Config;
use crate::db::Db;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::mail::Mailer;
use crate::web::limits::Limits;
use crate::web::pages::Pages;
use crate::web::sources::Sources;
use std::ops::Deref;
use std::sync::Arc;

/// Handle to the platform; cheap to clone.
#[derive(Clone)]
pub struct House(Arc<Parts>);

/// What a [`House`] holds.
pub struct Parts {
    /// The configuration, with the base URL known.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Rendering of pages.
    pub pages: Pages,
    /// Rendering and sending of letters.
    pub mailer: Mailer,
    /// The durable queue.
    pub jobs: Jobs,
    /// Live connections.
    pub live: Live,
    /// Rate limits.
    pub limits: Limits,
    /// What features tell the general pages.
    pub sources: Sources,
}

impl House {
    /// Wraps the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for House {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
