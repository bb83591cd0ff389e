//! The quality of a text.
//!
//! `quality = max(0, 100 − Σ points lost)`, in integers. Nine measures of the running text
//! each lose nothing up to a limit, then points in proportion, up to a most:
//!
//! ```text
//! lost = most · min(|measured − limit|, |worst − limit|) / |worst − limit|     (rounded down)
//! ```
//!
//! The lines are the constants below; [`page`] prints them as the table of
//! `docs/reference/score-v1.md`.
//!
//! A file with fewer than 20 words of running text is judged by `few_words` and
//! `many_links` alone; the profile *short* leaves out `few_words` and `no_function_words`, scripts
//! without spaces the length of words, scripts without a list of function words the last.
//!
//! The limits of letters, word length and repetition are those of the Gopher filters, of
//! symbols NeMo Curator's; each loss is also a finding of class *score*, so the sum can be
//! checked by hand.

use super::Part;
use crate::evidence::finding;
use crate::profile::Profile;
use crate::text::measure::Measures;
use karat_types::Finding;
use serde_json::json;

/// Words of running text below which their shape is not judged.
const SHAPE_WORDS: u64 = 20;

/// One line of the table: nothing is lost at `limit`, `most` points at `worst`.
#[derive(Clone, Copy)]
struct Line {
    code: &'static str,
    limit: u64,
    worst: u64,
    most: u64,
    what: &'static str,
}

const fn line(code: &'static str, limit: u64, worst: u64, most: u64, what: &'static str) -> Line {
    Line { code, limit, worst, most, what }
}

const WORDS: Line = line("few_words", 80, 10, 60, "words of running text");
const LETTERS: Line = line("few_letters", 800, 400, 60, "of 1,000 words have a letter");
const MEAN_LENGTH: &str = "thousandths of a character is the mean length of words";
const SHORT_WORDS: Line = line("odd_word_length", 3000, 1500, 40, MEAN_LENGTH);
const LONG_WORDS: Line = line("odd_word_length", 10_000, 18_000, 40, MEAN_LENGTH);
const SYMBOLS: Line = line("many_symbols", 250, 600, 50, "of 1,000 visible characters are symbols");
const LINKS: Line = line("many_links", 500, 900, 50, "of 1,000 characters belong to addresses");
const LINES: Line = line("repeated_lines", 200, 600, 60, "of 1,000 characters are in repeated lines");
const PHRASES: [Line; 3] = [
    line("repeated_phrases", 200, 500, 60, "of 1,000 characters are one phrase of two words"),
    line("repeated_phrases", 180, 480, 60, "of 1,000 characters are one phrase of three words"),
    line("repeated_phrases", 160, 460, 60, "of 1,000 characters are one phrase of four words"),
];
const VARIETY: Line = line("few_different_words", 450, 150, 60, "of 1,000 words in a window differ");
const FUNCTION_WORDS: Line = line("no_function_words", 4, 0, 45, "different small words of one language");
const STRANGE: Line =
    line("random_letters", 280, 380, 70, "of 1,000 neighbouring letters are strange to each other");

const CHANCE_LETTERS: Line =
    line("chance_letters", 0, 1000, 80, "of 1,000 parts have letters that look like chance");
const CHANCE_ORDER: Line = line(
    "chance_order",
    200,
    300,
    70,
    "of 1,000 neighbouring small words, three forgiven, are pairs no sentence has",
);

/// Different lines, and different words, of a text that is more than its refrain.
const OTHER_LINES: u64 = 8;
const OTHER_WORDS: u64 = 20;
/// Different small words that are enough for a text whose refrain is charged.
const REFRAIN_WORDS: u64 = 2;
/// What its refrain costs at most.
const REFRAIN: u64 = 35;

const TOO_LONG: Line =
    line("text_very_long", 100_000, 1_000_000, 20, "words (ten characters are one without spaces)");
const PARAGRAPHS: Line =
    line("repeated_lines", 200, 600, 60, "of 1,000 characters are in repeated paragraphs");
const COPIED: [Line; 6] = [
    line("copied_phrases", 150, 600, 40, "of 1,000 characters are in repeated phrases of five words"),
    line("copied_phrases", 140, 590, 40, "of 1,000 characters are in repeated phrases of six words"),
    line("copied_phrases", 130, 580, 40, "of 1,000 characters are in repeated phrases of seven words"),
    line("copied_phrases", 120, 570, 40, "of 1,000 characters are in repeated phrases of eight words"),
    line("copied_phrases", 110, 560, 40, "of 1,000 characters are in repeated phrases of nine words"),
    line("copied_phrases", 100, 550, 40, "of 1,000 characters are in repeated phrases of ten words"),
];
const ONE_TEMPLATE: Line = line(
    "one_template",
    400,
    800,
    60,
    "of 1,000 characters are in phrases of ten words that come ten times or oftener",
);
const LONG_WORD: Line = line("endless_word", 1000, 10_000, 30, "characters has the longest word");
const BULLETS: Line = line("many_bullets", 900, 1000, 10, "of 1,000 lines begin with a bullet");
const ELLIPSES: Line = line("cut_lines", 300, 800, 30, "of 1,000 lines end with an ellipsis");
const BOILERPLATE: Line = line("page_frame", 50, 500, 40, "of 1,000 lines are notices of a page's frame");
const DIGITS: Line = line("many_digits", 150, 500, 40, "of 1,000 visible characters are digits");
const BRACKETS: Line = line("many_brackets", 100, 300, 20, "of 1,000 visible characters are brackets");

/// What the profile *web* asks of pages on top.
const WEB: [Line; 3] = [
    line("unended_lines", 120, 0, 30, "of 1,000 lines end like a sentence"),
    line("short_lines", 670, 1000, 30, "of 1,000 lines have 30 characters or less"),
    line("short_lines", 300, 900, 30, "lines stand for 1,000 words"),
];

/// What the profile *technical* forgives: version numbers, symbols and references.
const TECHNICAL: [Line; 5] = [
    line(LETTERS.code, 650, 300, LETTERS.most, LETTERS.what),
    line(SYMBOLS.code, 350, 700, SYMBOLS.most, SYMBOLS.what),
    line(LINKS.code, 650, 950, LINKS.most, LINKS.what),
    line(DIGITS.code, 250, 700, DIGITS.most, DIGITS.what),
    line(BRACKETS.code, 150, 400, BRACKETS.most, BRACKETS.what),
];

/// The whole table of the profile *prose*.
const TABLE: [Line; 30] = [
    WORDS,
    TOO_LONG,
    LETTERS,
    SHORT_WORDS,
    LONG_WORDS,
    SYMBOLS,
    LINKS,
    LINES,
    PHRASES[0],
    PHRASES[1],
    PHRASES[2],
    PARAGRAPHS,
    COPIED[0],
    COPIED[1],
    COPIED[2],
    COPIED[3],
    COPIED[4],
    COPIED[5],
    ONE_TEMPLATE,
    VARIETY,
    FUNCTION_WORDS,
    STRANGE,
    CHANCE_LETTERS,
    CHANCE_ORDER,
    LONG_WORD,
    BULLETS,
    ELLIPSES,
    BOILERPLATE,
    DIGITS,
    BRACKETS,
];

/// The line as the profile has it.
fn under(profile: Profile, line: Line) -> Line {
    let forgiving = TECHNICAL.into_iter().find(|other| other.code == line.code);
    forgiving.filter(|_| profile == Profile::Technical).unwrap_or(line)
}

/// The page of the docs on this score, in Markdown.
pub fn page() -> String {
    let row = |line: &Line| {
        format!("| `{}` | {} | {} | {} | {} |", line.code, line.what, line.limit, line.worst, line.most)
    };
    let parts = Part::ALL.map(|part| format!("| {} | {} |", part.as_str(), part.weight())).join("\n");
    let table = |lines: &[Line]| lines.iter().map(row).collect::<Vec<_>>().join("\n");
    include_str!("page.md")
        .replace("{parts}", &parts)
        .replace("{prose}", &table(&TABLE))
        .replace("{web}", &table(&WEB))
        .replace("{technical}", &table(&TECHNICAL))
        .replace("{photo}", &crate::image::quality_table(crate::Profile::Photo))
        .replace("{graphic}", &crate::image::quality_table(crate::Profile::Graphic))
}

impl Line {
    /// Points lost for a measured value.
    fn lost(&self, measured: u64) -> u64 {
        let down = self.worst < self.limit;
        let beyond =
            if down { self.limit.saturating_sub(measured) } else { measured.saturating_sub(self.limit) };
        let span = self.limit.abs_diff(self.worst);
        self.most * beyond.min(span) / span
    }
}

/// The score of a text and a finding for each measure that cost points.
pub fn text_quality(measures: &Measures, profile: Profile) -> (u32, Vec<Finding>) {
    let mut losses = losses(measures, profile);
    // Almost only code and links: too few words for their shape to be judged.
    if measures.words < SHAPE_WORDS {
        losses.retain(|(line, _)| [WORDS.code, LINKS.code].contains(&line.code));
    }
    let mut score = 100_u64;
    let mut reasons = Vec::new();
    for (line, measured) in losses {
        let line = under(profile, line);
        let lost = line.lost(measured);
        if lost > 0 {
            score = score.saturating_sub(lost);
            let message =
                format!("{lost} points lost: {measured} {} (no loss at {}).", line.what, line.limit);
            reasons.push(finding(line.code, json!(measured), json!(line.limit), message));
        }
    }
    (score as u32, reasons)
}

/// What each measure of the table is held against.
fn losses(measures: &Measures, profile: Profile) -> Vec<(Line, u64)> {
    let mut losses: Vec<(Line, u64)> = vec![
        (LETTERS, measures.with_letter),
        (SYMBOLS, measures.symbols),
        (LINKS, measures.links),
        (LONG_WORD, measures.longest_word),
        (BULLETS, measures.lines.bullets),
        (ELLIPSES, measures.lines.ellipses),
        (BOILERPLATE, measures.lines.boilerplate),
        (DIGITS, measures.lines.digits),
        (BRACKETS, measures.lines.brackets),
    ];
    losses.extend(measures.strange_letters.map(|found| (STRANGE, found)));
    losses.extend(measures.noise.parts().map(|found| (CHANCE_LETTERS, found)));
    losses.extend(measures.noise.strangers().map(|found| (CHANCE_ORDER, found)));
    if profile != Profile::Short {
        losses.insert(0, (WORDS, measures.words));
        // The few words of a refrain are charged as one already.
        let refrain = says_more(measures) && repetition(measures).iter().any(|(line, of)| line.lost(*of) > 0);
        let words = measures.function_words.filter(|found| !refrain || *found < REFRAIN_WORDS);
        // What is backwards has small words of other languages by accident.
        let words = if measures.noise.disguise.is_some() { Some(0) } else { words };
        losses.extend(words.map(|found| (FUNCTION_WORDS, found)));
    }
    if !measures.spaceless {
        losses.push((SHORT_WORDS, measures.mean_length));
        losses.push((LONG_WORDS, measures.mean_length));
    }
    let length = if measures.spaceless { measures.letters / 10 } else { measures.raw_words };
    losses.push((TOO_LONG, length));
    if profile == Profile::Web && !measures.spaceless {
        let lines = measures.lines;
        losses.extend(WEB.into_iter().zip([lines.ended, lines.short, lines.breaks]));
    }
    losses.extend(repetition(measures));
    losses
}

/// What repetition costs. A poem, a song, a litany or a list of questions says much besides its
/// refrain: there only the line that costs most counts, and not more than [`REFRAIN`]; but one
/// long sentence with changing words is no refrain.
fn repetition(measures: &Measures) -> Vec<(Line, u64)> {
    let template = (ONE_TEMPLATE, measures.templated);
    let mut losses = vec![(VARIETY, measures.variety)];
    losses.extend(worst(&[(LINES, measures.repeated_lines), (PARAGRAPHS, measures.repeated_paragraphs)]));
    losses.extend(worst(&COPIED.into_iter().zip(measures.copied_phrases).collect::<Vec<_>>()));
    let phrases = PHRASES.into_iter().zip(measures.top_phrases);
    losses.extend(worst(&phrases.collect::<Vec<_>>()));
    if !says_more(measures) {
        losses.push(template);
        return losses;
    }
    let capped = |(line, measured): (Line, u64)| (Line { most: line.most.min(REFRAIN), ..line }, measured);
    let refrain = worst(&losses).map(capped);
    worst(&refrain.into_iter().chain([template]).collect::<Vec<_>>()).into_iter().collect()
}

/// Whether a text says much besides its refrain.
fn says_more(measures: &Measures) -> bool {
    measures.different_lines >= OTHER_LINES && measures.different_words >= OTHER_WORDS
}

/// Of measures of one thing only the one that costs most counts.
fn worst(of: &[(Line, u64)]) -> Option<(Line, u64)> {
    of.iter().copied().max_by_key(|(line, measured)| line.lost(*measured))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> (u32, Vec<String>) {
        let (score, reasons) = text_quality(&Measures::of(text), Profile::Prose);
        (score, reasons.into_iter().map(|f| f.code).collect())
    }

    #[test]
    fn losses_grow_in_proportion_and_end() {
        assert_eq!([80, 45, 10, 0].map(|m| WORDS.lost(m)), [0, 30, 60, 60]);
        assert_eq!([250, 425, 600, 999].map(|m| SYMBOLS.lost(m)), [0, 25, 50, 50]);
    }

    #[test]
    fn the_page_prints_every_line_of_the_formula() {
        let page = page();
        assert!(page.contains("| `few_words` | words of running text | 80 | 10 | 60 |"));
        assert!(page.contains("| `many_links` | of 1,000 characters belong to addresses | 650 | 950 | 50 |"));
        assert!(!page.contains('{'));
    }

    #[test]
    fn documentation_may_have_more_links_than_prose() {
        let measures = Measures {
            words: 100,
            with_letter: 1000,
            variety: 900,
            mean_length: 5000,
            links: 650,
            ..Measures::default()
        };
        assert_eq!(text_quality(&measures, Profile::Prose).0, 82);
        assert_eq!(text_quality(&measures, Profile::Technical).0, 100);
    }

    #[test]
    fn a_dump_of_numbers_falls() {
        let dump: String = (0..400).map(|i| format!("{} {}.{}\n", i * 37, i, i * i)).collect();
        let (score, reasons) = score(&dump);
        assert!(score < 60 && reasons.contains(&"few_letters".into()), "{score} {reasons:?}");
    }

    #[test]
    fn repeated_lines_fall() {
        let (score, reasons) = score(&"buy the best gold of the town from us\n".repeat(40));
        assert!(score < 20 && reasons.contains(&"repeated_lines".into()), "{score} {reasons:?}");
    }

    #[test]
    fn badges_and_lists_of_links_fall() {
        let badges: String = (0..30)
            .map(|i| format!("[![b](https://img.example/{i}.svg)](https://ci.example/{i})\n"))
            .collect();
        assert!(score(&badges).0 < 40, "{:?}", score(&badges));
        let links: String = (0..60)
            .map(|i| format!("- [entry {i}](https://site.example/some/long/path/{i}/index.html)\n"))
            .collect();
        assert!(score(&links).0 < 60, "{:?}", score(&links));
    }

    #[test]
    fn a_refrain_is_charged_once() {
        let verses = [
            "Oh, row the boat to the further shore",
            "My father mended nets by the harbour wall",
            "My mother sold her bread before the dawn",
            "The bell was rung for those who came too late",
            "And snow lay white upon the sleeping town",
            "A lamp was lit in every window there",
            "The children sang until the fire was low",
            "We counted all the ships that did not come",
        ];
        let song: String = verses
            .map(|verse| format!("{verse},\nRow, my love, row home to me.\nRow, my love, row home.\n"))
            .concat();
        let (score, reasons) = score(&song);
        assert!(score >= 60, "{score} {reasons:?}");
        assert_eq!(reasons.len(), 1, "{reasons:?}");
    }

    #[test]
    fn struck_keys_fall() {
        let keys = "sdkfjh wqeoiu zmxnbv qpwoei rtylkj hgfdsa mnzxcv bvlkjq wertpo iuzxhg fdkqjw lkmzxp qowieu bnvhgj ytrlkq zpxocm vnqjwh xkdlsq ".repeat(2);
        let (score, reasons) = score(&keys);
        assert!(score < 40 && reasons.contains(&"random_letters".into()), "{score} {reasons:?}");
    }

    #[test]
    fn words_without_sentences_fall() {
        let salad: String = (0..200)
            .map(|i| ["banana ", "gravel ", "tractor ", "pillow ", "seventeen "][i * 7 % 5])
            .collect();
        assert!(score(&salad).0 < 40, "{:?}", score(&salad));
    }
}
