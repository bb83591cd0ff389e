//! Exports are opened again and say the same.

use crate::support::{Reference, base, fixture, relative, tuned};
use karat_engine::Model;
use karat_engine::export::{Format, Wish, export};
use karat_engine::weights::Stored;
use std::path::Path;

fn wish<'a>(format: Format, out: &'a Path, parts: &'a (std::path::PathBuf, std::path::PathBuf)) -> Wish<'a> {
    Wish { model: &parts.0, adapter: Some(&parts.1), format, out }
}

fn parts() -> (std::path::PathBuf, std::path::PathBuf) {
    (fixture("base"), fixture("adapter"))
}

#[test]
fn a_merged_model_needs_no_adapter_and_answers_the_same() {
    let (home, parts, reference) = (tempfile::tempdir().unwrap(), parts(), Reference::read());
    for (stored, dtype, bound) in
        [(Stored::F32, "float32", 1e-5), (Stored::Bf16, "bfloat16", 2e-2), (Stored::F16, "float16", 3e-3)]
    {
        let out = home.path().join(dtype);
        let exported = export(&wish(Format::Merged(stored), &out, &parts)).unwrap();
        assert!(exported.difference.probe_tokens >= 30);
        assert!(exported.difference.max_logprob_difference <= 10.0 * bound, "{:?}", exported.difference);
        assert!(exported.files.iter().any(|f| f.name == "generation_config.json"));
        let config: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(out.join("config.json")).unwrap()).unwrap();
        let said = config["dtype"].as_str().or(config["torch_dtype"].as_str());
        assert_eq!(said, Some(dtype));
        let merged = Model::load(&out, None).unwrap();
        for ids in reference.sequences() {
            let error = relative(&merged.logprobs(&ids), &tuned().logprobs(&ids));
            assert!(error < bound, "{dtype}: {error}");
            assert!(relative(&merged.logprobs(&ids), &base().logprobs(&ids)) > 1e-3, "nothing was merged");
        }
    }
}

#[test]
fn an_exported_adapter_has_the_same_tensors() {
    let (home, parts) = (tempfile::tempdir().unwrap(), parts());
    let out = home.path().join("deeper/adapter");
    let exported = export(&wish(Format::Peft, &out, &parts)).unwrap();
    assert_eq!(exported.difference.max_logprob_difference, 0.0);
    let tensors = |dir: &Path| {
        let bytes = std::fs::read(dir.join("adapter_model.safetensors")).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut list: Vec<_> = tensors.tensors().into_iter().map(|(n, t)| (n, t.data().to_vec())).collect();
        list.sort();
        list
    };
    assert!(tensors(&out) == tensors(&parts.1));
}

#[test]
fn a_wish_that_cannot_be_met_leaves_no_folder() {
    let (home, parts) = (tempfile::tempdir().unwrap(), parts());
    let out = home.path().join("out");
    let without = Wish { adapter: None, ..wish(Format::Peft, &out, &parts) };
    assert_eq!(export(&without).unwrap_err().code, "export_no_adapter");
    // Half precision ends at 65,504.
    let huge = home.path().join("huge");
    let mut model = base();
    let id = model.params().iter().find(|(_, p)| p.name.ends_with("q_proj.weight")).unwrap().0;
    model.params_mut().data_mut(id)[0] = 1e6;
    model.save(&huge).unwrap();
    let wish = Wish { model: &huge, adapter: None, format: Format::Merged(Stored::F16), out: &out };
    assert_eq!(export(&wish).unwrap_err().code, "weights_not_finite");
    assert!(!out.exists());
}
