//! What a contributor is told about a decision: it speaks of the item, never of them.

use crate::standing::words::percent;
use karat_types::finding::Verdict;
use karat_types::{Class, Outcome, RejectReason};

/// What the notice must know.
pub(super) struct Told<'a> {
    pub(super) file_name: &'a str,
    pub(super) datanet: &'a str,
    pub(super) outcome: Outcome,
    pub(super) reasons: &'a [RejectReason],
    pub(super) note: Option<&'a str>,
    /// A reviewer's word, or the automatic policy's.
    pub(super) by_person: bool,
    /// Marked *trial*: never ranked.
    pub(super) trial: bool,
    /// Standing on the datanet's board before and after.
    pub(super) standing_bp: (u32, u32),
}

/// The notice.
pub(super) fn notice(told: &Told<'_>) -> String {
    let (file, datanet) = (told.file_name, told.datanet);
    let mut text = match told.outcome {
        Outcome::Accepted => {
            format!("{file} was accepted for “{datanet}” and is part of the next release. {}", standing(told))
        }
        Outcome::Rejected => {
            let reasons: Vec<_> = told.reasons.iter().map(|reason| reason_words(*reason)).collect();
            format!(
                "{file} was not useful for “{datanet}”: {}. Your standing is unchanged.",
                reasons.join("; ")
            )
        }
    };
    if let Some(note) = told.note {
        text.push_str(&if told.by_person {
            format!(" The reviewer says: “{note}”")
        } else {
            format!(" {note}")
        });
    }
    text
}

/// Why the automatic policy rejects: the score and what took points from it.
pub(super) fn score_note(verdict: &Verdict, score: u32, threshold: u32) -> String {
    let mut found: Vec<&str> = verdict
        .findings
        .iter()
        .filter(|finding| finding.class == Class::Score)
        .map(|finding| title(&finding.code))
        .collect();
    found.dedup();
    let because =
        if found.is_empty() { String::new() } else { format!(": {}", found.join(", ").to_lowercase()) };
    format!("Its score is {score}, this datanet accepts from {threshold}{because}.")
}

fn title(code: &str) -> &str {
    karat_gate::code_table().find(|entry| entry.code == code).map_or(code, |entry| entry.title)
}

fn standing(told: &Told<'_>) -> String {
    let (before, after) = told.standing_bp;
    if told.trial {
        "It was a trial, so it is not ranked.".to_owned()
    } else if after > before {
        format!("Your standing here is now {}.", percent(after))
    } else {
        format!("Your standing here stays {}.", percent(after))
    }
}

/// A reason as people say it.
pub(crate) fn reason_words(reason: RejectReason) -> &'static str {
    match reason {
        RejectReason::OffTopic => "off topic",
        RejectReason::LowQuality => "too little to learn from",
        RejectReason::NotOriginal => "not original",
        RejectReason::Incorrect => "not correct",
        RejectReason::Harmful => "harmful",
        RejectReason::Private => "it has private data",
        RejectReason::WrongLicence => "the licence does not fit",
        RejectReason::Unreadable => "it cannot be read",
        RejectReason::ScoreBelowThreshold => "its score is below the threshold",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(outcome: Outcome) -> Told<'static> {
        Told {
            file_name: "bread.md",
            datanet: "Sourdough notes",
            outcome,
            reasons: &[RejectReason::OffTopic],
            note: None,
            by_person: true,
            trial: false,
            standing_bp: (1357, 2114),
        }
    }

    #[test]
    fn a_rejection_speaks_of_the_item_and_leaves_the_person_alone() {
        assert_eq!(
            notice(&told(Outcome::Rejected)),
            "bread.md was not useful for “Sourdough notes”: off topic. Your standing is unchanged."
        );
    }

    #[test]
    fn an_acceptance_says_what_was_proved() {
        let text = notice(&told(Outcome::Accepted));
        assert!(text.ends_with("Your standing here is now 21.14 %."), "{text}");
        let trial = Told { trial: true, ..told(Outcome::Accepted) };
        assert!(notice(&trial).contains("not ranked"));
        let noted = Told { note: Some("Well said."), standing_bp: (2114, 2114), ..told(Outcome::Accepted) };
        assert!(notice(&noted).ends_with("stays 21.14 %. The reviewer says: “Well said.”"));
    }
}
