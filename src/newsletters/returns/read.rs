//! What a mail that came back says. Who sent it and whom it names counts for nothing: the address it came to says whose it is.

use mail_parser::{MessageParser, MimeHeaders};

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The address does not exist, or takes nothing any more.
    Hard {
        /// Enhanced status code (RFC 3463), such as `5.1.1`.
        status: String,
        /// The server's words, at most 200 characters.
        detail: String,
    },
    /// It failed for a reason that may pass: a full mailbox, a filter.
    Soft {
        /// Enhanced status code.
        status: String,
        /// The server's words.
        detail: String,
    },
    /// Still being tried elsewhere.
    Delayed,
    /// The reader calls it spam.
    Complaint,
    /// The reader asks to be taken out.
    Leave,
    /// Nothing of that can be read in it.
    Unread,
}

impl Verdict {
    /// As it is stored.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Hard { .. } => "hard",
            Self::Soft { .. } => "soft",
            Self::Delayed => "delayed",
            Self::Complaint => "complaint",
            Self::Leave => "leave",
            Self::Unread => "unread",
        }
    }

    /// Status and words of a bounce.
    pub fn words(&self) -> (&str, &str) {
        match self {
            Self::Hard { status, detail } | Self::Soft { status, detail } => (status, detail),
            _ => ("", ""),
        }
    }
}

/// Reads a mail that came back.
pub fn read(mail: &[u8]) -> Verdict {
    let Some(message) = MessageParser::default().parse(mail) else { return Verdict::Unread };
    for part in &message.parts {
        let Some(kind) = part.content_type() else { continue };
        let is = |sub: &str| {
            kind.ctype().eq_ignore_ascii_case("message") && kind.subtype().is_some_and(|s| s.eq_ignore_ascii_case(sub))
        };
        let text = String::from_utf8_lossy(part.contents());
        if is("delivery-status") || is("global-delivery-status") {
            return bounce(&text);
        }
        if is("feedback-report") {
            // RFC 5965, 3.1; "not-spam" takes a complaint back, which nobody here may do for the reader.
            let kind = field(&text, "feedback-type").unwrap_or_default().to_ascii_lowercase();
            return if matches!(kind.as_str(), "abuse" | "fraud" | "virus") {
                Verdict::Complaint
            } else {
                Verdict::Unread
            };
        }
    }
    Verdict::Unread
}

/// The recipient's group of fields of a delivery status (RFC 3464, 2.3).
fn bounce(text: &str) -> Verdict {
    let action = field(text, "action").unwrap_or_default().to_ascii_lowercase();
    let status = field(text, "status").and_then(|s| s.split([' ', '(']).next().map(str::to_owned)).unwrap_or_default();
    let detail: String = field(text, "diagnostic-code").unwrap_or_default().chars().take(200).collect();
    match action.as_str() {
        "delayed" => Verdict::Delayed,
        "failed" if is_gone(&status) => Verdict::Hard { status, detail },
        "failed" if status.starts_with(['4', '5']) => Verdict::Soft { status, detail },
        _ => Verdict::Unread,
    }
}

/// Bad mailbox or domain address, moved, disabled (RFC 3463, 3.2 and 3.3): nobody will be there next time either.
fn is_gone(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1")
}

/// The first field of that name, its folds opened.
fn field(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let mut out = value.trim().to_owned();
        while let Some(more) = lines.next_if(|l| l.starts_with([' ', '\t'])) {
            out.push(' ');
            out.push_str(more.trim());
        }
        return Some(out);
    }
    None
}
