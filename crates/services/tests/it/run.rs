//! Runs: from the form to the adapter, stopped, cancelled, broken and taken up again.

use crate::kitchen::{Kitchen, good};
use crate::release::released;
use karat_services::chat::{self, ChatRequest, Piece};
use karat_services::view::model::Model;
use karat_services::view::run::RunForm;
use karat_services::{Actor, App, jobs, model, run};
use karat_store::Store;
use karat_store::query::job;
use karat_testkit::fake::{Echo, FakeTrainer};
use karat_types::id::{ModelId, ReleaseId, RunId};
use karat_types::ports::Prompt;
use karat_types::train::TrainSettings;
use karat_types::{Clock, Hash, Method, Micros, ModelKind, ReviewPolicy, Role, RunState};
use std::sync::Arc;
use std::time::Duration;

async fn base(app: &App, name: &str) -> Model {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config.json"), r#"{"model_type":"llama"}"#).unwrap();
    std::fs::write(dir.path().join("model.safetensors"), "weights").unwrap();
    model::add_dir(app, &Actor::system(), name, dir.path()).await.unwrap()
}

fn form(name: &str, base: ModelId, release: ReleaseId, steps: u64) -> RunForm {
    RunForm {
        name: name.into(),
        base,
        init_adapter: None,
        release: Some(release),
        file: None,
        settings: TrainSettings { steps: Some(steps), ..TrainSettings::default() },
        held_out_percent: Some(20),
        prompts: Vec::new(),
    }
}

/// A kitchen with a release, a base and someone who may train.
async fn workshop(store: Store) -> (Kitchen, Actor, ReleaseId, Model) {
    let kitchen = Kitchen::new(store);
    let owner = kitchen.person("Olga", &[Role::Builder]).await;
    let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
    for n in 0..6 {
        kitchen.send(&owner, net, &format!("{n}.md"), &good(n)).await;
    }
    let release = released(&kitchen, &owner, net).await.id;
    let base = base(&kitchen.app, "tiny").await;
    (kitchen, owner, release, base)
}

async fn wait_for(app: &App, id: RunId, until: impl Fn(&karat_services::view::run::Run) -> bool) {
    for _ in 0..200 {
        if until(&run::get(app, &Actor::anyone(), id).await.unwrap()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the run did not get there in ten seconds");
}

/// The same application with a trainer that rests between steps.
fn slow(app: &App, rest: Duration) -> Arc<App> {
    let trainer = Arc::new(FakeTrainer { steps: 3, rest });
    Arc::new(App::new(
        app.store.clone(),
        app.clock.clone(),
        app.settings.clone(),
        trainer,
        Arc::new(Echo),
        app.examiner.clone(),
    ))
}

karat_testkit::db_test! {
    async fn a_run_ends_with_an_adapter_its_curve_and_an_answer(store: Store) {
        let (kitchen, owner, release, base) = workshop(store).await;
        let app = &kitchen.app;
        let started = run::create(app, &owner, form("first", base.id, release, 5)).await.unwrap();
        assert_eq!(started.state, RunState::Queued);
        assert!(started.command.starts_with("karat train --model tiny"));
        let dir = tempfile::tempdir().unwrap();
        let files = run::write_rows(app, &owner, started.id, dir.path()).await.unwrap();
        for line in std::fs::read_to_string(files.train).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let named = |field: &str, len| row[field].as_str().is_some_and(|name| name.len() == len);
            assert!(named("contributor", 36) && named("row", 64), "{row}");
        }
        jobs::drain(app, jobs::QUEUES).await.unwrap();
        let detail = run::detail(app, &Actor::anyone(), started.id).await.unwrap();
        assert_eq!((detail.run.state, detail.run.step, detail.run.total_steps), (RunState::Done, 5, 5));
        let losses: Vec<f64> = detail.metrics.iter().filter_map(|m| m.loss).collect();
        assert_eq!(losses, [1.0, 0.5, 1.0 / 3.0, 0.25, 0.2]);
        assert_eq!(detail.metrics.last().unwrap().eval_loss, Some(0.2));
        let adapter = model::get(app, &owner, detail.run.model.unwrap()).await.unwrap();
        assert_eq!((adapter.kind, adapter.name.as_str(), adapter.base), (ModelKind::Adapter, "tiny:first", Some(base.id)));
        let weights = model::file(app, &owner, adapter.id, "adapter_model.safetensors").await.unwrap();
        assert_eq!(&weights[..], b"weights after 5 steps");
        let mut pieces = chat::stream(app, &owner, asked("tiny:first", "one two three")).await.unwrap();
        let mut text = String::new();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Text(more) => text.push_str(&more),
                Piece::Done(done) => assert_eq!(done.finish_reason, "stop"),
                Piece::Failed(problem) => panic!("{problem}"),
            }
        }
        assert_eq!(text, "one two three");
        let taken = run::create(app, &owner, form("first", base.id, release, 5)).await.unwrap_err();
        assert_eq!(taken.code, "name_taken");
    }

    async fn a_worker_that_died_leaves_a_run_another_ends_with_the_same_bytes(store: Store) {
        let (kitchen, owner, release, base) = workshop(store).await;
        let slow = slow(&kitchen.app, Duration::from_millis(200));
        let id = run::create(&kitchen.app, &owner, form("killed", base.id, release, 8)).await.unwrap().id;
        let doomed = tokio::spawn({ let app = slow.clone(); async move { jobs::drain(&app, jobs::QUEUES).await } });
        wait_for(&kitchen.app, id, |r| r.step >= 3).await;
        doomed.abort();
        let _ = doomed.await;
        // Its lease runs out; nothing of its machine's disk is left.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let _ = std::fs::remove_dir_all(kitchen.app.cache_dir.join("runs"));
        let tx = kitchen.app.store.begin().await.unwrap();
        let (again, _) = job::reap(&tx, Micros(kitchen.clock.now().0 + i64::MAX / 4)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(again, 1);
        jobs::drain(&kitchen.app, jobs::QUEUES).await.unwrap();
        let detail = run::detail(&kitchen.app, &owner, id).await.unwrap();
        assert_eq!((detail.run.state, detail.metrics.len()), (RunState::Done, 8));
        let weights = model::file(&kitchen.app, &owner, detail.run.model.unwrap(), "adapter_model.safetensors").await.unwrap();
        assert_eq!(&weights[..], b"weights after 8 steps");
    }

    async fn stop_saves_and_cancel_does_not(store: Store) {
        let (kitchen, owner, release, base) = workshop(store).await;
        let slow = slow(&kitchen.app, Duration::from_millis(100));
        for (name, state) in [("stopped", RunState::Stopped), ("cancelled", RunState::Cancelled)] {
            let id = run::create(&kitchen.app, &owner, form(name, base.id, release, 500)).await.unwrap().id;
            let work = tokio::spawn({ let app = slow.clone(); async move { jobs::drain(&app, jobs::QUEUES).await } });
            wait_for(&kitchen.app, id, |r| r.step >= 2).await;
            match state {
                RunState::Stopped => run::stop(&kitchen.app, &owner, id).await.unwrap(),
                _ => run::cancel(&kitchen.app, &owner, id).await.unwrap(),
            };
            work.await.unwrap().unwrap();
            let run = run::get(&kitchen.app, &owner, id).await.unwrap();
            assert_eq!((run.state, run.model.is_some()), (state, state == RunState::Stopped));
            assert_eq!(run::stop(&kitchen.app, &owner, id).await.unwrap_err().code, "run_over");
        }
    }

    async fn what_cannot_be_trained_is_refused_with_the_reason(store: Store) {
        let (kitchen, owner, release, base) = workshop(store).await;
        let app = &kitchen.app;
        let code = async |form: RunForm| run::create(app, &owner, form).await.unwrap_err().code;
        let fine = form("x", base.id, release, 5);
        assert_eq!(code(RunForm { name: "a b".into(), ..fine.clone() }).await, "name_invalid");
        assert_eq!(code(RunForm { release: None, ..fine.clone() }).await, "data_missing");
        assert_eq!(code(RunForm { file: Some(Hash::of(b"x")), ..fine.clone() }).await, "data_missing");
        assert_eq!(code(RunForm { base: ModelId::new(), ..fine.clone() }).await, "not_found");
        let hot = TrainSettings { learning_rate: 9.0, ..TrainSettings::default() };
        assert_eq!(code(RunForm { settings: hot, ..fine.clone() }).await, "setting_out_of_range");
        let stranger = kitchen.person("Eve", &[]).await;
        assert_eq!(run::create(app, &stranger, fine.clone()).await.unwrap_err().code, "forbidden");
        assert_eq!(chat::stream(app, &owner, asked("nobody", "hello")).await.unwrap_err().code, "model_not_found");
    }

    async fn rows_of_ones_own_train_too(store: Store) {
        let (kitchen, owner, _, base) = workshop(store).await;
        let app = &kitchen.app;
        let rows: String = (0..50).map(|i| format!("{{\"text\":\"row {i}\"}}\n")).collect();
        let file = run::upload_rows(app, &owner, rows.into_bytes().into()).await.unwrap();
        let settings = TrainSettings { method: Method::Full, steps: Some(2), ..TrainSettings::default() };
        let wanted = RunForm { release: None, file: Some(file), settings, ..form("own", base.id, ReleaseId::new(), 2) };
        let estimate = run::estimate(app, &owner, wanted.clone()).await.unwrap();
        assert_eq!((estimate.rows, estimate.estimate.steps), (50, 2));
        let id = run::create(app, &owner, wanted).await.unwrap().id;
        jobs::drain(app, jobs::QUEUES).await.unwrap();
        assert_eq!(run::get(app, &owner, id).await.unwrap().state, RunState::Done);
    }
}

fn asked(model: &str, text: &str) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        prompt: Prompt::Text(text.into()),
        max_tokens: 10,
        temperature: 0.0,
        top_p: 1.0,
        seed: 1,
        stop: Vec::new(),
    }
}
