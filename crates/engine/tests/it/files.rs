//! What a damaged or foreign file becomes: an error that names it and the fix.

use crate::support::{Reference, base, fixture, relative, tuned};
use karat_engine::Model;
use karat_engine::adapter;
use karat_types::Problem;
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of a fixture's folder to damage.
fn copy(part: &str) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join(part);
    fs::create_dir(&dir).unwrap();
    for entry in fs::read_dir(fixture(part)).unwrap().flatten() {
        fs::write(dir.join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
    (root, dir)
}

fn refusal(dir: &Path, adapter: Option<&Path>) -> Problem {
    let Err(problem) = Model::load(dir, adapter) else { panic!("{} was accepted", dir.display()) };
    assert!(!problem.hint.is_empty());
    problem
}

/// Replaces text of the same length inside a safetensors header.
fn rewrite(path: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn weights_that_are_missing_cut_renamed_or_not_finite() {
    let (_root, dir) = copy("base");
    let file = dir.join("model.safetensors");
    let whole = fs::read(&file).unwrap();
    for cut in [whole.len() - 4, whole.len() / 2, 100, 4, 0] {
        fs::write(&file, &whole[..cut]).unwrap();
        let problem = refusal(&dir, None);
        assert!(["weights_damaged", "weights_missing"].contains(&&problem.code[..]), "{cut}: {problem}");
    }
    fs::write(&file, &whole).unwrap();
    rewrite(&file, "model.norm.weight", "model.nosr.weight");
    assert_eq!(refusal(&dir, None).code, "weights_missing_tensor");
    fs::write(&file, &whole).unwrap();
    rewrite(&file, "\"shape\":[16,32]", "\"shape\":[32,16]");
    let problem = refusal(&dir, None);
    assert_eq!(problem.code, "weights_wrong_shape");
    assert!(problem.detail.contains("[32, 16]") && problem.detail.contains("[16, 32]"), "{problem}");
    let mut bytes = whole.clone();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&file, bytes).unwrap();
    assert_eq!(refusal(&dir, None).code, "weights_not_finite");
    fs::remove_file(&file).unwrap();
    assert_eq!(refusal(&dir, None).code, "weights_missing");
    fs::write(dir.join("pytorch_model.bin"), b"\x80\x04").unwrap();
    assert_eq!(refusal(&dir, None).code, "weights_pickle");
    assert_eq!(refusal(Path::new("/nowhere"), None).code, "model_folder_unknown");
}

#[test]
fn an_adapter_fits_one_to_one_or_not_at_all() {
    let (_root, dir) = copy("adapter");
    let (config, weights) = (dir.join("adapter_config.json"), dir.join("adapter_model.safetensors"));
    let text = fs::read_to_string(&config).unwrap();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from));
        fs::write(&config, text.replace(from, to)).unwrap();
        refusal(&fixture("base"), Some(&dir))
    };
    assert_eq!(with("\"up_proj\",", "").code, "adapter_tensor_unused");
    assert_eq!(with("\"o_proj\"", "\"c_attn\"").code, "adapter_no_site");
    assert_eq!(with("\"r\": 4", "\"r\": 5").code, "weights_wrong_shape");
    assert_eq!(with("\"use_dora\": false", "\"use_dora\": true").code, "adapter_unsupported");
    assert_eq!(with("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"").code, "adapter_unsupported");
    fs::write(&config, &text).unwrap();
    rewrite(&weights, "layers.1.mlp.up_proj.lora_A", "layers.9.mlp.up_proj.lora_A");
    assert_eq!(refusal(&fixture("base"), Some(&dir)).code, "adapter_tensor_missing");
    fs::remove_file(&config).unwrap();
    assert_eq!(refusal(&fixture("base"), Some(&dir)).code, "adapter_config");
}

#[test]
fn a_saved_adapter_gives_the_same_logits_and_knows_its_base() {
    let (_root, other) = copy("base");
    let out = tempfile::tempdir().unwrap();
    let model = tuned();
    let config = adapter::read_config(&fixture("adapter")).unwrap();
    adapter::save(&model, &config, out.path(), Some((&fixture("base"), &serde_json::json!({})))).unwrap();
    let again = Model::load(&fixture("base"), Some(out.path())).unwrap();
    let ids = &Reference::read().sequences()[0];
    assert_eq!(again.logprobs(ids), model.logprobs(ids));
    let file = other.join("model.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&0.5f32.to_le_bytes());
    fs::write(&file, bytes).unwrap();
    assert_eq!(refusal(&other, Some(out.path())).code, "adapter_for_another_base");
}

#[test]
fn a_saved_base_is_the_same_model_and_shards_are_one() {
    let (model, out) = (base(), tempfile::tempdir().unwrap());
    model.save(out.path()).unwrap();
    let ids = &Reference::read().sequences()[1];
    assert_eq!(Model::load(out.path(), None).unwrap().logprobs(ids), model.logprobs(ids));

    let whole = fs::read(out.path().join("model.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&whole).unwrap();
    let mut map = serde_json::Map::new();
    for (shard, keep) in [("model-00001-of-00002.safetensors", 0), ("model-00002-of-00002.safetensors", 1)] {
        let part: Vec<_> = tensors.tensors().into_iter().filter(|(n, _)| n.len() % 2 == keep).collect();
        part.iter().for_each(|(n, _)| drop(map.insert(n.clone(), shard.into())));
        safetensors::serialize_to_file(part, None, &out.path().join(shard)).unwrap();
    }
    fs::remove_file(out.path().join("model.safetensors")).unwrap();
    let index = serde_json::json!({ "metadata": {}, "weight_map": map });
    fs::write(out.path().join("model.safetensors.index.json"), index.to_string()).unwrap();
    assert_eq!(Model::load(out.path(), None).unwrap().logprobs(ids), model.logprobs(ids));
    fs::remove_file(out.path().join("model-00002-of-00002.safetensors")).unwrap();
    assert_eq!(refusal(out.path(), None).code, "weights_missing");
}

#[test]
fn half_precision_weights_are_read() {
    let (_root, dir) = copy("base");
    let whole = fs::read(dir.join("model.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&whole).unwrap();
    let ids = &Reference::read().sequences()[1];
    let exact = base().logprobs(ids);
    type Narrow = fn(f32) -> [u8; 2];
    let kinds: [(safetensors::Dtype, Narrow, f64); 2] = [
        (safetensors::Dtype::F16, |x| half::f16::from_f32(x).to_le_bytes(), 1e-3),
        (safetensors::Dtype::BF16, |x| half::bf16::from_f32(x).to_le_bytes(), 1e-2),
    ];
    for (dtype, narrow, bound) in kinds {
        let floats = |data: &[u8]| -> Vec<u8> {
            data.chunks_exact(4).flat_map(|c| narrow(f32::from_le_bytes(c.try_into().unwrap()))).collect()
        };
        let parts: Vec<_> =
            tensors.tensors().into_iter().map(|(n, t)| (n, t.shape().to_vec(), floats(t.data()))).collect();
        let views = parts.iter().map(|(n, shape, data)| {
            (n.as_str(), safetensors::tensor::TensorView::new(dtype, shape.clone(), data).unwrap())
        });
        safetensors::serialize_to_file(views, None, &dir.join("model.safetensors")).unwrap();
        let error = relative(&Model::load(&dir, None).unwrap().logprobs(ids), &exact);
        assert!(error > 0.0 && error < bound, "{dtype:?}: {error}");
    }
}
