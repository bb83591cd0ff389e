//! What a run trains on: a release, split by submission, or a file of one's own.

use super::read;
use crate::authz::{self, Action};
use crate::view::run::RunForm;
use crate::{Actor, App, release};
use karat_store::entity::run::Model as Stored;
use karat_store::query;
use karat_types::id::{ReleaseId, RunId};
use karat_types::train::TrainSettings;
use karat_types::{Hash, Modality, Problem};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The data of a form, described.
pub(crate) struct Data {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// Checks that the form names exactly one source, and describes it.
pub(crate) async fn describe(app: &App, form: &RunForm) -> Result<Data, Problem> {
    match (form.release, form.file) {
        (Some(id), None) => {
            let r = query::release::get(app.store.db(), id)
                .await?
                .ok_or_else(|| Problem::missing("release", id))?;
            release::standing(app.store.db(), &r).await?;
            let net = query::datanet::get(app.store.db(), r.datanet_id).await?;
            not_media(net.as_ref())?;
            if r.jsonl_hash.is_none() {
                return Err(Problem::conflict(
                    "release_not_ready",
                    format!("Release {} is {}.", r.version, r.state),
                    "Wait until it is ready; building takes seconds.",
                ));
            }
            let name =
                format!("{}-v{}.jsonl", release::slug(&net.map(|n| n.name).unwrap_or_default()), r.version);
            Ok(Data { name, rows: r.rows.cast_unsigned(), bytes: r.bytes.cast_unsigned() })
        }
        (None, Some(hash)) => {
            let bytes = app.store.blobs().get(hash).await?;
            let rows = lines(&bytes).count() as u64;
            Ok(Data { name: format!("{}.jsonl", &hash.hex()[..12]), rows, bytes: bytes.len() as u64 })
        }
        _ => Err(Problem::bad(
            "data_missing",
            "The form names no data, or two sources.",
            "Name either a release or an uploaded file.",
        )),
    }
}

/// Images and sounds are released, but not trained on here.
fn not_media(net: Option<&karat_store::entity::datanet::Model>) -> Result<(), Problem> {
    match net.filter(|net| net.modality != Modality::Text.as_str()) {
        None => Ok(()),
        Some(net) => Err(Problem::bad(
            "release_not_text",
            format!("The release holds {}, and models here learn from text.", net.modality),
            "Choose a release of a text datanet; download this one to train elsewhere.",
        )),
    }
}

/// The two files a trainer reads.
pub struct Files {
    /// Rows to train on, JSONL.
    pub train: PathBuf,
    /// Rows held out; none where there was too little to hold anything out.
    pub held_out: Option<PathBuf>,
}

/// Writes the rows of run `id` into `dir`, parted as its worker parts them: for whoever
/// wants to repeat the run, or to measure something else on the same held-out rows.
pub async fn write_rows(app: &App, actor: &Actor, id: RunId, dir: &Path) -> Result<Files, Problem> {
    authz::require(actor, Action::CreateRun, false)?;
    let run = read::stored(app, id).await?;
    let settings: TrainSettings = read::parse(&run.settings)?;
    write(app, &run, settings.seed, dir).await
}

/// Writes the run's rows into `dir`, split the same way every time.
pub(crate) async fn write(app: &App, run: &Stored, seed: u64, dir: &Path) -> Result<Files, Problem> {
    let percent = run.held_out_percent.unsigned_abs();
    let (train, held_out) = match (run.release_id, &run.file_hash) {
        (Some(id), _) => split_release(app, ReleaseId(id), seed, percent).await?,
        (None, Some(hash)) => {
            let bytes = app.store.blobs().get(release::parse_hash(hash)?).await?;
            split_file(&bytes, seed, percent)
        }
        (None, None) => return Err(Problem::internal("A run without data.")),
    };
    let files = Files {
        train: dir.join("train.jsonl"),
        held_out: (!held_out.is_empty()).then(|| dir.join("held_out.jsonl")),
    };
    save(&files.train, &train)?;
    if let Some(path) = &files.held_out {
        save(path, &held_out)?;
    }
    Ok(files)
}

type Lines = Vec<String>;

async fn split_release(app: &App, id: ReleaseId, seed: u64, percent: u32) -> Result<(Lines, Lines), Problem> {
    let stored =
        query::release::get(app.store.db(), id).await?.ok_or_else(|| Problem::missing("release", id))?;
    let root = release::parse_hash(stored.root.as_deref().unwrap_or_default())?;
    let items = query::release::items(app.store.db(), id).await?;
    let sizes: Vec<_> = items.iter().map(|i| (i.submission, i.rows)).collect();
    let outside = release::held_out(root, seed, percent, &sizes);
    let (mut train, mut held_out) = (Vec::new(), Vec::new());
    for row in release::all_rows(app, &stored).await? {
        // The leaf names the row in the release and in the schedule of the run alike.
        let mut line = match release::record(&row) {
            Some(record) => serde_json::Value::Object(record),
            None => json!({"text": row.content}),
        };
        line["contributor"] = json!(row.contributor);
        line["row"] = json!(row.leaf);
        let line = line.to_string();
        if outside.contains(&row.submission) { held_out.push(line) } else { train.push(line) }
    }
    Ok((train, held_out))
}

/// A file of one's own is split by row, each placed by the hash of seed and content.
fn split_file(bytes: &[u8], seed: u64, percent: u32) -> (Lines, Lines) {
    let place = |line: &str| {
        let h = Hash::of_parts(&[b"karat-held-out-row/v1", &seed.to_be_bytes(), line.as_bytes()]);
        u32::from(u16::from_be_bytes([h.0[0], h.0[1]])) * 100 / 65_536
    };
    let text = String::from_utf8_lossy(bytes);
    let all: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    let (held, kept): (Vec<&str>, Vec<&str>) = all.iter().partition(|l| place(l) < percent.min(50));
    let owned = |lines: Vec<&str>| lines.into_iter().map(String::from).collect();
    if kept.is_empty() { (owned(all), Vec::new()) } else { (owned(kept), owned(held)) }
}

fn save(path: &Path, lines: &[String]) -> Result<(), Problem> {
    let failed = |e: std::io::Error| crate::model::cannot_write(path, &e);
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(failed)?);
    for line in lines {
        writeln!(file, "{line}").map_err(failed)?;
    }
    file.flush().map_err(failed)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty())
}

/// Refuses what is not one JSON object, or list of messages, a line, naming the line. The
/// trainer looks deeper.
pub(crate) fn check_jsonl(bytes: &[u8]) -> Result<(), Problem> {
    let mut rows = 0;
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        rows += 1;
        type Object = serde_json::Map<String, serde_json::Value>;
        let list = line.trim_ascii_start().starts_with(b"[");
        let read = if list {
            serde_json::from_slice::<Vec<Object>>(line).map(drop)
        } else {
            serde_json::from_slice::<Object>(line).map(drop)
        };
        if let Err(e) = read {
            return Err(Problem::bad(
                "row_invalid",
                format!("Line {} is not a JSON object: {e}.", i + 1),
                "Write one JSON object a line, for example {\"text\": \"…\"} or {\"messages\": […]}.",
            ));
        }
    }
    if rows == 0 {
        return Err(Problem::bad("empty_file", "The file has no rows.", "Send a JSONL with one row a line."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named_and_an_empty_file_refused() {
        assert!(check_jsonl(b"{\"text\":\"a\"}\n\n{\"text\":\"b\"}").is_ok());
        assert!(check_jsonl(b"{\"text\":\"a\"}\n[1]\n").unwrap_err().detail.starts_with("Line 2"));
        assert_eq!(check_jsonl(b" \n").unwrap_err().code, "empty_file");
    }

    #[test]
    fn a_file_is_split_the_same_way_every_time_and_never_whole() {
        let file: String = (0..1000).map(|i| format!("{{\"text\":\"row {i}\"}}\n")).collect();
        let (train, held_out) = split_file(file.as_bytes(), 7, 10);
        assert_eq!(train.len() + held_out.len(), 1000);
        assert!((60..140).contains(&held_out.len()), "{}", held_out.len());
        assert_eq!(split_file(file.as_bytes(), 7, 10).1, held_out);
        assert_eq!(split_file(b"{\"text\":\"only\"}", 7, 50).0.len(), 1);
    }
}
