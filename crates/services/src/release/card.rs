//! The dataset card: Markdown with the front matter hubs read, so that the folder of a
//! release can be pushed as it is.

use super::facts::Facts;
use super::table::media_columns;
use karat_types::Modality;
use std::fmt::Write;

/// The file `README.md`.
pub(crate) fn markdown(f: &Facts<'_>) -> String {
    let mut out = front_matter(f);
    statistics(&mut out, f);
    licences(&mut out, f);
    judged(&mut out, f);
    share(&mut out, f);
    files(&mut out, f);
    limits(&mut out, f);
    out
}

/// YAML, with every text as a JSON string: the same thing, safely quoted.
fn front_matter(f: &Facts<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let topics: Vec<String> = serde_json::from_str(&f.net.topics).unwrap_or_default();
    let ids: Vec<String> = f.licences.iter().filter_map(|l| hub_licence(&l.licence)).collect();
    let mut out = String::from("---\n");
    let _ =
        writeln!(out, "pretty_name: {}", quoted(&format!("{}, release {}", f.net.name, f.stored.version)));
    match ids.as_slice() {
        [one] if f.licences.len() == 1 => {
            let _ = writeln!(out, "license: {one}");
        }
        _ => {
            let names: Vec<_> = f.licences.iter().map(|l| l.licence.as_str()).collect();
            let _ = writeln!(out, "license: other\nlicense_name: {}", quoted(&names.join(", ")));
            let _ = writeln!(out, "license_link: {}", quoted(&format!("{}#licences", f.url)));
        }
    }
    if let Some(language) = &f.net.language {
        // Quoted: `no` alone would be read as false.
        let _ = writeln!(out, "language:\n- {}", quoted(language));
    }
    let _ = writeln!(out, "size_categories:\n- {}", size_category(f.rows));
    out.push_str("tags:\n- croissant\n- karat\n");
    for topic in &topics {
        let _ = writeln!(out, "- {}", quoted(topic));
    }
    if f.modality != Modality::Text {
        out.push_str("dataset_info:\n  features:\n");
        for (name, kind) in media_columns(f.modality) {
            let _ = writeln!(out, "  - name: {name}\n    dtype: {kind}");
        }
    }
    out.push_str(
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*.parquet\n",
    );
    out.push_str("---\n\n");
    out
}

/// The hub's word for a licence, where it has one.
fn hub_licence(spdx: &str) -> Option<String> {
    const KNOWN: [&str; 22] = [
        "apache-2.0",
        "mit",
        "cc-by-4.0",
        "cc-by-sa-4.0",
        "cc-by-3.0",
        "cc-by-sa-3.0",
        "cc0-1.0",
        "cc-by-nc-4.0",
        "cc-by-nc-sa-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-4.0",
        "bsd-2-clause",
        "bsd-3-clause",
        "gpl-2.0",
        "gpl-3.0",
        "lgpl-3.0",
        "agpl-3.0",
        "mpl-2.0",
        "odbl-1.0",
        "pddl-1.0",
        "unlicense",
        "isc",
    ];
    let word = spdx.to_lowercase();
    let word = word.trim_end_matches("-only").trim_end_matches("-or-later");
    match word {
        "odbl-1.0" => Some("odbl".into()),
        "pddl-1.0" => Some("pddl".into()),
        other => KNOWN.contains(&other).then(|| other.to_owned()),
    }
}

fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        _ => "n>10M",
    }
}

fn statistics(out: &mut String, f: &Facts<'_>) {
    let versions: Vec<_> = f.judged.gate_versions.iter().map(ToString::to_string).collect();
    let profiles: Vec<_> = f.judged.profiles.iter().map(String::as_str).collect();
    let _ = write!(
        out,
        "# {name}, release {version}\n\n{purpose}\n\n\
         | | |\n|---|---|\n| made | {day} |\n| modality | {modality} |\n| language | {language} |\n| rows | {rows} |\n\
         | submissions | {submissions} |\n| contributors | {contributors} |\n| content | {bytes} bytes |\n\
         | licence class | **{class}** |\n| Merkle root | `{root}` |\n| gate version | {gate} |\n| profile | {profiles} |\n\n",
        name = f.net.name,
        version = f.stored.version,
        purpose = f.net.purpose,
        day = f.day(),
        modality = f.modality,
        language = f.net.language.as_deref().unwrap_or("not fixed"),
        rows = f.rows,
        submissions = f.items.len(),
        contributors = f.contributors().len(),
        bytes = f.bytes,
        class = f.licence_class,
        root = f.root,
        gate = versions.join(", "),
        profiles = profiles.join(", "),
    );
}

fn licences(out: &mut String, f: &Facts<'_>) {
    out.push_str("## Licences\n\n| licence | class | submissions |\n|---|---|---|\n");
    for l in &f.licences {
        let _ = writeln!(out, "| {} | {} | {} |", l.licence, l.class, l.submissions);
    }
    out.push_str(
        "\nThe class is that of the most restrictive licence in the release. Each row carries its own licence, \
         submission and contributor: credit them.\n\n",
    );
}

fn judged(out: &mut String, f: &Facts<'_>) {
    out.push_str("## How it was made and judged\n\n| how an item was made, as declared | items | share |\n|---|---|---|\n");
    let all = f.items.len().max(1) as u64;
    for (kind, n) in f.source_types() {
        // In tenths of a percent, without floating point.
        let share = n * 1000 / all;
        let _ = writeln!(out, "| {kind} | {n} | {}.{} % |", share / 10, share % 10);
    }
    let human = if f.net.human_only { " This datanet takes only what people made." } else { "" };
    let _ = write!(
        out,
        "\nEvery file passed the gate and was accepted by the datanet's review policy.{human}\n\n\
         | decided by | items |\n|---|---|\n"
    );
    for (policy, n) in &f.judged.policies {
        let _ = writeln!(out, "| {policy} | {n} |");
    }
    out.push_str(match f.modality {
        Modality::Text => {
            "\nRows are byte ranges of the submissions, in the order of submission and offset."
        }
        Modality::Image | Modality::Audio => {
            "\nEach row is one file, in the order of submission, without metadata that could give its maker away."
        }
    });
    out.push_str(
        " Row `i` is leaf `i` of an RFC 6962 Merkle tree (SHA-256), so membership can be proved without the rest \
         of the data. `items.jsonl` says of every submission what it was declared to be, which findings it has \
         and who decided.\n\n",
    );
}

fn share(out: &mut String, f: &Facts<'_>) {
    let _ = writeln!(
        out,
        "## Who has how much of it\n\nNo contributor has more than {} items of this release (near copies count as one).",
        f.plan.cap
    );
    let waiting: u64 = f.plan.waiting.iter().map(|w| w.waiting).sum();
    if waiting > 0 {
        let _ = writeln!(
            out,
            "{waiting} accepted items of {} contributors wait for a later release because of that.",
            f.plan.waiting.len()
        );
    }
    let aside: u64 = f.plan.set_aside.iter().map(|s| s.items).sum();
    if aside > 0 {
        let _ = writeln!(
            out,
            "{aside} accepted items were left out because they carry word sequences that look planted."
        );
    }
    out.push('\n');
}

fn files(out: &mut String, f: &Facts<'_>) {
    out.push_str(
        "## Files\n\n| file | what it is |\n|---|---|\n\
         | `data/train-*.parquet` | all rows, as columns |\n| `rows.jsonl` | one row a line |\n",
    );
    if f.modality != Modality::Text {
        out.push_str("| `webdataset/train-*.tar` | the same files for streaming |\n");
    }
    out.push_str(
        "| `items.jsonl` | one record a submission |\n| `leaves.txt` | the leaves of the tree, one a line |\n\
         | `manifest.json` | hashes of the files, the root, first row and rows of each submission |\n\
         | `croissant.json` | this release in Croissant 1.1 |\n\n",
    );
}

fn limits(out: &mut String, f: &Facts<'_>) {
    let _ = write!(
        out,
        "## Limits\n\n\
         Licences, origins and how items were made are what contributors declared. The gate finds objective faults, \
         not every falsehood; see the guidelines of the datanet for what its reviewers looked for. Contributors \
         chose themselves, so the data is no sample of any population.\n\n\
         ## Withdrawal\n\n\
         A release never changes. When a contributor takes an item back, releases that hold it are no longer handed \
         out: its page says so and names the release to use instead. If you have a copy, replace it by that release. \
         Models trained before cannot be made to forget; their pages say that data was withdrawn since.\n\n\
         ## Citation\n\n```bibtex\n{}\n```\n",
        f.cite_as()
    );
}
