//! DeepSeek-V2 and V3: latent attention and experts, equal to transformers and peft.

use crate::parity::{logprobs, loss_and_grads};
use crate::support::{Reference, relative};
use karat_engine::Model;
use karat_engine::net::Grads;
use karat_types::Precision;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::path::{Path, PathBuf};

/// With and without a latent of the queries, each kind of gating, YaRN, both kinds of rotary
/// pairs, biases, tied; adapters on modules, on parameters and on fused experts.
const KEPT: &[&str] = &["v2", "v2_lite", "v3", "v3_plain"];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/deepseek").join(name)
}

fn load(dir: &Path, adapter: bool) -> Model {
    Model::load(&dir.join("base"), adapter.then(|| dir.join("adapter")).as_deref()).unwrap()
}

pub(crate) fn check_logprobs(dir: &Path, adapter: bool) {
    let (model, reference) = (load(dir, adapter), Reference::at(dir));
    let name = if adapter { "logits_lora" } else { "logits_base" };
    let (logits, size) = (reference.floats(name), model.vocab_size());
    let at = dir.display();
    for (ids, logits) in reference.sequences().iter().zip(logits.chunks(12 * size)) {
        for (ours, theirs) in model.logprobs(ids).iter().zip(logprobs(logits, ids)) {
            assert!((ours - theirs).abs() < 1e-4, "{at} {name}: {ours} instead of {theirs}");
        }
        let mut cache = model.cache();
        let step = model.logits(&ids[..5], &mut cache);
        assert!(relative(&step, &logits[4 * size..5 * size]) < 1e-4, "{at} {name}: prefill of five");
        for (i, &id) in ids.iter().enumerate().skip(5) {
            let step = model.logits(&[id], &mut cache);
            assert!(relative(&step, &logits[i * size..(i + 1) * size]) < 1e-4, "{at} {name}: cached {i}");
        }
    }
}

#[test]
fn log_probabilities_equal_transformers_with_and_without_adapter_and_with_a_cache() {
    for name in KEPT {
        check_logprobs(&folder(name), false);
        check_logprobs(&folder(name), true);
    }
}

/// The gradient of an adapter's tensor as peft has it: those of fused experts put together.
fn gradient(model: &Model, grads: &Grads<f32>, name: &str, len: usize) -> Vec<f32> {
    let find = |wanted: &str| model.params().iter().find(|(_, p)| p.name == wanted).map(|(id, _)| id);
    if let Some(id) = find(name) {
        return grads.get(id).to_vec();
    }
    let (path, rest) = name.split_once(".experts.").unwrap();
    let inside = rest.starts_with("base_layer.");
    let a_part = if inside { "gate_up_proj" } else { "down_proj" };
    let b_parts = if inside { &["gate_proj", "up_proj"][..] } else { &["down_proj"] };
    let one = |expert: usize, part: &str, half: &str| {
        find(&format!("{path}.experts.{expert}.{part}.{half}.weight"))
            .map(|id| (id, model.params().get(id).shape.clone()))
    };
    let experts = (0..).take_while(|&e| one(e, a_part, "lora_A").is_some()).count();
    let mut whole = vec![f32::NAN; len];
    let mut first_row = 0;
    if name.ends_with("lora_A.weight") {
        whole = (0..experts).flat_map(|e| grads.get(one(e, a_part, "lora_A").unwrap().0).to_vec()).collect();
    } else {
        for part in b_parts {
            let mut rows = 0;
            for e in 0..experts {
                let (id, shape) = one(e, part, "lora_B").unwrap();
                rows = shape[0];
                for (i, &x) in grads.get(id).iter().enumerate() {
                    let (row, col) = (i / shape[1], i % shape[1]);
                    whole[((first_row + row) * shape[1] + col) * experts + e] = x;
                }
            }
            first_row += rows;
        }
    }
    whole
}

pub(crate) fn check_gradients(dir: &Path) {
    let (mut model, reference) = (load(dir, true), Reference::at(dir));
    model.train_adapter();
    let (loss, grads) = loss_and_grads(&model, &reference.batch(), &reference.wanted());
    let theirs = f64::from(reference.floats("loss")[0]);
    assert!((loss / theirs - 1.0).abs() < 1e-5, "{}: loss {loss} instead of {theirs}", dir.display());
    let names = reference.names("grad.");
    assert!(names.len() >= 10);
    for name in names {
        let theirs = reference.floats(&format!("grad.{name}"));
        let ours = gradient(&model, &grads, &name, theirs.len());
        // A gradient that is nothing but rounding has no relative error.
        let largest = theirs.iter().fold(0f32, |m, x| m.max(x.abs()));
        let error = if largest < 1e-7 { 0.0 } else { relative(&ours, &theirs) };
        assert!(error < 1e-4, "{} {name}: {error}", dir.display());
    }
    let mut model = load(dir, false);
    model.train_base();
    let (loss, grads) = loss_and_grads(&model, &reference.batch(), &reference.wanted());
    let theirs = f64::from(reference.floats("loss_full")[0]);
    assert!((loss / theirs - 1.0).abs() < 1e-5, "{}: loss {loss} instead of {theirs}", dir.display());
    for name in reference.names("full.") {
        let theirs = reference.floats(&format!("full.{name}"));
        let ours = gradient(&model, &grads, &name, theirs.len());
        let largest = theirs.iter().fold(0f32, |m, x| m.max(x.abs()));
        let error = if largest < 1e-7 { 0.0 } else { relative(&ours, &theirs) };
        assert!(error < 1e-4, "{} {name}: {error}", dir.display());
    }
}

#[test]
fn loss_and_every_gradient_equal_peft_and_torch() {
    KEPT.iter().for_each(|name| check_gradients(&folder(name)));
}

/// The fixture's base with the experts of each block in two tensors, as transformers 5 holds
/// them in memory.
fn fused(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let base = folder(name).join("base");
    std::fs::copy(base.join("config.json"), dir.path().join("config.json")).unwrap();
    let bytes = std::fs::read(base.join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let get = |name: String| tensors.tensor(&name).unwrap();
    let mut whole: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, tensor) in tensors.tensors() {
        if !name.contains(".experts.") {
            whole.push((name, tensor.dtype(), tensor.shape().to_vec(), tensor.data().to_vec()));
        }
    }
    let at = "model.layers.1.mlp.experts";
    for (kind, parts) in [("gate_up_proj", &["gate_proj", "up_proj"][..]), ("down_proj", &["down_proj"])] {
        let list = (0..8).flat_map(|e| parts.iter().map(move |part| format!("{at}.{e}.{part}.weight")));
        let data: Vec<u8> = list.flat_map(|name| get(name).data().to_vec()).collect();
        let first = get(format!("{at}.0.{}.weight", parts[0]));
        let shape = vec![8, parts.len() * first.shape()[0], first.shape()[1]];
        whole.push((format!("{at}.{kind}"), first.dtype(), shape, data));
    }
    let views = whole.iter().map(|(name, dtype, shape, data)| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    safetensors::serialize_to_file(views, None, &dir.path().join("model.safetensors")).unwrap();
    dir
}

#[test]
fn experts_in_two_tensors_are_the_same_experts() {
    let (whole, single) = (fused("v3"), load(&folder("v3"), false));
    let whole = Model::load(whole.path(), None).unwrap();
    let ids: Vec<u32> = (1..13).collect();
    assert_eq!(whole.logprobs(&ids), single.logprobs(&ids));
}

#[test]
fn layers_that_predict_further_tokens_are_left_aside_and_fp8_is_refused() {
    let keep = tempfile::tempdir().unwrap();
    let dir = keep.path();
    let base = folder("v3").join("base");
    let text = std::fs::read_to_string(base.join("config.json")).unwrap();
    std::fs::write(dir.join("config.json"), &text).unwrap();
    std::fs::copy(base.join("model.safetensors"), dir.join("model-1.safetensors")).unwrap();
    let further = vec![0u8; 16];
    let one = TensorView::new(Dtype::F32, vec![4], &further).unwrap();
    let extra = |name: &str| {
        safetensors::serialize_to_file([(name, &one)], None, &dir.join("model-2.safetensors")).unwrap();
        let index = r#"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#;
        std::fs::write(dir.join("model.safetensors.index.json"), index).unwrap();
        Model::load(dir, None).map(|_| ())
    };
    extra("model.layers.2.enorm.weight").unwrap();
    assert_eq!(extra("model.layers.3.enorm.weight").unwrap_err().code, "weights_unknown_tensor");
    let fp8 =
        r#""quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}, "architectures""#;
    std::fs::write(dir.join("config.json"), text.replacen("\"architectures\"", fp8, 1)).unwrap();
    let problem = extra("model.layers.2.enorm.weight").unwrap_err();
    assert!(problem.detail.contains("fp8"), "{problem}");
}

#[test]
fn quantised_experts_answer_nearly_the_same() {
    let base = folder("v2").join("base");
    let ids: Vec<u32> = (1..13).collect();
    let exact = load(&folder("v2"), false).logprobs(&ids);
    let model = Model::load_as(&base, None, Precision::Q8).unwrap();
    let near = model.logprobs(&ids);
    let apart = exact.iter().zip(&near).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(apart > 0.0 && apart < 0.3, "{apart}");
    let mut cache = model.cache();
    model.logits(&ids[..6], &mut cache);
    let step = model.logits(&ids[6..7], &mut cache);
    assert!(relative(&step, &model.logits(&ids[..7], &mut model.cache())) < 0.02);
}
