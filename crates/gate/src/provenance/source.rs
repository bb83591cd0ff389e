//! IPTC's words for how something was made.

/// A digital source type, as far as it matters here
/// (<http://cv.iptc.org/newscodes/digitalsourcetype/>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Made by a trained model: `trainedAlgorithmicMedia`.
    Model,
    /// A trained model had a part in it: `compositeWithTrainedAlgorithmicMedia`,
    /// `compositeSynthetic`.
    PartlyModel,
    /// Anything else: captured, drawn, computed by rules.
    Other,
}

impl Source {
    /// Reads a term of the vocabulary, with or without its address; none when it is none.
    pub(crate) fn parse(term: &str) -> Option<Self> {
        let word = term.trim().rsplit(['/', '#']).next().unwrap_or_default();
        if word.is_empty() || word.len() > 64 || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        Some(match word.to_ascii_lowercase().as_str() {
            "trainedalgorithmicmedia" | "trainedalgorithmicdata" => Self::Model,
            "compositewithtrainedalgorithmicmedia" | "compositesynthetic" => Self::PartlyModel,
            _ => Self::Other,
        })
    }

    /// IPTC's word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "trainedAlgorithmicMedia",
            Self::PartlyModel => "compositeWithTrainedAlgorithmicMedia",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_with_and_without_their_address() {
        let iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        assert_eq!(Source::parse(iptc), Some(Source::Model));
        assert_eq!(Source::parse(" trainedAlgorithmicMedia\n"), Some(Source::Model));
        assert_eq!(Source::parse("compositeWithTrainedAlgorithmicMedia"), Some(Source::PartlyModel));
        // Computed by rules, such as a fractal: no model was trained for it.
        assert_eq!(Source::parse("algorithmicMedia"), Some(Source::Other));
        assert_eq!(Source::parse("digitalCapture"), Some(Source::Other));
        for nonsense in ["", "http://x/", "two words", "<b>"] {
            assert_eq!(Source::parse(nonsense), None, "{nonsense}");
        }
    }
}
