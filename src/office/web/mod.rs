//! Pages of the office.

mod outbox;
mod queue;
mod settings;
mod start;

pub use outbox::{mail, outbox, read, read_html, read_raw, send_test};
pub use queue::{admin, audit, jobs, manage, retry, revoke, today, tokens};
pub use settings::{save_settings, settings};
pub use start::start;
