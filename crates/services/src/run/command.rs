//! The same run as a command anyone can type.

use karat_types::train::{Schedule, TrainSettings};
use karat_types::{Method, Precision};
use std::fmt::Write;

/// The `karat train` line for these settings; only what differs from the defaults, but
/// always what people look for first.
pub(crate) fn line(base: &str, data: &str, name: &str, s: &TrainSettings, held_out_percent: u32) -> String {
    let d = TrainSettings::default();
    let mut out = format!(
        "karat train --model {} --data {} --method {} --lr {} --batch-size {}",
        quoted(base),
        quoted(data),
        s.method,
        s.learning_rate,
        s.batch_size,
    );
    let mut add = |text: String| {
        out.push(' ');
        out.push_str(&text);
    };
    match s.steps {
        Some(steps) => add(format!("--steps {steps}")),
        None => add(format!("--epochs {}", s.epochs)),
    }
    if s.method.has_adapter() {
        add(format!("--rank {} --alpha {} --dropout {}", s.rank, s.alpha, s.dropout));
    }
    add(format!("--max-length {}", s.max_length));
    if s.accumulation != d.accumulation {
        add(format!("--accumulation {}", s.accumulation));
    }
    if s.schedule != d.schedule {
        let word = match s.schedule {
            Schedule::Constant => "constant",
            Schedule::Cosine => "cosine",
            Schedule::Linear => "linear",
        };
        add(format!("--schedule {word}"));
    }
    if let Some(steps) = s.warmup_steps {
        add(format!("--warmup-steps {steps}"));
    }
    if s.weight_decay != d.weight_decay {
        add(format!("--weight-decay {}", s.weight_decay));
    }
    if s.max_grad_norm != d.max_grad_norm {
        add(format!("--max-grad-norm {}", s.max_grad_norm));
    }
    if s.precision != Precision::F32 {
        add(format!("--precision {}", s.precision));
    }
    if s.method == Method::Qlora && !s.double_quant {
        add("--no-double-quant".into());
    }
    if s.rslora && s.method.has_adapter() {
        add("--rslora".into());
    }
    if s.packing {
        add("--packing".into());
    }
    if s.checkpointing {
        add("--checkpointing".into());
    }
    if let Some(wanted) = s.attribution {
        add(if wanted { "--attribution" } else { "--no-attribution" }.into());
    }
    for (name, weight) in &s.contributor_weights {
        add(format!("--contributor-weight {}", quoted(&format!("{name}={weight}"))));
    }
    if !s.shuffle {
        add("--no-shuffle".into());
    }
    if let Some(modules) = &s.target_modules {
        add(format!("--target-modules {}", modules.join(",")));
    }
    // Writing to a String cannot fail.
    let _ = write!(out, " --held-out-percent {held_out_percent} --seed {} --out {}", s.seed, quoted(name));
    out
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_short_and_safe_to_paste() {
        let s = TrainSettings { steps: Some(40), shuffle: false, ..TrainSettings::default() };
        let line = line("tiny", "it's.jsonl", "mine", &s, 5);
        assert!(line.starts_with("karat train --model tiny --data 'it'\\''s.jsonl' --method lora"), "{line}");
        assert!(line.contains("--steps 40") && line.contains("--no-shuffle") && !line.contains("--schedule"));
    }
}
