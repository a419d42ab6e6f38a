//! Letters: a struct plus a folder in `email_templates` of the same name, rendered in the reader's language,
//! queued in the transaction that causes them, sent by a job over SMTP or kept in the outbox.

mod letter;
pub mod mime;
mod outbox;
mod queue;
pub mod smtp;
mod transport;

pub use letter::{Letter, Letters, Rendered, folders, inline};
pub use outbox::{Kept, Opened, Outbox};
pub use queue::{Mailer, SEND_JOB, send_queued};
pub use transport::{Outcome, Stage, Transport, hello_name};

use crate::i18n::Lang;

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
