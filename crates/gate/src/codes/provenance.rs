//! What media say of their own making.

use super::{Code, hold, refuse, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "made_by_a_model",
        "I11",
        "This datanet takes only what people made",
        [
            "The file itself says, in signed Content Credentials (C2PA) or in the IPTC field `DigitalSourceType`, that a trained model made it or had a part in it. Images, and sounds (check S11), are read the same way. That a file says nothing proves nothing; no detector that guesses is used.",
            "IPTC's term for how it was made; what the datanet takes.",
            "Offer it to a datanet that takes works of models. If the field is wrong, correct it in the program that wrote it.",
        ],
    ),
    refuse(
        "false_declaration",
        "I11",
        "The declaration contradicts the signed credentials",
        [
            "It was declared as made by people, and the file's own Content Credentials (C2PA), whose signature holds for exactly these bytes, say that a trained model made it.",
            "IPTC's term for how it was made; what was declared.",
            "Declare it as made by a model, or as made with its help, and send it again.",
        ],
    ),
    hold(
        "source_type_doubtful",
        "I11",
        "The file's own fields doubt the declaration",
        [
            "A field that anyone could have written, or credentials of which only a part speaks of a model, do not fit what was declared or what the datanet takes.",
            "IPTC's term for how it was made; what was declared.",
            "If a model had a part in it, declare that; otherwise say in a word where the field comes from.",
        ],
    ),
    hold(
        "generator_doubt",
        "I11",
        "A generator's settings are in the file",
        [
            "A text field of the file holds what programs that generate images leave there, and the file was declared as made by people or the datanet takes only that. Anyone can write such a field, so a person looks.",
            "the fields; none.",
            "If it was generated, declare that; otherwise export the image without the field.",
        ],
    ),
    tag(
        "source_type_found",
        "I11",
        "The file says how it was made",
        [
            "Signed Content Credentials or the IPTC field `DigitalSourceType` say that a trained model made it or had a part in it. Nothing here speaks against that.",
            "IPTC's term for how it was made; what was asked or declared.",
            "Nothing to do; reviewers and the release's record see it.",
        ],
    ),
    tag(
        "generator_named",
        "I11",
        "A generator's settings are in the file",
        [
            "A text field of the file holds what programs that generate images leave there.",
            "the fields; none.",
            "Nothing to do; reviewers see it.",
        ],
    ),
    tag(
        "signed_manifest",
        "I11",
        "The file carries Content Credentials",
        [
            "A C2PA manifest whose signature and hashes hold for exactly these bytes. It is read offline and its signer compared with the operator's own trust list. A certificate without a time stamp is not compared with today's date, so that the verdict stays the same; who signs can claim any name, so an untrusted signer is only a name.",
            "trusted or valid_untrusted; the states there are.",
            "Nothing to do; reviewers and the release's record see it.",
        ],
    ),
    tag(
        "invalid_manifest",
        "I11",
        "The file's Content Credentials do not hold",
        [
            "There is a C2PA manifest, and its signature or its hashes do not fit the file: often a program saved the image anew and left the old manifest in place. What it says counts as unsigned.",
            "invalid; the states that hold.",
            "Send the file as the camera or program signed it, if you have it.",
        ],
    ),
];
