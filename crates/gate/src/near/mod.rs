//! What is there already: prints of contents, and which of them are copies.
//!
//! A content's [`Prints`] are stored with it, under [`Prints::keys`]. Whoever asks for
//! copies looks up [`Prints::seeks`], loads the prints of the likeliest ([`shortlist`]) and
//! lets [`judge`] compare exactly. [`known::Known`] does all of it in memory.

pub(crate) mod audio;
mod encode;
pub(crate) mod image;
mod judge;
mod keys;
pub mod known;
pub mod leak;
mod neutral;
pub mod normal;
mod shingle;
pub(crate) mod tail;
pub mod triggers;
pub mod words;

use karat_types::Hash;
use serde::{Deserialize, Serialize};

pub use encode::BadPrints;
pub use judge::{Fate, Judged, Seen, equals, judge, measure, withdraw_first};
pub use keys::Key;
pub use neutral::{is_of_own, neutral};

/// What a content is recognised by, stored with its submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// The text whatever its case, spaces and forms of characters; see [`normal`].
    pub normal: Option<Hash>,
    /// Hashes of the text's five-word shingles, ascending, each once.
    pub shingles: Vec<u64>,
    /// What the text is about: hash and count of its commonest words, ascending by hash;
    /// see [`crate::text::fit`].
    #[serde(default)]
    pub terms: Vec<(u32, u16)>,
    /// Of very long texts only the shingles below 2^(64 − `thinned`) are kept.
    #[serde(default)]
    pub thinned: u32,
    /// Gradient hashes of the image: as it is, turned and mirrored (8), and with its edges
    /// cut (37).
    pub gradients: Vec<u64>,
    /// What confirms that two images of near gradients are copies: brightnesses of a small
    /// copy of 32 × 32 cells, eight a word, then four words of colours. See `near::image`.
    #[serde(default)]
    pub detail: Vec<u64>,
    /// SHA-256 of the decoded samples.
    pub samples: Option<Hash>,
    /// Chromaprint of the recording.
    pub chroma: Vec<u32>,
}

impl Prints {
    /// The prints of a text.
    pub fn of_text(text: &str) -> Self {
        let (shingles, thinned) = shingle::shingles(&words::words(text));
        Self { normal: normal::normal_hash(text.as_bytes()), shingles, thinned, ..Self::default() }
    }

    /// The keys this content is stored under.
    pub fn keys(&self) -> Vec<Key> {
        keys::stored(self)
    }

    /// The keys likely copies of this content are found under.
    pub fn seeks(&self) -> Vec<Key> {
        keys::sought(self)
    }
}

/// Contents worth comparing exactly, of those whose keys were found.
const SHORTLIST: usize = 64;
/// The same for images, whose comparing costs next to nothing.
const SHORTLIST_IMAGES: usize = 20_000;

/// Which contents to compare exactly: those found under most keys of one band or of all.
///
/// `hits` has one entry a content and band it was found in, with the number of keys.
/// What comes out is in order and does not depend on the order of what goes in.
pub fn shortlist<I: Ord + Clone>(hits: impl IntoIterator<Item = (I, u16, u64)>) -> Vec<I> {
    #[derive(Default)]
    struct Count {
        bands: u64,
        sampled: u64,
        others: u64,
    }
    let mut counts: std::collections::BTreeMap<I, Count> = std::collections::BTreeMap::new();
    for (id, band, found) in hits {
        let count = counts.entry(id).or_default();
        match band {
            0..keys::SAMPLED => count.bands += found,
            keys::SAMPLED => count.sampled += found,
            _ => count.others += found,
        }
    }
    let best = |by: fn(&Count) -> u64, most: usize| {
        let mut ids: Vec<(u64, &I)> =
            counts.iter().map(|(id, count)| (by(count), id)).filter(|(n, _)| *n > 0).collect();
        ids.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        ids.into_iter().take(most).map(|(_, id)| id.clone()).collect::<Vec<_>>()
    };
    let mut out = best(|count| count.bands, SHORTLIST);
    out.extend(best(|count| count.sampled, SHORTLIST));
    out.extend(best(|count| count.others, SHORTLIST_IMAGES));
    out.sort_unstable();
    out.dedup();
    out
}
