//! The parts of the platform that every feature may use, built once by `app.rs`.

use crate::config::Config;
use crate::db::Db;
use crate::files::Files;
use crate::i18n::Lang;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::mail::Mailer;
use crate::secrets::Ring;
use crate::settings::Current;
use crate::web::limits::Limits;
use crate::web::pages::Pages;
use crate::web::pulse::Pulse;
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
    /// Uploads: where they lie, who checks them, who may read them.
    pub files: Files,
    /// Live connections.
    pub live: Live,
    /// Rate limits.
    pub limits: Limits,
    /// Keys of encrypted fields.
    pub secrets: Ring,
    /// How this node answers.
    pub pulse: Pulse,
    /// What features tell the general pages.
    pub sources: Sources,
    /// The settings as last seen.
    pub settings: Current,
}

impl House {
    /// Wraps the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// `lang` as the house speaks it: du or Sie.
    pub fn voice(&self, lang: Lang) -> Lang {
        self.settings.get().voice(lang)
    }
}

impl Deref for House {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
