//! How fast a text goes through every check, and through the print alone.

use super::{Bench, ENGLISH, number, rate};

/// Documents of each source.
const LIMIT: usize = 100;

pub(super) fn run(bench: &Bench) -> Result<String, String> {
    let ours = bench.measure("verdicts", "technical", LIMIT, ENGLISH)?;
    let all = bench.peer("chain", LIMIT, ENGLISH)?;
    let early = bench.peer("chain-early", LIMIT, ENGLISH)?;
    let mut text = format!(
        "{} English documents, {:.1} MB; one pinned core, processor time.\n\n\
         | | MB/s | documents/s | ours / this |\n|---|---|---|---|\n",
        number(&ours, "documents"),
        number(&ours, "bytes") / 1e6
    );
    for (name, result) in [
        ("Karat, every check, with print for copies", &ours),
        ("datatrove: four filters and MinHash, all run", &all),
        ("datatrove: the same, stopping at the first filter that drops", &early),
    ] {
        let documents = number(result, "documents") / number(result, "seconds");
        text += &format!(
            "| {name} | {:.2} | {documents:.0} | {:.1}× |\n",
            rate(result),
            rate(&ours) / rate(result)
        );
    }
    text += &format!(
        "\nDocuments of 80 to 120 kB ({}): half within {:.1} ms, 99 of 100 within {:.1} ms \
         (targets 50 and 250). Target of speed: 2 MB/s.\n\n",
        number(&ours, "of_100_kb"),
        number(&ours, "p50_ms"),
        number(&ours, "p99_ms")
    );
    text += "| signature for near-duplicates alone | MB/s | ours / this |\n|---|---|---|\n";
    let print = bench.measure("prints", "technical", LIMIT, ENGLISH)?;
    text += &format!("| Karat: shingles and 128 hashes | {:.2} | 1.0× |\n", rate(&print));
    for library in ["datatrove", "text-dedup", "datasketch", "rensa"] {
        let result = bench.peer(&format!("minhash-{library}"), LIMIT, ENGLISH)?;
        text += &format!("| {library} | {:.2} | {:.1}× |\n", rate(&result), rate(&print) / rate(&result));
    }
    Ok(text)
}
