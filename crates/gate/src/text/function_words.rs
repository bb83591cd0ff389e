//! The small words without which no sentence stands, for the languages we have lists for.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One list a language; words that are common in running text and rare in lists.
const LISTS: &[&str] = &[
    // English
    "the be to of and that have with is in for it this on are as you by or from can if an not will which",
    // German
    "der die das und ist in zu den nicht von mit sich des auf für ein eine dem als auch wird bei oder",
    // French
    "le la les de des et est un une que qui dans pour pas sur plus par avec ce il sont au",
    // Spanish
    "el la los las de y que en un una es por con para no se del al lo como más su",
    // Portuguese
    "o a os as de e que em um uma é por com para não se do da no na como mais",
    // Italian
    "il lo la i gli le di e che in un una è per con non si del della al da come più sono",
    // Dutch
    "de het een en van is in dat op te niet met zijn voor die er aan om ook als bij door",
    // Polish
    "i w nie na się że z do to jest o jak ale po co tak za od przez dla są może",
    // Czech and Slovak
    "a v je na se že s to z do o ve jsou jako pro ale za by od po nebo který sa nie",
    // Swedish, Danish, Norwegian
    "och i att det som en på är av för med till den har de inte om ett og er af ikke til på at",
    // Finnish
    "ja on ei että se oli hän mutta ovat kun myös joka tai niin kuin ole sen voi",
    // Hungarian
    "a az és hogy nem is egy ez de van meg csak vagy mint ki el volt már",
    // Romanian
    "și de la în a nu cu o pe că un este din care mai pentru sau sunt ce se",
    // Turkish
    "ve bir bu için de da ile olarak çok daha olan gibi en ne değil kadar ya ki",
    // Indonesian and Malay
    "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke adalah atau ada",
    // Vietnamese
    "và của là có được cho không trong một các với những này để khi đã người từ",
    // Russian
    "и в не на что с по это как к но из у за от для то так же или о при его",
    // Ukrainian
    "і в не на що з до та як це за від для але або про у його є по",
    // Greek
    "και το η ο να την του της με για που είναι από στο θα σε οι δεν τα",
];

/// Whether a lower-case word is in one of the lists.
pub(crate) fn is_small(word: &str) -> bool {
    static ALL: LazyLock<HashSet<&str>> =
        LazyLock::new(|| LISTS.iter().flat_map(|list| list.split(' ')).collect());
    ALL.contains(word)
}

/// How many different function words of the best-fitting language there are; none when
/// the words are mostly in a script without a list.
pub(crate) fn best(words: &[String]) -> Option<u64> {
    let chars = || words.iter().flat_map(|word| word.chars());
    let listed = chars().filter(|&c| is_listed(c)).count();
    let letters = chars().filter(|c| c.is_alphabetic()).count();
    if listed * 2 <= letters {
        return None;
    }
    let present: HashSet<&str> = words.iter().map(String::as_str).collect();
    let found = |list: &str| list.split(' ').filter(|word| present.contains(word)).count() as u64;
    LISTS.iter().copied().map(found).max()
}

/// Latin, Greek and Cyrillic letters.
fn is_listed(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\0'..='\u{52f}' | '\u{1e00}'..='\u{1fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Option<u64> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        best(&words)
    }

    #[test]
    fn sentences_have_them_and_lists_of_words_do_not() {
        assert!(count("The cat is on the mat and it sleeps").unwrap() >= 5);
        assert!(count("Die Katze ist auf der Matte und schläft").unwrap() >= 4);
        assert!(count("Кошка сидит на ковре и не спит, как собака").unwrap() >= 4);
        assert_eq!(count("banana gravel tractor pillow seventeen cardboard"), Some(0));
    }

    #[test]
    fn scripts_without_a_list_are_not_judged() {
        assert_eq!(count("猫はマットの上に座っている"), None);
        assert_eq!(count(""), None);
    }
}
