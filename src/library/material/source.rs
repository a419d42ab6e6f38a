//! How people write details in a plain form: one thing a line, sections as Markdown headings. What is printed reads back
//! the same.
//!
//! - Prices: `German name | English name | 649,00 EUR | German note | English note` (the notes may be left out)
//! - Colours: `Name | #005c5f | German use | English use`
//! - Sections: `## Heading`, then lines `@link https://…`, `@minutes 5`, the text, and at the end questions: `? Question`
//!   with answers `( ) wrong` and `(x) right`
//! - Questions and objections: `? Question` or `! Objection`, the answer below

use super::model::{Colour, Entry, Lines, Price, Question, Section};
use crate::settings::Bilingual;

/// Lines that hold something.
pub fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|l| l.trim().trim_start_matches("- ").trim())
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Both languages of a list.
pub fn both(de: &str, en: &str) -> Lines {
    Lines { de: lines(de), en: lines(en) }
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn cell(cells: &[&str], at: usize) -> String {
    cells.get(at).copied().unwrap_or("").to_owned()
}

/// Reads prices; what is wrong in them is found by the check of the details.
pub fn prices(text: &str, currency: &str) -> Vec<Price> {
    lines(text)
        .iter()
        .map(|line| {
            let c = cells(line);
            // `Name | 649` is enough where both languages say the same.
            let at = if c.len() == 2 { 1 } else { 2 };
            let (amount, unit) = cell(&c, at).split_once(' ').map_or_else(
                || (cell(&c, at), currency.to_owned()),
                |(amount, unit)| (amount.to_owned(), unit.trim().to_uppercase()),
            );
            let amount = super::model::minor(&amount).map_or(amount, |m| format!("{}.{:02}", m / 100, m % 100));
            let en = if at == 1 { cell(&c, 0) } else { cell(&c, 1) };
            Price {
                label: Bilingual { de: cell(&c, 0), en },
                amount,
                currency: unit,
                note: Bilingual { de: cell(&c, 3), en: cell(&c, 4) },
            }
        })
        .collect()
}

/// Prices as [`prices`] reads them.
pub fn print_prices(prices: &[Price]) -> String {
    print(prices, |p| {
        vec![
            p.label.de.clone(),
            p.label.en.clone(),
            format!("{} {}", p.amount, p.currency),
            p.note.de.clone(),
            p.note.en.clone(),
        ]
    })
}

/// Reads colours.
pub fn colours(text: &str) -> Vec<Colour> {
    lines(text)
        .iter()
        .map(|line| {
            let c = cells(line);
            let hex = cell(&c, 1).to_ascii_lowercase();
            Colour { name: cell(&c, 0), hex, use_for: Bilingual { de: cell(&c, 2), en: cell(&c, 3) } }
        })
        .collect()
}

/// Colours as [`colours`] reads them.
pub fn print_colours(colours: &[Colour]) -> String {
    print(colours, |c| vec![c.name.clone(), c.hex.clone(), c.use_for.de.clone(), c.use_for.en.clone()])
}

fn print<T>(all: &[T], cells: impl Fn(&T) -> Vec<String>) -> String {
    all.iter()
        .map(|one| {
            let mut cells = cells(one);
            while cells.len() > 2 && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            cells.join(" | ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads sections. Text before the first heading belongs to a section without one, which the check refuses.
pub fn sections(text: &str) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::new();
    let mut body: Vec<&str> = Vec::new();
    let close = |out: &mut Vec<Section>, body: &mut Vec<&str>| {
        let text = body.join("\n").trim().to_owned();
        body.clear();
        match out.last_mut() {
            Some(section) => section.body = text,
            None if !text.is_empty() => out.push(Section { body: text, ..Section::default() }),
            None => {}
        }
    };
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            close(&mut out, &mut body);
            out.push(Section { title: title.trim().to_owned(), ..Section::default() });
            continue;
        }
        let Some(section) = out.last_mut() else {
            body.push(line);
            continue;
        };
        let bare = line.trim();
        if let Some(link) = bare.strip_prefix("@link ") {
            link.trim().clone_into(&mut section.link);
        } else if let Some(minutes) = bare.strip_prefix("@minutes ") {
            // What is no number is over every limit, and said so.
            section.minutes = minutes.trim().parse().unwrap_or(u32::MAX);
        } else if let Some(question) = bare.strip_prefix("? ") {
            section.questions.push(Question {
                text: question.trim().to_owned(),
                right: usize::MAX,
                ..Question::default()
            });
        } else if let (Some(question), Some((right, option))) = (section.questions.last_mut(), option(bare)) {
            if right {
                question.right = question.options.len();
            }
            question.options.push(option);
        } else if section.questions.is_empty() || !bare.is_empty() {
            body.push(line);
        }
    }
    close(&mut out, &mut body);
    out
}

fn option(line: &str) -> Option<(bool, String)> {
    let (right, text) = match line.strip_prefix("( )") {
        Some(text) => (false, text),
        None => (true, line.strip_prefix("(x)").or_else(|| line.strip_prefix("(X)"))?),
    };
    Some((right, text.trim().to_owned()))
}

/// Sections as [`sections`] reads them.
pub fn print_sections(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        out.push_str(&format!("## {}\n", section.title));
        if !section.link.is_empty() {
            out.push_str(&format!("@link {}\n", section.link));
        }
        if section.minutes > 0 {
            out.push_str(&format!("@minutes {}\n", section.minutes));
        }
        out.push_str(&format!("{}\n", section.body));
        for question in &section.questions {
            out.push_str(&format!("? {}\n", question.text));
            for (i, option) in question.options.iter().enumerate() {
                out.push_str(&format!("({}) {option}\n", if i == question.right { "x" } else { " " }));
            }
        }
        out.push('\n');
    }
    out
}

/// Reads questions and objections.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let asked = line.strip_prefix("? ").map(|q| (q, false)).or_else(|| line.strip_prefix("! ").map(|q| (q, true)));
        match (asked, out.last_mut()) {
            (Some((question, objection)), _) => {
                out.push(Entry { question: question.trim().to_owned(), answer: String::new(), objection });
            }
            (None, Some(entry)) => {
                entry.answer.push_str(line);
                entry.answer.push('\n');
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => out.push(Entry { answer: format!("{line}\n"), ..Entry::default() }),
        }
    }
    for entry in &mut out {
        entry.answer = entry.answer.trim().to_owned();
    }
    out
}

/// Questions and objections as [`entries`] reads them.
pub fn print_entries(entries: &[Entry]) -> String {
    let one = |e: &Entry| format!("{} {}\n{}\n", if e.objection { "!" } else { "?" }, e.question, e.answer);
    entries.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back_the_same() {
        let text = "## Anfangen\n@link https://video.example/1\n@minutes 12\nErst **lesen**.\n\nDann tun.\n? Was zuerst?\n( ) tun\n(x) lesen\n? Und dann?\n(x) tun\n( ) nichts\n\n## Weiter\nText\n";
        let read = sections(text);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].minutes, read[0].questions[0].right, read[0].questions[1].options.len()), (12, 1, 2));
        assert_eq!(read[0].body, "Erst **lesen**.\n\nDann tun.");
        assert_eq!(sections(&print_sections(&read)), read);
        let read = entries("? Ist es laut?\nNein.\n\nWirklich.\n\n! Zu teuer\nElf Euro je Einheit.");
        assert!(read[1].objection && read[0].answer == "Nein.\n\nWirklich.");
        assert_eq!(entries(&print_entries(&read)), read);
        let read = prices("Gerät | Machine | 649,00 eur | inkl. MwSt.\nMatte | 49", "EUR");
        assert_eq!(
            (read[0].amount.as_str(), read[0].currency.as_str(), read[1].label.en.as_str()),
            ("649.00", "EUR", "Matte")
        );
        assert_eq!(prices(&print_prices(&read), "EUR"), read);
        let read = colours("Petrol | #005C5F | Flächen | Areas\nWeiß | #ffffff");
        assert_eq!(colours(&print_colours(&read)), read);
    }

    #[test]
    fn what_is_wrong_is_kept_for_the_check_to_name() {
        assert!(sections("Text ohne Überschrift")[0].title.is_empty());
        assert_eq!(sections("## A\n@minutes viele")[0].minutes, u32::MAX);
        assert!(sections("## A\n? Frage\n( ) eins\n( ) zwei")[0].questions[0].right > 1);
        assert!(entries("Antwort ohne Frage")[0].question.is_empty());
        assert_eq!(prices("Gerät", "EUR")[0].amount, "");
    }
}
