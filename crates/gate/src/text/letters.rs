//! Which letters follow each other in words.

/// Pairs of letters that are common in words of Latin script: a bit for each second letter.
/// Measured on documents in English, German, French, Spanish, Portuguese and Polish: pairs of
/// more than 1.1 in 1,000.
const COMMON: [u32; 26] = [
    0x37fbd6e, 0x11a4b11, 0x31acf95, 0x3166919, 0x3ffffff, 0x01a4131, 0x01e6191, 0x00e7911, 0x2affc7f,
    0x0000111, 0x01c4111, 0x11c6959, 0x014d113, 0x33c6dfd, 0x27efd6e, 0x11ac915, 0x0100800, 0x37f755d,
    0x31dd7d5, 0x35e4595, 0x0aebb37, 0x0004111, 0x1044191, 0x0088114, 0x04cf404, 0x1587111,
];
/// Pairs below which nothing is said.
const LEAST: u64 = 100;
/// The longest word that counts, bytes.
const LONGEST: usize = 30;

/// Whether two small letters of ASCII often follow each other.
pub(super) fn is_common(a: u8, b: u8) -> bool {
    let row = COMMON.get(usize::from(a.wrapping_sub(b'a'))).copied().unwrap_or_default();
    row >> (b.wrapping_sub(b'a') % 32) & 1 == 1
}

/// Of 1,000 pairs of neighbours in words in small letters of ASCII, how many are strange to each
/// other; none where there are too few. Languages the table was measured on have 10 to 60,
/// others of Latin script 80 to 200, letters struck at random 350 to 550.
pub(super) fn strange(words: &[String]) -> Option<u64> {
    let (mut strange, mut all) = (0_u64, 0_u64);
    // Keys and encoded data are measured elsewhere.
    let plain = words.iter().filter(|word| word.len() <= LONGEST && word.chars().all(char::is_alphabetic));
    for pair in plain.flat_map(|word| word.as_bytes().windows(2)) {
        if let &[a, b] = pair
            && a.is_ascii_lowercase()
            && b.is_ascii_lowercase()
        {
            all += 1;
            strange += u64::from(!is_common(a, b));
        }
    }
    (all >= LEAST).then(|| strange * 1000 / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<u64> {
        strange(&text.split(' ').map(str::to_lowercase).collect::<Vec<_>>())
    }

    #[test]
    fn languages_and_struck_keys_are_apart() {
        let english = "The river rises in the hills behind the town and runs for two days before it reaches the sea which is not far from there and cold";
        let zulu = "Umfula uqala emagqumeni angemuva kwedolobha ugeleza izinsuku ezimbili ngaphambi kokuba ufike olwandle olungekude kakhulu kodwa olubandayo ekuseni";
        let keys = "sdkfjh wqeoiu zmxnbv qpwoei rtylkj hgfdsa mnzxcv bvlkjq wertpo iuzxhg fdkqjw lkmzxp qowieu bnvhgj ytrlkq zpxocm vnqjwh xkdlsq wpqzmv";
        let [english, zulu, keys] = [english, zulu, keys].map(|words| [words; 2].join(" "));
        let (english, zulu, keys) = (&english, &zulu, &keys);
        assert!(of(english).unwrap() < 40, "{:?}", of(english));
        assert!((80..280).contains(&of(zulu).unwrap()), "{:?}", of(zulu));
        assert!(of(keys).unwrap() > 380, "{:?}", of(keys));
        assert_eq!(of("too few"), None);
    }
}
