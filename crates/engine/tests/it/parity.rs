//! Equal to transformers and peft within 1e-4.

use crate::support::{Reference, base, relative, tuned};
use karat_engine::Model;
use karat_engine::net::Grads;
use karat_engine::tape::{Pass, Pool};

/// log p of each token given those before, from reference logits.
pub(crate) fn logprobs(logits: &[f32], ids: &[u32]) -> Vec<f32> {
    let vocabulary = logits.len() / ids.len();
    let rows = logits.chunks(vocabulary).zip(&ids[1..]);
    rows.map(|(row, &id)| {
        let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
        (f64::from(row[id as usize]) - sum.ln()) as f32
    })
    .collect()
}

fn check_logprobs(model: &Model, name: &str) {
    let reference = Reference::read();
    let logits = reference.floats(name);
    for (ids, logits) in reference.sequences().iter().zip(logits.chunks(12 * 64)) {
        let (ours, theirs) = (model.logprobs(ids), logprobs(logits, ids));
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() < 1e-4, "{name}: {a} instead of {b}");
        }
        let mut cache = model.cache();
        let step = model.logits(&ids[..5], &mut cache);
        assert!(relative(&step, &logits[4 * 64..5 * 64]) < 1e-4, "{name}: prefill of five");
        for (i, &id) in ids.iter().enumerate().skip(5) {
            let step = model.logits(&[id], &mut cache);
            assert!(relative(&step, &logits[i * 64..(i + 1) * 64]) < 1e-4, "{name}: cached token {i}");
        }
    }
}

#[test]
fn log_probabilities_equal_transformers_with_and_without_adapter_and_with_a_cache() {
    check_logprobs(&base(), "logits_base");
    check_logprobs(&tuned(), "logits_lora");
}

#[test]
fn several_sequences_in_one_pass_say_what_each_says_alone() {
    let model = tuned();
    let sequences: [&[u32]; 3] = [&[1, 2, 3, 4], &[5], &[9, 8, 7]];
    let mut together: Vec<_> = sequences.iter().map(|_| model.cache()).collect();
    let mut turns: Vec<_> = sequences.into_iter().zip(&mut together).collect();
    let first = model.logits_of(&mut turns);
    let mut turns: Vec<_> = [[11u32], [12], [13]].iter().map(|ids| &ids[..]).zip(&mut together).collect();
    let second = model.logits_of(&mut turns);
    for (i, ids) in sequences.into_iter().enumerate() {
        let mut cache = model.cache();
        let part = |all: &[f32]| all[i * model.vocab_size()..][..model.vocab_size()].to_vec();
        assert!(relative(&part(&first), &model.logits(ids, &mut cache)) < 1e-5);
        assert!(relative(&part(&second), &model.logits(&[11 + i as u32], &mut cache)) < 1e-5);
    }
}

#[test]
fn loss_and_every_lora_gradient_equal_peft() {
    let reference = Reference::read();
    let mut model = tuned();
    model.train_adapter();
    let (batch, wanted) = (reference.batch(), reference.wanted());
    let (loss, grads) = loss_and_grads(&model, &batch, &wanted);
    let theirs = f64::from(reference.floats("loss")[0]);
    assert!((loss / theirs - 1.0).abs() < 1e-5, "loss {loss} instead of {theirs}");
    let mut checked = 0;
    for (id, param) in model.params().iter().filter(|(_, p)| p.trained) {
        let error = relative(grads.get(id), &reference.floats(&format!("grad.{}", param.name)));
        assert!(error < 1e-4, "{}: {error}", param.name);
        checked += 1;
    }
    assert_eq!(checked, 28);
}

pub(crate) fn loss_and_grads(
    model: &Model,
    batch: &karat_engine::tape::Batch,
    wanted: &[(u32, u32)],
) -> (f64, Grads<f32>) {
    let mut grads = Grads::zeros(model.params());
    let mut pool = Pool::default();
    let pass = Pass { grads: Some(&mut grads), ..Pass::default() };
    let nats = model.loss(batch, wanted, 1.0 / wanted.len() as f64, &mut pool, pass);
    (nats / wanted.len() as f64, grads)
}

#[test]
fn merged_equals_unmerged() {
    let reference = Reference::read();
    let (unmerged, mut merged) = (tuned(), tuned());
    merged.merge();
    assert!(merged.params().trained().is_empty());
    for ids in reference.sequences() {
        assert!(relative(&merged.logprobs(&ids), &unmerged.logprobs(&ids)) < 1e-5);
    }
}
