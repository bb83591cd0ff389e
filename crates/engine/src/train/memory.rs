//! What a run needs of memory and disk, from its shapes, and what would need less.

use super::attribution;
use super::{Data, Plan, available, evaluate};
use crate::config::{Config, Keys};
use crate::disk;
use crate::family;
use crate::lora::{LoraConfig, Targets};
use crate::net::Site;
use karat_types::ports::TrainJob;
use karat_types::train::TrainSettings;
use karat_types::{Method, Problem};
use std::fmt::Write as _;

/// Bytes of the program itself: code, threads, buffers of matrix products, tokenizer.
const PROGRAM: f64 = 30e6;
/// Numbers of logits in memory at once (`tape/loss.rs`).
const LOGITS: f64 = (1 << 22) as f64;
/// Layers that read a value no other linear layer reads: what attention or the activation
/// gave.
const CLOSING: [&str; 5] = ["o_proj", "down_proj", "dense", "c_proj", "dense_4h_to_h"];

/// Bytes of each kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Need {
    weights: f64,
    optimiser: f64,
    activations: f64,
    attribution: f64,
    saving: f64,
    /// Parameters that are trained.
    pub(super) trained: usize,
}

impl Need {
    /// The most memory the process will show: while it reads the weights, the pages of their
    /// file (`on_disk` bytes) count too, though the system would give them back.
    pub(super) fn peak(&self, on_disk: u64) -> u64 {
        self.bytes().max((PROGRAM + self.weights) as u64 + on_disk)
    }

    /// All of it, at the worst moment.
    pub(super) fn bytes(&self) -> u64 {
        (PROGRAM + self.weights + self.optimiser + self.activations + self.attribution + self.saving) as u64
    }
}

/// The adapter these settings put on, if any.
pub(super) fn adapter(s: &TrainSettings) -> Option<LoraConfig> {
    let targets = s.target_modules.clone().map_or(Targets::All, Targets::Named);
    s.method.has_adapter().then(|| LoraConfig { targets, ..LoraConfig::new(s.rank as usize, s.alpha) })
}

/// What of the rows decides about memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// Tokens of the longest micro-batch.
    pub(super) tokens: usize,
    /// Tokens of the longest batch of an evaluation.
    pub(super) evaluated: usize,
    /// Contributors that are accounted for.
    pub(super) contributors: usize,
}

/// What training needs.
pub(super) fn need(c: &Config, s: &TrainSettings, load: Load) -> Need {
    let sites = family::sites(c);
    let adapter = adapter(s);
    let rank = |site: &Site| adapter.as_ref().filter(|a| a.covers(site)).map_or(0, |a| a.at(&site.name).0);
    let low: usize = sites.iter().map(|site| (site.outs + site.ins) * rank(site)).sum();
    let parameters = family::parameters(c);
    let trained = if s.method == Method::Full { parameters } else { low };

    let in_sites: usize = sites.iter().filter(|x| x.adaptable).map(|x| x.outs * x.ins).sum();
    let weights = (parameters - in_sites) as f64 * 4.0 + in_sites as f64 * bytes_per_weight(s);
    // The gradient and two moments; an adapter's own numbers too.
    let optimiser = 4.0 * (3 * trained + if s.method == Method::Full { 0 } else { trained }) as f64;

    let activations = 4.0 * activations(c, s, &sites, &rank, load);
    let parties = load.contributors.min(attribution::room(s, trained));
    // First moment and displacement, this in two words; gradients of the parties of one step; the decay, the
    // divisors, the snapshots.
    let rows = (s.batch_size as usize * s.accumulation as usize).min(parties);
    let rest = if parties > 0 { 7 } else { 0 };
    let attribution = 4.0 * ((3 * parties + rows + rest) * trained) as f64;
    let largest = sites.iter().map(|x| x.outs * x.ins).max().unwrap_or(0);
    let saving = 4.0 * if s.method == Method::Full { largest } else { largest.min(trained) } as f64;
    Need { weights, optimiser, activations, attribution, saving, trained }
}

/// Numbers that a forward and a backward hold at the worst moment.
fn activations(
    c: &Config,
    s: &TrainSettings,
    sites: &[Site],
    rank: &dyn Fn(&Site) -> usize,
    load: Load,
) -> f64 {
    let inner = || sites.iter().filter(|site| site.adaptable);
    let closing = |site: &&Site| CLOSING.iter().any(|end| site.name.ends_with(end));
    let outs: f64 = inner().map(|x| share(c, x) * (x.outs + rank(x)) as f64).sum();
    let closed: f64 = inner().filter(closing).map(|x| share(c, x) * x.ins as f64).sum();
    let (width, layers) = (c.hidden_size as f64, c.layers as f64);
    let block = (outs + closed) / layers + 2.0 * width;
    let kept = if s.checkpointing { layers * width + block } else { layers * block } + 3.0 * width;
    // Gradients on their way take the places of the values that were read already: measured
    // peaks are within a tenth of this.
    let training = load.tokens as f64 * kept;
    // An evaluation keeps one block at a time.
    let evaluating = load.evaluated as f64 * (block + 3.0 * width);
    let chunk = (LOGITS / c.vocab_size as f64).clamp(32.0, 1024.0).min(load.tokens as f64);
    training.max(evaluating) + chunk * (c.vocab_size as f64 + width)
}

/// Bytes a number of the linear layers takes as it is held.
fn bytes_per_weight(s: &TrainSettings) -> f64 {
    match s.method {
        Method::Qlora if s.double_quant => 0.5 + 1.0 / 64.0 + 4.0 / (64.0 * 256.0),
        Method::Qlora => 0.5 + 4.0 / 64.0,
        // bf16 lies there twice, packed for either direction.
        _ => 4.0,
    }
}

/// How many times a token goes through a site: once, or less often when it is one of many
/// experts.
pub(super) fn share(c: &Config, site: &Site) -> f64 {
    match &c.keys {
        Keys::Deepseek(keys) if site.name.contains(".experts.") => {
            keys.moe.as_ref().map_or(1.0, |moe| moe.gating.chosen as f64 / moe.gating.experts as f64)
        }
        _ => 1.0,
    }
}

/// Refuses a run that does not fit into this machine's memory or onto its disk, with what
/// would fit.
///
/// # Errors
/// `memory_too_small`, `disk_too_small`.
pub(super) fn check(job: &TrainJob, c: &Config, data: &Data, plan: &Plan) -> Result<(), Problem> {
    let wanted = attribution::wanted(&job.settings, data);
    let contributors = if wanted { data.contributors.len() } else { 0 };
    let (lengths, held_out) = (data.lengths(), data.held_out.iter().map(|row| row.ids.len()).sum::<usize>());
    let load = |tokens: usize| {
        let evaluated = held_out.max(tokens).min(evaluate::TOKENS + job.settings.max_length as usize);
        Load { tokens, evaluated, contributors }
    };
    let needed = need(c, &job.settings, load(plan.longest()));
    if let Some(available) = available::memory() {
        fits(needed, available, || {
            changes(&job.settings, available, |s| {
                let cut: Vec<usize> = lengths.iter().map(|&n| n.min(s.max_length as usize)).collect();
                need(c, s, load(Plan::new(s, &cut).longest())).bytes()
            })
        })?;
    }
    // Two checkpoints and a third in the making, then the result.
    let state = needed.trained as f64 * 12.0 + needed.attribution;
    disk::has_room(&job.work_dir, (3.0 * state + needed.trained as f64 * 4.0) as u64)
}

fn fits(need: Need, available: u64, changes: impl FnOnce() -> Vec<String>) -> Result<(), Problem> {
    if need.bytes() <= available {
        return Ok(());
    }
    let mut parts = format!("weights {}", size(need.weights));
    let others = [
        ("optimiser", need.optimiser),
        ("values for the backward", need.activations),
        ("account of contributors", need.attribution),
        ("saving", need.saving),
    ];
    for (name, bytes) in others.into_iter().filter(|part| part.1 >= 1e6) {
        // Writing to a String cannot fail.
        let _ = write!(parts, ", {name} {}", size(bytes));
    }
    let changes = changes();
    let hint = if changes.is_empty() {
        "No setting makes it fit: take a smaller model, or a machine with more memory.".into()
    } else {
        format!("Any of these fits: {}.", changes.join("; "))
    };
    Err(Problem::new(
        422,
        "memory_too_small",
        format!(
            "The run needs {} of memory ({parts}), {} are available; nothing was started.",
            size(need.bytes() as f64),
            size(available as f64)
        ),
        hint,
    ))
}

/// The three cheapest changes that fit, each with what it needs then.
fn changes(s: &TrainSettings, available: u64, need: impl Fn(&TrainSettings) -> u64) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (flags, changed) in candidates(s) {
        let bytes = need(&changed);
        // A milder form of the same change is enough.
        let kind = flags.split(' ').next().unwrap_or_default();
        if bytes <= available && !out.iter().any(|known| known.starts_with(kind)) {
            out.push(format!("{flags} ({})", size(bytes as f64)));
        }
        if out.len() == 3 {
            break;
        }
    }
    out
}

/// Changes to try, the cheapest first: the same steps in smaller batches, more time, less
/// exact weights, fewer things trained, shorter rows; then several at once.
fn candidates(s: &TrainSettings) -> Vec<(String, TrainSettings)> {
    let mut out = Vec::new();
    let halves = |s: &TrainSettings| {
        let halve = |s: &TrainSettings| TrainSettings {
            batch_size: s.batch_size.div_ceil(2),
            accumulation: s.accumulation * 2,
            ..s.clone()
        };
        let list = std::iter::successors(Some(s.clone()), move |s| (s.batch_size > 1).then(|| halve(s)));
        list.skip(1).map(|s| (format!("--batch-size {} --accumulation {}", s.batch_size, s.accumulation), s))
    };
    out.extend(halves(s));
    if !s.checkpointing {
        out.push(("--checkpointing".into(), TrainSettings { checkpointing: true, ..s.clone() }));
    }
    match s.method {
        Method::Lora => {
            out.push(("--method qlora".into(), TrainSettings { method: Method::Qlora, ..s.clone() }))
        }
        Method::Full => {
            out.push(("--method lora".into(), TrainSettings { method: Method::Lora, ..s.clone() }))
        }
        Method::Qlora => {}
    }
    let shorter = std::iter::successors(Some(s.max_length / 2), |&n| Some(n / 2)).take_while(|&n| n >= 32);
    let lengths =
        shorter.map(|n| (format!("--max-length {n}"), TrainSettings { max_length: n, ..s.clone() }));
    out.extend(lengths);
    let all = TrainSettings { checkpointing: true, ..s.clone() };
    out.extend(halves(&all).map(|(flags, s)| (format!("--checkpointing {flags}"), s)));
    if s.method != Method::Qlora {
        let all = TrainSettings { method: Method::Qlora, ..all };
        out.extend(halves(&all).map(|(flags, s)| (format!("--method qlora --checkpointing {flags}"), s)));
    }
    out
}

/// Bytes for people.
fn size(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.0} MB", bytes / 1e6) } else { format!("{:.1} GB", bytes / 1e9) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lora;
    use crate::model::Model;
    use crate::net::Grads;
    use crate::tape::{Batch, Pass, Pool};
    use std::path::Path;

    fn usual() -> TrainSettings {
        TrainSettings { batch_size: 8, max_length: 256, rank: 8, alpha: 16.0, ..TrainSettings::default() }
    }

    fn bytes(s: &TrainSettings) -> u64 {
        let config = Config::llama(16_384, 512, 1408, 8, (8, 4));
        let tokens = s.batch_size as usize * s.max_length as usize;
        need(&config, s, Load { tokens, evaluated: 0, contributors: 0 }).bytes()
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_three_cheapest_changes() {
        let s = usual();
        let needed = bytes(&s);
        assert!(changes(&s, 1_000_000, bytes).is_empty(), "the program alone is more");
        let some = changes(&s, needed - 60_000_000, bytes);
        assert_eq!(some.len(), 3);
        assert!(some[0].starts_with("--batch-size 4 --accumulation 2 ("), "{some:?}");
        assert!(
            some[1].starts_with("--checkpointing (") && some[2].starts_with("--method qlora ("),
            "{some:?}"
        );
        let config = Config::llama(16_384, 512, 1408, 8, (8, 4));
        let need = need(&config, &s, Load { tokens: 2048, evaluated: 0, contributors: 0 });
        assert_eq!(fits(need, needed, Vec::new), Ok(()));
        let problem = fits(need, needed - 1, || some).unwrap_err();
        assert_eq!((problem.status, &problem.code[..]), (422, "memory_too_small"));
        assert!(
            problem.detail.contains("weights 12") && problem.hint.contains("--checkpointing"),
            "{problem}"
        );
    }

    #[test]
    fn every_change_needs_less() {
        let s = usual();
        for (flags, changed) in candidates(&s) {
            assert!(bytes(&changed) < bytes(&s), "{flags}");
        }
        let full = TrainSettings { method: Method::Full, ..s.clone() };
        assert!(bytes(&full) > bytes(&s) + 300_000_000);
        let (more, none) = (
            need(
                &Config::llama(64, 32, 48, 2, (4, 2)),
                &s,
                Load { tokens: 9, evaluated: 0, contributors: 4 },
            ),
            need(
                &Config::llama(64, 32, 48, 2, (4, 2)),
                &s,
                Load { tokens: 9, evaluated: 0, contributors: 0 },
            ),
        );
        assert!(more.attribution > 12.0 * more.trained as f64 * 4.0 && none.attribution == 0.0);
    }

    /// What a forward and a backward really hold.
    #[test]
    fn the_values_for_the_backward_are_counted_within_a_fifth() {
        let c =
            Config::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/llama/base")).unwrap();
        for checkpointing in [false, true] {
            let s = TrainSettings { rank: 4, alpha: 8.0, checkpointing, ..TrainSettings::default() };
            let ratio = predicted(&c, &s, 600) / held(&c, &s, 600);
            assert!((0.8..1.25).contains(&ratio), "checkpointing {checkpointing}: {ratio:.2}");
        }
    }

    fn predicted(c: &Config, s: &TrainSettings, tokens: usize) -> f64 {
        let (sites, adapter) = (family::sites(c), adapter(s).unwrap());
        let rank = |site: &Site| if adapter.covers(site) { adapter.at(&site.name).0 } else { 0 };
        activations(c, s, &sites, &rank, Load { tokens, evaluated: 0, contributors: 0 })
    }

    fn held(c: &Config, s: &TrainSettings, tokens: usize) -> f64 {
        let mut model = Model::init(c.clone(), 1);
        lora::attach(&mut model, &adapter(s).unwrap(), &mut lora::fresh(1)).unwrap();
        model.train_adapter();
        let (mut grads, mut pool) = (Grads::zeros(model.params()), Pool::default());
        let ids: Vec<u32> = (0..tokens as u32 / 10).map(|i| i % c.vocab_size as u32).collect();
        let batch = Batch::new((0..10).map(|_| &ids[..]));
        let wanted: Vec<(u32, u32)> = (0..batch.len() as u32 - 1).map(|i| (i, 1)).collect();
        let pass = Pass { grads: Some(&mut grads), checkpointing: s.checkpointing, ..Pass::default() };
        model.loss(&batch, &wanted, 1.0, &mut pool, pass);
        pool.held() as f64
    }
}
