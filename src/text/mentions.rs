//! Who a text may name.

/// Folded names a Markdown text may mention: one to three words after each of the first twenty `@`. Which of them are people
/// only the members know.
pub fn mentioned(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in source.match_indices('@').take(20) {
        let rest = source.get(at + 1..).unwrap_or("");
        let words: Vec<&str> = rest.split_whitespace().take(3).collect();
        for n in 1..=words.len() {
            let name = words.get(..n).unwrap_or(&[]).join(" ");
            let name = name.trim_end_matches(|c: char| c.is_ascii_punctuation());
            if !name.is_empty() {
                out.push(super::fold(name));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}
