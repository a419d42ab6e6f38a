//! Marks in the Markdown of a text: what stays word for word, and where own words belong.
//!
//! ```text
//! :::locked price          claim, price or legal; a claim when nothing is said
//! Until 31 October for €499.
//! :::
//! :::free Why do you row?  a hint for whoever writes here
//! {{own.story}}
//! :::
//! Now only {=€499=}.       locked inside a line
//! ```
//! The marks themselves never leave the house: [`strip`] takes them out of every text.

use crate::error::FieldError;

/// Why a part is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A promise of the product.
    Claim,
    /// A price.
    Price,
    /// What the law wants there.
    Legal,
}

impl Reason {
    /// As written behind the mark.
    pub fn code(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Price => "price",
            Self::Legal => "legal",
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// May be changed.
    Plain(String),
    /// Asks for own words; with a hint, which may be empty.
    Free(String, String),
    /// Stays word for word; `true`: inside a line.
    Locked(Reason, String, bool),
}

/// A mark in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mistake {
    /// `mark_open`, `mark_close`, `mark_inside` or `mark_unknown`.
    pub code: &'static str,
    /// Line, from 1.
    pub line: usize,
}

impl Mistake {
    /// As an error of a field.
    pub fn into_field_error(self, field: &str) -> FieldError {
        FieldError::new(field.to_owned(), self.code).arg("line", self.line)
    }
}

enum Open {
    Free(String),
    Locked(Reason),
}

/// The parts of a text in order.
///
/// # Errors
/// Marks that never close, close nothing, or that nobody knows.
pub fn parse(source: &str) -> Result<Vec<Part>, Vec<Mistake>> {
    let (mut parts, mut mistakes) = (Vec::new(), Vec::new());
    let mut open: Option<(Open, usize)> = None;
    let mut text = String::new();
    for (i, line) in source.lines().enumerate() {
        let number = i + 1;
        let Some(mark) = line.trim().strip_prefix(":::") else {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
            // An empty first line still parts paragraphs.
            if text.is_empty() {
                text.push('\n');
            }
            continue;
        };
        let held = std::mem::take(&mut text);
        match (mark.trim(), open.take()) {
            ("", Some((what, at))) => parts.push(match what {
                Open::Free(hint) => {
                    // What is free as a whole can hold nothing that is locked.
                    if held.contains("{=") {
                        mistakes.push(Mistake { code: "mark_inside", line: at });
                    }
                    Part::Free(hint, held.trim().to_owned())
                }
                // What is locked as a whole needs no locks inside; those in it must not leave with it.
                Open::Locked(reason) => Part::Locked(reason, held.trim().replace("{=", "").replace("=}", ""), false),
            }),
            ("", None) => {
                mistakes.push(Mistake { code: "mark_close", line: number });
                text = held;
            }
            (name, before) => {
                if let Some((_, at)) = before {
                    mistakes.push(Mistake { code: "mark_open", line: at });
                }
                inline(&held, number.saturating_sub(held.lines().count()), &mut parts, &mut mistakes);
                match opened(name) {
                    Some(what) => open = Some((what, number)),
                    None => mistakes.push(Mistake { code: "mark_unknown", line: number }),
                }
            }
        }
    }
    match open {
        Some((_, line)) => mistakes.push(Mistake { code: "mark_open", line }),
        None => {
            let last = source.lines().count() + 1;
            inline(&text, last.saturating_sub(text.lines().count()), &mut parts, &mut mistakes);
        }
    }
    if mistakes.is_empty() { Ok(parts) } else { Err(mistakes) }
}

fn opened(name: &str) -> Option<Open> {
    let (word, rest) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    match word.to_ascii_lowercase().as_str() {
        "free" | "frei" => Some(Open::Free(rest.trim().chars().take(200).collect())),
        "locked" | "fest" => match rest.trim().to_ascii_lowercase().as_str() {
            "" | "claim" | "aussage" => Some(Open::Locked(Reason::Claim)),
            "price" | "preis" => Some(Open::Locked(Reason::Price)),
            "legal" | "pflicht" => Some(Open::Locked(Reason::Legal)),
            _ => None,
        },
        _ => None,
    }
}

/// Cuts `{=…=}` out of running text.
fn inline(text: &str, first_line: usize, parts: &mut Vec<Part>, mistakes: &mut Vec<Mistake>) {
    let mut rest = text;
    while let Some(at) = rest.find("{=") {
        let inner = &rest[at + 2..];
        let Some(end) = inner.find("=}").filter(|end| !inner[..*end].contains('\n')) else {
            let line = first_line + text[..text.len() - rest.len() + at].matches('\n').count();
            mistakes.push(Mistake { code: "mark_open", line });
            break;
        };
        if at > 0 {
            parts.push(Part::Plain(rest[..at].to_owned()));
        }
        parts.push(Part::Locked(Reason::Claim, inner[..end].to_owned(), true));
        rest = &inner[end + 2..];
    }
    if !rest.trim().is_empty() || (!rest.is_empty() && matches!(parts.last(), Some(Part::Locked(_, _, true)))) {
        parts.push(Part::Plain(rest.to_owned()));
    }
}

/// The text without its marks; what cannot be read stays as it is (stored texts always can).
pub fn strip(source: &str) -> String {
    let Ok(parts) = parse(source) else { return source.to_owned() };
    join(&parts, false)
}

/// The parts as a text, with marks or without.
pub fn join(parts: &[Part], marked: bool) -> String {
    let mut out = String::new();
    let mut was_block = false;
    for part in parts {
        let (text, is_block) = match part {
            Part::Plain(text) => (text.clone(), false),
            Part::Locked(_, text, true) if marked => (format!("{{={text}=}}"), false),
            Part::Locked(_, text, true) => (text.clone(), false),
            Part::Locked(reason, text, false) if marked => (format!(":::locked {}\n{text}\n:::", reason.code()), true),
            Part::Free(hint, text) if marked => {
                (format!("{}\n{text}\n:::", format!(":::free {hint}").trim_end()), true)
            }
            Part::Locked(_, text, false) | Part::Free(_, text) => (text.clone(), true),
        };
        if is_block || was_block {
            let kept = out.trim_end().len();
            out.truncate(kept);
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(text.trim_start_matches('\n'));
        } else {
            out.push_str(&text);
        }
        was_block = is_block;
    }
    out.trim_matches('\n').to_owned()
}

fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The locked parts of a text, in order, space evened out.
pub fn locked(source: &str) -> Vec<(Reason, String)> {
    let parts = parse(source).unwrap_or_default();
    parts
        .into_iter()
        .filter_map(|p| match p {
            Part::Locked(reason, text, _) => Some((reason, even(&text))),
            Part::Plain(_) | Part::Free(..) => None,
        })
        .collect()
}

/// Whether `own` keeps every locked part of `original`, word for word and in order, and locks nothing else.
pub fn keeps(original: &str, own: &str) -> bool {
    let words = |source| locked(source).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    parse(own).is_ok() && words(original) == words(own)
}

/// `own` with its locked parts replaced by those of `original`; none when they are not the same in number.
pub fn refresh(original: &str, own: &str) -> Option<String> {
    let fresh: Vec<Part> = parse(original).ok()?.into_iter().filter(|p| matches!(p, Part::Locked(..))).collect();
    let mut next = fresh.into_iter();
    let mut parts = parse(own).ok()?;
    for part in &mut parts {
        if matches!(part, Part::Locked(..)) {
            *part = next.next()?;
        }
    }
    next.next().is_none().then(|| join(&parts, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Hallo,\n\n:::locked price\nBis 31.10. für 499 €.\n:::\n\n:::free Warum ruderst du?\n{{own.story}}\n:::\n\nNur {=heute=} und **hier**.";

    #[test]
    fn marks_leave_the_text_and_its_paragraphs_alone() {
        assert_eq!(strip(TEXT), "Hallo,\n\nBis 31.10. für 499 €.\n\n{{own.story}}\n\nNur heute und **hier**.");
        assert_eq!(strip("Ohne Marken\n\nzwei Absätze"), "Ohne Marken\n\nzwei Absätze");
        assert_eq!(strip("A\n:::locked\nB\n:::\nC"), "A\n\nB\n\nC");
        assert_eq!(join(&parse(TEXT).unwrap(), true), TEXT);
    }

    #[test]
    fn locked_parts_stay_word_for_word_and_the_rest_is_free() {
        assert_eq!(locked(TEXT).len(), 2);
        let own = TEXT.replace("Hallo", "Moin").replace("{{own.story}}", "Weil es ruhig ist.");
        assert!(keeps(TEXT, &own));
        assert!(!keeps(TEXT, &own.replace("499", "399")));
        assert!(!keeps(TEXT, &own.replace("{=heute=}", "heute")));
        assert!(!keeps(TEXT, "Ganz anders"));
        assert!(!keeps(TEXT, &format!("{own}\n{{=mehr=}}")));
    }

    #[test]
    fn a_new_price_moves_into_the_own_version() {
        let own = TEXT.replace("Hallo", "Moin");
        let new = TEXT.replace("499", "459");
        let fresh = refresh(&new, &own).unwrap();
        assert!(fresh.contains("Moin") && fresh.contains("459") && keeps(&new, &fresh));
        assert_eq!(refresh("ohne", &own), None);
    }

    #[test]
    fn no_mark_leaves_with_a_part_that_is_locked_as_a_whole() {
        let text = "A\n\n:::locked\n30 Tage. {=Zwei Jahre=} Garantie.\n:::";
        assert_eq!(strip(text), "A\n\n30 Tage. Zwei Jahre Garantie.");
        assert!(keeps(text, text));
        assert_eq!(parse(":::free x\n{=fest=}\n:::").unwrap_err(), [Mistake { code: "mark_inside", line: 1 }]);
    }

    #[test]
    fn a_wrong_mark_names_its_line() {
        assert_eq!(parse("a\n:::locked\nb").unwrap_err(), [Mistake { code: "mark_open", line: 2 }]);
        assert_eq!(parse("a\n:::").unwrap_err(), [Mistake { code: "mark_close", line: 2 }]);
        assert_eq!(parse(":::fest irgendwas\nx\n:::").unwrap_err()[0].code, "mark_unknown");
        assert_eq!(parse("a\nb {=c").unwrap_err(), [Mistake { code: "mark_open", line: 2 }]);
    }
}
