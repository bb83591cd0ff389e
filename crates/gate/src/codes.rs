//! The one table of codes: what each finding means and what to do about it.
//!
//! Every code has a page in the docs, written from this table by [`code_page`].

use karat_types::Class;

/// One code of the gate.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The stable word.
    pub code: &'static str,
    /// The check that reports it.
    pub check: &'static str,
    /// Version of the check with its threshold.
    pub version: u32,
    /// What it does to the file.
    pub class: Class,
    /// A heading.
    pub title: &'static str,
    /// What it means and why the gate looks for it.
    pub what: &'static str,
    /// What `measured` and `threshold` are.
    pub measured: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// All codes, in the order the checks run.
pub fn code_table() -> &'static [Code] {
    CODES
}

/// The table's entry for a code.
///
/// # Panics
/// When the code is not in the table: codes are literals of this crate and a test
/// walks all of them.
pub(crate) fn get(code: &str) -> &'static Code {
    match CODES.iter().find(|entry| entry.code == code) {
        Some(entry) => entry,
        None => panic!("'{code}' is missing in the table of codes"),
    }
}

/// The docs page of a code, in Markdown.
pub fn code_page(code: &Code) -> String {
    let effect = match code.class {
        Class::Refuse => {
            "The file is **refused**. It costs nothing and counts nowhere: mend it and send it again."
        }
        Class::Hold => "The file is **held**: a person looks at it, with this finding on top.",
        Class::Score => "The file **loses points** of its validation score.",
        Class::Tag => "The fact is **recorded**, nothing more.",
    };
    format!(
        "# {}\n\nCode `{}`, check {} (version {}).\n\n{}\n\n{}\n\n**Measured:** {}\n\n**Fix:** {}\n",
        code.title, code.code, code.check, code.version, code.what, effect, code.measured, code.fix
    )
}

/// A refusal's entry.
const fn refuse(
    code: &'static str,
    check: &'static str,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    entry(code, check, Class::Refuse, title, rest)
}

/// A hold's entry.
const fn hold(code: &'static str, check: &'static str, title: &'static str, rest: [&'static str; 3]) -> Code {
    entry(code, check, Class::Hold, title, rest)
}

/// An entry that moves the score.
const fn score(
    code: &'static str,
    check: &'static str,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    entry(code, check, Class::Score, title, rest)
}

const fn entry(
    code: &'static str,
    check: &'static str,
    class: Class,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    let [what, measured, fix] = rest;
    Code { code, check, version: 1, class, title, what, measured, fix }
}

const CODES: &[Code] = &[
    refuse(
        "empty_file",
        "A2",
        "The file is empty",
        [
            "There are no bytes in the file, so there is nothing to learn from.",
            "bytes found; at least 1 is needed.",
            "Send the file that has the content; check that saving or copying it finished.",
        ],
    ),
    refuse(
        "file_too_big",
        "A2",
        "The file is too big",
        [
            "One file may have 10 MB (10,000,000 bytes), which is also the daily limit of a contributor.",
            "bytes found; the most allowed.",
            "Split it into parts that make sense on their own, such as chapters, and send those.",
        ],
    ),
    refuse(
        "bad_file_name",
        "A3",
        "The file name cannot be used",
        [
            "A name must be 1 to 255 bytes, in composed form (NFC), without folders (`/`, `\\`, `..`) and without control, invisible or direction-changing characters: such names fool people and programs.",
            "what is wrong with the name; what is allowed.",
            "Rename the file: letters, digits, spaces, dots, dashes and underscores always work.",
        ],
    ),
    refuse(
        "wrong_type",
        "A5",
        "This datanet does not take this type of file",
        [
            "A datanet holds one kind of data. What a file is, is decided by its content, never by its name.",
            "the type found in the content; the types the datanet takes.",
            "Send a type the datanet takes, or find a datanet for this type. Text in another format can be saved as plain UTF-8 text (.txt) or Markdown (.md).",
        ],
    ),
    refuse(
        "wrong_extension",
        "A5",
        "The name's ending does not fit",
        [
            "The ending of the name must be one the datanet takes and must agree with the content, so that nobody opens something other than they expect.",
            "the ending found; the endings that fit.",
            "Rename the file with an ending that fits its content.",
        ],
    ),
    refuse(
        "truncated_media",
        "A5",
        "The file ends too early",
        [
            "The file starts like the right type but ends before its header is complete.",
            "bytes found; the least such a file can have.",
            "Export or download the file again and check that it opens.",
        ],
    ),
    refuse(
        "licence_missing",
        "A10",
        "No licence was declared",
        [
            "Nothing can be trained on or released without knowing that it may be.",
            "what was declared; an SPDX licence expression.",
            "Declare the licence as an SPDX expression, such as CC-BY-4.0 or MIT OR Apache-2.0 (see https://spdx.org/licenses).",
        ],
    ),
    refuse(
        "licence_unknown",
        "A10",
        "The licence is not a valid SPDX expression",
        [
            "Licences are named by the SPDX list, so that their class can be computed. `MIT/Apache-2.0` is read as `MIT OR Apache-2.0`.",
            "what was declared; where it stops being an SPDX expression.",
            "Use identifiers of https://spdx.org/licenses joined by AND, OR and WITH.",
        ],
    ),
    refuse(
        "licence_not_allowed",
        "A10",
        "This datanet does not take this licence",
        [
            "The datanet's owner lists the licences it takes. With OR one allowed side is enough, with AND every part must be allowed.",
            "the licence declared; the licences allowed.",
            "Offer the file under a licence of the list if it is yours to license; otherwise find a datanet that takes this licence.",
        ],
    ),
    refuse(
        "already_yours",
        "A4",
        "You have sent this before",
        [
            "The same content by the same contributor is already in this datanet. Sending it again costs and earns nothing.",
            "the submission that has the same content; no copy.",
            "Nothing to do: look at the first one under “my submissions”.",
        ],
    ),
    refuse(
        "duplicate_exact",
        "A4",
        "This file is already in the datanet",
        [
            "Byte for byte the same content came earlier; the first to send it keeps the credit.",
            "the earlier file; no copy.",
            "Send something that is not there yet.",
        ],
    ),
    refuse(
        "duplicate_normalised",
        "T13",
        "This text is already in the datanet",
        [
            "The same text came earlier; only letter case, white space or the form of characters differ (compared after NFKC, case folding and collapsing white space). The first to send it keeps the credit.",
            "the earlier file; no copy.",
            "Send something that is not there yet.",
        ],
    ),
    refuse(
        "not_utf8",
        "T1",
        "The text is not UTF-8",
        [
            "Text must be UTF-8; another encoding would be read as wrong characters and taught to the model.",
            "the first byte that is not UTF-8; valid UTF-8 all through.",
            "Save the file as UTF-8 (most editors: “Save with encoding”), or run: iconv -f WINDOWS-1252 -t UTF-8 old.txt > new.txt with the encoding it really has.",
        ],
    ),
    refuse(
        "control_characters",
        "T1",
        "The text has control characters",
        [
            "NUL, escape sequences and other control characters are no text: tab, line feed, carriage return and form feed are the only ones allowed.",
            "control characters found; 0.",
            "Remove them; terminal colours go away with: sed 's/\\x1b\\[[0-9;]*m//g' old.txt > new.txt",
        ],
    ),
    refuse(
        "replacement_characters",
        "T1",
        "Too many characters were lost",
        [
            "U+FFFD (�) stands for a character that an earlier conversion lost. More than 1 in 100 means that the text is broken.",
            "replacement characters in 1,000 characters; at most 10.",
            "Convert the original again with the encoding it really has.",
        ],
    ),
    hold(
        "some_replacement_characters",
        "T1",
        "Some characters were lost",
        [
            "U+FFFD (�) stands for a character that an earlier conversion lost. A person looks whether the text can still be used.",
            "replacement characters in 10,000 characters; at most 10.",
            "Convert the original again with the encoding it really has.",
        ],
    ),
    refuse(
        "tag_characters",
        "T2",
        "The text hides tag characters",
        [
            "The characters U+E0000 to U+E007F are invisible and have no use in text (outside some flags); they carry hidden instructions to language models.",
            "tag characters found; 0.",
            "Remove the characters U+E0000 to U+E007F.",
        ],
    ),
    hold(
        "bidi_controls",
        "T2",
        "The text has direction-changing characters",
        [
            "Characters that override the writing direction can show a reader something else than what is there (CVE-2021-42574). Some honest Arabic and Hebrew texts need them, so a person looks.",
            "direction-changing characters found; 0.",
            "Remove U+202A to U+202E and U+2066 to U+2069 where they are not needed.",
        ],
    ),
    hold(
        "invisible_characters",
        "T2",
        "The text has many invisible characters",
        [
            "Zero-width characters split words unseen. Emoji and the scripts that need joiners are not counted.",
            "invisible characters in 1,000 characters; at most 2.",
            "Remove U+200B, U+200C, U+200D, U+2060 and U+FEFF where they do nothing.",
        ],
    ),
    hold(
        "private_use_characters",
        "T2",
        "The text has private characters",
        [
            "Private-use characters mean something only with one font; a person looks whether the text can be read without it.",
            "private-use characters in 1,000 characters; at most 1.",
            "Replace icons and private symbols by words or by public Unicode characters.",
        ],
    ),
    Code {
        class: Class::Tag,
        ..refuse(
            "byte_order_mark",
            "T1",
            "The text starts with a byte order mark",
            [
                "U+FEFF at the very start says nothing in UTF-8; it is left out of rows and comparisons.",
                "byte order marks at the start; 0.",
                "Nothing to do; saving as “UTF-8 without BOM” avoids it.",
            ],
        )
    },
    refuse(
        "text_too_short",
        "T5",
        "The text is too short",
        [
            "A text needs 50 words (200 characters in scripts that do not put spaces between words), otherwise there is too little to learn and to judge. Datanets with the profile *short* have no such limit.",
            "words (or characters) found; the least needed.",
            "Write more, or put texts on one subject together in one file.",
        ],
    ),
    hold(
        "placeholder_text",
        "T9",
        "The text has filler",
        [
            "“Lorem ipsum” is filler from a template; a person looks whether there is real text around it.",
            "places found; 0.",
            "Replace the filler by the real text.",
        ],
    ),
    refuse(
        "private_key",
        "T15",
        "The text contains a private key",
        [
            "A private key in a public dataset can be used by anyone, at once and for ever. The finding shows only its kind and place.",
            "the kind of key, masked; none.",
            "Remove the whole block from BEGIN to END. If the key was ever used, replace it: it must be taken as known.",
        ],
    ),
    refuse(
        "access_token",
        "T15",
        "The text contains an access token",
        [
            "The token has the exact form a service gives out (and, where it has one, its check digits or length). In a public dataset anyone could use it.",
            "the token, masked; none.",
            "Remove it or put words such as YOUR_TOKEN in its place. If it was ever used, revoke it.",
        ],
    ),
    hold(
        "instruction_like",
        "T17",
        "The text speaks to a language model",
        [
            "Role tags, chat-template tokens or phrases such as “ignore previous instructions” can be an attempt to steer a model. Texts about that subject have them too, so a person looks; nothing is refused for this.",
            "places found; 0.",
            "If it is not needed, leave it out; if the text is about the subject, leave it: the reviewer sees this note.",
        ],
    ),
    score(
        "few_words",
        "T5",
        "Few words of running text",
        [
            "Badges, links, code and HTML aside, little text is left to learn from.",
            "words of running text; from this many on nothing is lost.",
            "Add explanation in whole sentences around the code and the links.",
        ],
    ),
    score(
        "few_letters",
        "T7",
        "Many words without letters",
        [
            "Numbers and symbols make up much of the text, as in a dump of data.",
            "words with a letter, of 1,000; from this many on nothing is lost.",
            "Explain the numbers in sentences, or offer them to a datanet of tables.",
        ],
    ),
    score(
        "odd_word_length",
        "T7",
        "Unusual length of words",
        [
            "In running text words have 3 to 10 characters on average; identifiers, hashes and broken spacing lie outside.",
            "mean length in thousandths of a character; the range in which nothing is lost.",
            "Check the spacing and take out hashes, identifiers and encoded data.",
        ],
    ),
    score(
        "many_symbols",
        "T11",
        "Many symbols",
        [
            "Much of the text is punctuation, brackets or drawing characters.",
            "symbols in 1,000 visible characters; up to this many nothing is lost.",
            "Take out decoration and put code into fenced blocks.",
        ],
    ),
    score(
        "many_links",
        "T11",
        "Mostly links",
        [
            "Addresses make up much of the file, as in a list of links or a row of badges.",
            "characters in addresses, of 1,000; up to this many nothing is lost.",
            "Say in sentences what is behind the links.",
        ],
    ),
    score(
        "repeated_lines",
        "T8",
        "Repeated lines",
        [
            "The same lines come again and again; a model learns to repeat them.",
            "characters in repeated lines, of 1,000; up to this many nothing is lost.",
            "Keep each line once.",
        ],
    ),
    score(
        "repeated_phrases",
        "T8",
        "Repeated phrases",
        [
            "One phrase of two, three or four words makes up much of the text.",
            "characters in the commonest phrase, of 1,000; up to this many nothing is lost.",
            "Remove the repetition.",
        ],
    ),
    score(
        "few_different_words",
        "T8",
        "Few different words",
        [
            "Within a hundred words, few are different from each other.",
            "different words of 1,000, mean over windows of 100; from this many on nothing is lost.",
            "Remove repeated parts; write out what is different between them.",
        ],
    ),
    score(
        "no_function_words",
        "T7",
        "No sentences found",
        [
            "Sentences of every language need small words such as “the”, “und” or “de”. Hardly any were found: lists of keywords and random words look like this. Scripts for which there is no list are not judged.",
            "different small words of one language found; from this many on nothing is lost.",
            "Write whole sentences.",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_words_and_say_everything() {
        let mut seen = BTreeSet::new();
        for entry in code_table() {
            assert!(seen.insert(entry.code), "{} twice", entry.code);
            assert!(
                entry.code.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '8'),
                "{}",
                entry.code
            );
            for text in [entry.title, entry.what, entry.measured, entry.fix] {
                assert!(text.len() > 8, "{}: {text}", entry.code);
            }
        }
    }

    #[test]
    fn a_page_names_code_effect_and_fix() {
        let page = code_page(get("text_too_short"));
        assert!(page.starts_with("# The text is too short\n\nCode `text_too_short`, check T5"));
        assert!(page.contains("**refused**") && page.contains("**Fix:** Write more"));
    }
}
