//! What the gate does to documents that are all honest, by source and by language.

use super::{Bench, ENGLISH, MANUALS, number};
use serde_json::Value;

/// Documents of a source; the peers take minutes for a thousand.
const OURS: usize = 5000;
const PEERS: usize = 50;

pub(super) fn run(bench: &Bench) -> Result<String, String> {
    let manuals: Vec<String> = MANUALS.iter().map(|code| format!("man-{code}")).collect();
    let mut sources: Vec<&str> = [ENGLISH, &["handbook", "debian-reference"]].concat();
    sources.extend(manuals.iter().map(String::as_str));
    let ours = bench.measure("verdicts", "technical", OURS, &sources)?;
    let theirs = bench.peer("chain", PEERS, &sources)?;
    let mut text = String::from(
        "Profile *technical*. *Short* documents have fewer words than the profile asks for: a rule everyone can \
         check, counted apart. Shares are of the rest.\n\n\
         | | documents | short | refused | held | score below 60 | dropped by datatrove's defaults |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let empty = serde_json::Map::new();
    let groups = ours["groups"].as_object().unwrap_or(&empty);
    for (name, group) in groups {
        let peer = &theirs["groups"][name];
        text += &row(name, group, peer);
    }
    let total = groups.iter().filter(|(name, _)| !name.starts_with("language ")).map(|(_, group)| group);
    let (mut judged, mut refused) = (0.0, 0.0);
    for group in total {
        judged += number(group, "documents") - number(group, "short");
        refused += number(group, "refused");
    }
    text += &format!(
        "\nRefused over all: {refused:.0} of {judged:.0} = **{:.2} %** (target ≤ 0.5 %; ≤ 1 % in each language).\n\n",
        100.0 * refused / judged.max(1.0)
    );
    text += &codes(groups);
    Ok(text)
}

fn row(name: &str, group: &Value, peer: &Value) -> String {
    let judged = number(group, "documents") - number(group, "short");
    let share = |key: &str| 100.0 * number(group, key) / judged.max(1.0);
    let dropped = match number(peer, "documents") {
        0.0 => "–".to_owned(),
        of => format!("{:.0} % of {of:.0}", 100.0 * number(peer, "dropped") / of),
    };
    format!(
        "| {name} | {:.0} | {:.0} | {:.2} % | {:.2} % | {:.1} % | {dropped} |\n",
        number(group, "documents"),
        number(group, "short"),
        share("refused"),
        share("held"),
        share("below_60"),
    )
}

/// The codes behind refusals and holds, commonest first.
fn codes(groups: &serde_json::Map<String, Value>) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for group in groups.iter().filter(|(name, _)| !name.starts_with("language ")).map(|(_, group)| group) {
        for (code, count) in group["codes"].as_object().into_iter().flatten() {
            *counts.entry(code.clone()).or_insert(0) += count.as_u64().unwrap_or(0);
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed: Vec<_> = counts.iter().map(|(code, count)| format!("`{code}` {count}")).collect();
    format!("Codes of refusals and holds: {}.\n", listed.join(", "))
}
