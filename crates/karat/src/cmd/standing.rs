//! `karat standing`: what a record of decisions proves.

use crate::out;
use karat_economy::{
    Decision, MAX_DECISIONS, StandingError, TWO_SENTENCES, high_water, proven_bp, rate_bp, tier,
};
use karat_types::{Problem, Tier};
use serde::Serialize;

/// Says which acceptance rate a record of decisions proves
#[derive(clap::Args)]
#[command(after_help = "Example: karat standing --accepted 45 --rejected 5     proves 67.89 %\n         \
    karat standing --history AARA               decisions in order, A accepted, R rejected")]
pub(crate) struct Args {
    /// Decisions that accepted
    #[arg(long, value_name = "N", required_unless_present = "history", conflicts_with = "history")]
    accepted: Option<u64>,
    /// Decisions that rejected
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "history")]
    rejected: u64,
    /// Decisions of a season in order, such as AARA
    #[arg(long, value_name = "AARA")]
    history: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The answer.
#[derive(Serialize)]
struct Answer {
    proven_bp: u32,
    rate_bp: Option<u32>,
    tier_if_reached: Tier,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing_bp: Option<u32>,
}

/// Computes and prints.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let season = args.history.as_deref().map(read).transpose()?;
    let season = season.map(|history| high_water(history).map_err(too_many)).transpose()?;
    let (accepted, rejected) = match &season {
        Some(season) => (season.accepted(), season.rejected()),
        None => (args.accepted.unwrap_or(0), args.rejected),
    };
    let proven = proven_bp(accepted, rejected).map_err(too_many)?;
    let standing = season.map(|season| season.bp());
    let answer = Answer {
        proven_bp: proven,
        rate_bp: rate_bp(accepted, rejected),
        tier_if_reached: tier(standing.unwrap_or(proven)),
        standing_bp: standing,
    };
    if args.json {
        return out::json(&answer);
    }
    print(&answer, accepted, rejected);
    Ok(())
}

fn print(answer: &Answer, accepted: u64, rejected: u64) {
    let rate = answer.rate_bp.map_or("no decisions yet".to_owned(), percent);
    out::line(format!(
        "{accepted} accepted, {rejected} rejected: rate {rate}, proven {}.",
        percent(answer.proven_bp)
    ));
    if let Some(standing) = answer.standing_bp {
        out::line(format!("Best proven in this order, the standing: {}.", percent(standing)));
    }
    out::line(format!("Tier if reached: {}.", answer.tier_if_reached));
    out::line(format!("\n{}", TWO_SENTENCES.replace('*', "")));
    out::line("A standing once reached this season stays.");
}

/// Basis points as people read them.
fn percent(bp: u32) -> String {
    format!("{}.{:02} %", bp / 100, bp % 100)
}

fn read(history: &str) -> Result<Vec<Decision>, Problem> {
    let one = |(index, letter): (usize, char)| match letter.to_ascii_uppercase() {
        'A' => Ok(Decision::Accepted),
        'R' => Ok(Decision::Rejected),
        _ => Err(Problem::bad(
            "bad_history",
            format!(
                "Letter {} of the history is “{}”; only A and R mean something.",
                index + 1,
                letter.escape_debug()
            ),
            "Write one letter a decision, the oldest first: A for accepted, R for rejected, such as AARA.",
        )),
    };
    history.chars().enumerate().map(one).collect()
}

fn too_many(error: StandingError) -> Problem {
    Problem::bad(
        "too_many_decisions",
        format!("{error}."),
        format!("Give the decisions of one season, at most {MAX_DECISIONS}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_letter_by_letter() {
        assert_eq!(read("Ar").unwrap(), [Decision::Accepted, Decision::Rejected]);
        assert!(read("A R").unwrap_err().detail.contains("Letter 2"));
    }

    #[test]
    fn basis_points_are_shown_as_percent() {
        assert_eq!(
            (percent(6789), percent(5), percent(10_000)),
            ("67.89 %".into(), "0.05 %".into(), "100.00 %".into())
        );
    }
}
