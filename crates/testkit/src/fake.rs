//! Stand-ins for the engine: they keep its promises (files in, files out, one callback)
//! and compute nothing.

use karat_types::ports::{
    Control, GenerateRequest, Generated, Generator, Prompt, TrainJob, Trained, Trainer,
};
use karat_types::train::{Estimate, ModelInfo, RunEvent, TrainSettings, TrainSummary};
use karat_types::{ModelKind, Problem};
use std::path::Path;
use std::time::Duration;

/// Trains nothing, step by step: the loss of step `n` is `1 / n`.
#[derive(Clone, Debug, Default)]
pub struct FakeTrainer {
    /// Steps when the settings name none.
    pub steps: u64,
    /// Rest after each step, so that a test can interfere.
    pub rest: Duration,
}

impl Trainer for FakeTrainer {
    fn train(&self, job: &TrainJob, on: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem> {
        let rows_train = count_lines(&job.train)?;
        let checkpoint = job.work_dir.join("step");
        std::fs::create_dir_all(&job.work_dir).map_err(unusable)?;
        let done: u64 = match std::fs::read_to_string(&checkpoint) {
            Ok(text) => text.trim().parse().map_err(|e| Problem::internal(format!("checkpoint: {e}")))?,
            Err(_) => 0,
        };
        let total_steps = job.settings.steps.unwrap_or(self.steps).max(1);
        let (parameters, trainable) = (1000, 100);
        let rows_held_out = job.held_out.as_deref().map_or(Ok(0), count_lines)?;
        on(RunEvent::Started {
            total_steps,
            parameters,
            trainable,
            rows_train,
            rows_held_out,
            rows_truncated: 0,
        });
        if done > 0 {
            on(RunEvent::Rewound { step: done });
        }
        let mut stopped_early = false;
        let mut steps = done;
        for step in done + 1..=total_steps {
            std::thread::sleep(self.rest);
            let loss = 1.0 / step as f64;
            let said = on(RunEvent::Step {
                step,
                loss,
                lr: job.settings.learning_rate,
                grad_norm: loss,
                tokens: 10,
                tokens_per_s: 10.0,
            });
            steps = step;
            match said {
                Control::Cancel => return Ok(Trained::Cancelled),
                Control::StopAndSave => stopped_early = true,
                Control::Continue => {}
            }
            std::fs::write(&checkpoint, step.to_string()).map_err(unusable)?;
            on(RunEvent::Checkpoint { step });
            if stopped_early {
                break;
            }
        }
        on(RunEvent::Eval { step: steps, loss: 1.0 / steps as f64 });
        save(job, steps)?;
        let loss_last = 1.0 / steps as f64;
        Ok(Trained::Saved(TrainSummary {
            steps,
            loss_first: 1.0,
            loss_last,
            eval_first: None,
            eval_last: Some(loss_last),
            tokens_per_s: 10.0,
            tokens: steps * 10,
            stopped_early,
            ..TrainSummary::default()
        }))
    }

    fn inspect(&self, dir: &Path) -> Result<ModelInfo, Problem> {
        let adapter = dir.join("adapter_config.json").exists();
        if !adapter && !dir.join("config.json").exists() {
            return Err(Problem::bad(
                "model_config_missing",
                format!("{} holds no config.json.", dir.display()),
                "Name a folder with a model in the Hugging Face layout.",
            ));
        }
        Ok(ModelInfo {
            kind: if adapter { ModelKind::Adapter } else { ModelKind::Base },
            family: "llama".into(),
            parameters: 1000,
            dtype: "F32".into(),
            context: 128,
            vocabulary: 256,
            chat_template: true,
            tokenizer: true,
            linear_sites: vec!["q_proj".into()],
        })
    }

    fn estimate(
        &self,
        _: &Path,
        settings: &TrainSettings,
        rows: u64,
        bytes: u64,
    ) -> Result<Estimate, Problem> {
        let steps = settings.steps.unwrap_or_else(|| rows.div_ceil(u64::from(settings.batch_size)));
        Ok(Estimate { memory_bytes: bytes + 4000, steps, seconds: steps as f64, trainable: 100 })
    }
}

fn save(job: &TrainJob, steps: u64) -> Result<(), Problem> {
    std::fs::create_dir_all(&job.out_dir).map_err(unusable)?;
    let config = r#"{"peft_type":"LORA","r":1}"#;
    std::fs::write(job.out_dir.join("adapter_config.json"), config).map_err(unusable)?;
    let weights = format!("weights after {steps} steps");
    std::fs::write(job.out_dir.join("adapter_model.safetensors"), weights).map_err(unusable)
}

fn count_lines(path: &Path) -> Result<u64, Problem> {
    let text = std::fs::read_to_string(path).map_err(unusable)?;
    Ok(text.lines().filter(|l| !l.trim().is_empty()).count() as u64)
}

fn unusable(err: std::io::Error) -> Problem {
    Problem::internal(format!("the fake engine cannot use its folder: {err}"))
}

/// Says what it was told, word by word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Echo;

impl Generator for Echo {
    fn generate(
        &self,
        request: &GenerateRequest,
        on: &mut dyn FnMut(&str) -> Control,
    ) -> Result<Generated, Problem> {
        let told = match &request.prompt {
            Prompt::Text(text) => text.clone(),
            Prompt::Chat(messages) => messages.last().map(|m| m.content.clone()).unwrap_or_default(),
        };
        let mut text = String::new();
        let mut said = 0;
        for word in told.split_inclusive(' ').take(request.max_tokens as usize) {
            text.push_str(word);
            said += 1;
            if on(word) != Control::Continue {
                break;
            }
        }
        let whole = text.len() == told.len();
        Ok(Generated {
            text,
            prompt_tokens: told.split_inclusive(' ').count() as u64,
            completion_tokens: said,
            finish_reason: if whole { "stop" } else { "length" }.into(),
        })
    }
}
