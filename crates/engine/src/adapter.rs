//! peft adapters in and out. Loading is a bijection: every tensor of the file is used and
//! every site is filled, or the adapter is refused; nothing is ever loaded by halves.

use crate::lora::{self, LoraConfig, Targets};
use crate::model::Model;
use crate::net::Site;
use crate::weights::{self, Tensors};
use crate::{disk, family, fingerprint, fused, pattern};
use karat_types::Problem;
use serde_json::{Value, json};
use std::path::Path;

/// Our own note beside the two files of peft: which base this adapter belongs to.
pub(crate) const MANIFEST: &str = "karat.json";

fn refuse(dir: &Path, code: &str, what: impl std::fmt::Display, hint: &str) -> Problem {
    Problem::bad(code, format!("Adapter {}: {what}.", dir.display()), hint)
}

fn read_json(dir: &Path, name: &str) -> Result<Value, Problem> {
    let what = |e: &dyn std::fmt::Display| {
        refuse(
            dir,
            "adapter_config",
            format!("{name} cannot be read: {e}"),
            "Give a peft adapter folder: adapter_config.json and adapter_model.safetensors.",
        )
    };
    let text = std::fs::read_to_string(dir.join(name)).map_err(|e| what(&e))?;
    serde_json::from_str(&text).map_err(|e| what(&e))
}

/// Settings that change the arithmetic in ways the engine does not follow.
const FOREIGN: &[&str] = &[
    "use_dora",
    "use_qalora",
    "lora_bias",
    "use_bdlora",
    "layer_replication",
    "modules_to_save",
    "alora_invocation_tokens",
    "trainable_token_indices",
    "arrow_config",
    "velora_config",
    "monteclora_config",
    "kasa_config",
];

fn unsupported(dir: &Path, what: String) -> Problem {
    refuse(
        dir,
        "adapter_unsupported",
        what,
        "Train a plain LoRA adapter, or merge this one with peft and use the merged model.",
    )
}

fn check_arithmetic(dir: &Path, value: &Value) -> Result<(), Problem> {
    let unsupported = |what| unsupported(dir, what);
    if value["peft_type"].as_str().unwrap_or("LORA") != "LORA" {
        return Err(unsupported(format!("peft_type is {}, only LORA is known", value["peft_type"])));
    }
    let set = |key: &&&str| {
        !matches!(&value[**key], Value::Null | Value::Bool(false))
            && value[**key].as_array().is_none_or(|a| !a.is_empty())
    };
    if let Some(key) = FOREIGN.iter().find(set) {
        return Err(unsupported(format!("{key} is {}, which changes the arithmetic", value[*key])));
    }
    if value["bias"].as_str().unwrap_or("none") != "none" {
        return Err(unsupported(format!("bias is {}, only \"none\" is known", value["bias"])));
    }
    Ok(())
}

fn readable(dir: &Path, regex: &str) -> Result<String, Problem> {
    let wrong = |e| unsupported(dir, format!("the pattern '{regex}' cannot be read: {e}"));
    pattern::readable(regex).map_err(wrong).map(|()| regex.to_owned())
}

/// `rank_pattern` or `alpha_pattern`, in the order of the file: the first that fits counts.
fn numbers(dir: &Path, value: &Value, key: &str) -> Result<Vec<(String, f64)>, Problem> {
    let entries = value[key].as_object().into_iter().flatten();
    let one = |(name, number): (&String, &Value)| {
        let wrong = || unsupported(dir, format!("{key} gives '{name}' the value {number}, not a number"));
        Ok((readable(dir, name)?, number.as_f64().ok_or_else(wrong)?))
    };
    entries.map(one).collect()
}

/// A list of names, or one name.
fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), |list| &list[..]);
    list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Reads `adapter_config.json`; unknown keys are fine, known ones that change the
/// arithmetic are refused.
///
/// # Errors
/// `adapter_config`, `adapter_unsupported`.
pub fn read_config(dir: &Path) -> Result<LoraConfig, Problem> {
    let value = read_json(dir, "adapter_config.json")?;
    check_arithmetic(dir, &value)?;
    let unsupported = |what| unsupported(dir, what);
    let rank = value["r"].as_u64().ok_or_else(|| unsupported(format!("r is {}", value["r"])))?;
    let parameters = texts(&value["target_parameters"]);
    let layers = match &value["layers_to_transform"] {
        Value::Array(list) => Some(list.iter().filter_map(Value::as_u64).map(|n| n as usize).collect()),
        one => one.as_u64().map(|n| vec![n as usize]),
    };
    let targets = match &value["target_modules"] {
        list @ Value::Array(names) if !names.is_empty() || !parameters.is_empty() => {
            Targets::Named(texts(list))
        }
        Value::String(all) if all == "all-linear" => Targets::All,
        Value::String(regex) => Targets::Pattern(readable(dir, regex)?),
        other => {
            return Err(unsupported(format!(
                "target_modules is {other}; a list of names or a regular expression is known"
            )));
        }
    };
    let exclude = match &value["exclude_modules"] {
        list @ Value::Array(names) if !names.is_empty() => Some(Targets::Named(texts(list))),
        Value::String(regex) => Some(Targets::Pattern(readable(dir, regex)?)),
        _ => None,
    };
    Ok(LoraConfig {
        rank: rank as usize,
        alpha: value["lora_alpha"].as_f64().unwrap_or(rank as f64),
        rslora: value["use_rslora"].as_bool().unwrap_or(false),
        dropout: value["lora_dropout"].as_f64().unwrap_or(0.0),
        targets,
        parameters,
        each_expert: false,
        lenient: true,
        exclude,
        layers,
        layers_pattern: texts(&value["layers_pattern"]),
        rank_pattern: numbers(dir, &value, "rank_pattern")?,
        alpha_pattern: numbers(dir, &value, "alpha_pattern")?,
    })
}

/// Puts the adapter of a folder on the model.
///
/// # Errors
/// `adapter_config`, `adapter_unsupported`, `adapter_no_site`, `adapter_tensor_missing`,
/// `adapter_tensor_unused`, and what the weights say.
pub fn load(model: &mut Model, dir: &Path) -> Result<LoraConfig, Problem> {
    let tensors = Tensors::open_files(&[dir.join("adapter_model.safetensors")])?;
    let each_expert = tensors.names().any(|name| fused::place(name).is_some());
    let config = LoraConfig { each_expert, ..read_config(dir)? };
    let mut experts = fused::Reader::new(&tensors, model.net.sites.clone());
    let other_base = "It was made for another base: choose the model it was trained on.";
    let mut used = std::collections::HashSet::new();
    lora::attach(model, &config, &mut |name, shape| {
        if let Some(numbers) = experts.read(name, shape) {
            return numbers;
        }
        if !tensors.has(name) {
            return Err(refuse(
                dir,
                "adapter_tensor_missing",
                format!("the base expects {name}, the file has no such tensor"),
                other_base,
            ));
        }
        used.insert(name.to_owned());
        tensors.read(name, shape)
    })?;
    match tensors.names().find(|name| !used.contains(*name) && !experts.used.contains(*name)) {
        None => Ok(config),
        Some(name) => {
            // A name that hits nothing explains more than the tensor it left behind.
            lora::check_targets(model, &LoraConfig { lenient: false, ..config })?;
            let what = format!("tensor {name} fits no layer of the base");
            Err(refuse(dir, "adapter_tensor_unused", what, other_base))
        }
    }
}

/// Refuses an adapter whose manifest names another base; a foreign adapter without a
/// manifest passes, its tensors still have to fit one to one.
///
/// # Errors
/// `adapter_for_another_base`, `adapter_config`.
pub fn check_base(dir: &Path, base: &Path) -> Result<(), Problem> {
    if !dir.join(MANIFEST).exists() {
        return Ok(());
    }
    let manifest = read_json(dir, MANIFEST)?;
    let name = manifest["base_name"].as_str().unwrap_or("unnamed");
    let file = |name: &str| fingerprint::file(&base.join(name)).unwrap_or_else(|_| "missing".into());
    let parts = [
        ("weights", "base_sha256", fingerprint::base(base)?),
        ("tokenizer", "tokenizer_sha256", file("tokenizer.json")),
        ("chat template", "template_sha256", file("chat_template.jinja")),
    ];
    for (part, key, found) in parts {
        if let Some(wanted) = manifest[key].as_str().filter(|wanted| *wanted != found) {
            let what = format!(
                "it was trained on base '{name}' with {part} {wanted:.12}…, {} has {found:.12}…",
                base.display()
            );
            let hint = "Choose the base it was trained on; `karat models list` shows the hashes.";
            return Err(refuse(dir, "adapter_for_another_base", what, hint));
        }
    }
    Ok(())
}

/// Writes the two files of peft into `dir`; the keys are the subset every peft version
/// reads. With the base's folder and a note on the training also the manifest that ties the
/// adapter to both.
///
/// # Errors
/// `disk_write_failed`, or what reading the base says.
pub fn save(
    model: &Model,
    config: &LoraConfig,
    dir: &Path,
    origin: Option<(&Path, &Value)>,
) -> Result<(), Problem> {
    let name = origin.and_then(|(base, _)| base.file_name()).map(|n| n.to_string_lossy().into_owned());
    let parameters = target_parameters(model, config);
    let targets =
        if parameters == config.parameters { written(&config.targets, model) } else { json!(modules(model)) };
    let dropout = if parameters.is_empty() { config.dropout } else { 0.0 };
    let pattern = |p: &[(String, f64)], whole: bool| -> Value {
        p.iter()
            .map(|(k, v)| (k.clone(), if whole { json!(*v as u64) } else { json!(v) }))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let json = json!({
        "alpha_pattern": pattern(&config.alpha_pattern, false),
        "auto_mapping": null,
        "base_model_name_or_path": name,
        "bias": "none",
        "exclude_modules": config.exclude.as_ref().map(|targets| written(targets, model)),
        // What peft itself says of layers stored as in × out; its matrices stay as they are.
        "fan_in_fan_out": model.net.params.iter().any(|(_, p)| p.turned),
        "inference_mode": true,
        "init_lora_weights": true,
        "layers_pattern": if config.layers_pattern.is_empty() { Value::Null } else { json!(config.layers_pattern) },
        "layers_to_transform": config.layers,
        "lora_alpha": whole_number(config.alpha),
        "lora_dropout": dropout,
        "modules_to_save": null,
        "peft_type": "LORA",
        "r": config.rank,
        "rank_pattern": pattern(&config.rank_pattern, true),
        "revision": null,
        "target_modules": targets,
        "target_parameters": if parameters.is_empty() { Value::Null } else { json!(parameters) },
        "task_type": "CAUSAL_LM",
        "use_dora": false,
        "use_rslora": config.rslora,
    });
    disk::write(&dir.join("adapter_config.json"), format!("{json:#}").as_bytes())?;
    let own = model.net.params.iter().skip(model.base_params);
    let own =
        own.map(|(id, p)| (p.name.clone(), p.shape.clone(), model.net.params.data(id).to_vec())).collect();
    let own = if config.each_expert { own } else { fused::pack(&model.net.sites, own) };
    let tensors: Vec<_> =
        own.iter().map(|(name, shape, data)| (name.clone(), shape.clone(), &data[..])).collect();
    weights::write(&dir.join("adapter_model.safetensors"), &tensors)?;
    match origin {
        Some((base, training)) => write_manifest(dir, base, training),
        None => Ok(()),
    }
}

/// Writes the manifest that ties what a run made to its base and to its training.
///
/// # Errors
/// `disk_write_failed`, or what reading the base says.
pub(crate) fn write_manifest(dir: &Path, base: &Path, training: &Value) -> Result<(), Problem> {
    let manifest = json!({
        "v": 1,
        "base_name": base.file_name().map(|name| name.to_string_lossy()),
        "base_sha256": fingerprint::base(base)?,
        "tokenizer_sha256": fingerprint::file(&base.join("tokenizer.json")).ok(),
        "template_sha256": fingerprint::file(&base.join("chat_template.jinja")).ok(),
        "training": training,
        "engine": concat!("karat-engine ", env!("CARGO_PKG_VERSION")),
    });
    disk::write(&dir.join(MANIFEST), format!("{manifest:#}").as_bytes())
}

/// Targets as peft writes them: sorted names, or one regular expression.
fn written(targets: &Targets, model: &Model) -> Value {
    let mut names = match targets {
        Targets::All => family::linear_suffixes(model.config()),
        Targets::Named(names) => names.clone(),
        Targets::Pattern(regex) => return json!(regex),
    };
    names.sort_unstable();
    json!(names)
}

/// Layers that peft, on a model with experts, takes for experts whatever stands before their
/// name; it reaches them as parameters only.
const TAKEN_FOR_EXPERTS: &[&str] = &["gate_proj", "up_proj", "down_proj", "gate"];

fn by_parameter(site: &Site) -> bool {
    site.alone || site.name.rsplit('.').next().is_some_and(|last| TAKEN_FOR_EXPERTS.contains(&last))
}

/// The `target_parameters` of the adapter: as they were read, or, for one of ours on a model
/// with experts, every parameter it sits on that peft does not reach as a module.
fn target_parameters(model: &Model, config: &LoraConfig) -> Vec<String> {
    let sites = &model.net.sites;
    if config.lenient || config.each_expert || !sites.iter().any(|s| s.alone) {
        return config.parameters.clone();
    }
    let own = sites.iter().filter(|s| s.lora.is_some() && by_parameter(s));
    own.map(lora::parameter).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// Suffixes of the layers the adapter sits on that peft reaches as modules.
fn modules(model: &Model) -> Vec<String> {
    let own = model.net.sites.iter().filter(|s| s.lora.is_some() && !by_parameter(s));
    let suffixes = own.filter_map(|s| s.name.rsplit('.').next().map(str::to_owned));
    suffixes.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// peft writes 16, not 16.0.
fn whole_number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 { json!(x as i64) } else { json!(x) }
}
