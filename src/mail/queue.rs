//! From a letter to the wire: rendered and queued with its cause, sent by a job. At least once, with one
//! Message-ID for all tries, so that a repeat is recognisable; campaigns have an engine of their own.

use super::To;
use super::letter::{Letter, Letters, Rendered};
use super::outbox::Outbox;
use super::transport::{Outcome, Transport};
use crate::config::Config;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::web::forms::one_line;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};

/// Kind of the job that sends one letter.
pub const SEND_JOB: &str = "mail.send";

/// A queued letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct Queued {
    id: String,
    to_email: String,
    to_name: String,
    content: Rendered,
}

/// Renders letters and knows the way out.
pub struct Mailer {
    letters: Letters,
    transport: Transport,
    outbox: Outbox,
    from: Mailbox,
    base_url: String,
}

impl Mailer {
    /// The mailer of a configuration.
    ///
    /// # Errors
    /// When the sender is no address or a letter does not compile.
    pub fn new(config: &Config) -> Result<Self> {
        let from = config.mail_from.parse().map_err(|e| Error::config(format!("KONTOR_MAIL_FROM: {e}")))?;
        let outbox = Outbox::open(&config.data_dir)?;
        let transport = Transport::new(config.smtp.clone(), outbox.clone());
        Ok(Self { letters: Letters::load()?, transport, outbox, from, base_url: config.absolute("") })
    }

    /// The way out.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Where mails are kept without a route.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The sender of the house.
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Renders `letter` for `to`, without sending it.
    ///
    /// # Errors
    /// When the letter lacks a field its templates use.
    pub fn render<L: Letter>(&self, lang: crate::i18n::Lang, community: &str, letter: &L) -> Result<Rendered> {
        self.letters.render(lang, community, &self.base_url, letter)
    }

    /// Renders `letter` and queues it in the caller's transaction.
    ///
    /// # Errors
    /// When it does not render or the job cannot be written.
    pub fn post<L: Letter>(&self, tx: &mut Tx<'_>, to: &To, letter: &L) -> Result<()> {
        let community = crate::settings::load(tx)?.community_name;
        let content = self.render(to.lang, &community, letter)?;
        let queued = Queued { id: random_id()?, to_email: to.email.clone(), to_name: to.name.clone(), content };
        enqueue(tx, NewJob::new(SEND_JOB, &queued)?.priority(10))
    }

    fn bytes(&self, mail: &Queued) -> Result<(lettre::address::Envelope, Vec<u8>)> {
        let address: lettre::Address = mail.to_email.parse().map_err(Error::internal)?;
        let domain = self.from.email.domain();
        let message = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(one_line(&mail.to_name)).filter(|n| !n.is_empty()), address))
            .subject(&mail.content.subject)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            // RFC 3834: no machine answers a machine.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.content.text.clone()))
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(mail.content.html.clone())),
            )
            .map_err(Error::internal)?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

fn random_id() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// The job: sends one queued letter. A refusal for good is logged and ends it; anything else is tried again.
///
/// # Errors
/// When the mail did not leave; the queue tries again.
pub async fn send_queued(house: House, mail: Queued) -> Result<()> {
    let (envelope, bytes) = house.mailer.bytes(&mail)?;
    match house.mailer.transport.send_one(house.db.now(), &mail.id, &envelope, &bytes).await {
        Outcome::Accepted(_) => Ok(()),
        Outcome::Refused { code, .. } => {
            tracing::warn!(id = mail.id, code, "a letter was refused for good");
            Ok(())
        }
        Outcome::Later { stage, text, .. } => Err(Error::internal(format!("{stage:?}: {text}"))),
        // The dot was sent and no answer came: a second copy does less harm than a lost letter.
        Outcome::Unknown { text } => Err(Error::internal(format!("no answer after the mail: {text}"))),
    }
}
