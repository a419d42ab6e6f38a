//! Amounts: decimal text to integer minor units (hundredths), exactly, without a float in between.

/// Largest amount in hundredths: ten thousand million, far from overflow in any sum.
pub const MOST: i64 = 1_000_000_000_000;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Not a number.
    NotANumber,
    /// More than two decimals that are not zero.
    Precision,
    /// Below zero or above [`MOST`].
    Range,
    /// `1.234` may be a thousand or one: the file does not say.
    Ambiguous,
}

impl Wrong {
    /// Stable code of the error.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "number",
            Self::Precision => "precision",
            Self::Range => "amount_range",
            Self::Ambiguous => "ambiguous_number",
        }
    }
}

/// What happens to decimals beyond the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// They are an error, unless zero.
    Refuse,
    /// Half away from zero, as a cashier rounds: shops report net amounts with many decimals.
    Round,
}

/// Reads a plain decimal number with a dot, such as `12.50`, `-3` or `1e2` is not.
///
/// # Errors
/// [`Wrong::NotANumber`], [`Wrong::Precision`], [`Wrong::Range`].
pub fn parse(text: &str, beyond: Beyond) -> Result<i64, Wrong> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return Err(Wrong::NotANumber);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 12 {
        return Err(Wrong::Range);
    }
    let mut value = 0_i64;
    for b in whole.bytes() {
        value = value * 10 + i64::from(b - b'0');
    }
    let mut rest = fraction.bytes().map(|b| i64::from(b - b'0'));
    value = value * 100 + rest.next().unwrap_or(0) * 10 + rest.next().unwrap_or(0);
    let third = rest.next().unwrap_or(0);
    match beyond {
        Beyond::Refuse if third != 0 || rest.any(|d| d != 0) => return Err(Wrong::Precision),
        Beyond::Round if third >= 5 => value += 1,
        _ => {}
    }
    if value > MOST {
        return Err(Wrong::Range);
    }
    Ok(if negative { -value } else { value })
}

/// `12.50`, as the API writes it.
pub fn format(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

/// A share of an amount: `percent` in hundredths of a percent, half away from zero.
pub fn share(amount: i64, percent: i64) -> i64 {
    let product = i128::from(amount) * i128::from(percent);
    let half = if product < 0 { -5_000 } else { 5_000 };
    i64::try_from((product + half) / 10_000).unwrap_or(0)
}

/// How a file writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Found out from the cells that can be read one way only.
    #[default]
    Auto,
    /// `1.234,56`
    De,
    /// `1,234.56`
    En,
}

/// The number styles that the cells of a file prove.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence {
    comma: bool,
    dot: bool,
}

impl Evidence {
    /// Looks at one cell.
    pub fn see(&mut self, cell: &str) {
        match decimal_of(&bare(cell)) {
            Mark::Comma => self.comma = true,
            Mark::Dot => self.dot = true,
            Mark::None | Mark::Open => {}
        }
    }

    /// What was proved: both or nothing proves no style.
    pub fn style(self) -> Style {
        match (self.comma, self.dot) {
            (true, false) => Style::De,
            (false, true) => Style::En,
            _ => Style::Auto,
        }
    }
}

enum Mark {
    /// No separator at all.
    None,
    /// The decimal mark is a comma.
    Comma,
    /// The decimal mark is a dot.
    Dot,
    /// One separator before exactly three digits: may be either.
    Open,
}

/// Without spaces (also thin and fixed ones), apostrophes and currency signs.
fn bare(cell: &str) -> String {
    let text = cell.trim().trim_start_matches(|c: char| c.is_ascii_uppercase() && c != '-');
    let text = text.trim_end_matches(|c: char| c.is_ascii_uppercase());
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '$' | '£' | '\'' | '’'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect()
}

fn decimal_of(text: &str) -> Mark {
    let (dots, commas) = (text.matches('.').count(), text.matches(',').count());
    let single = |mark: char, proved: Mark| {
        let (before, after) = text.split_once(mark).unwrap_or((text, ""));
        let digits = before.trim_start_matches(['-', '+']);
        let groups = after.len() == 3 && (1..=3).contains(&digits.len()) && !digits.starts_with('0');
        if groups { Mark::Open } else { proved }
    };
    match (dots, commas) {
        (0, 0) => Mark::None,
        (1, 0) => single('.', Mark::Dot),
        (0, 1) => single(',', Mark::Comma),
        (_, 0) => Mark::Comma,
        (0, _) => Mark::Dot,
        _ if text.rfind('.') > text.rfind(',') => Mark::Dot,
        _ => Mark::Comma,
    }
}

/// Reads a number as people and spreadsheets write it.
///
/// # Errors
/// As [`parse`], and [`Wrong::Ambiguous`] where neither the cell nor the file tells the style.
pub fn parse_styled(cell: &str, style: Style) -> Result<i64, Wrong> {
    let text = bare(cell);
    let style = match (style, decimal_of(&text)) {
        (Style::Auto, Mark::Comma) => Style::De,
        (Style::Auto, Mark::Dot | Mark::None) => Style::En,
        (Style::Auto, Mark::Open) => return Err(Wrong::Ambiguous),
        (known, _) => known,
    };
    let (group, decimal) = if style == Style::De { ('.', ',') } else { (',', '.') };
    let (whole, fraction) = text.split_once(decimal).unwrap_or((&text, ""));
    let mut groups = whole.trim_start_matches(['-', '+']).split(group);
    let first = groups.next().unwrap_or("");
    let mut grouped = false;
    for part in groups {
        grouped = true;
        if part.len() != 3 {
            return Err(Wrong::NotANumber);
        }
    }
    if grouped && !(1..=3).contains(&first.len()) {
        return Err(Wrong::NotANumber);
    }
    let whole: String = whole.chars().filter(|c| *c != group).collect();
    parse(&format!("{whole}.{fraction}"), Beyond::Round)
}

/// An ISO 4217 code in capitals.
pub fn parse_currency(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_hundredths_exactly() {
        for (text, minor) in [("12.50", 1250), ("0.1", 10), ("7", 700), ("-3.05", -305), (".5", 50), ("1.100", 110)] {
            assert_eq!(parse(text, Beyond::Refuse), Ok(minor), "{text}");
        }
        assert_eq!(parse("4503599627.37", Beyond::Refuse), Ok(450_359_962_737));
        assert_eq!(parse("1.005", Beyond::Refuse), Err(Wrong::Precision));
        assert_eq!(parse("1.005", Beyond::Round), Ok(101));
        for bad in ["", ".", "1e3", "1,5", "NaN", "--1", "1.2.3", "٣"] {
            assert_eq!(parse(bad, Beyond::Refuse), Err(Wrong::NotANumber), "{bad}");
        }
        assert_eq!(parse("99999999999999", Beyond::Refuse), Err(Wrong::Range));
        assert_eq!(format(-305), "-3.05");
    }

    #[test]
    fn german_and_english_numbers_are_told_apart() {
        for (text, minor) in [
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("1.234.567", 123_456_700),
            ("12,5", 1250),
            ("12.5", 1250),
            ("0.500", 50),
            ("49,00 €", 4900),
            ("EUR 1 234,50", 123_450),
            ("1'234.50", 123_450),
        ] {
            assert_eq!(parse_styled(text, Style::Auto), Ok(minor), "{text}");
        }
        assert_eq!(parse_styled("1.234", Style::Auto), Err(Wrong::Ambiguous));
        assert_eq!(parse_styled("1.234", Style::De), Ok(123_400));
        assert_eq!(parse_styled("1.234", Style::En), Ok(123));
        assert_eq!(parse_styled("12.50", Style::De), Err(Wrong::NotANumber));
        let mut seen = Evidence::default();
        ["1.234", "7", "99,90"].iter().for_each(|c| seen.see(c));
        assert_eq!(seen.style(), Style::De);
    }

    #[test]
    fn a_share_rounds_like_a_cashier() {
        assert_eq!(share(1_005, 1_000), 101);
        assert_eq!(share(-1_005, 1_000), -101);
        assert_eq!(share(9_999, 10_000), 9_999);
    }
}
