//! DeepSeek-V2 and V3: latent attention and experts, equal to transformers and peft.

use crate::parity::{logprobs, loss_and_grads};
use crate::support::{Reference, relative};
use karat_engine::Model;
use karat_engine::net::Grads;
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
