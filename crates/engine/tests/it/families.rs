//! Every dense family against transformers and peft: fixtures of `tests/fixtures/make.py`.

use crate::parity::{logprobs, loss_and_grads};
use crate::support::{Reference, relative};
use karat_engine::{Model, adapter, model_init};
use karat_types::Precision;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const FAMILIES: &[&str] =
    &["bloom", "chatglm", "glm", "glm4", "gpt2", "llama", "llama_odd", "mistral", "qwen2", "qwen3"];

fn at(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(part)
}

fn close(name: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len());
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() < 1e-4, "{name}: token {i} has {a} instead of {b}");
    }
}

/// The same through a cache, a part at once and then token by token.
fn cached(model: &Model, ids: &[u32], first: usize) -> Vec<f32> {
    let mut cache = model.cache();
    let mut rows = vec![model.logits(&ids[..first], &mut cache)];
    rows.extend(ids[first..ids.len() - 1].iter().map(|&id| model.logits(&[id], &mut cache)));
    let one = |(row, &id): (&Vec<f32>, &u32)| {
        let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
        (f64::from(row[id as usize]) - sum.ln()) as f32
    };
    rows.iter().zip(&ids[first..]).map(one).collect()
}

fn check(name: &str, model: &Model, reference: &Reference, which: &str) {
    let logits = reference.floats(which);
    for (ids, logits) in reference.sequences().iter().zip(logits.chunks(12 * 64)) {
        let (ours, theirs) = (model.logprobs(ids), logprobs(logits, ids));
        close(&format!("{name} {which}"), &ours, &theirs);
        close(&format!("{name} {which} cached"), &cached(model, ids, 3), &theirs[2..]);
        close(&format!("{name} {which} from one"), &cached(model, ids, 1), &theirs);
    }
}

#[test]
fn log_probabilities_with_and_without_adapter_and_with_a_cache() {
    for name in FAMILIES {
        let reference = Reference::at(&at(name));
        let (base, tuned) = (at(&format!("{name}/base")), at(&format!("{name}/adapter")));
        check(name, &Model::load(&base, None).unwrap(), &reference, "logits_base");
        check(name, &Model::load(&base, Some(&tuned)).unwrap(), &reference, "logits_lora");
    }
}

#[test]
fn loss_and_every_lora_gradient_of_every_family() {
    for name in FAMILIES {
        let reference = Reference::at(&at(name));
        let mut model =
            Model::load(&at(&format!("{name}/base")), Some(&at(&format!("{name}/adapter")))).unwrap();
        model.train_adapter();
        let (loss, grads) = loss_and_grads(&model, &reference.batch(), &reference.wanted());
        let theirs = f64::from(reference.floats("loss")[0]);
        assert!((loss / theirs - 1.0).abs() < 1e-5, "{name}: loss {loss} instead of {theirs}");
        let mut ours = Vec::new();
        for (id, param) in model.params().iter().filter(|(_, p)| p.trained) {
            let error = relative(grads.get(id), &reference.floats(&format!("grad.{}", param.name)));
            assert!(error < 1e-4, "{name}: {}: {error}", param.name);
            ours.push(param.name.clone());
        }
        let mut theirs = reference.names("grad.");
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn chatglm_is_glm_under_other_names() {
    let (own, native) = (at("chatglm/base"), at("chatglm_native/base"));
    let (own, native) = (Model::load(&own, None).unwrap(), Model::load(&native, None).unwrap());
    assert_eq!(own.parameters(), native.parameters());
    for ids in Reference::at(&at("chatglm")).sequences() {
        assert!(relative(&own.logprobs(&ids), &native.logprobs(&ids)) < 1e-6);
    }
}

/// A copy of a folder with some keys of its config.json changed; null takes one away.
fn changed(base: &Path, changes: &Value) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("model.safetensors"), fs::read(base.join("model.safetensors")).unwrap())
        .unwrap();
    let mut config: Value =
        serde_json::from_str(&fs::read_to_string(base.join("config.json")).unwrap()).unwrap();
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config.as_object_mut().unwrap().retain(|key, value| !value.is_null() || key == "sliding_window");
    fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    dir
}

#[test]
fn rope_scalings_windows_activations_and_both_spellings() {
    let file: Value = serde_json::from_str(&fs::read_to_string(at("variants.json")).unwrap()).unwrap();
    let ids: Vec<u32> = serde_json::from_value(file["ids"].clone()).unwrap();
    let variants = file["variants"].as_array().unwrap();
    assert!(variants.len() > 20);
    for variant in variants {
        let (base, changes) = (variant["base"].as_str().unwrap(), &variant["changes"]);
        let name = format!("{base} {changes}");
        let dir = changed(&at(base).join("base"), changes);
        let model = Model::load(dir.path(), None).unwrap_or_else(|e| panic!("{name}: {e}"));
        let theirs: Vec<f32> = serde_json::from_value(variant["logprobs"].clone()).unwrap();
        close(&name, &model.logprobs(&ids), &theirs);
        // Dynamic scaling turns each new key by what the text's length is then, as
        // transformers does: the cache is not the full pass beyond the first length.
        if !name.contains("dynamic") {
            close(&format!("{name} cached"), &cached(&model, &ids, 4), &theirs[3..]);
        }
    }
}

/// The tensors of a file under other names, and some more.
fn renamed(from: &Path, to: &Path, name: impl Fn(&str) -> String, more: &[(&str, usize)]) {
    let bytes = fs::read(from).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let zeros = vec![0u8; 4 * 64];
    let extra = more.iter().map(|(n, len)| {
        let view =
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![*len], &zeros[..4 * len]);
        ((*n).to_owned(), view.unwrap())
    });
    let all: Vec<_> = tensors.tensors().into_iter().map(|(n, t)| (name(&n), t)).chain(extra).collect();
    safetensors::serialize_to_file(all, None, to).unwrap();
}

#[test]
fn checkpoints_without_the_first_part_of_the_names_and_with_buffers() {
    for (family, prefix, buffers) in [
        ("gpt2", "transformer.", &[("h.0.attn.bias", 9), ("h.1.attn.masked_bias", 1)][..]),
        ("bloom", "transformer.", &[]),
        ("llama_odd", "model.", &[("layers.0.self_attn.rotary_emb.inv_freq", 7)]),
    ] {
        let base = at(family).join("base");
        let dir = changed(&base, &json!({}));
        let strip = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
        renamed(&base.join("model.safetensors"), &dir.path().join("model.safetensors"), strip, buffers);
        let reference = Reference::at(&at(family));
        check(family, &Model::load(dir.path(), None).unwrap(), &reference, "logits_base");
        let tuned = Model::load(dir.path(), Some(&at(family).join("adapter"))).unwrap();
        check(family, &tuned, &reference, "logits_lora");
        let out = tempfile::tempdir().unwrap();
        tuned.save(out.path()).unwrap();
        let bytes = fs::read(out.path().join("model.safetensors")).unwrap();
        let saved = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert!(saved.names().iter().all(|n| !n.starts_with(prefix)), "names stay as they were");
    }
}

#[test]
fn what_is_saved_is_the_same_model_with_every_key_of_its_config() {
    for family in FAMILIES {
        let base = at(family).join("base");
        let mut model = Model::load(&base, Some(&at(family).join("adapter"))).unwrap();
        let ids = &Reference::at(&at(family)).sequences()[0];
        let (unmerged, out) = (model.logprobs(ids), tempfile::tempdir().unwrap());
        model.merge();
        model.save(out.path()).unwrap();
        let again = Model::load(out.path(), None).unwrap();
        assert!(relative(&again.logprobs(ids), &unmerged) < 1e-5, "{family}");
        let read = |dir: &Path| -> Value {
            serde_json::from_str(&fs::read_to_string(dir.join("config.json")).unwrap()).unwrap()
        };
        assert_eq!(read(out.path()), read(&base), "{family}");
    }
}

#[test]
fn an_adapter_is_saved_as_it_came() {
    for family in FAMILIES {
        let (base, adapter_dir) = (at(family).join("base"), at(family).join("adapter"));
        let model = Model::load(&base, Some(&adapter_dir)).unwrap();
        let config = adapter::read_config(&adapter_dir).unwrap();
        let out = tempfile::tempdir().unwrap();
        adapter::save(&model, &config, out.path(), None).unwrap();
        let ids = &Reference::at(&at(family)).sequences()[0];
        let again = Model::load(&base, Some(out.path())).unwrap();
        assert_eq!(again.logprobs(ids), model.logprobs(ids), "{family}");
        let read = |dir: &Path| -> Value {
            serde_json::from_str(&fs::read_to_string(dir.join("adapter_config.json")).unwrap()).unwrap()
        };
        let (ours, theirs) = (read(out.path()), read(&adapter_dir));
        for key in ["target_modules", "exclude_modules", "layers_pattern", "fan_in_fan_out", "use_rslora"] {
            if !theirs[key].is_null() {
                let sorted = |value: &Value| match value {
                    Value::Array(list) => {
                        let mut list: Vec<_> = list.iter().map(Value::to_string).collect();
                        list.sort();
                        list.join(" ")
                    }
                    one => one.to_string(),
                };
                assert_eq!(sorted(&ours[key]), sorted(&theirs[key]), "{family}: {key}");
            }
        }
    }
}

#[test]
fn a_base_from_scratch_in_every_family() {
    for family in FAMILIES {
        let config = fs::read_to_string(at(family).join("base/config.json")).unwrap();
        let config: Value = serde_json::from_str(&config).unwrap();
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("base");
        model_init::init(config, &model_init::TokenizerSource::None, 3, &out).unwrap();
        let model = Model::load(&out, None).unwrap();
        let fixture = Model::load(&at(family).join("base"), None).unwrap();
        assert_eq!(model.parameters(), fixture.parameters(), "{family}");
        assert!(model.logprobs(&[3, 4, 5, 6]).iter().all(|p| (-9.0..0.0).contains(p)), "{family}");
    }
}

#[test]
fn every_family_in_every_precision_stays_near_itself() {
    let bounds = [(Precision::Bf16, 0.05), (Precision::Q8, 0.1), (Precision::Q4, 1.5), (Precision::Nf4, 1.5)];
    for family in FAMILIES {
        let (base, adapter) = (at(family).join("base"), at(family).join("adapter"));
        let ids = &Reference::at(&at(family)).sequences()[0];
        let exact = Model::load(&base, Some(&adapter)).unwrap().logprobs(ids);
        for (precision, bound) in bounds {
            let model = Model::load_as(&base, Some(&adapter), precision)
                .unwrap_or_else(|e| panic!("{family} as {precision}: {e}"));
            let apart = |ours: &[f32], exact: &[f32]| {
                let sum: f32 = ours.iter().zip(exact).map(|(a, b)| (a - b).abs()).sum();
                f64::from(sum) / ours.len() as f64
            };
            let error = apart(&model.logprobs(ids), &exact);
            assert!(error > 0.0 && error < bound, "{family} as {precision}: {error}");
            let error = apart(&cached(&model, ids, 3), &exact[2..]);
            assert!(error > 0.0 && error < bound, "{family} as {precision}, cached: {error}");
        }
    }
}

#[test]
fn what_no_family_has_is_refused_by_name() {
    let refused = |family: &str, changes: Value, code: &str, named: &str| {
        let dir = changed(&at(family).join("base"), &changes);
        let Err(problem) = Model::load(dir.path(), None) else { panic!("{changes} was accepted") };
        assert_eq!(problem.code, code, "{problem}");
        assert!(problem.detail.contains(named), "{problem} does not name {named}");
    };
    refused("llama", json!({"hidden_act": "mish"}), "config_invalid", "gelu_pytorch_tanh");
    refused("llama", json!({"model_type": "phi3"}), "architecture_unknown", "chatglm");
    refused(
        "llama",
        json!({"rope_parameters": {"rope_type": "su", "factor": 2.0}}),
        "config_invalid",
        "'su'",
    );
    refused("gpt2", json!({"add_cross_attention": true}), "config_invalid", "add_cross_attention");
    refused("gpt2", json!({"n_head": 7}), "config_invalid", "7 heads");
    refused("bloom", json!({"n_layer": 3}), "weights_missing_tensor", "h.2.");
    refused(
        "qwen2",
        json!({"layer_types": ["chunked_attention", "full_attention"]}),
        "config_invalid",
        "chunked",
    );
    refused("mistral", json!({"sliding_window": 0}), "config_invalid", "sliding_window");
    refused("chatglm", json!({"position_encoding_2d": true}), "architecture_unknown", "chatglm-6b");
    refused("chatglm", json!({"multi_query_group_num": 3}), "config_invalid", "3 key heads");
    refused("chatglm", json!({"add_bias_linear": true}), "weights_missing_tensor", "bias");
}
