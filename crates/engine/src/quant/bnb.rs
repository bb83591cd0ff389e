//! Checkpoints that bitsandbytes has quantised already: `…-bnb-4bit` folders.
//!
//! Beside each quantised `X.weight` (bytes) lie `X.weight.absmax`, `X.weight.quant_map` and
//! `X.weight.quant_state.bitsandbytes__nf4` (a JSON object as bytes), with double
//! quantisation also `X.weight.nested_absmax` and `X.weight.nested_quant_map`.

use super::four::{Nf4, Rounding};
use super::scales::{Double, Scales};
use crate::weights::Tensors;
use karat_types::Problem;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const STATE: &str = "quant_state.bitsandbytes__";
const HINT: &str = "Take the model's unquantised weights and let --precision or --method qlora quantise them, or copy this folder again.";

fn unknown(what: &str) -> Problem {
    Problem::bad(
        "quantisation_unknown",
        format!("The weights are quantised as {what}; known is bitsandbytes' 4-bit NF4."),
        "Take the model's unquantised weights and let --precision or --method qlora quantise them.",
    )
}

/// Refuses what `config.json` says its weights are quantised with, unless it is NF4.
///
/// # Errors
/// `quantisation_unknown`.
pub fn check_config(config: &Value) -> Result<(), Problem> {
    let q = &config["quantization_config"];
    if q.is_null() {
        return Ok(());
    }
    let set = |key: &str| q[key].as_bool().unwrap_or(false);
    let method = q["quant_method"].as_str().unwrap_or(if set("load_in_4bit") || set("load_in_8bit") {
        "bitsandbytes"
    } else {
        "an unnamed method"
    });
    if method != "bitsandbytes" {
        return Err(unknown(method));
    }
    if set("load_in_8bit") {
        return Err(unknown("bitsandbytes' int8"));
    }
    match q["bnb_4bit_quant_type"].as_str().unwrap_or("fp4") {
        "nf4" => Ok(()),
        other => Err(unknown(&format!("bitsandbytes' 4-bit {other}"))),
    }
}

/// What is said about weights that are quantised already: `NF4 (bitsandbytes, double
/// quantisation, meant for bfloat16)`; none when they are not.
pub fn note(dir: &Path, tensors: &Tensors) -> Option<String> {
    any(tensors).then(|| {
        let config = std::fs::read_to_string(dir.join("config.json")).unwrap_or_default();
        let config: Value = serde_json::from_str(&config).unwrap_or_default();
        let compute = &config["quantization_config"]["bnb_4bit_compute_dtype"];
        let double = tensors.names().any(|name| name.ends_with(".weight.nested_absmax"));
        format!(
            "NF4 (bitsandbytes, {}, meant for {})",
            if double { "double quantisation" } else { "plain scales" },
            compute.as_str().unwrap_or("float32")
        )
    })
}

/// The weight a companion tensor (`X.weight.absmax`) belongs to.
pub fn owner(tensor: &str) -> Option<&str> {
    let at = tensor.find(".weight.")? + ".weight".len();
    let part = &tensor[at + 1..];
    let known = ["absmax", "quant_map", "nested_absmax", "nested_quant_map"].contains(&part);
    (known || part.starts_with(STATE)).then(|| &tensor[..at])
}

/// Whether any weight of these files is quantised.
pub fn any(tensors: &Tensors) -> bool {
    tensors.names().any(|name| owner(name).is_some())
}

/// The weight `name` of this shape, when the files hold it in four bits.
///
/// # Errors
/// `quantisation_unknown`, `quantisation_damaged`, and what reading says.
pub fn read(tensors: &Tensors, name: &str, shape: [usize; 2]) -> Result<Option<Nf4>, Problem> {
    if tensors.has(&format!("{name}.{STATE}fp4")) {
        return Err(unknown("bitsandbytes' 4-bit fp4"));
    }
    let layer = name.strip_suffix(".weight").unwrap_or(name);
    if tensors.has(&format!("{layer}.SCB")) {
        return Err(unknown("bitsandbytes' int8"));
    }
    let key = format!("{name}.{STATE}nf4");
    let Some((bytes, _)) = tensors.raw(&key) else { return Ok(None) };
    let file = File { tensors, name };
    let state: Value =
        serde_json::from_slice(bytes).map_err(|e| file.damaged(&format!("{key} is not JSON: {e}")))?;
    file.weight(&state, shape).map(Some)
}

/// One quantised weight of the files.
struct File<'a> {
    tensors: &'a Tensors,
    name: &'a str,
}

impl File<'_> {
    fn damaged(&self, what: &str) -> Problem {
        Problem::bad("quantisation_damaged", format!("{}: {what}.", self.name), HINT)
    }

    fn weight(&self, state: &Value, shape: [usize; 2]) -> Result<Nf4, Problem> {
        let said: Vec<u64> =
            state["shape"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        if said != shape.map(|n| n as u64) {
            let what =
                format!("its quant_state says shape {}, config.json expects {shape:?}", state["shape"]);
            return Err(self.damaged(&what));
        }
        let rounding = match state["dtype"].as_str() {
            Some("float32") => Rounding::F32,
            Some("float16") => Rounding::F16,
            Some("bfloat16") => Rounding::Bf16,
            _ => return Err(self.damaged(&format!("its quant_state says dtype {}", state["dtype"]))),
        };
        if state["quant_type"].as_str() != Some("nf4") {
            return Err(self.damaged(&format!("its quant_state says quant_type {}", state["quant_type"])));
        }
        let len = shape[0] * shape[1];
        let block = self.size(state, "blocksize")?;
        let Some((nibbles, _)) = self.tensors.raw(self.name).filter(|raw| raw.0.len() == len.div_ceil(2))
        else {
            return Err(self.damaged(&format!("{len} numbers need {} bytes", len.div_ceil(2))));
        };
        let code: Vec<f32> = self.floats("quant_map", 16)?;
        Ok(Nf4 {
            shape,
            nibbles: nibbles.to_vec(),
            scales: self.scales(state, len.div_ceil(block))?,
            block,
            code: std::array::from_fn(|i| code[i]),
            rounding,
        })
    }

    fn size(&self, state: &Value, key: &str) -> Result<usize, Problem> {
        let size = state[key].as_u64().filter(|n| n.is_power_of_two() && (32..=4096).contains(n));
        size.map(|n| n as usize)
            .ok_or_else(|| self.damaged(&format!("its quant_state says {key} {}", state[key])))
    }

    fn scales(&self, state: &Value, blocks: usize) -> Result<Scales, Problem> {
        if !self.tensors.has(&format!("{}.nested_absmax", self.name)) {
            return Ok(Scales::Plain(self.floats("absmax", blocks)?));
        }
        let block = self.size(state, "nested_blocksize")?;
        let offset = state["nested_offset"].as_f64().filter(|x| x.is_finite());
        let offset = offset.ok_or_else(|| self.damaged("its quant_state has no nested_offset"))?;
        let codes = self.tensors.raw(&format!("{}.absmax", self.name)).map(|raw| raw.0);
        let codes = codes.filter(|codes| codes.len() == blocks);
        let codes = codes.ok_or_else(|| self.damaged(&format!("absmax is not {blocks} bytes")))?;
        let map = self.floats("nested_quant_map", 256)?;
        Ok(Scales::Double(Double {
            codes: codes.to_vec(),
            absmax: self.floats("nested_absmax", blocks.div_ceil(block))?,
            block,
            map: Arc::new(std::array::from_fn(|i| map[i])),
            offset: offset as f32,
        }))
    }

    /// A companion tensor of exactly `len` numbers.
    fn floats(&self, part: &str, len: usize) -> Result<Vec<f32>, Problem> {
        let name = format!("{}.{part}", self.name);
        if self.tensors.shape(&name) != Some(&[len]) {
            let found = self.tensors.shape(&name).map_or("missing".into(), |s| format!("of shape {s:?}"));
            return Err(self.damaged(&format!("{part} is {found}, expected {len} numbers")));
        }
        self.tensors.read(&name, &[len])
    }
}
