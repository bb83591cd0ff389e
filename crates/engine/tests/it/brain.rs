//! Bases held as brain floats: near f32 in scores and training, the same bytes on any
//! number of threads.

use crate::support::{fixture, relative};
use crate::training::{adapter_bytes, finish, job, settings};
use karat_engine::Model;
use karat_engine::quant::Held;
use karat_types::train::{RunEvent, TrainSettings};
use karat_types::{Method, Precision};

fn losses(events: &[RunEvent]) -> Vec<f32> {
    let loss = |event: &RunEvent| match event {
        RunEvent::Step { loss, .. } => Some(*loss as f32),
        _ => None,
    };
    events.iter().filter_map(loss).collect()
}

#[test]
fn scores_stay_near_those_of_f32() {
    let ids: Vec<u32> = (0..60).map(|i| 1 + i * 7 % 60).collect();
    let exact = Model::load(&fixture("base"), None).unwrap().logprobs(&ids);
    let packed = Held { packed: true, ..Held::from(Precision::Bf16) };
    let rounded = Model::load_as(&fixture("base"), None, packed).unwrap().logprobs(&ids);
    let apart = relative(&rounded, &exact);
    assert!(apart < 1e-2 && apart > 0.0, "{apart}");
}

#[test]
fn a_run_on_brain_floats_follows_the_run_on_f32() {
    let train = |precision, method| {
        let root = tempfile::tempdir().unwrap();
        losses(&finish(&job(root.path(), TrainSettings { precision, method, ..settings() })))
    };
    let (exact, rounded) = (train(Precision::F32, Method::Lora), train(Precision::Bf16, Method::Lora));
    let apart = relative(&rounded, &exact);
    assert!(apart < 2e-2 && apart > 0.0, "{apart}: {rounded:?} instead of {exact:?}");
    // Everything is trained, and what is trained stays f32.
    assert_eq!(train(Precision::Bf16, Method::Full), train(Precision::F32, Method::Full));
}

#[test]
fn a_run_on_brain_floats_does_not_depend_on_the_number_of_threads() {
    let bytes = |threads| {
        let root = tempfile::tempdir().unwrap();
        let job =
            job(root.path(), TrainSettings { precision: Precision::Bf16, steps: Some(3), ..settings() });
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| finish(&job));
        adapter_bytes(&job)
    };
    assert!(bytes(1) == bytes(2));
}
