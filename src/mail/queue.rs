//! From a letter to the wire: rendered and queued with its cause, sent by a job. At least once, with one
//! Message-ID for all tries, so that a repeat is recognisable; campaigns have an engine of their own.

use super::To;
use super::dkim;
use super::letter::{Letter, Letters, Rendered};
use super::outbox::Outbox;
use super::store::Pace;
use super::transport::{Outcome, Transport};
use super::volume;
use crate::config::Config;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::settings::Settings;
use crate::web::brand::Brand;
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
    /// Who signs it; absent: the house.
    #[serde(default)]
    from_name: Option<String>,
    content: Rendered,
    /// Address that ends mails of this sort by one click (RFC 8058), where there is one.
    #[serde(default)]
    way_out: Option<String>,
    /// What the letter is about, for who wants to hear what became of it; empty: nobody.
    #[serde(default)]
    tag: String,
    /// Takes the second route, where there is one.
    #[serde(default)]
    alert: bool,
}

/// Finds the name under which a letter to an address goes out; wired in `app.rs`, the platform knows no contacts.
pub type Signer = fn(&mut Conn, &str) -> Result<Option<String>>;

/// Renders letters and knows the way out.
pub struct Mailer {
    letters: &'static Letters,
    transport: Transport,
    second: Option<Transport>,
    outbox: Outbox,
    from: Mailbox,
    base_url: String,
    signer: Signer,
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
        Ok(Self {
            letters: Letters::load()?,
            transport,
            second: config.operations.alert_smtp.clone().map(Transport::Smtp),
            outbox,
            from,
            base_url: config.absolute(""),
            signer: |_, _| Ok(None),
        })
    }

    /// The same mailer, whose letters are signed by whom `signer` finds.
    pub fn signed_by(self, signer: Signer) -> Self {
        Self { signer, ..self }
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
    pub fn render<L: Letter>(&self, lang: crate::i18n::Lang, settings: &Settings, letter: &L) -> Result<Rendered> {
        let mut out = self.letters.render(settings.voice(lang), &settings.community_name, &self.base_url, letter)?;
        // The frame is written in the house's own colours, which the accent of the community replaces.
        if !settings.accent.is_empty() || !settings.accent_dark.is_empty() {
            let brand = Brand::of(&settings.accent, &settings.accent_dark, "");
            if !brand.light.is_empty() {
                out.html = out.html.replace("#005c5f", &brand.light).replace("#73d1ca", &brand.dark);
            }
        }
        Ok(out)
    }

    /// Renders `letter` and queues it in the caller's transaction.
    ///
    /// # Errors
    /// When it does not render or the job cannot be written.
    pub fn post<L: Letter>(&self, tx: &mut Tx<'_>, to: &To, letter: &L) -> Result<()> {
        self.send_later(tx, to, letter, None, "")
    }

    /// Like [`Mailer::post`], with the address that ends mails of this sort by one click.
    ///
    /// # Errors
    /// When it does not render or the job cannot be written.
    pub fn post_with_way_out<L: Letter>(
        &self,
        tx: &mut Tx<'_>,
        to: &To,
        letter: &L,
        way_out: Option<String>,
    ) -> Result<()> {
        self.send_later(tx, to, letter, way_out, "")
    }

    /// Like [`Mailer::post`]; the event `letter.sent` `{tag, accepted, code}` tells what became of it.
    ///
    /// # Errors
    /// When it does not render or the job cannot be written.
    pub fn post_tagged<L: Letter>(&self, tx: &mut Tx<'_>, to: &To, letter: &L, tag: &str) -> Result<()> {
        self.send_later(tx, to, letter, None, tag)
    }

    fn send_later<L: Letter>(
        &self,
        tx: &mut Tx<'_>,
        to: &To,
        letter: &L,
        way_out: Option<String>,
        tag: &str,
    ) -> Result<()> {
        let settings = crate::settings::load(tx)?;
        let content = self.render(to.lang, &settings, letter)?;
        let house = self.from.name.as_deref().unwrap_or(&settings.community_name);
        let queued = Queued {
            id: random_id()?,
            to_email: to.email.clone(),
            to_name: to.name.clone(),
            from_name: (self.signer)(tx, &to.email)?.map(|person| super::mime::signed(&person, house)),
            content,
            way_out,
            tag: tag.to_owned(),
            alert: false,
        };
        enqueue(tx, NewJob::new(SEND_JOB, &queued)?.priority(10))
    }

    /// Like [`Mailer::post`], over the second route where there is one: an alert must not wait for the route it is about.
    ///
    /// # Errors
    /// As [`Mailer::post`].
    pub fn post_alert<L: Letter>(&self, tx: &mut Tx<'_>, to: &To, letter: &L) -> Result<()> {
        let settings = crate::settings::load(tx)?;
        let content = self.render(to.lang, &settings, letter)?;
        let (to_email, to_name) = (to.email.clone(), to.name.clone());
        let queued = Queued {
            id: random_id()?,
            to_email,
            to_name,
            from_name: None,
            content,
            way_out: None,
            tag: String::new(),
            alert: true,
        };
        enqueue(tx, NewJob::new(SEND_JOB, &queued)?.priority(20))
    }

    fn way_of(&self, mail: &Queued) -> &Transport {
        self.second.as_ref().filter(|_| mail.alert).unwrap_or(&self.transport)
    }

    fn bytes(&self, mail: &Queued) -> Result<(lettre::address::Envelope, Vec<u8>)> {
        let address: lettre::Address = mail.to_email.parse().map_err(Error::internal)?;
        let domain = self.from.email.domain();
        let mut builder = lettre::Message::builder()
            .from(Mailbox {
                name: mail.from_name.as_deref().map(one_line).or(self.from.name.clone()),
                ..self.from.clone()
            })
            .to(Mailbox::new(Some(one_line(&mail.to_name)).filter(|n| !n.is_empty()), address))
            .subject(&mail.content.subject)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            // RFC 3834: no machine answers a machine.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()));
        if let Some(url) = &mail.way_out {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{url}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()),
            ] {
                let name = HeaderName::new_from_ascii(name.into()).map_err(Error::internal)?;
                builder = builder.raw_header(HeaderValue::new(name, value));
            }
        }
        let message = builder
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

/// A letter never waits for the volume of the route, and takes its part of it.
async fn count(house: &House) -> Result<()> {
    let Some(pace) = Pace::of(&house.config) else { return Ok(()) };
    let counted = house.db.write_background(move |tx| {
        let now = tx.now();
        volume::add(tx, &pace.route, now, 1)
    });
    if let Err(error) = counted.await {
        // The letter is out: a second one would do more harm than a missing count.
        tracing::warn!(%error, "a letter could not be counted");
    }
    Ok(())
}

/// The job: sends one queued letter. A refusal for good is logged and ends it; anything else is tried again.
///
/// # Errors
/// When the mail did not leave; the queue tries again.
pub async fn send_queued(house: House, mail: Queued) -> Result<()> {
    let (envelope, mut bytes) = house.mailer.bytes(&mail)?;
    let (inner, now) = (house.clone(), house.db.now());
    let domain = house.mailer.from.email.domain().to_owned();
    let signers = house.db.read(move |c| dkim::store::signers(c, &inner.secrets, &domain)).await?;
    bytes.splice(..0, dkim::signatures(&signers, &bytes, now)?.into_bytes());
    match house.mailer.way_of(&mail).send_one(now, &mail.id, &envelope, &bytes).await {
        Outcome::Accepted(_) => {
            count(&house).await?;
            tell(&house, mail.tag, true, 250).await
        }
        Outcome::Refused { code, .. } => {
            tracing::warn!(id = mail.id, code, "a letter was refused for good");
            tell(&house, mail.tag, false, code).await
        }
        Outcome::Later { stage, text, .. } => Err(Error::internal(format!("{stage:?}: {text}"))),
        // The dot was sent and no answer came: a second copy does less harm than a lost letter.
        Outcome::Unknown { text } => Err(Error::internal(format!("no answer after the mail: {text}"))),
    }
}

/// Tells what became of a letter, where somebody wants to hear it.
async fn tell(house: &House, tag: String, accepted: bool, code: u16) -> Result<()> {
    if tag.is_empty() {
        return Ok(());
    }
    let told = serde_json::json!({ "tag": tag, "accepted": accepted, "code": code });
    house.db.write_background(move |tx| crate::jobs::emit(tx, "letter.sent", &told)).await
}
