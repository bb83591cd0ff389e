//! Before anything is parsed: size, name, type, licence.

use super::{Code, hold, refuse, tag};

pub(super) const CODES: &[Code] = &[
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
        "virus_found",
        "A8",
        "The virus scanner recognised it",
        [
            "The server has a virus scanner (ClamAV), and what it recognises is not handed on to anybody.",
            "the name of what was recognised; nothing may be.",
            "Clean your machine and send a file that has never been on it; if it is a false alarm, report it to ClamAV and tell the operator the name.",
        ],
    ),
    hold(
        "known_bad",
        "A11",
        "The operator has to look first",
        [
            "The operator of this server keeps a list of files to look at before anybody else does. Reviewers do not see this file, and nothing about its contributor is concluded from it.",
            "nothing is told; nothing is needed.",
            "Nothing needs to be done: the operator decides, or gets in touch.",
        ],
    ),
    hold(
        "reader_failed",
        "A9",
        "Our reader failed",
        [
            "Files are read in a process that can do nothing else, with 1 GB of memory and 20 s of processor time. It ended before it had read this one: a fault or a limit of ours, and no judgement of the file.",
            "how the reader ended; what it is given for one file.",
            "Nothing needs to be done: the operator is told, and the file is read again without being sent again.",
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
        "not_made_by_people",
        "T19",
        "This datanet takes only what people made",
        [
            "You declared that a model made it, and the datanet's owner takes only what people made. Nothing is guessed here: it is what you said. Texts, images (check I11) and sounds (check S11) are treated alike.",
            "what was declared; what the datanet takes.",
            "Offer it to a datanet that takes works of models. If the declaration was a slip, declare what is true and send it again.",
        ],
    ),
    hold(
        "declared_ai_help",
        "T19",
        "A model helped, and the datanet asks for people's work",
        [
            "You declared that people made it with the help of a model, and the datanet takes only what people made. Whether a spelling check or half of the text came from the model only a person can ask, so a person looks.",
            "what was declared; what the datanet takes.",
            "Say in a word what the model did. If it made a part of the work, leave that part out or offer it to a datanet that takes such works.",
        ],
    ),
    tag(
        "declared_ai",
        "T19",
        "A model had a part in it, by its declaration",
        [
            "It was declared as made by a model or with the help of one. The datanet takes that; reviewers see it and the release records it. It costs no points.",
            "what was declared; what can be declared.",
            "Nothing to do.",
        ],
    ),
];
