//! Letters: a struct plus a folder in `email_templates` of the same name, rendered in the reader's language,
//! queued in the transaction that causes them, sent by a job over SMTP or kept in the outbox.

pub mod dkim;
pub mod inbound;
mod letter;
pub mod mime;
mod outbox;
mod queue;
pub mod smtp;
mod store;
mod transport;

pub use letter::{Letter, Letters, Rendered, folders, inline, written};
pub use outbox::{Kept, Opened, Outbox};
pub use queue::{Mailer, SEND_JOB, Signer, send_queued};
pub use store::{Grant, Pace, Volume};
pub use transport::{Outcome, Stage, Transport, hello_name};

use crate::i18n::Lang;

/// The volume of the mail route.
pub mod volume {
    pub use super::store::{add, forget_windows, take, volume};
}

/// Who gets a letter.
#[derive(Debug, Clone)]
pub struct To {
    /// Address.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// Language of the letter.
    pub lang: Lang,
}
