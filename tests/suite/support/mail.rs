//! The mail of a test, as it lies in the outbox.

use super::Server;
use mail_parser::MessageParser;

/// One mail, parsed by a foreign parser.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub raw: String,
}

impl Mail {
    pub fn parse(raw: &[u8]) -> Self {
        let mail = MessageParser::default().parse(raw).unwrap();
        Self {
            to: mail.to().and_then(|a| a.first()).and_then(|a| a.address()).unwrap_or("").to_owned(),
            subject: mail.subject().unwrap_or("").to_owned(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
            html: mail.body_html(0).unwrap_or_default().into_owned(),
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }

    /// The first link in the text whose path starts with `path`; answers path and token.
    pub fn link(&self, path: &str) -> String {
        let at = self.text.find(path).unwrap_or_else(|| panic!("no {path} in {}", self.text));
        self.text[at..].split_whitespace().next().unwrap().trim_end_matches(['.', ')']).to_owned()
    }
}

impl Server {
    /// Everything in the outbox, oldest first, after the queue has run.
    pub async fn mails(&self) -> Vec<Mail> {
        self.drain().await;
        let outbox = self.house().mailer.outbox();
        let mut kept = outbox.list(10_000).unwrap();
        kept.reverse();
        kept.iter().map(|k| Mail::parse(&outbox.read(&k.name).unwrap())).collect()
    }

    /// The newest mail to `address`.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.mail_with(address, "").await
    }

    /// The newest mail to `address` whose text holds `part`. The server's own worker may be sending it just now,
    /// so this looks again until it is there, at most ten seconds.
    pub async fn mail_with(&self, address: &str, part: &str) -> Mail {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let all = self.mails().await;
            if let Some(mail) = all.into_iter().rev().find(|m| m.to == address && m.text.contains(part)) {
                return mail;
            }
            assert!(std::time::Instant::now() < until, "no mail to {address} with {part:?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}
