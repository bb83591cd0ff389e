//! What the demo found out: one JSON object, or a story for the terminal.

use crate::chart;
use crate::out;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything the demo measured; `--json` prints exactly this.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) submissions: u64,
    pub(crate) refused: BTreeMap<String, u64>,
    pub(crate) held: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) leaderboard: Vec<Line>,
    pub(crate) release: Release,
    pub(crate) base: Base,
    pub(crate) run: Run,
    pub(crate) answers: Vec<Answer>,
    #[serde(skip)]
    pub(crate) story: Story,
}

/// A contributor's line of the leaderboard.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) contributor: String,
    pub(crate) standing_bp: u32,
    pub(crate) rate_bp: Option<u32>,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
}

/// The release.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Release {
    pub(crate) id: String,
    pub(crate) rows: u64,
    pub(crate) root: String,
}

/// The base trained from scratch.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Base {
    pub(crate) parameters: u64,
    pub(crate) loss_first: f64,
    pub(crate) loss_last: f64,
}

/// The fine-tuning run, and the control beside it.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) steps: u64,
    pub(crate) loss_first: f64,
    pub(crate) loss_last: f64,
    pub(crate) eval_base: f64,
    pub(crate) eval_tuned: f64,
    pub(crate) eval_control: f64,
    pub(crate) tokens_per_s: f64,
}

/// The same question to both.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) prompt: String,
    pub(crate) base: String,
    pub(crate) tuned: String,
}

/// What only people are told.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Story {
    /// One refusal of each code: file, contributor, sentence, fix.
    pub(crate) examples: BTreeMap<String, Example>,
    /// Contributors and days of the contribution.
    pub(crate) contributors: usize,
    pub(crate) days: u32,
    /// The season the board is of.
    pub(crate) season: i64,
    /// Refused for now by a daily limit and taken the next day.
    pub(crate) waited: u64,
    /// Turned away at the door (empty, unreadable, too big): no submission came of them.
    pub(crate) turned_away: u64,
    /// Losses of base and run: (step, loss).
    pub(crate) base_losses: Vec<(f64, f64)>,
    pub(crate) run_losses: Vec<(f64, f64)>,
    pub(crate) base_contributors: usize,
    pub(crate) licence_class: String,
    pub(crate) seconds: f64,
}

/// One refused file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Example {
    pub(crate) file: String,
    pub(crate) contributor: String,
    pub(crate) message: String,
    pub(crate) fix: String,
}

/// Lines of the leaderboard that are shown to people.
const SHOWN: usize = 10;

impl Report {
    /// Tells the story on stdout.
    pub(crate) fn tell(&self) {
        self.tell_gate();
        self.tell_leaderboard();
        self.tell_training();
        self.tell_answers();
        out::line(format!("\nAll of it took {:.0} s.", self.story.seconds));
    }

    fn tell_gate(&self) {
        let story = &self.story;
        heading("Contributed, gated, reviewed");
        out::line(format!(
            "{} files of {} contributors over {} days: {} accepted, {} rejected, {} held, {} refused. Daily limits made {} files wait for the next day.",
            self.submissions,
            story.contributors,
            story.days,
            self.accepted,
            self.rejected,
            self.held,
            self.refused.values().sum::<u64>(),
            story.waited,
        ));
        for (code, count) in &self.refused {
            out::line(format!("\n  {count:>4} × {code}"));
            if let Some(example) = story.examples.get(code) {
                out::line(format!(
                    "         {} by {}: {}",
                    example.file, example.contributor, example.message
                ));
                out::line(format!("         fix: {}", example.fix));
            }
        }
    }

    fn tell_leaderboard(&self) {
        heading("Leaderboard: the acceptance rate each has proven");
        out::line(format!(
            "  {:<28} {:>8} {:>8} {:>9} {:>9}",
            "contributor", "proven", "raw", "accepted", "rejected"
        ));
        for line in self.leaderboard.iter().take(SHOWN) {
            let raw = line.rate_bp.map_or_else(|| "–".into(), percent);
            out::line(format!(
                "  {:<28} {:>8} {raw:>8} {:>9} {:>9}",
                line.contributor,
                percent(line.standing_bp),
                line.accepted,
                line.rejected
            ));
        }
        if self.leaderboard.len() > SHOWN {
            out::line(format!("  … and {} more", self.leaderboard.len() - SHOWN));
        }
        heading("Release");
        out::line(format!(
            "  {} rows, licence class {}, Merkle root {}",
            self.release.rows, self.story.licence_class, self.release.root
        ));
    }

    fn tell_training(&self) {
        heading("A base from scratch, on the text of everyone who is not in the release");
        out::line(format!(
            "  {} contributors, {:.1} million parameters: loss {:.2} → {:.2} nats a token",
            self.story.base_contributors,
            self.base.parameters as f64 / 1e6,
            self.base.loss_first,
            self.base.loss_last
        ));
        draw(&self.story.base_losses);
        heading("LoRA on the release");
        out::line(format!(
            "  {} steps at {:.0} tokens/s: loss {:.2} → {:.2}",
            self.run.steps, self.run.tokens_per_s, self.run.loss_first, self.run.loss_last
        ));
        draw(&self.story.run_losses);
        heading("Evaluation on submissions nobody trained on (nats a token, lower is better)");
        for (name, loss) in [
            ("base", self.run.eval_base),
            ("tuned on the release", self.run.eval_tuned),
            ("control: same steps, same text, words shuffled", self.run.eval_control),
        ] {
            out::line(format!("  {loss:>7.4}  perplexity {:>8.1}  {name}", loss.exp()));
        }
        out::line(format!("  {}", self.verdict()));
    }

    /// What the three numbers mean, whichever way they fell.
    fn verdict(&self) -> &'static str {
        let run = &self.run;
        if run.eval_tuned < run.eval_base && run.eval_tuned < run.eval_control {
            "The release taught the model something, and it was not just its words: the shuffled control learned less."
        } else if run.eval_tuned < run.eval_base {
            "Tuning helped, but the shuffled control did as well: this data taught little beyond its words."
        } else {
            "Tuning did not help on this text: more text, or more steps, are needed."
        }
    }

    fn tell_answers(&self) {
        heading(
            "Answers, the same seed for both (a model this small speaks in the manner of its text, not in facts)",
        );
        for answer in &self.answers {
            out::line(format!("\n  > {}", answer.prompt));
            out::line(format!("    base   {}", one_line(&answer.base)));
            out::line(format!("    tuned  {}", one_line(&answer.tuned)));
        }
    }
}

fn heading(text: &str) {
    out::line(format!("\n── {text}"));
}

fn draw(losses: &[(f64, f64)]) {
    for line in chart::line(&chart::smooth(losses, 0.8), 64, 8) {
        out::line(line);
    }
}

fn percent(bp: u32) -> String {
    format!("{}.{:02} %", bp / 100, bp % 100)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_has_exactly_the_promised_keys() {
        let report = Report {
            leaderboard: vec![Line {
                contributor: "ada".into(),
                standing_bp: 1357,
                rate_bp: Some(10000),
                accepted: 3,
                rejected: 0,
            }],
            answers: vec![Answer { prompt: "p".into(), base: "b".into(), tuned: "t".into() }],
            ..Report::default()
        };
        let value = serde_json::to_value(&report).unwrap();
        let keys =
            |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(
            keys(&value),
            "submissions refused held accepted rejected leaderboard release base run answers"
        );
        assert_eq!(keys(&value["leaderboard"][0]), "contributor standing_bp rate_bp accepted rejected");
        assert_eq!(keys(&value["release"]), "id rows root");
        assert_eq!(keys(&value["base"]), "parameters loss_first loss_last");
        assert_eq!(
            keys(&value["run"]),
            "steps loss_first loss_last eval_base eval_tuned eval_control tokens_per_s"
        );
        assert_eq!(keys(&value["answers"][0]), "prompt base tuned");
    }

    #[test]
    fn the_verdict_follows_the_numbers() {
        let with = |eval_base, eval_tuned, eval_control| Report {
            run: Run { eval_base, eval_tuned, eval_control, ..Run::default() },
            ..Report::default()
        };
        assert!(with(5.0, 4.0, 4.5).verdict().starts_with("The release taught"));
        assert!(with(5.0, 4.0, 3.9).verdict().starts_with("Tuning helped, but"));
        assert!(with(5.0, 5.1, 5.5).verdict().starts_with("Tuning did not help"));
        assert_eq!(percent(6789), "67.89 %");
    }
}
