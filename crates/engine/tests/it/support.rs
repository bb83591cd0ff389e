//! The tiny LLaMA that transformers and peft computed the reference numbers with.

use karat_engine::Model;
use karat_engine::tape::Batch;
use safetensors::SafeTensors;
use std::path::{Path, PathBuf};

pub(crate) fn fixture(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/llama").join(part)
}

pub(crate) fn base() -> Model {
    Model::load(&fixture("base"), None).unwrap()
}

pub(crate) fn tuned() -> Model {
    Model::load(&fixture("base"), Some(&fixture("adapter"))).unwrap()
}

/// The reference numbers.
pub(crate) struct Reference(Vec<u8>);

impl Reference {
    pub(crate) fn read() -> Self {
        Self(std::fs::read(fixture("ref.safetensors")).unwrap())
    }

    /// The reference numbers of another folder.
    pub(crate) fn at(dir: &Path) -> Self {
        Self(std::fs::read(dir.join("ref.safetensors")).unwrap())
    }

    /// The names that begin with `prefix`, without it.
    pub(crate) fn names(&self, prefix: &str) -> Vec<String> {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        tensors.names().iter().filter_map(|n| n.strip_prefix(prefix).map(str::to_owned)).collect()
    }

    pub(crate) fn floats(&self, name: &str) -> Vec<f32> {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        let bytes = tensors.tensor(name).unwrap().data().to_vec();
        bytes.chunks_exact(4).map(|c| f32::from_le_bytes(c.try_into().unwrap())).collect()
    }

    fn integers(&self, name: &str) -> Vec<i64> {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        let bytes = tensors.tensor(name).unwrap().data().to_vec();
        bytes.chunks_exact(8).map(|c| i64::from_le_bytes(c.try_into().unwrap())).collect()
    }

    /// The two sequences of 12 tokens.
    pub(crate) fn sequences(&self) -> Vec<Vec<u32>> {
        self.integers("input_ids").chunks(12).map(|row| row.iter().map(|&id| id as u32).collect()).collect()
    }

    pub(crate) fn labels(&self) -> Vec<Vec<i32>> {
        self.integers("labels").chunks(12).map(|row| row.iter().map(|&id| id as i32).collect()).collect()
    }

    pub(crate) fn batch(&self) -> Batch {
        Batch::new(self.sequences().iter().map(Vec::as_slice))
    }

    /// (row of the batch, token that follows it) wherever that token is trained.
    pub(crate) fn wanted(&self) -> Vec<(u32, u32)> {
        let labels = self.labels();
        let rows = labels.iter().enumerate().flat_map(|(s, row)| {
            (1..row.len()).filter(|&i| row[i] >= 0).map(move |i| ((s * 12 + i - 1) as u32, row[i] as u32))
        });
        rows.collect()
    }
}

/// max |Δ| / max |reference|.
pub(crate) fn relative(ours: &[f32], reference: &[f32]) -> f64 {
    assert_eq!(ours.len(), reference.len());
    let max = reference.iter().fold(0f64, |m, &x| m.max(f64::from(x).abs()));
    let apart =
        ours.iter().zip(reference).fold(0f64, |m, (&a, &b)| m.max((f64::from(a) - f64::from(b)).abs()));
    assert!(apart.is_finite(), "a number is not finite");
    apart / max
}
