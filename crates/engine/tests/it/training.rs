//! Whole runs on the tiny LLaMA: what they save, and what does not change it.

use crate::support::{base, fixture};
use karat_engine::model_init::{Shape, TokenizerSource, init};
use karat_engine::net::Grads;
use karat_engine::rng::Rng;
use karat_engine::tape::{Batch, Pass, Pool};
use karat_engine::{Engine, Model};
use karat_types::ports::{Control, TrainJob, Trained, Trainer};
use karat_types::train::{RunEvent, Schedule, TrainSettings};
use karat_types::{Method, Problem};
use std::fs;
use std::path::Path;

/// Rows with a pattern to learn: each token is the one before plus a step of its row.
fn rows(path: &Path, seed: u64, count: usize) {
    let mut rng = Rng::new(&[seed]);
    let row = |_| {
        let (first, step, len) = (rng.below(60), 1 + rng.below(3), 6 + rng.below(12));
        let ids: Vec<u64> = (0..len).map(|i| 1 + (first + i * step) % 60).collect();
        let labels: Vec<i64> =
            ids.iter().enumerate().map(|(i, &id)| if i < 3 { -100 } else { id as i64 }).collect();
        serde_json::json!({ "input_ids": ids, "labels": labels }).to_string()
    };
    fs::write(path, (0..count).map(row).collect::<Vec<_>>().join("\n")).unwrap();
}

pub(crate) fn job(root: &Path, settings: TrainSettings) -> TrainJob {
    fs::create_dir_all(root).unwrap();
    let (train, held_out) = (root.join("train.jsonl"), root.join("held_out.jsonl"));
    if !train.exists() {
        rows(&train, 1, 24);
        rows(&held_out, 2, 6);
    }
    TrainJob {
        model_dir: fixture("base"),
        init_adapter: None,
        train,
        held_out: Some(held_out),
        settings,
        work_dir: root.join("work"),
        out_dir: root.join("out"),
        prompts: Vec::new(),
    }
}

pub(crate) fn settings() -> TrainSettings {
    TrainSettings {
        learning_rate: 2e-2,
        batch_size: 4,
        steps: Some(12),
        max_length: 64,
        rank: 4,
        alpha: 8.0,
        dropout: 0.1,
        eval_every: Some(3),
        ..TrainSettings::default()
    }
}

fn run(job: &TrainJob, on: &mut dyn FnMut(&RunEvent) -> Control) -> Result<Trained, Problem> {
    Engine::default().train(job, &mut |event| on(&event))
}

pub(crate) fn finish(job: &TrainJob) -> Vec<RunEvent> {
    let mut events = Vec::new();
    let ended = run(job, &mut |event| {
        events.push(event.clone());
        Control::Continue
    });
    assert!(matches!(ended, Ok(Trained::Saved(_))), "{ended:?}");
    events
}

pub(crate) fn adapter_bytes(job: &TrainJob) -> Vec<u8> {
    fs::read(job.out_dir.join("adapter_model.safetensors")).unwrap()
}

#[test]
fn a_run_learns_reports_and_saves_an_adapter_that_loads() {
    let root = tempfile::tempdir().unwrap();
    let job = job(root.path(), settings());
    let events = finish(&job);
    assert!(matches!(
        events[0],
        RunEvent::Started { total_steps: 12, rows_train: 24, rows_held_out: 6, rows_truncated: 0, .. }
    ));
    let evals: Vec<(u64, f64)> = events
        .iter()
        .filter_map(|e| if let RunEvent::Eval { step, loss } = e { Some((*step, *loss)) } else { None })
        .collect();
    assert_eq!(evals.iter().map(|e| e.0).collect::<Vec<_>>(), [0, 3, 6, 9, 12]);
    assert!(evals[4].1 < evals[0].1 - 0.05, "{evals:?}");
    let steps = events.iter().filter(|e| matches!(e, RunEvent::Step { .. })).count();
    assert_eq!(steps, 12);
    let tuned = Model::load(&job.model_dir, Some(&job.out_dir)).unwrap();
    let ids: Vec<u32> = (1..20).collect();
    assert_ne!(tuned.logprobs(&ids), Model::load(&job.model_dir, None).unwrap().logprobs(&ids));
}

#[test]
fn a_run_that_was_killed_ends_with_the_same_bytes_whatever_the_threads() {
    let whole = tempfile::tempdir().unwrap();
    let uninterrupted = job(whole.path(), settings());
    finish(&uninterrupted);

    let root = tempfile::tempdir().unwrap();
    let killed = job(root.path(), settings());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let ended = pool.install(|| {
        run(&killed, &mut |event| match event {
            RunEvent::Step { step: 8, .. } => Control::Cancel,
            _ => Control::Continue,
        })
    });
    assert_eq!(ended.unwrap(), Trained::Cancelled);
    assert!(!killed.out_dir.exists(), "a cancelled run leaves no output");
    let events = finish(&killed);
    assert!(matches!(events[0], RunEvent::Started { .. }));
    assert_eq!(events[1], RunEvent::Rewound { step: 6 });
    assert!(!events.iter().any(|e| matches!(e, RunEvent::Eval { step: 0, .. })));
    assert!(adapter_bytes(&killed) == adapter_bytes(&uninterrupted));

    let other = TrainJob { settings: TrainSettings { seed: 1, ..settings() }, ..killed };
    assert_eq!(run(&other, &mut |_| Control::Continue).unwrap_err().code, "checkpoint_of_another_run");
}

#[test]
fn eight_rows_at_once_equal_one_row_eight_times() {
    let tensors = |batch_size, accumulation| {
        let root = tempfile::tempdir().unwrap();
        let settings = TrainSettings { batch_size, accumulation, steps: Some(4), ..settings() };
        let job = job(root.path(), settings);
        finish(&job);
        let model = Model::load(&job.model_dir, Some(&job.out_dir)).unwrap();
        let own = model.params().iter().filter(|(_, p)| p.name.contains("lora_"));
        own.flat_map(|(id, _)| model.params().data(id).to_vec()).collect::<Vec<f32>>()
    };
    let (wide, narrow) = (tensors(8, 1), tensors(1, 8));
    // AdamW divides by the gradient's own size: where that is near nothing, the last bit of a
    // sum decides, so the bound is wider than that of the gradients.
    let apart = crate::support::relative(&narrow, &wide);
    assert!(apart < 1e-4, "{apart}");
}

#[test]
fn stop_and_save_saves_what_there_is() {
    let root = tempfile::tempdir().unwrap();
    let job = job(root.path(), settings());
    let ended = run(&job, &mut |event| match event {
        RunEvent::Step { step: 5, .. } => Control::StopAndSave,
        _ => Control::Continue,
    });
    let Ok(Trained::Saved(summary)) = ended else { panic!("{ended:?}") };
    assert_eq!((summary.steps, summary.stopped_early), (5, true));
    assert!(summary.eval_last < summary.eval_first && summary.tokens > 0);
    Model::load(&job.model_dir, Some(&job.out_dir)).unwrap();
}

#[test]
fn full_training_saves_a_model_folder() {
    let root = tempfile::tempdir().unwrap();
    let settings = TrainSettings { method: Method::Full, learning_rate: 3e-3, ..settings() };
    let job = job(root.path(), settings);
    finish(&job);
    let (before, after) =
        (Model::load(&job.model_dir, None).unwrap(), Model::load(&job.out_dir, None).unwrap());
    let ids: Vec<u32> = (20..40).collect();
    let sum = |model: &Model| model.logprobs(&ids).iter().sum::<f32>();
    assert!(sum(&after) > sum(&before) + 1.0);
    assert!(job.out_dir.join("generation_config.json").exists());
}

#[test]
fn a_base_from_scratch_learns_a_text_and_answers_the_pinned_prompts() {
    let root = tempfile::tempdir().unwrap();
    let text = "The gate refuses empty files. The gate holds what a person must look at. ".repeat(40);
    let shape = Shape { hidden: 32, intermediate: 48, layers: 1, heads: 2, kv_heads: 1, context: 64 };
    let tokenizer = TokenizerSource::Train { texts: vec![text.clone()], vocabulary: 300 };
    let base = root.path().join("base");
    init(shape.config(), &tokenizer, 1, &base).unwrap();
    let train = root.path().join("text.txt");
    fs::write(&train, text).unwrap();
    let settings = TrainSettings {
        method: Method::Full,
        learning_rate: 1e-2,
        steps: Some(30),
        eval_every: Some(30),
        max_length: 64,
        ..settings()
    };
    let prompts = vec!["The gate".to_owned()];
    let job = TrainJob { model_dir: base, train, held_out: None, prompts, ..job(root.path(), settings) };
    let events = finish(&job);
    let samples: Vec<(u64, &str)> = events
        .iter()
        .filter_map(
            |e| if let RunEvent::Sample { step, text, .. } = e { Some((*step, &text[..])) } else { None },
        )
        .collect();
    assert_eq!(samples.iter().map(|s| s.0).collect::<Vec<_>>(), [0, 30]);
    assert!(samples[1].1.contains("refuses") || samples[1].1.contains("holds"), "{samples:?}");
}

#[test]
fn a_loss_that_is_no_number_stops_with_the_reason_and_saves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let broken = root.path().join("base");
    let mut model = Model::load(&fixture("base"), None).unwrap();
    let head = model.params().iter().find(|(_, p)| p.name == "lm_head.weight").map(|(id, _)| id).unwrap();
    model.params_mut().data_mut(head).fill(3e38);
    model.save(&broken).unwrap();
    let job = TrainJob { model_dir: broken, held_out: None, ..job(root.path(), settings()) };
    let problem = run(&job, &mut |_| Control::Continue).unwrap_err();
    assert_eq!(problem.code, "loss_not_finite");
    assert!(problem.detail.contains("Step 1") && problem.hint.contains("learning rate"));
    assert!(!job.out_dir.exists());
}

#[test]
fn a_run_that_diverges_later_keeps_and_names_the_last_good_adapter() {
    let root = tempfile::tempdir().unwrap();
    let hot = TrainSettings {
        learning_rate: 500.0,
        schedule: Schedule::Constant,
        max_grad_norm: 0.0,
        dropout: 0.0,
        warmup_steps: Some(0),
        steps: Some(200),
        save_every: Some(1),
        eval_every: Some(1000),
        ..settings()
    };
    let job = job(root.path(), hot);
    let mut last = 0;
    let problem = run(&job, &mut |event| {
        if let RunEvent::Step { step, loss, .. } = event {
            assert!(loss.is_finite());
            last = *step;
        }
        Control::Continue
    });
    let problem = problem.unwrap_err();
    assert_eq!(problem.code, "loss_not_finite");
    assert!(last > 1, "it was to go well for some steps: {problem}");
    assert!(!job.out_dir.exists() && problem.detail.contains(&format!("tep {}", last + 1)), "{problem}");
    // The weights after the last step give no number: the checkpoint before them is named.
    let named = job.work_dir.join(format!("checkpoint-{:08}", last - 1)).join("adapter");
    assert!(problem.detail.contains(named.to_str().unwrap()), "{problem}");
    let ids: Vec<u32> = (1..20).collect();
    let good = Model::load(&job.model_dir, Some(&named)).unwrap();
    assert!(good.logprobs(&ids).iter().all(|x| x.is_finite()));
    assert!(!job.work_dir.join(format!("checkpoint-{last:08}")).exists());
}

#[test]
fn weights_that_overflow_in_the_last_step_are_not_saved() {
    let root = tempfile::tempdir().unwrap();
    let hot = TrainSettings { learning_rate: 1e38, steps: Some(1), warmup_steps: Some(0), ..settings() };
    let job = TrainJob { held_out: None, ..job(root.path(), hot) };
    assert_eq!(run(&job, &mut |_| Control::Continue).unwrap_err().code, "loss_not_finite");
    assert!(!job.out_dir.exists());
}

#[test]
fn a_layer_that_no_gradient_reaches_is_named() {
    let root = tempfile::tempdir().unwrap();
    let broken = root.path().join("base");
    let mut model = Model::load(&fixture("base"), None).unwrap();
    let cut = "model.layers.1.input_layernorm.weight";
    let norm = model.params().iter().find(|(_, p)| p.name == cut).map(|(id, _)| id).unwrap();
    model.params_mut().data_mut(norm).fill(0.0);
    model.save(&broken).unwrap();
    let job = TrainJob { model_dir: broken, ..job(root.path(), settings()) };
    let problem = run(&job, &mut |_| Control::Continue).unwrap_err();
    assert_eq!(problem.code, "adapter_not_learning");
    assert!(problem.detail.contains("model.layers.1.self_attn.q_proj"), "{problem}");
}

#[test]
fn rows_of_two_tokens_teach_queries_and_keys_nothing_and_that_is_fine() {
    let root = tempfile::tempdir().unwrap();
    let job = TrainJob { held_out: None, ..job(root.path(), settings()) };
    fs::write(&job.train, "{\"input_ids\":[3,4]}\n{\"input_ids\":[5,6]}\n").unwrap();
    finish(&job);
}

#[test]
fn a_loss_that_does_not_fall_is_said() {
    let root = tempfile::tempdir().unwrap();
    let hot = TrainSettings { learning_rate: 3.0, warmup_steps: Some(0), ..settings() };
    let events = finish(&job(root.path(), hot));
    let said = events.iter().find_map(|e| match e {
        RunEvent::Notice { step, code, message } => Some((*step, &code[..], &message[..])),
        _ => None,
    });
    assert!(
        matches!(said, Some((3, "loss_did_not_fall", text)) if text.contains("learning rate")),
        "{said:?}"
    );
    let calm = finish(&job(&root.path().join("calm"), settings()));
    assert!(!calm.iter().any(|e| matches!(e, RunEvent::Notice { .. })));
}

#[test]
fn checkpointing_keeps_less_in_memory() {
    let model = base();
    let ids: Vec<u32> = (0..60).map(|i| 1 + i % 50).collect();
    let held = |checkpointing| {
        let mut pool = Pool::default();
        let mut grads = Grads::zeros(model.params());
        let batch = Batch::new([&ids[..]]);
        let wanted: Vec<(u32, u32)> = (1..).zip(&ids[1..]).map(|(i, &id)| (i - 1, id)).collect();
        let pass = Pass { grads: Some(&mut grads), checkpointing, ..Pass::default() };
        model.loss(&batch, &wanted, 1.0, &mut pool, pass);
        pool.held()
    };
    assert!(held(true) < held(false), "{} and {}", held(true), held(false));
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything_is_loaded() {
    let root = tempfile::tempdir().unwrap();
    let refused = |settings| run(&job(root.path(), settings), &mut |_| Control::Continue).unwrap_err();
    let s = settings;
    assert_eq!(refused(TrainSettings { learning_rate: 0.0, ..s() }).code, "setting_invalid");
    assert_eq!(refused(TrainSettings { steps: Some(0), ..s() }).code, "setting_invalid");
    assert_eq!(refused(TrainSettings { dropout: 1.0, ..s() }).code, "setting_invalid");
    assert_eq!(refused(TrainSettings { max_length: 0, ..s() }).code, "setting_invalid");
    assert_eq!(refused(TrainSettings { rank: 0, ..s() }).code, "adapter_rank");
    let targets = Some(vec!["c_attn".to_owned()]);
    let problem = refused(TrainSettings { target_modules: targets, ..s() });
    assert!(problem.code == "adapter_no_site" && problem.detail.contains("q_proj"), "{problem}");
}

#[test]
fn inspect_and_estimate_say_what_a_run_then_says() {
    let info = Engine::default().inspect(&fixture("base")).unwrap();
    assert_eq!((&info.family[..], info.vocabulary, info.context, &info.dtype[..]), ("llama", 64, 64, "F32"));
    assert_eq!(info.linear_sites.len(), 7);
    let adapter = Engine::default().inspect(&fixture("adapter")).unwrap();
    assert_eq!(adapter.kind, karat_types::ModelKind::Adapter);

    let root = tempfile::tempdir().unwrap();
    let job = job(root.path(), settings());
    let started = finish(&job).remove(0);
    let RunEvent::Started { total_steps, parameters, trainable, .. } = started else { panic!("{started:?}") };
    let estimate = Engine::default().estimate(&job.model_dir, &job.settings, 24, 24 * 40).unwrap();
    assert_eq!((estimate.steps, estimate.trainable), (total_steps, trainable));
    assert_eq!(info.parameters, parameters);
    assert!(estimate.seconds > 0.0 && estimate.memory_bytes > 4 * parameters);
}
