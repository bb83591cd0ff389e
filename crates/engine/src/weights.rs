//! Safetensors in and out: single file or shards; f32, f16 and bf16 become f32.

use half::{bf16, f16};
use karat_types::Problem;
use memmap2::Mmap;
use rayon::prelude::*;
use safetensors::tensor::{Dtype, Metadata, SafeTensors};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One file mapped into memory, its header already checked against its length.
struct File {
    path: PathBuf,
    map: Mmap,
    header: usize,
    metadata: Metadata,
}

impl File {
    /// Gives the memory of a part back that was read: or a whole base would stay in memory
    /// beside what is made of it. It comes from the file again when it is asked for again.
    fn forget(&self, part: &[u8]) {
        const WORTHWHILE: usize = 1 << 18;
        if part.len() < WORTHWHILE {
            return;
        }
        #[cfg(unix)]
        {
            let first = part.as_ptr().addr() - self.map.as_ptr().addr();
            // SAFETY: the map is private and never written, so its pages hold what the file
            // holds, before and after. A system that does not follow the advice is fine.
            #[expect(unsafe_code, reason = "the advice drops pages, which here come back from the file")]
            let _ = unsafe {
                self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, first, part.len())
            };
        }
    }
}

/// All tensors of a folder or file.
pub struct Tensors {
    files: Vec<File>,
    by_name: BTreeMap<String, Extent>,
}

/// Where a tensor lies.
struct Extent {
    file: usize,
    shape: Vec<usize>,
    dtype: Dtype,
    /// Its bytes, counted from the first behind the header.
    bytes: Range<usize>,
}

impl Extent {
    /// One after the other along the first axis, each of `shape`.
    fn parts(self, shape: &[usize]) -> impl Iterator<Item = Self> {
        let Self { file, shape: whole, dtype, bytes } = self;
        let many = whole.iter().product::<usize>() / shape.iter().product::<usize>().max(1);
        let (size, shape) = (bytes.len() / many.max(1), shape.to_vec());
        (0..many).map(move |i| {
            let first = bytes.start + i * size;
            Self { file, shape: shape.clone(), dtype, bytes: first..first + size }
        })
    }
}

fn bad(code: &str, path: &Path, what: impl std::fmt::Display, hint: &str) -> Problem {
    Problem::bad(code, format!("{}: {what}.", path.display()), hint)
}

const COPY_AGAIN: &str = "Download or copy the file again and compare its size and SHA-256 with the source.";

fn open(path: &Path) -> Result<File, Problem> {
    let missing =
        |e: std::io::Error| bad("weights_missing", path, e, "Put the file there, or choose another folder.");
    let file = std::fs::File::open(path).map_err(missing)?;
    // SAFETY: the map is read only; a file changed by others while mapped gives wrong
    // numbers at worst, which the checks for NaN and for hashes are there to find.
    #[expect(unsafe_code, reason = "mapping a file is unsafe because others may change it")]
    let map = unsafe { Mmap::map(&file) }.map_err(missing)?;
    let damaged = |e: safetensors::SafeTensorError| {
        bad("weights_damaged", path, format!("not a whole safetensors file ({e})"), COPY_AGAIN)
    };
    let (header, metadata) = SafeTensors::read_metadata(&map).map_err(damaged)?;
    let (header, len) = (header + 8, map.len());
    if header + metadata.data_len() != len {
        let what = format!("{len} bytes, its header promises {}", header + metadata.data_len());
        return Err(bad("weights_damaged", path, what, COPY_AGAIN));
    }
    Ok(File { path: path.to_path_buf(), map, header, metadata })
}

impl Tensors {
    /// Opens `model.safetensors`, or the shards its index names.
    ///
    /// # Errors
    /// `weights_missing`, `weights_damaged`, `weights_pickle`.
    pub fn open_model(dir: &Path) -> Result<Self, Problem> {
        let mut tensors = Self::open_files(&model_files(dir)?)?;
        tensors.take_experts_apart();
        Ok(tensors)
    }

    /// Gives the experts of a block that lie in two tensors, as transformers 5 holds them, the
    /// names they have one by one on the hub: `P.experts.gate_up_proj` (experts × 2·inner ×
    /// width) and `P.experts.down_proj` (experts × width × inner).
    fn take_experts_apart(&mut self) {
        let fused =
            |name: &&String| name.ends_with(".experts.gate_up_proj") || name.ends_with(".experts.down_proj");
        let names: Vec<String> = self.by_name.keys().filter(fused).cloned().collect();
        for name in names {
            let Some(stored) = self.by_name.remove(&name) else { continue };
            let (kinds, shape) = match stored.shape[..] {
                [_, rows, cols] if name.ends_with("down_proj") => (&["down_proj"][..], [rows, cols]),
                [_, rows, cols] if rows.is_multiple_of(2) => {
                    (&["gate_proj", "up_proj"][..], [rows / 2, cols])
                }
                _ => {
                    self.by_name.insert(name, stored);
                    continue;
                }
            };
            let container = &name[..name.rfind('.').unwrap_or(0)];
            for (i, part) in stored.parts(&shape).enumerate() {
                let (expert, kind) = (i / kinds.len(), kinds[i % kinds.len()]);
                self.by_name.insert(format!("{container}.{expert}.{kind}.weight"), part);
            }
        }
    }

    /// Opens files, whose tensors must have different names.
    ///
    /// # Errors
    /// `weights_missing`, `weights_damaged`.
    pub fn open_files(paths: &[PathBuf]) -> Result<Self, Problem> {
        let files = paths.iter().map(|p| open(p)).collect::<Result<Vec<_>, _>>()?;
        let mut by_name = BTreeMap::new();
        for (i, file) in files.iter().enumerate() {
            for name in file.metadata.offset_keys() {
                let Some(info) = file.metadata.info(&name) else { continue };
                let bytes = info.data_offsets.0..info.data_offsets.1;
                let stored = Extent { file: i, shape: info.shape.clone(), dtype: info.dtype, bytes };
                if by_name.insert(name.clone(), stored).is_some() {
                    return Err(bad(
                        "weights_damaged",
                        &file.path,
                        format!("tensor {name} is there twice"),
                        COPY_AGAIN,
                    ));
                }
            }
        }
        Ok(Self { files, by_name })
    }

    /// Names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Whether there is such a tensor.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Shape of a tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.by_name.get(name).map(|stored| &stored.shape[..])
    }

    /// The type most numbers are stored in: `F32`.
    pub fn dtype(&self) -> String {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for stored in self.by_name.values() {
            *count.entry(format!("{:?}", stored.dtype)).or_default() +=
                stored.shape.iter().product::<usize>();
        }
        count.into_iter().max_by_key(|c| c.1).map_or_else(|| "F32".into(), |c| c.0)
    }

    /// The bytes of a tensor as they lie in the file, and their type.
    pub fn raw(&self, name: &str) -> Option<(&[u8], Dtype)> {
        let stored = self.by_name.get(name)?;
        let file = &self.files[stored.file];
        Some((&file.map[file.header..][stored.bytes.clone()], stored.dtype))
    }

    /// A tensor that is read piece by piece.
    ///
    /// # Errors
    /// `weights_missing_tensor`, `weights_wrong_shape`, `weights_wrong_type`.
    pub fn view<'a>(&'a self, name: &'a str, shape: &[usize]) -> Result<View<'a>, Problem> {
        let found = self
            .by_name
            .get(name)
            .map(|stored| &self.files[stored.file])
            .zip(self.raw(name))
            .zip(self.shape(name));
        let Some(((file, (bytes, dtype)), found)) = found else {
            let path = self.files.first().map(|f| f.path.clone()).unwrap_or_default();
            return Err(bad(
                "weights_missing_tensor",
                &path,
                format!("there is no tensor {name} of shape {shape:?}"),
                "The weights do not belong to this config.json: take both from the same source.",
            ));
        };
        if found != shape {
            return Err(bad(
                "weights_wrong_shape",
                &file.path,
                format!("{name} has shape {found:?}, config.json expects {shape:?}"),
                "The weights do not belong to this config.json: take both from the same source.",
            ));
        }
        if !matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
            return Err(bad(
                "weights_wrong_type",
                &file.path,
                format!("{name} is stored as {dtype:?}, known are F32, F16 and BF16"),
                "Convert the weights to one of these types.",
            ));
        }
        Ok(View { name, file, bytes, dtype, turned: None })
    }

    /// A matrix stored as in × out, read as out × in.
    ///
    /// # Errors
    /// As [`Self::view`].
    pub fn turned<'a>(&'a self, name: &'a str, [outs, ins]: [usize; 2]) -> Result<View<'a>, Problem> {
        Ok(View { turned: Some([outs, ins]), ..self.view(name, &[ins, outs])? })
    }

    /// A tensor as f32.
    ///
    /// # Errors
    /// As [`Self::view`], and `weights_not_finite`.
    pub fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Problem> {
        let view = self.view(name, shape)?;
        let mut data = vec![0.0; shape.iter().product()];
        view.read(0, &mut data)?;
        Ok(data)
    }
}

/// A tensor in a file, of a type that can become f32.
pub struct View<'a> {
    name: &'a str,
    file: &'a File,
    bytes: &'a [u8],
    dtype: Dtype,
    turned: Option<[usize; 2]>,
}

impl View<'_> {
    /// Bytes a number.
    fn size(&self) -> usize {
        if self.dtype == Dtype::F32 { 4 } else { 2 }
    }

    /// Numbers of the out × in matrix from `first` on, one by one from all over the file.
    fn pick(&self, [outs, ins]: [usize; 2], first: usize, out: &mut [f32]) {
        let size = self.size();
        for (i, out) in out.iter_mut().enumerate() {
            let place = (first + i) % ins * outs + (first + i) / ins;
            decode(&self.bytes[place * size..][..size], self.dtype, std::slice::from_mut(out));
        }
    }

    /// The numbers from `first` on.
    ///
    /// # Errors
    /// `weights_not_finite`.
    pub fn read(&self, first: usize, out: &mut [f32]) -> Result<(), Problem> {
        /// Numbers a task reads.
        const PIECE: usize = 1 << 15;
        let size = self.size();
        let pieces = out.par_chunks_mut(PIECE).enumerate();
        let odd = pieces.filter_map(|(i, out)| {
            let at = first + i * PIECE;
            match self.turned {
                Some(shape) => self.pick(shape, at, out),
                None => decode(&self.bytes[at * size..][..out.len() * size], self.dtype, out),
            }
            let finite = out.iter().fold(true, |all, x| all & x.is_finite());
            let at = if finite { None } else { out.iter().position(|x| !x.is_finite()) };
            at.map(|at| (i * PIECE + at, out[at]))
        });
        let odd = odd.min_by_key(|odd| odd.0);
        if self.turned.is_none() {
            self.file.forget(&self.bytes[first * size..][..out.len() * size]);
        }
        match odd {
            None => Ok(()),
            Some((at, x)) => Err(bad(
                "weights_not_finite",
                &self.file.path,
                format!("number {} of {} is {x}", first + at, self.name),
                "The training that made this file diverged, or the file is damaged: take another one.",
            )),
        }
    }
}

fn decode(bytes: &[u8], dtype: Dtype, out: &mut [f32]) {
    let two = |c: &[u8]| [c[0], c[1]];
    match dtype {
        Dtype::F32 => {
            for (out, c) in out.iter_mut().zip(bytes.chunks_exact(4)) {
                *out = f32::from_le_bytes([c[0], c[1], c[2], c[3]]);
            }
        }
        Dtype::F16 => {
            for (out, c) in out.iter_mut().zip(bytes.chunks_exact(2)) {
                *out = f16::from_le_bytes(two(c)).to_f32();
            }
        }
        _ => {
            for (out, c) in out.iter_mut().zip(bytes.chunks_exact(2)) {
                *out = bf16::from_le_bytes(two(c)).to_f32();
            }
        }
    }
}

/// The weight files of a model folder, in order.
///
/// # Errors
/// `weights_missing`, `weights_pickle`, `weights_damaged`.
pub fn model_files(dir: &Path) -> Result<Vec<PathBuf>, Problem> {
    let single = dir.join("model.safetensors");
    if single.is_file() {
        return Ok(vec![single]);
    }
    let index = dir.join("model.safetensors.index.json");
    if let Ok(text) = std::fs::read_to_string(&index) {
        let damaged = |what: &str| bad("weights_damaged", &index, what, COPY_AGAIN);
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| damaged(&e.to_string()))?;
        let map = value["weight_map"].as_object().ok_or_else(|| damaged("it has no weight_map"))?;
        let mut names: Vec<&str> = map.values().filter_map(serde_json::Value::as_str).collect();
        names.sort_unstable();
        names.dedup();
        if let Some(outside) = names.iter().find(|n| n.contains(['/', '\\'])) {
            return Err(damaged(&format!("shard '{outside}' is not a plain file name")));
        }
        return Ok(names.into_iter().map(|n| dir.join(n)).collect());
    }
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let pickle = entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .find(|name| [".bin", ".pt", ".pth", ".ckpt"].iter().any(|end| name.ends_with(end)));
    Err(match pickle {
        Some(name) => bad(
            "weights_pickle",
            &dir.join(name),
            "a pickle, which can run any code when it is opened",
            "Take the model's safetensors files, or convert it once where you trust it.",
        ),
        None => bad(
            "weights_missing",
            &single,
            "there is no such file",
            "Put the weights there, or choose another folder.",
        ),
    })
}

/// The type numbers are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// All their bits.
    F32,
    /// Rounded to bfloat16, ties to even.
    Bf16,
    /// Rounded to half precision, ties to even.
    F16,
}

impl Stored {
    /// As `config.json` names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::Bf16 => "bfloat16",
            Self::F16 => "float16",
        }
    }

    fn bytes(self, data: &[f32]) -> Vec<u8> {
        fn all<const N: usize>(data: &[f32], one: impl Fn(f32) -> [u8; N] + Sync) -> Vec<u8> {
            let mut bytes = vec![0; data.len() * N];
            let pairs = bytes.par_chunks_exact_mut(N).zip(data).with_min_len(1 << 14);
            pairs.for_each(|(to, &x)| to.copy_from_slice(&one(x)));
            bytes
        }
        match self {
            Self::F32 => all(data, f32::to_le_bytes),
            Self::Bf16 => all(data, |x| bf16::from_f32(x).to_le_bytes()),
            Self::F16 => all(data, |x| f16::from_f32(x).to_le_bytes()),
        }
    }
}

/// A tensor that becomes bytes only while it is written.
struct Waiting<'a> {
    shape: &'a [usize],
    data: &'a [f32],
    stored: Stored,
}

impl safetensors::View for Waiting<'_> {
    fn dtype(&self) -> Dtype {
        match self.stored {
            Stored::F32 => Dtype::F32,
            Stored::Bf16 => Dtype::BF16,
            Stored::F16 => Dtype::F16,
        }
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.stored.bytes(self.data).into()
    }

    fn data_len(&self) -> usize {
        self.data.len() * if self.stored == Stored::F32 { 4 } else { 2 }
    }
}

/// Writes tensors to one file as f32, sorted by name as safetensors does, and flushes it.
///
/// # Errors
/// `disk_write_failed`.
pub fn write(path: &Path, tensors: &[(String, Vec<usize>, &[f32])]) -> Result<(), Problem> {
    write_as(path, tensors, Stored::F32)
}

/// The same in another type; one tensor at a time is held twice in memory.
///
/// # Errors
/// `disk_write_failed`.
pub fn write_as(
    path: &Path,
    tensors: &[(String, Vec<usize>, &[f32])],
    stored: Stored,
) -> Result<(), Problem> {
    let failed = |e: &dyn std::fmt::Display| crate::disk::failed(path, e);
    let waiting = tensors.iter().map(|(name, shape, data)| (name.as_str(), Waiting { shape, data, stored }));
    let format = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize_to_file(waiting, Some(format), path).map_err(|e| failed(&e))?;
    crate::disk::flush(path)
}
