//! Near copies: each text has a print of 64 bits (Charikar's similarity hash over runs of three words). Texts that differ
//! in a few words differ in a few bits.

use sha2::{Digest, Sha256};

/// Texts shorter than this are too short to be called copies.
pub const FEWEST_WORDS: usize = 25;
/// Texts whose prints differ in at most this many of 64 bits are near copies: one other word in seventy moves about eight,
/// two texts of different content meet this by chance once in fifty million.
pub const NEAR: u32 = 10;

/// The print of a text; `None` for one that is too short.
pub fn print(text: &str) -> Option<i64> {
    let folded = crate::text::fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.len() < FEWEST_WORDS {
        return None;
    }
    let mut votes = [0_i32; 64];
    for run in words.windows(3) {
        let hash = Sha256::digest(run.join(" ").as_bytes());
        let bits = hash.iter().take(8).fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        for (i, vote) in votes.iter_mut().enumerate() {
            *vote += if bits >> i & 1 == 1 { 1 } else { -1 };
        }
    }
    let print = votes.iter().enumerate().fold(0_u64, |all, (i, vote)| if *vote > 0 { all | 1 << i } else { all });
    Some(print.cast_signed())
}

/// Whether two prints are of near copies.
pub fn is_near(a: i64, b: i64) -> bool {
    (a ^ b).count_ones() <= NEAR
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Seit sechs Wochen stehe ich morgens eine Viertelstunde früher auf und setze mich auf ein Rudergerät. Ich hätte \
        nie gedacht, dass ich diesen Satz einmal schreibe. Ich bin kein Frühaufsteher, und mein letztes Abo im Studio habe ich nach \
        drei Besuchen vergessen. Was diesmal anders ist: Das Gerät steht da, wo ich ohnehin vorbeikomme. Kein Weg, keine Tasche, keine \
        Öffnungszeiten. Fünfzehn Minuten, Dusche, Kaffee. Nach zwei Wochen war der Rücken besser, nach vier Wochen die Laune.";

    #[test]
    fn a_changed_word_is_a_near_copy_and_another_text_is_not() {
        let own = print(TEXT).unwrap();
        assert!(is_near(own, print(&TEXT.replace("Kaffee", "Tee").to_uppercase()).unwrap()));
        let other = "Plankraft ordnet Aufgaben, Termine und Absprachen eines kleinen Teams an einer Stelle. Wer bisher drei Werkzeuge \
            nebeneinander offen hatte, findet sich nach einem Vormittag zurecht und spart jede Woche gut eine Stunde Suchen.";
        assert!(!is_near(own, print(other).unwrap()));
        assert_eq!(print("Zu kurz für einen Abdruck"), None);
    }
}
