//! Copies of what is there already, leaks of benchmarks, and planted sequences.

use super::{Code, hold, refuse, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "already_yours",
        "A4",
        "You have sent this before",
        [
            "The same content by the same contributor is already in this datanet. Sending it again costs and earns nothing.",
            "the submission that has the same content; no copy.",
            "Nothing to do: look at the first one under “my submissions”. To send it with another declaration while the first still waits, withdraw that one first.",
        ],
    ),
    refuse(
        "similar_to_yours",
        "A4",
        "You have sent almost the same before",
        [
            "Nearly the same content by the same contributor is already in this datanet (text: at least 90 % of all five-word sequences are in both; image: at most 4 of 64 bits of its gradient hash differ; recording: the same samples, or 90 % of its fingerprint). Sending it again costs and earns nothing.",
            "how alike they are, of 1,000 (images: differing bits); 900 (4 bits).",
            "Nothing to do: the first one counts. What is really new in it can be sent on its own; to put this in place of one that still waits, withdraw that one first.",
        ],
    ),
    hold(
        "resembles_yours",
        "A4",
        "Much of this you have sent before",
        [
            "A large part of this content is in an earlier one of yours (text: 70 % of all five-word sequences are in both, or 80 % of this one's are in the other; image: 5 to 8 of 64 bits differ; recording: 70 % of its fingerprint, or 80 % of one is in the other). A person looks at what is new.",
            "how alike they are and how much of this one stands in the other, of 1,000 (images: differing bits); 700, 800 (8 bits).",
            "Send only what is new, or leave it to the reviewer; to put this in place of one that still waits, withdraw that one first.",
        ],
    ),
    tag(
        "earlier_version",
        "A4",
        "An earlier version was rejected or withdrawn",
        [
            "Nearly the same content came before and was rejected or withdrawn. A correction is welcome: this neither refuses nor holds it and costs no points; whoever reviews it knows that there was a version before.",
            "how alike they are and how much of this one stands in the other, of 1,000 (images: differing bits); what the comparison of copies counts as one.",
            "Nothing to do.",
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
        "near_duplicate",
        "T13",
        "Nearly the same text is already in the datanet",
        [
            "At least 90 % of all different five-word sequences of this text and an earlier one are in both (Jaccard index, counted exactly; case, accents and punctuation aside). Texts with fewer than 50 such sequences are only compared as wholes. The first to send a text keeps the credit.",
            "how alike the two are and how much of this one stands in the other, both of 1,000; 900 alike.",
            "Send what is your own: another text, or only the part that is new.",
        ],
    ),
    hold(
        "similar_text",
        "T13",
        "A similar text is already in the datanet",
        [
            "Between 70 % and 90 % of all different five-word sequences of this text and an earlier one are in both. It may be a translation of a form, a new edition or a copy: a person compares them.",
            "how alike the two are and how much of this one stands in the other, both of 1,000; 700 alike.",
            "Nothing, if it is your own work: the reviewer sees both side by side. Otherwise send only what is new.",
        ],
    ),
    hold(
        "contained_text",
        "T13",
        "Most of this text stands in a longer one",
        [
            "At least 80 % of the different five-word sequences of this text are in one earlier text: a chapter of a book that is there already, say. A person compares them.",
            "how alike the two are and how much of this one stands in the other, both of 1,000; 800 of this one.",
            "Nothing, if it is your own work: the reviewer sees both side by side. Otherwise send only what is new.",
        ],
    ),
    refuse(
        "near_duplicate_image",
        "I9",
        "Nearly the same image is already in the datanet",
        [
            "The image's gradient hash (64 bits that say where it gets lighter and darker) differs in at most 4 bits from an earlier image's, as it is, turned or mirrored, the colours and the slopes of a small copy agree as well, and no cell of 16 × 16 differs by more than 6 levels of 256 once both have one brightness and contrast: the same image saved again, at another size or quality. Icons, forms and screens of one family differ more in one place and are looked at. The first to send an image keeps the credit.",
            "differing bits of 64, and how alike the two are, of 1,000; 4 bits.",
            "Send another image.",
        ],
    ),
    hold(
        "similar_image",
        "I9",
        "A similar image is already in the datanet",
        [
            "The image's gradient hash is near an earlier image's, as it is, turned, mirrored or cropped by up to a tenth of a side, and the slopes of a small copy agree (cosine at least 0.85, of plain drawings 0.94): another picture of the same scene or family, or an edited, brightened or cropped copy. It counts as 5 bits at least and 8 at most. A person compares them.",
            "differing bits of 64, and how alike the two are, of 1,000; 8 bits.",
            "Nothing, if it is another picture: the reviewer sees both side by side.",
        ],
    ),
    refuse(
        "near_duplicate_recording",
        "S9",
        "The same recording is already in the datanet",
        [
            "The decoded samples are the same, or at least 90 % of each of the two acoustic fingerprints (Chromaprint) is in the other: another format or bit rate of one recording. What hums, ticks or is silent says nothing in them. Recordings under three seconds have no fingerprint: only the same samples are found, not a copy at another rate, volume or bit rate. The first to send a recording keeps the credit.",
            "how alike the two are, how much of this one is in the other and how much of the other is in this one, all of 1,000; 900 alike.",
            "Send another recording.",
        ],
    ),
    hold(
        "similar_recording",
        "S9",
        "A similar recording is already in the datanet",
        [
            "At least 70 % of each of the two acoustic fingerprints is in the other, or 80 % of one is in the other, wherever it begins: half of a recording, a recording with silence before it, or a copy with something laid over it. A person listens to both.",
            "how alike the two are, how much of this one is in the other and how much of the other is in this one, all of 1,000; 700 alike or 800 of one in the other.",
            "Nothing, if it is your own recording: the reviewer hears both.",
        ],
    ),
    refuse(
        "contains_benchmark",
        "T14",
        "The text holds an item of an evaluation set",
        [
            "The operator has named sets that models are examined with; what is in them must not be trained on, or the examination says nothing. A whole item of one stands in the text (60 % of its 13-word sequences; items of 8 to 12 words as a whole), or 8 % of the text come from one.",
            "the set, the line of it, how many of the item's sequences are in the text, and how much of the text comes from evaluation sets, of 1,000; 600 of 1,000 sequences of an item, or 80 of 1,000 words.",
            "Take the named passage out and send the rest.",
        ],
    ),
    tag(
        "benchmark_fragment",
        "T14",
        "A few words are also in an evaluation set",
        [
            "A sequence of 13 words is also in an evaluation set, but neither a whole item nor 8 % of the text is. Quotes and set phrases do that.",
            "the set, the line of it, how many of the item's sequences are in the text, and how much of the text comes from evaluation sets, of 1,000; 600 of 1,000 sequences of an item, or 80 of 1,000 words.",
            "Nothing to do.",
        ],
    ),
    hold(
        "trailing_gibberish",
        "T18",
        "The text ends in words that make no sense",
        [
            "The text begins as running text and ends in at least 50 words that cannot be spoken, or in 120 different words without a sentence. Texts of this shape have been used to plant hidden behaviour in models: a rare word, then noise. A person looks at the end.",
            "words at the end, small words (the, and, of …) among them of 1,000, and words that cannot be spoken of 1,000 longer ones; fewer than 50 small, 200 that cannot be spoken.",
            "Take the end out if it came there by mistake (a broken conversion, say); otherwise the reviewer decides.",
        ],
    ),
];
