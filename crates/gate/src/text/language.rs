//! T6: which language a text is in.
//!
//! Scripts of one language name it. Elsewhere each small word of running text speaks for
//! the languages whose list has it, and the one with most words wins. The confidence is how
//! it stands against the strongest other one: its share of the words that only one of the
//! two has. Code and addresses have no say.

use super::function_words::LISTS;
use super::prose::Prose;
use crate::evidence::finding;
use karat_types::Finding;
use karat_types::finding::NotRun;
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// Thousandths of confidence with which a text is in another language than the one wanted.
const CONFIDENCE: u32 = 650;
/// One letter in this many of the wanted script is enough among code.
const OWN_SHARE: u64 = 20;
/// Small words below which nobody has won.
const LEAST: u64 = 5;
/// Small words of 1,000 below which a text is a list or in a language without a list.
const LEAST_SHARE: u64 = 60;
/// Different small words of one language without which the guess is unsure, in a text of
/// less than [`LONG`] words and in a longer one: a language without a list shares a few with
/// some other (Welsh “y”, “a”, “o” with Spanish).
const DIFFERENT: u64 = 5;
const DIFFERENT_LONG: u64 = 8;
const LONG: u64 = 100;
/// Letters below which a script says nothing.
const LETTERS: u64 = 100;
/// Characters of running text that are read; more would not change the answer.
const SAMPLE: usize = 200_000;

/// Languages too near to be told apart by small words; any stands for the others.
const NEAR: &[&[&str]] = &[
    &["da", "nb", "nn", "no"],
    &["hr", "sr", "bs", "sh", "me"],
    &["id", "ms"],
    &["cs", "sk"],
    &["gl", "pt"],
    &["gl", "es"],
    &["hi", "mr", "ne", "sa", "mai", "bho"],
    &["bg", "mk"],
    &["nl", "af"],
];

/// Languages known by their script alone.
const BY_SCRIPT: &[(&str, &[(char, char)])] = &[
    ("ja", &[('\u{3040}', '\u{30ff}')]),
    ("ko", &[('\u{1100}', '\u{11ff}'), ('\u{3130}', '\u{318f}'), ('\u{ac00}', '\u{d7a3}')]),
    ("zh", &[('\u{3400}', '\u{4dbf}'), ('\u{4e00}', '\u{9fff}'), ('\u{20000}', '\u{323af}')]),
    ("th", &[('\u{e00}', '\u{e7f}')]),
    ("lo", &[('\u{e80}', '\u{eff}')]),
    ("km", &[('\u{1780}', '\u{17ff}')]),
    ("my", &[('\u{1000}', '\u{109f}')]),
    ("ka", &[('\u{10a0}', '\u{10ff}'), ('\u{1c90}', '\u{1cbf}')]),
    ("hy", &[('\u{530}', '\u{58f}')]),
    ("am", &[('\u{1200}', '\u{139f}')]),
    ("bn", &[('\u{980}', '\u{9ff}')]),
    ("pa", &[('\u{a00}', '\u{a7f}')]),
    ("gu", &[('\u{a80}', '\u{aff}')]),
    ("or", &[('\u{b00}', '\u{b7f}')]),
    ("ta", &[('\u{b80}', '\u{bff}')]),
    ("te", &[('\u{c00}', '\u{c7f}')]),
    ("kn", &[('\u{c80}', '\u{cff}')]),
    ("ml", &[('\u{d00}', '\u{d7f}')]),
    ("si", &[('\u{d80}', '\u{dff}')]),
];

/// What the languages are called, for messages.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("pt", "Portuguese"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("af", "Afrikaans"),
    ("ca", "Catalan"),
    ("gl", "Galician"),
    ("eu", "Basque"),
    ("pl", "Polish"),
    ("cs", "Czech"),
    ("sk", "Slovak"),
    ("sl", "Slovene"),
    ("hr", "Croatian"),
    ("sr", "Serbian"),
    ("bs", "Bosnian"),
    ("sh", "Serbo-Croatian"),
    ("me", "Montenegrin"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("no", "Norwegian"),
    ("nb", "Norwegian (Bokmål)"),
    ("nn", "Norwegian (Nynorsk)"),
    ("is", "Icelandic"),
    ("fo", "Faroese"),
    ("fi", "Finnish"),
    ("et", "Estonian"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("hu", "Hungarian"),
    ("ro", "Romanian"),
    ("tr", "Turkish"),
    ("az", "Azerbaijani"),
    ("uz", "Uzbek"),
    ("kk", "Kazakh"),
    ("id", "Indonesian"),
    ("ms", "Malay"),
    ("tl", "Tagalog"),
    ("vi", "Vietnamese"),
    ("sw", "Swahili"),
    ("eo", "Esperanto"),
    ("la", "Latin"),
    ("cy", "Welsh"),
    ("ga", "Irish"),
    ("gd", "Scottish Gaelic"),
    ("mt", "Maltese"),
    ("sq", "Albanian"),
    ("ru", "Russian"),
    ("uk", "Ukrainian"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("mk", "Macedonian"),
    ("el", "Greek"),
    ("ar", "Arabic"),
    ("fa", "Persian"),
    ("he", "Hebrew"),
    ("ur", "Urdu"),
    ("yi", "Yiddish"),
    ("hi", "Hindi"),
    ("mr", "Marathi"),
    ("ne", "Nepali"),
    ("sa", "Sanskrit"),
    ("bn", "Bengali"),
    ("pa", "Punjabi"),
    ("gu", "Gujarati"),
    ("or", "Odia"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("kn", "Kannada"),
    ("ml", "Malayalam"),
    ("si", "Sinhala"),
    ("th", "Thai"),
    ("lo", "Lao"),
    ("km", "Khmer"),
    ("my", "Burmese"),
    ("ka", "Georgian"),
    ("hy", "Armenian"),
    ("am", "Amharic"),
    ("zh", "Chinese"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("mai", "Maithili"),
    ("bho", "Bhojpuri"),
];

/// A language by its name and its code; one without a name by its code alone.
fn named(code: &str) -> String {
    let name = NAMES.iter().find(|(of, _)| *of == code);
    name.map_or_else(|| code.to_owned(), |(_, name)| format!("{name} ({code})"))
}

/// The languages whose lists have a word: a bit for each place in [`LISTS`].
static VOTES: LazyLock<HashMap<&str, u64>> = LazyLock::new(|| {
    let mut votes: HashMap<&str, u64> = HashMap::new();
    for (language, (_, list)) in LISTS.iter().enumerate() {
        list.split(' ').for_each(|word| *votes.entry(word).or_default() |= 1 << language);
    }
    votes
});

/// The language of a text, ISO 639-1, and the confidence in thousandths; none when there
/// are too few words to say.
pub fn of(text: &str) -> Option<(&'static str, u32)> {
    of_lines(&Prose::of(text).lines)
}

pub(crate) fn of_lines(lines: &[String]) -> Option<(&'static str, u32)> {
    by_script(lines).or_else(|| by_words(lines))
}

/// The lists a lower-case word is in: a bit for each place in [`LISTS`].
pub(super) fn lists_of(word: &str) -> Option<u64> {
    VOTES.get(word).copied()
}

/// The list of a language.
pub(super) fn list_of(language: &str) -> Option<(&'static str, &'static str)> {
    LISTS.iter().copied().find(|(code, _)| *code == language)
}

/// Characters of the sample, line by line.
fn sample(lines: &[String]) -> impl Iterator<Item = &str> {
    let mut read = 0;
    lines.iter().map(String::as_str).take_while(move |line| {
        let go_on = read < SAMPLE;
        read += line.len();
        go_on
    })
}

fn by_script(lines: &[String]) -> Option<(&'static str, u32)> {
    let mut counts = [0_u64; BY_SCRIPT.len()];
    let mut letters = 0_u64;
    for c in sample(lines).flat_map(str::chars).filter(|c| c.is_alphabetic()) {
        letters += 1;
        if c < '\u{530}' {
            continue;
        }
        let ranges = |of: &[(char, char)]| of.iter().any(|&(from, to)| (from..=to).contains(&c));
        if let Some(at) = BY_SCRIPT.iter().position(|(_, of)| ranges(of)) {
            counts[at] += 1;
        }
    }
    let foreign: u64 = counts.iter().sum();
    // A letter of these scripts says as much as two or three of ours, and what is Latin
    // among them is mostly names and code.
    if letters < LETTERS / 3 || foreign * 8 < letters {
        return None;
    }
    // Japanese is written with Chinese letters too, Chinese never with kana.
    let [kana, _, han, ..] = counts;
    if (kana + han) * 2 > foreign {
        return Some((if kana * 20 > kana + han { "ja" } else { "zh" }, 1000));
    }
    let (at, most) =
        counts.iter().copied().enumerate().max_by_key(|&(at, count)| (count, std::cmp::Reverse(at)))?;
    Some((BY_SCRIPT.get(at)?.0, (most * 1000 / foreign) as u32))
}

fn by_words(lines: &[String]) -> Option<(&'static str, u32)> {
    let heard = Heard::of(lines);
    let best = heard.best()?;
    let name = LISTS.get(best)?.0;
    let others = LISTS.iter().enumerate().filter(|(_, (other, _))| !is_near(name, other));
    Some((name, others.map(|(other, _)| heard.against(best, other)).min().unwrap_or(1000)))
}

/// The small words of a text by the lists they are in.
struct Heard {
    /// Words of each combination of lists, bit by bit.
    groups: BTreeMap<u64, u64>,
    /// Words of any kind.
    words: u64,
    /// Different small words of each combination of lists.
    different: BTreeMap<u64, u64>,
}

impl Heard {
    fn of(lines: &[String]) -> Self {
        let (groups, words, different) = groups(lines);
        Self { groups, words, different }
    }

    /// The language with most words; none where small words are too few.
    fn best(&self) -> Option<usize> {
        let of = |groups: &BTreeMap<u64, u64>, language: usize| -> u64 {
            groups.iter().filter(|(of, _)| **of >> language & 1 == 1).map(|(_, count)| *count).sum()
        };
        let votes = |language: usize| of(&self.groups, language);
        let small: u64 = self.groups.values().sum();
        let best = (0..LISTS.len()).max_by_key(|&language| (votes(language), std::cmp::Reverse(language)))?;
        let least = if self.words < LONG { DIFFERENT } else { DIFFERENT_LONG };
        let sure = of(&self.different, best) >= least;
        (sure && votes(best) >= LEAST && small * 1000 >= self.words * LEAST_SHARE).then_some(best)
    }

    /// The share, of 1,000, of the first among the words that only one of two languages has.
    fn against(&self, one: usize, other: usize) -> u32 {
        let only = |one: usize, other: usize| -> u64 {
            let speaks = |of: u64| of >> one & 1 == 1 && of >> other & 1 == 0;
            self.groups.iter().filter(|(of, _)| speaks(**of)).map(|(_, count)| *count).sum()
        };
        let own = only(one, other) * density(one);
        let against = only(other, one) * density(other);
        (own * 1000 / (own + against).max(1)) as u32
    }
}

/// Languages that put into endings what others put into small words have half as many.
fn density(language: usize) -> u64 {
    let rare = LISTS
        .get(language)
        .is_some_and(|(code, _)| matches!(*code, "fi" | "et" | "tr" | "hu" | "eu" | "lt" | "lv"));
    if rare { 2 } else { 1 }
}

/// How many words are in which lists (bit by bit), how many words there are, and how many
/// different ones in which lists.
fn groups(lines: &[String]) -> (BTreeMap<u64, u64>, u64, BTreeMap<u64, u64>) {
    let mut groups: BTreeMap<u64, u64> = BTreeMap::new();
    let (mut seen, mut different) = (HashSet::new(), BTreeMap::new());
    let mut words = 0;
    let mut lower = String::new();
    for word in sample(lines).flat_map(|line| line.split(|c: char| !is_word(c))) {
        if word.is_empty() {
            continue;
        }
        words += 1;
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        if let Some((&word, &languages)) = VOTES.get_key_value(lower.as_str()) {
            *groups.entry(languages).or_default() += 1;
            if seen.insert(word) {
                *different.entry(languages).or_default() += 1;
            }
        }
    }
    (groups, words, different)
}

/// Letters, the marks on them, and apostrophes.
fn is_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\'' | '’') || unicode_normalization::char::is_combining_mark(c)
}

/// Whether two codes are one language, or two that are not told apart.
fn is_near(one: &str, other: &str) -> bool {
    one == other || NEAR.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// Whether a language can be told at all.
pub fn is_known(language: &str) -> bool {
    let listed = LISTS.iter().map(|(code, _)| *code).chain(BY_SCRIPT.iter().map(|(code, _)| *code));
    listed.into_iter().any(|code| is_near(code, language))
}

/// The text against the datanet's language.
pub(crate) fn check(lines: &[String], declared: Option<&str>) -> Result<Option<Finding>, NotRun> {
    let not_run = |why: String| NotRun { check: "T6".into(), why };
    let Some(declared) = declared else { return Ok(None) };
    let wanted = declared.split(['-', '_']).next().unwrap_or(declared).to_ascii_lowercase();
    if !is_known(&wanted) {
        return Err(not_run(format!("the language '{declared}' is not one we can tell")));
    }
    let Some((found, confidence)) = against(lines, &wanted) else {
        return Err(not_run("unsure: too few small words of any language we know were found".into()));
    };
    if is_near(found, &wanted) || confidence < CONFIDENCE {
        return Ok(None);
    }
    let message = format!(
        "The text reads as {} ({confidence} of 1,000 sure); the datanet is for {}.",
        named(found),
        named(&wanted)
    );
    let measured = json!({ "language": found, "confidence": confidence });
    let threshold = json!({ "language": wanted, "confidence": CONFIDENCE });
    Ok(Some(finding("other_language", measured, threshold, message)))
}

/// The language of a text and how sure it is beside the one wanted. A text that is wanted
/// in Chinese and has much code in it is still Chinese.
fn against(lines: &[String], wanted: &str) -> Option<(&'static str, u32)> {
    if let Some((code, ranges)) = BY_SCRIPT.iter().find(|(code, _)| *code == wanted) {
        let letters = || sample(lines).flat_map(str::chars).filter(|c| c.is_alphabetic());
        let own = letters().filter(|&c| ranges.iter().any(|&(from, to)| (from..=to).contains(&c))).count();
        if own as u64 * OWN_SHARE >= letters().count() as u64 && own > 0 {
            let (found, sure) = by_script(lines).unwrap_or((code, 1000));
            return Some((found, sure));
        }
    }
    if let Some(found) = by_script(lines) {
        return Some(found);
    }
    let heard = Heard::of(lines);
    let best = heard.best()?;
    let name = LISTS.get(best)?.0;
    let other = LISTS.iter().position(|(code, _)| is_near(code, wanted));
    Some((name, other.map_or(1000, |other| heard.against(best, other))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &[(&str, &str)] = &[
        (
            "en",
            "The river rises in the hills behind the town and runs for two days before it reaches the sea, which is not far from there.",
        ),
        (
            "de",
            "Der Fluss entspringt in den Bergen hinter der Stadt und fließt zwei Tage lang, bis er das Meer erreicht, das nicht weit ist.",
        ),
        (
            "fr",
            "La rivière prend sa source dans les collines derrière la ville et coule pendant deux jours avant de se jeter dans la mer.",
        ),
        (
            "es",
            "El río nace en las colinas detrás de la ciudad y corre durante dos días antes de llegar al mar, que no está muy lejos de allí.",
        ),
        (
            "pt",
            "O rio nasce nas colinas atrás da cidade e corre durante dois dias antes de chegar ao mar, que não fica longe, e é muito frio.",
        ),
        (
            "it",
            "Il fiume nasce nelle colline dietro la città e scorre per due giorni prima di arrivare al mare, che non è lontano da qui.",
        ),
        (
            "nl",
            "De rivier ontspringt in de heuvels achter de stad en stroomt twee dagen lang tot hij de zee bereikt, die niet ver is van hier.",
        ),
        (
            "pl",
            "Rzeka wypływa ze wzgórz za miastem i płynie przez dwa dni, zanim dotrze do morza, które nie jest daleko, ale jest zimne.",
        ),
        (
            "sv",
            "Floden rinner upp i bergen bakom staden och flyter i två dagar innan den når havet, som inte är långt därifrån och är kallt.",
        ),
        (
            "fi",
            "Joki alkaa kukkuloilta kaupungin takaa ja virtaa kaksi päivää ennen kuin se saavuttaa meren, joka ei ole kaukana mutta on kylmä.",
        ),
        (
            "tr",
            "Nehir şehrin arkasındaki tepelerden doğar ve denize ulaşmadan önce iki gün akar; bu deniz çok uzak değil ama soğuk bir yer ve o.",
        ),
        (
            "ru",
            "Река берёт начало в холмах за городом и течёт два дня, прежде чем достигнет моря, которое не так далеко, как это кажется из него.",
        ),
        (
            "uk",
            "Річка бере початок у пагорбах за містом і тече два дні, перш ніж досягне моря, яке не так далеко, як це здається з нього, але є.",
        ),
        (
            "el",
            "Το ποτάμι πηγάζει από τους λόφους πίσω από την πόλη και κυλά για δύο μέρες πριν να φτάσει στη θάλασσα, που δεν είναι μακριά.",
        ),
        (
            "ja",
            "川は町の後ろの丘から流れ出て、海に着くまで二日間流れます。海はここから遠くありませんが、とても冷たいです。",
        ),
        (
            "zh",
            "这条河发源于小镇后面的山丘，流淌两天才到达大海。大海离这里并不远，但是水很冷，春天的时候人们把船停在岸上等待五月。",
        ),
        (
            "ko",
            "강은 마을 뒤의 언덕에서 시작하여 바다에 닿기 전까지 이틀 동안 흐릅니다. 바다는 여기서 멀지 않지만 매우 차갑습니다.",
        ),
        (
            "ar",
            "ينبع النهر من التلال خلف المدينة ويجري لمدة يومين قبل أن يصل إلى البحر الذي لا يبعد كثيرا عن هذا المكان، وهو بارد في كل وقت.",
        ),
        (
            "hi",
            "नदी शहर के पीछे की पहाड़ियों से निकलती है और समुद्र तक पहुँचने से पहले दो दिन तक बहती है, यह समुद्र यहाँ से दूर नहीं है और ठंडा है।",
        ),
    ];

    #[test]
    fn sentences_are_recognised() {
        for (language, text) in SAMPLES {
            let found = of(text);
            assert!(
                found.is_some_and(|(code, sure)| is_near(code, language) && sure >= CONFIDENCE),
                "{language}: {found:?}"
            );
        }
    }

    #[test]
    fn messages_call_languages_by_their_names() {
        let found = check(&Prose::of(SAMPLES[1].1).lines, Some("en")).unwrap().unwrap();
        assert!(found.message.contains("German (de)") && found.message.contains("English (en)"), "{found:?}");
        let codes = LISTS.iter().map(|(code, _)| *code).chain(BY_SCRIPT.iter().map(|(code, _)| *code));
        let codes: Vec<&str> = codes.chain(NEAR.iter().flat_map(|group| group.iter().copied())).collect();
        assert_eq!(codes.iter().find(|code| named(code) == **code), None);
    }

    #[test]
    fn code_has_no_say() {
        let code = "```c\nif (the == of) and_that(with, this, is, not, for);\n```\n".repeat(20);
        assert_eq!(of(&format!("{code}{}", SAMPLES[1].1)).unwrap().0, "de");
    }

    #[test]
    fn a_language_without_a_list_is_not_taken_for_another() {
        let welsh = "Mae'r afon yn codi yn y bryniau y tu ôl i'r dref ac yn llifo am ddau ddiwrnod cyn cyrraedd y môr, a does neb o blant y pentref yn cofio haf heb y dŵr oer a'r cychod bach a fyddai o dan y bont.";
        assert_eq!(of(welsh), None);
        assert!(check(&Prose::of(welsh).lines, Some("es")).unwrap_err().why.contains("too few"));
    }

    #[test]
    fn only_another_language_is_held() {
        let check = |text: &str, language: &str| check(&Prose::of(text).lines, Some(language));
        assert_eq!(check(SAMPLES[0].1, "en"), Ok(None));
        assert_eq!(check(SAMPLES[0].1, "en-GB"), Ok(None));
        assert_eq!(check(SAMPLES[1].1, "en").unwrap().unwrap().code, "other_language");
        assert!(check(SAMPLES[0].1, "xx").unwrap_err().why.contains("not one we can tell"));
        assert!(check("banana gravel tractor", "en").unwrap_err().why.contains("too few"));
        assert_eq!(check(SAMPLES[0].1, "zh").unwrap().unwrap().code, "other_language");
    }
}
