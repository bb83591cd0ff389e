//! Out of the house: a peft adapter, or base and adapter in one. What was written is opened
//! again and compared with the model in memory before anyone sees the folder.

mod probe;

use crate::model::Model;
use crate::weights::Stored;
use crate::{adapter, disk, fingerprint};
use karat_types::Problem;
use probe::{Difference, Probe};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `adapter_config.json` and `adapter_model.safetensors`, as peft reads them.
    Peft,
    /// A whole model folder with the adapter added to the weights.
    Merged(Stored),
}

/// What is exported, and where to.
pub struct Wish<'a> {
    /// The base's folder.
    pub model: &'a Path,
    /// The adapter's folder.
    pub adapter: Option<&'a Path>,
    /// In which form.
    pub format: Format,
    /// A folder that does not exist yet.
    pub out: &'a Path,
}

/// A written file.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Its name in the folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: String,
}

/// What was written, and how far it is from the model in memory.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// The folder.
    pub out: PathBuf,
    /// Its files by name.
    pub files: Vec<Written>,
    /// The comparison.
    #[serde(flatten)]
    pub difference: Difference,
}

/// Largest difference of a log-probability for weights that kept all their bits, nats.
const SAME: f64 = 1e-3;
/// Largest mean divergence for weights rounded to 16 bits, nats a token.
const ROUNDED: f64 = 1e-2;

/// Writes, opens again, compares; the folder appears only when the comparison went well.
///
/// # Errors
/// `export_no_adapter`, `export_differs`, `disk_write_failed`, and what loading says.
pub fn export(wish: &Wish<'_>) -> Result<Exported, Problem> {
    let mut model = Model::load(wish.model, wish.adapter)?;
    let probe = Probe::of(&model);
    let before = probe.ask(&model);
    let mut difference = None;
    if let Some(parent) = wish.out.parent() {
        std::fs::create_dir_all(parent).map_err(|e| disk::failed(parent, &e))?;
    }
    disk::publish(wish.out, |dir| {
        let opened = match wish.format {
            Format::Peft => write_peft(&model, wish, dir)?,
            Format::Merged(stored) => write_merged(&mut model, wish, stored, dir)?,
        };
        difference = Some(judged(wish, probe.compare(&before, &probe.ask(&opened)))?);
        Ok(())
    })?;
    let difference = difference.ok_or_else(|| Problem::internal("An export was not compared."))?;
    Ok(Exported { out: wish.out.to_path_buf(), files: list(wish.out)?, difference })
}

fn judged(wish: &Wish<'_>, difference: Difference) -> Result<Difference, Problem> {
    let fine = match wish.format {
        Format::Peft | Format::Merged(Stored::F32) => difference.max_logprob_difference <= SAME,
        Format::Merged(_) => difference.kl <= ROUNDED,
    };
    // Written so that NaN is not fine.
    if fine {
        return Ok(difference);
    }
    Err(Problem::new(
        500,
        "export_differs",
        format!(
            "What was written answers otherwise than the model in memory: log-probabilities differ by up to {:.2e}, divergence {:.2e} nats a token.",
            difference.max_logprob_difference, difference.kl
        ),
        "Export with --dtype f32, or serve base and adapter unmerged; with f32 already, report this as a fault.",
    ))
}

fn write_peft(model: &Model, wish: &Wish<'_>, dir: &Path) -> Result<Model, Problem> {
    let Some(from) = wish.adapter else {
        return Err(Problem::bad(
            "export_no_adapter",
            "There is no adapter to export: none was named.",
            "Name it with --adapter DIR, or export the base with --format merged.",
        ));
    };
    adapter::save(model, &adapter::read_config(from)?, dir, None)?;
    name_base(wish.model, dir)?;
    disk::copy(&from.join(adapter::MANIFEST), &dir.join(adapter::MANIFEST))?;
    Model::load(wish.model, Some(dir))
}

/// peft finds the base by this field; our own check goes by the manifest's hash.
fn name_base(base: &Path, dir: &Path) -> Result<(), Problem> {
    let path = dir.join("adapter_config.json");
    let text = std::fs::read_to_string(&path).map_err(|e| disk::failed(&path, &e))?;
    let mut config: Value = serde_json::from_str(&text).map_err(|e| Problem::internal(e.to_string()))?;
    config["base_model_name_or_path"] = base.file_name().map(|n| n.to_string_lossy()).into();
    disk::write(&path, format!("{config:#}").as_bytes())
}

fn write_merged(model: &mut Model, wish: &Wish<'_>, stored: Stored, dir: &Path) -> Result<Model, Problem> {
    model.merge();
    model.save_as(dir, stored)?;
    companions(wish.model, dir)?;
    Model::load(dir, None)
}

/// Files that make a model folder complete besides its configuration and weights. Without
/// `generation_config.json` a chat may never end.
const COMPANIONS: &[&str] = &[
    "LICENSE",
    "added_tokens.json",
    "chat_template.jinja",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
];

/// Takes the base's tokenizer, template and settings along.
pub(crate) fn companions(base: &Path, dir: &Path) -> Result<(), Problem> {
    COMPANIONS.iter().try_for_each(|name| disk::copy(&base.join(name), &dir.join(name)))
}

/// The files of a folder with their hashes.
fn list(dir: &Path) -> Result<Vec<Written>, Problem> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let size = entry.metadata().map_or(0, |m| m.len());
        files.push(Written { name, size, sha256: fingerprint::file(&entry.path())? });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
