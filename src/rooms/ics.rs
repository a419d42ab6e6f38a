//! An office hour as a calendar event (RFC 5545).

use super::store::OfficeHour;
use crate::db::Ms;

fn stamp(ms: Ms) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace("\r\n", "\n")
        .replace(['\n', '\r'], "\\n")
}

/// One property on lines of at most 75 bytes; a character is never cut.
fn fold(line: &str, out: &mut String) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// The whole file; `url` is where the hour takes place.
pub fn event(hour: &OfficeHour, url: &str, now: Ms) -> String {
    let host = url::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    let status = if hour.state == "cancelled" { "CANCELLED" } else { "CONFIRMED" };
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Kontor//Office hours//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:office-hour-{}@{host}", hour.id),
        format!("DTSTAMP:{}", stamp(now)),
        format!("DTSTART:{}", stamp(hour.starts_at)),
        format!("DTEND:{}", stamp(hour.ends_at)),
        format!("SUMMARY:{}", escaped(&hour.title)),
        format!("DESCRIPTION:{}", escaped(&hour.agenda)),
        format!("URL:{url}"),
        format!("STATUS:{status}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ] {
        fold(&line, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::model::RoomId;

    #[test]
    fn a_long_agenda_is_folded_and_escaped() {
        let hour = OfficeHour {
            id: 3,
            room_id: RoomId(1),
            slug: "x".into(),
            room: "x".into(),
            title: "Fragen, Antworten; mehr".into(),
            agenda: format!("Zeile 1\n{}", "ä".repeat(60)),
            notes: String::new(),
            host: None,
            starts_at: 1_795_000_000_000,
            ends_at: 1_795_003_600_000,
            state: "planned".into(),
        };
        let text = event(&hour, "https://kontor.example/rooms/x", 0);
        assert!(text.contains("SUMMARY:Fragen\\, Antworten\\; mehr\r\n") && text.contains("DTSTART:2026"), "{text}");
        assert!(text.lines().all(|l| l.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains(&format!("DESCRIPTION:Zeile 1\\n{}", "ä".repeat(60))));
    }
}
