//! What the boards say about themselves.

use karat_economy::standing::TWO_SENTENCES;
use karat_types::ReviewPolicy;

/// What the overall board counts.
pub(super) const OVERALL: &str = "panel";

/// The two sentences, and for the overall board why it may be empty.
pub(super) fn explanation(overall: bool) -> String {
    if overall {
        format!(
            "{TWO_SENTENCES} Overall standing and tiers count decisions of panels only, and no datanet has a panel yet: \
             look at the board of a datanet."
        )
    } else {
        TWO_SENTENCES.to_owned()
    }
}

/// What a datanet's own board counts.
pub(super) fn counts(policy: ReviewPolicy) -> String {
    policy.as_str().to_owned()
}

/// Basis points as people read them: `67.89 %`.
pub(crate) fn percent(bp: u32) -> String {
    format!("{}.{:02} %", bp / 100, bp % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basis_points_read_as_percent() {
        assert_eq!(percent(6789), "67.89 %");
        assert_eq!(percent(5), "0.05 %");
        assert_eq!(percent(10_000), "100.00 %");
    }
}
