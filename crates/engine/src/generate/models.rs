//! Models kept in memory between requests, the last used first.

use crate::model::Model;
use crate::tokenizer::Tokenizer;
use karat_types::{Precision, Problem};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// How many are kept: a base and what one compares it with.
const KEPT: usize = 4;

/// A model with its tokenizer; the tokenizer may be missing as long as nobody sends text.
pub(crate) struct Loaded {
    pub(crate) model: Model,
    pub(crate) tokenizer: Result<Tokenizer, Problem>,
}

impl Loaded {
    /// Reads a base and, on top of it, an adapter.
    pub(crate) fn read(dir: &Path, adapter: Option<&Path>, precision: Precision) -> Result<Self, Problem> {
        let model = Model::load_as(dir, adapter, precision)?;
        let tokenizer = Tokenizer::load(dir);
        if let Ok(tokenizer) = &tokenizer {
            tokenizer.fits(model.vocab_size() as u64)?;
        }
        Ok(Self { model, tokenizer })
    }
}

/// A folder pair, and when its files were last written: a folder made anew is read anew.
#[derive(PartialEq)]
struct Key {
    dir: PathBuf,
    adapter: Option<PathBuf>,
    precision: Precision,
    written: Vec<Option<SystemTime>>,
}

impl Key {
    fn of(dir: &Path, adapter: Option<&Path>, precision: Precision) -> Self {
        let time = |path: PathBuf| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        let base = ["config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"];
        let mut written: Vec<_> = base.iter().map(|name| time(dir.join(name))).collect();
        if let Some(adapter) = adapter {
            written.push(time(adapter.join("adapter_config.json")));
            written.push(time(adapter.join("adapter_model.safetensors")));
        }
        Self { dir: dir.into(), adapter: adapter.map(Into::into), precision, written }
    }
}

/// The models in memory.
#[derive(Default)]
pub(crate) struct Models {
    kept: Mutex<Vec<(Key, Arc<Loaded>)>>,
}

impl Models {
    /// The model of these folders, read if it is not there yet.
    pub(crate) fn get(
        &self,
        dir: &Path,
        adapter: Option<&Path>,
        precision: Precision,
    ) -> Result<Arc<Loaded>, Problem> {
        let key = Key::of(dir, adapter, precision);
        // Held while reading: two requests for one model must not read it twice.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(k, _)| *k == key) {
            let entry = kept.remove(at);
            let loaded = entry.1.clone();
            kept.insert(0, entry);
            return Ok(loaded);
        }
        kept.retain(|(k, _)| (&k.dir, &k.adapter, k.precision) != (&key.dir, &key.adapter, key.precision));
        kept.truncate(KEPT - 1);
        let loaded = Arc::new(Loaded::read(dir, adapter, precision)?);
        kept.insert(0, (key, loaded.clone()));
        Ok(loaded)
    }
}
