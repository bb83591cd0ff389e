//! What a text is told.

use super::{Code, hold, refuse, score, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "not_utf8",
        "T1",
        "The text is not UTF-8",
        [
            "Text must be UTF-8; another encoding would be read as wrong characters and taught to the model.",
            "the first byte that is not UTF-8; valid UTF-8 all through.",
            "Save the file as UTF-8 (most editors: “Save with encoding”), take “Convert it for me” in the pre-check, or convert it with iconv; the finding of a file names the encoding it reads as.",
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
    hold(
        "garbled_text",
        "T1",
        "Letters are garbled by a wrong conversion",
        [
            "The text was UTF-8 and was read in another encoding once: “Ã¤” stands for “ä”, “â€™” for an apostrophe. Undone on trial, nearly all letters beyond ASCII become right; honest text never does.",
            "garbled characters; 0.",
            "Take the original file, or undo the wrong conversion with iconv; the finding of a file names the encoding.",
        ],
    ),
    hold(
        "lost_letters",
        "T1",
        "Question marks stand for letters",
        [
            "Letters that an encoding did not have became question marks inside of words (“B?ume”); at least 5 words, and 1 of 100.",
            "such words; 5.",
            "Convert the original again: iconv -f ITS-ENCODING -t UTF-8 old.txt > new.txt",
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
            "Characters that override the writing direction can show a reader something else than what is there (CVE-2021-42574). Marks (U+061C, U+200E, U+200F) and isolates (U+2066 to U+2069) that are closed in the same line of a text written from right to left are what Unicode recommends and are not counted. Some honest texts need the others, so a person looks.",
            "direction-changing characters found; 0.",
            "Remove U+202A to U+202E and U+2066 to U+2069 where they are not needed.",
        ],
    ),
    hold(
        "invisible_characters",
        "T2",
        "The text has many invisible characters",
        [
            "Zero-width characters, soft hyphens in rows and rows of variation selectors split words unseen. Emoji, the scripts that need joiners and ordinary soft hyphens are not counted.",
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
    hold(
        "mixed_alphabets",
        "T3",
        "Words are mixed from two alphabets",
        [
            "Letters of another alphabet that look the same (Cyrillic “а” in an English word) hide words from search, filters and comparison. Units, formulas, and words in which the letters do not look alike are not counted.",
            "such words, of 1,000; at most 10.",
            "Type the words in one alphabet; a spelling checker finds them.",
        ],
    ),
    tag(
        "byte_order_mark",
        "T1",
        "The text starts with a byte order mark",
        [
            "U+FEFF at the very start says nothing in UTF-8; it is left out of rows and comparisons.",
            "byte order marks at the start; 0.",
            "Nothing to do; saving as “UTF-8 without BOM” avoids it.",
        ],
    ),
    refuse(
        "text_too_short",
        "T5",
        "The text is too short",
        [
            "A text needs 50 words (100 characters in scripts that do not put spaces between words, as Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan: two characters count as one word there, in the score as here), otherwise there is too little to learn and to judge. Datanets with the profile *short* have no such limit.",
            "words (or characters) found; the least needed.",
            "Write more, or put texts on one subject together in one file.",
        ],
    ),
    hold(
        "other_language",
        "T6",
        "The text is in another language",
        [
            "The datanet asks for one language; the small words or the script of the text's sentences (code aside) speak for another two to one. A person looks. Languages we cannot tell, and texts with too few sentences, are never held for this; Danish and Norwegian, Croatian and Serbian, Czech and Slovak and other near pairs stand for each other.",
            "the language found and its share, of 1,000, of the small words that only it or only the wanted one has; the language wanted, and the share from which on it is held.",
            "Send it to a datanet of its language; where it quotes much in another language, say so in the text.",
        ],
    ),
    hold(
        "meaningless_letters",
        "T7",
        "The text reads like random letters",
        [
            "Half of the text or more (parts of at least 500 letters, 200 characters in scripts without spaces) has letters as chance puts them: hardly any run of seven letters comes back (of three characters in scripts without spaces), and the same three letters come again no more often than the letters beside each other alone would have it. Random letters and syllables, struck keys and Markov chains are so; no text was among 7,000 parts in 110 languages. It may be art, so a person looks.",
            "parts of the text that are clearly chance, of 1,000; from this many on it is held.",
            "Send text in a language. If it is meant to be so, say so in the text and leave it: the reviewer sees this note.",
        ],
    ),
    hold(
        "meaningless_order",
        "T7",
        "The text reads like shuffled words",
        [
            "Small words stand next to each other that no sentence puts there (“the of”, “and and”; for English, German, French, Spanish, Portuguese, Italian, Catalan, Polish, Norwegian and Russian from a table, elsewhere a word and itself), and the same two words come again no more often than in a shuffled text. It may be art or a list, so a person looks.",
            "neighbouring small words, of 1,000, that no sentence has, three of them forgiven (1,000 where a long text is shuffled in every way); from this many on it is held.",
            "Send the words in the order of their sentences. If it is meant to be so, say so in the text and leave it: the reviewer sees this note.",
        ],
    ),
    hold(
        "disguised_text",
        "T7",
        "The text is written in disguise",
        [
            "As it stands the text has next to no small words of a language; read backwards, or with every letter moved on in the alphabet (ROT13), it has as many as a language. What is hidden so is hidden from search and from the other checks. It may be a riddle, so a person looks.",
            "small words of one language, of 1,000, when it is undone and as it is; from this many on it is held.",
            "Send the text as it is read.",
        ],
    ),
    hold(
        "placeholder_text",
        "T9",
        "The text has filler",
        [
            "“Lorem ipsum” is filler from a template; where one word in twenty is one that hardly any other Latin has (“consectetur”, “cillum” …), its words stand there in another order. A person looks whether there is real text around it.",
            "places (or words) found; 0.",
            "Replace the filler by the real text.",
        ],
    ),
    refuse(
        "private_key",
        "T15",
        "The text contains a private key",
        [
            "A private key in a public dataset can be used by anyone, at once and for ever: PEM, PGP and PuTTY blocks, whatever stands before or behind each of their lines (quoted mail, comments, tables, line numbers), keys without their BEGIN line that begin as PKCS #1, PKCS #8 or SEC 1 say, keys in base64 (twice over), keys of wallets and the 12 to 24 words of BIP-39 whose check digits hold. The finding shows only its kind and place.",
            "the kind of key, masked; none.",
            "Remove the whole block from BEGIN to END. If the key was ever used, replace it: it must be taken as known.",
        ],
    ),
    refuse(
        "access_token",
        "T15",
        "The text contains an access token",
        [
            "The token has the exact form a service gives out (and, where it has one, its check digits or length), plainly or inside of base64 (twice over). In a public dataset anyone could use it.",
            "the token, masked; none.",
            "Remove it or put words such as YOUR_TOKEN in its place. If it was ever used, revoke it.",
        ],
    ),
    hold(
        "possible_secret",
        "T15",
        "The text may contain a secret",
        [
            "A random-looking value (12 characters or more whose neighbours are strange to each other, or long hexadecimal) stands behind a name such as `password` or `api_key`, in a sentence that says “the password is …”, in an Authorization header, a `.netrc`, a `.pgpass` or the login of a registry; `curl -u` or `mysql -p` carries a password; an address carries one; “private key” stands before 64 hexadecimal digits; words that open a wallet are named as such; there is the hash of a password or a signed web token (JWT). Placeholders such as `your_password`, `changeme`, `${VAR}` and `****`, and base64 of what is no secret (Kubernetes' example), are not counted. It may be an example, so a person looks; at most five places are named.",
            "the kind of secret, masked; none.",
            "If it is real, remove it and replace it where it is used; if it is an example, make that plain: YOUR_TOKEN, example.com.",
        ],
    ),
    tag(
        "email_address",
        "T16",
        "The text names email addresses",
        [
            "Addresses of people may be meant to be public, as in a list of authors, so they are only noted. Addresses at example domains, `noreply@…` and addresses of machines are not counted. The pre-check offers to mask them.",
            "email addresses found; 0.",
            "Nothing to do where they may be public; otherwise mask them: the pre-check does it with “Mask the selected places”.",
        ],
    ),
    tag(
        "public_ip_address",
        "T16",
        "The text names public IP addresses",
        [
            "An address of the public net can belong to a household. Private, loopback and documentation ranges, networks and version numbers are not counted.",
            "public addresses found; 0.",
            "Nothing to do for well-known servers; otherwise mask them: the pre-check does it with “Mask the selected places”.",
        ],
    ),
    tag(
        "phone_number",
        "T16",
        "The text names telephone numbers",
        [
            "Only international numbers (+49 30 …) and those in the clear form of North America are counted; numbers kept for fiction are not.",
            "telephone numbers found; 0.",
            "Nothing to do where they may be public; otherwise mask them: the pre-check does it with “Mask the selected places”.",
        ],
    ),
    hold(
        "bank_account",
        "T16",
        "The text has bank account numbers",
        [
            "A number has the form of an IBAN, the length of its country, and its check digits hold. It may be an example, so a person looks.",
            "account numbers found; 0.",
            "Mask them (the pre-check does it with “Mask the selected places”), or leave them if they are made up.",
        ],
    ),
    hold(
        "payment_card",
        "T16",
        "The text has payment card numbers",
        [
            "A number has the first digits and the length of an issuer of cards, its check digit holds (Luhn), and a word such as “card” stands before it or an expiry date or security code behind it. Test numbers of payment services look the same, so a person looks.",
            "card numbers found; 0.",
            "Mask them (the pre-check does it with “Mask the selected places”), or leave them if they are test numbers.",
        ],
    ),
    hold(
        "identity_number",
        "T16",
        "The text has national identity numbers",
        [
            "A number has the form of a national identity or tax number and its check digits hold; where a form alone proves little, its name (SSN, DNI, PESEL …) stands before it. Forty-six kinds of 37 countries (and the IMEI of a telephone) and the machine-readable lines of passports are known, with wide digits, digits of other scripts and any dash.",
            "identity numbers found; 0.",
            "Mask them (the pre-check does it with “Mask the selected places”), or leave them if they are made up.",
        ],
    ),
    hold(
        "instruction_like",
        "T17",
        "The text speaks to a language model",
        [
            "Role tags, chat-template tokens or phrases such as “ignore previous instructions” (in some fifty languages) can be an attempt to steer a model. They are looked for as a model would read them: wide and mathematical letters, invisible characters, soft hyphens, tags and entities of HTML and the emphasis of Markdown are seen through, letters with spaces or dots between them and small capitals too, and base64 that decodes to text is read. The template of Stanford's Alpaca (its two sentences, `### Instruction:`, `### Response:`) is none. Texts about that subject have them too, so a person looks; nothing is refused for this, and encoded data that hides no instruction is not held.",
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
            "Sentences of every language need small words such as “the”, “und” or “de”. Hardly any were found: lists of keywords and random words look like this. Languages and scripts for which there is no list are not judged; of Chinese the commonest characters count.",
            "different small words of one language found; from this many on nothing is lost.",
            "Write whole sentences.",
        ],
    ),
    score(
        "random_letters",
        "T7",
        "Letters as if struck at random",
        [
            "In words of every language of Latin script some letters follow each other often. Here hardly any do, as when keys are struck at random or letters are exchanged for others.",
            "neighbouring letters, of 1,000, that seldom follow each other; up to this many nothing is lost.",
            "Write words of a language; leave out codes and encoded data.",
        ],
    ),
    score(
        "chance_letters",
        "T7",
        "Letters come as if by chance",
        [
            "In every language words and stems come back, and three letters in a row come again more often than the letters beside each other alone would have it. Both are measured in the text itself, so no language needs to be known; where neither holds, as in random syllables, nothing can be learned. A part of 300 to 500 letters counts by half.",
            "parts of 1,500 to 3,000 letters, of 1,000, that look like chance; 0.",
            "Write words of a language; leave out random, encoded and generated text.",
        ],
    ),
    score(
        "chance_order",
        "T7",
        "Words come as if by chance",
        [
            "Some small words never stand next to each other in a sentence (“the of”, “and and”), and in every text with sentences the same two words come again more often than if it had been shuffled. In shuffled words and in word salad neither holds.",
            "neighbouring small words, of 1,000, that no sentence has, three of them forgiven; up to this many nothing is lost.",
            "Write whole sentences in the order they are read.",
        ],
    ),
    score(
        "text_very_long",
        "T5",
        "The text is very long",
        [
            "One file has more than a hundred thousand words (a million characters without spaces): hard to review and to cut into rows well.",
            "words, ten characters counting as one without spaces; up to this many nothing is lost.",
            "Split it into chapters, one file each.",
        ],
    ),
    score(
        "copied_phrases",
        "T8",
        "The text repeats itself",
        [
            "Phrases of five to ten words that came before make up much of the text: forms, generated pages, the same passage again and again.",
            "characters in phrases that came before, of 1,000; up to this many nothing is lost.",
            "Keep each passage once.",
        ],
    ),
    score(
        "one_template",
        "T8",
        "One sentence with changing words",
        [
            "Phrases of ten words that come ten times or oftener make up much of the text: one template filled in again and again. Refrains and forms stay below.",
            "characters in such phrases, of 1,000; up to this many nothing is lost.",
            "Write texts of their own, or send what changes as a table.",
        ],
    ),
    score(
        "endless_word",
        "T9",
        "A word without an end",
        [
            "The longest word has more than a thousand characters: encoded data or lost spaces.",
            "characters of the longest word; up to this many nothing is lost.",
            "Take out encoded data; put the spaces back.",
        ],
    ),
    score(
        "many_bullets",
        "T7",
        "Nothing but bullets",
        [
            "Nearly every line begins with a bullet: a list without text around it.",
            "lines that begin with a bullet, of 1,000; up to this many nothing is lost.",
            "Say in sentences what the list is about.",
        ],
    ),
    score(
        "cut_lines",
        "T7",
        "Many lines are cut off",
        [
            "Many lines end with “…”: the beginnings of texts that go on elsewhere.",
            "lines that end with an ellipsis, of 1,000; up to this many nothing is lost.",
            "Send the whole texts.",
        ],
    ),
    score(
        "page_frame",
        "T9",
        "The frame of a web page",
        [
            "Notices on cookies, terms and newsletters that stand on every page are no content.",
            "such lines, of 1,000; up to this many nothing is lost.",
            "Keep the article and leave out what stands around it.",
        ],
    ),
    score(
        "many_digits",
        "T11",
        "Many digits",
        [
            "Numbers make up much of the text, as in tables and logs.",
            "digits in 1,000 visible characters; up to this many nothing is lost.",
            "Explain the numbers in sentences, or offer them to a datanet of tables.",
        ],
    ),
    score(
        "many_brackets",
        "T11",
        "Many brackets",
        [
            "Brackets make up much of the text, as in code outside of fenced blocks.",
            "brackets in 1,000 visible characters; up to this many nothing is lost.",
            "Put code into fenced blocks.",
        ],
    ),
    score(
        "unended_lines",
        "T10",
        "Few lines end like a sentence",
        [
            "Pages of the web that are menus and headings have few lines with an end mark; only the profile *web* asks for them.",
            "lines that end like a sentence, of 1,000; from this many on nothing is lost.",
            "Keep the article and leave out menus and headings.",
        ],
    ),
    score(
        "short_lines",
        "T10",
        "Many short lines",
        [
            "Menus, lists and forms have short lines; only the profile *web* looks at them.",
            "lines of 30 characters or less, of 1,000, or lines a 1,000 words; up to this many nothing is lost.",
            "Join broken lines; leave out menus.",
        ],
    ),
    refuse(
        "one_passage_repeated",
        "T8",
        "The text is one passage repeated",
        [
            "Nine tenths of the text or more are phrases of ten words that came before: the same passage ten times or oftener. Forms and tables of honest documents stay far below.",
            "characters in phrases of ten words that came before, of 1,000; less than 900.",
            "Send the passage once.",
        ],
    ),
    hold(
        "off_topic",
        "T20",
        "The text is far from the datanet's subject",
        [
            "The words of the text are compared with those of the texts the datanet has accepted. One that shares hardly any with all of them together, nor with a single one, may be in the wrong place, so a person looks; it is never refused for this, and only looked at once 50 texts have been accepted.",
            "likeness to the accepted texts, of 1,000 of what is usual among them; at least 150.",
            "Check that you chose the right datanet; if it belongs there, leave it: the reviewer sees this note.",
        ],
    ),
];
