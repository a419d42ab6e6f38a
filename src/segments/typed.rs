//! Numbers as people type them.

/// A number as people of either language type it, as the rule writes it: `1.000,50` and `1,000.50` are `1000.50`. What could be
/// read in two ways (`1.000`) is read as in the language of who types; what is no number stays, and the rule refuses it.
pub(super) fn plain_number(typed: &str, german: bool) -> String {
    let text: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}' && *c != '\'' && *c != '’').collect();
    let (dots, commas) = (text.matches('.').count(), text.matches(',').count());
    let grouped = |sign: char| {
        let mut parts = text.split(['.', ',']);
        let lead = parts.next().map_or(0, str::len);
        let whole: Vec<&str> =
            text.split(if sign == '.' { ',' } else { '.' }).next().unwrap_or("").split(sign).collect();
        (1..=3).contains(&lead) && whole.iter().skip(1).all(|p| p.len() == 3)
    };
    match (dots, commas) {
        // One sign, and not three digits behind it: it is the decimal sign.
        (0, 1) if text.rsplit(',').next().is_some_and(|d| d.len() != 3) => text.replace(',', "."),
        (1, 0) if text.rsplit('.').next().is_some_and(|d| d.len() != 3) => text,
        // Both: the last one is the decimal sign, the other groups by three.
        (_, 1) if dots > 0 && text.rfind(',') > text.rfind('.') && grouped('.') => {
            text.replace('.', "").replace(',', ".")
        }
        (1, _) if commas > 0 && text.rfind('.') > text.rfind(',') && grouped(',') => text.replace(',', ""),
        // One sign and three digits: a group or a fraction, as in the writer's language.
        (1, 0) if grouped('.') => {
            if german {
                text.replace('.', "")
            } else {
                text
            }
        }
        (0, 1) if grouped(',') => text.replace(',', if german { "." } else { "" }),
        // The same sign twice can only group.
        (2.., 0) if grouped('.') => text.replace('.', ""),
        (0, 2..) if grouped(',') => text.replace(',', ""),
        _ => typed.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain_number;

    #[test]
    fn numbers_of_both_languages_are_read() {
        for (typed, read) in [
            ("500", "500"),
            ("12,50", "12.50"),
            ("12.5", "12.5"),
            ("1.000,50", "1000.50"),
            ("1,000.50", "1000.50"),
            ("1.234.567", "1234567"),
            ("1 000,5", "1000.5"),
            // No number: left to the rule, which refuses it with its field.
            ("1.00.0,5", "1.00.0,5"),
            ("viel", "viel"),
        ] {
            assert_eq!(plain_number(typed, true), read, "{typed}");
        }
        assert_eq!(
            (plain_number("1.000", true), plain_number("1.000", false)),
            ("1000".to_owned(), "1.000".to_owned())
        );
        assert_eq!(
            (plain_number("1,000", true), plain_number("1,000", false)),
            ("1.000".to_owned(), "1000".to_owned())
        );
    }
}
