//! A model in memory: what it is, its weights, and how to run it.

use crate::config::{Config, Keys};
use crate::family::{Family, Inventory, Source};
use crate::kernel::Kernel;
use crate::kernel::cpu::Cpu;
use crate::net::{Dense, Net, ParamId, Params};
use crate::quant::bnb;
use crate::quant::hold::{Files, Held, Holder};
use crate::real::Real;
use crate::rng::Rng;
use crate::tape::{Batch, Layers, Pass, Pool, Tape};
use crate::weights::{self, Stored, Tensors};
use crate::{adapter, disk};
use karat_types::{Precision, Problem};
use std::path::Path;
use std::sync::Arc;

/// A model: base weights and, when one is loaded, an adapter.
pub struct Model<F: Real = f32> {
    pub(crate) config: Config,
    pub(crate) family: Family,
    pub(crate) net: Net<F>,
    /// How many of the parameters belong to the base.
    pub(crate) base_params: usize,
}

/// Keys and values of the tokens seen so far, and the buffers of the passes.
pub struct Cache {
    layers: Layers<f32>,
    pool: Pool<f32>,
    len: usize,
}

impl Cache {
    /// Tokens seen so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<F: Real> Model<F> {
    /// Builds a model whose numbers come from `source`.
    ///
    /// # Errors
    /// What the source says.
    pub fn build(
        config: Config,
        kernel: Arc<dyn Kernel<F>>,
        source: &mut Source<'_, F>,
    ) -> Result<Self, Problem> {
        Self::build_held(config, kernel, source, None)
    }

    /// Builds a model some of whose matrices are held in another way than dense.
    fn build_held(
        config: Config,
        kernel: Arc<dyn Kernel<F>>,
        source: &mut Source<'_, F>,
        holder: Option<&dyn Holder<F>>,
    ) -> Result<Self, Problem> {
        let mut inventory = Inventory::new(&config, source, holder);
        let family = Family::take_down(&config, &mut inventory)?;
        let Inventory { params, sites, .. } = inventory;
        let base_params = params.len();
        Ok(Self { config, family, net: Net { params, sites, kernel }, base_params })
    }

    /// The shape.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Vocabulary size.
    pub fn vocab_size(&self) -> usize {
        self.config.vocab_size
    }

    /// Parameters of the base.
    pub fn parameters(&self) -> u64 {
        self.net.params.iter().take(self.base_params).map(|(_, p)| p.len() as u64).sum()
    }

    /// All parameters: the base's, then the adapter's.
    pub fn params(&self) -> &Params<F> {
        &self.net.params
    }

    /// All parameters, to be moved.
    pub fn params_mut(&mut self) -> &mut Params<F> {
        &mut self.net.params
    }

    /// Trains the adapter and freezes the base.
    pub fn train_adapter(&mut self) {
        self.train_only(|id, base| id >= base);
    }

    /// Trains every weight of the base and freezes the adapter.
    pub fn train_base(&mut self) {
        self.train_only(|id, base| id < base);
    }

    fn train_only(&mut self, chosen: impl Fn(usize, usize) -> bool) {
        for i in 0..self.net.params.len() {
            self.net.params.train(ParamId(i), chosen(i, self.base_params));
        }
    }

    /// Sum of the nats over `(row, target)`. With gradients in the pass, also adds
    /// `scale · d(sum)` to each of them.
    pub fn loss(
        &self,
        batch: &Batch,
        wanted: &[(u32, u32)],
        scale: f64,
        pool: &mut Pool<F>,
        pass: Pass<'_, F>,
    ) -> f64 {
        self.nats(batch, wanted, scale, pool, pass).into_iter().map(Real::to_f64).sum()
    }

    /// The same, each target's nats apart.
    pub fn nats(
        &self,
        batch: &Batch,
        wanted: &[(u32, u32)],
        scale: f64,
        pool: &mut Pool<F>,
        pass: Pass<'_, F>,
    ) -> Vec<F> {
        let learns = pass.grads.is_some();
        let mut tape = self.tape(batch, pool, pass);
        let hidden = self.family.hidden(&mut tape);
        let nats = tape.cross_entropy(hidden, self.family.head(), wanted, scale);
        if learns {
            tape.backward();
        }
        nats
    }

    /// A tape over a batch.
    fn tape<'a>(&'a self, batch: &'a Batch, pool: &'a mut Pool<F>, pass: Pass<'a, F>) -> Tape<'a, F> {
        Tape::new(&self.net, batch, self.config.rope.as_ref(), pool, pass)
    }
}

impl Model<f32> {
    /// Reads a model folder, with an adapter when one is named.
    ///
    /// # Errors
    /// What [`Config::read`], the weights and the adapter say.
    pub fn load(dir: &Path, adapter: Option<&Path>) -> Result<Self, Problem> {
        Self::load_as(dir, adapter, Precision::F32)
    }

    /// Reads a model folder and holds the base like this.
    ///
    /// # Errors
    /// As [`Self::load`], `precision_unsupported`, `quantisation_unknown`,
    /// `quantisation_damaged`.
    pub fn load_as(dir: &Path, adapter: Option<&Path>, held: impl Into<Held>) -> Result<Self, Problem> {
        let mut config = Config::read(dir)?;
        let tensors = Tensors::open_model(dir)?;
        config.bare = !tensors.names().any(|name| name.starts_with(config.prefix()));
        let files = Files::new(&tensors, held.into());
        let source = &mut |name: &str, shape: &[usize]| tensors.read(name, shape);
        let mut model = Self::build_held(config, Arc::new(Cpu), source, Some(&files))?;
        model.refuse_strangers(&tensors, dir)?;
        if let Some(adapter) = adapter {
            adapter::check_base(adapter, dir)?;
            adapter::load(&mut model, adapter)?;
        }
        Ok(model)
    }

    /// Every tensor in the files must have been used: a leftover means the config does not
    /// describe the weights.
    fn refuse_strangers(&self, tensors: &Tensors, dir: &Path) -> Result<(), Problem> {
        let known: std::collections::HashSet<&str> =
            self.net.params.iter().map(|(_, p)| p.name.as_str()).collect();
        let harmless = |name: &str| {
            let buffer =
                ["rotary_emb.inv_freq", "rotary_pos_emb.inv_freq", ".attn.bias", ".attn.masked_bias"];
            buffer.iter().any(|end| name.ends_with(end))
                || (self.config.tied && ["lm_head.weight", "transformer.output_layer.weight"].contains(&name))
                || self.config.predicts_further(name)
        };
        let companion = |name: &str| bnb::owner(name).is_some_and(|owner| known.contains(owner));
        match tensors.names().find(|name| !known.contains(name) && !harmless(name) && !companion(name)) {
            None => Ok(()),
            Some(name) => Err(Problem::bad(
                "weights_unknown_tensor",
                format!(
                    "{}: tensor {name} has no place in a {} of this config.json.",
                    dir.display(),
                    self.config.model_type
                ),
                "The weights do not belong to this config.json: take both from the same source.",
            )),
        }
    }

    /// Fresh weights as transformers makes them: normal(0, initializer_range) for matrices,
    /// 1 for norms, 0 for biases. The same seed gives the same bytes.
    pub fn init(config: Config, seed: u64) -> Self {
        let (usual, layers) = (config.initializer_range, config.layers as f64);
        let narrow = matches!(config.keys, Keys::Gpt2(_));
        let mut count = 0;
        let mut source = |name: &str, shape: &[usize]| {
            count += 1;
            let mut rng = Rng::new(&[seed, count]);
            let len = shape.iter().product();
            // GPT-2 starts what is added to the residual stream smaller.
            let ends = narrow && name.ends_with("c_proj.weight");
            let spread = if ends { usual / (2.0 * layers).sqrt() } else { usual };
            Ok(match shape.len() {
                1 => vec![if name.ends_with("bias") { 0.0 } else { 1.0 }; len],
                _ => (0..len).map(|_| (rng.normal() * spread) as f32).collect(),
            })
        };
        match Self::build(config, Arc::new(Cpu), &mut source) {
            Ok(model) => model,
            Err(never) => unreachable!("a seed always gives numbers: {never}"),
        }
    }

    /// Writes config.json, generation_config.json and model.safetensors into `dir`. The
    /// adapter, if any, is not part of it.
    ///
    /// # Errors
    /// `disk_write_failed`.
    pub fn save(&self, dir: &Path) -> Result<(), Problem> {
        self.save_as(dir, Stored::F32)
    }

    /// The same, the weights rounded to another type.
    ///
    /// # Errors
    /// `disk_write_failed`.
    pub fn save_as(&self, dir: &Path, stored: Stored) -> Result<(), Problem> {
        std::fs::create_dir_all(dir).map_err(|e| disk::failed(dir, &e))?;
        let pretty = |value: &serde_json::Value| format!("{value:#}\n");
        disk::write(&dir.join("config.json"), pretty(&self.config.to_json(stored)).as_bytes())?;
        let generation = pretty(&self.config.generation_json());
        disk::write(&dir.join("generation_config.json"), generation.as_bytes())?;
        let base = self.net.params.iter().take(self.base_params);
        let held: Vec<_> = base.map(|(id, p)| (p.name.clone(), self.net.params.stored(id))).collect();
        let tensors: Vec<_> =
            held.iter().map(|(name, (shape, data))| (name.clone(), shape.clone(), &data[..])).collect();
        weights::write_as(&dir.join("model.safetensors"), &tensors, stored)
    }

    /// Adds the adapter to the base weights and forgets it.
    pub fn merge(&mut self) {
        for site in 0..self.net.sites.len() {
            let Some(lora) = self.net.sites[site].lora.take() else { continue };
            let (outs, ins) = (self.net.sites[site].outs, self.net.sites[site].ins);
            let weight: ParamId = self.net.sites[site].weight;
            let mut merged = self.net.params.numbers(weight).into_owned();
            let a = crate::kernel::Mat::new(self.net.params.data(lora.a), lora.rank, ins);
            let b = crate::kernel::Mat::new(self.net.params.data(lora.b), outs, lora.rank);
            self.net.kernel.matmul(lora.scale as f32, b, a, true, &mut merged);
            self.net.params.hold(weight, Box::new(Dense::new(merged, [outs, ins])));
        }
        self.net.params.truncate(self.base_params);
    }

    /// An empty cache for one sequence.
    pub fn cache(&self) -> Cache {
        let list = (0..self.config.layers).map(|_| (Vec::new(), Vec::new())).collect();
        Cache { layers: Layers { list }, pool: Pool::default(), len: 0 }
    }

    /// Reads `ids` after what the cache holds, adds them to it, and gives the logits of the
    /// last one.
    pub fn logits(&self, ids: &[u32], cache: &mut Cache) -> Vec<f32> {
        self.logits_of(&mut [(ids, cache)])
    }

    /// The same for several sequences in one pass, which reads the weights once: the logits
    /// of each one's last token, one after the other.
    pub fn logits_of(&self, turns: &mut [(&[u32], &mut Cache)]) -> Vec<f32> {
        let (mut batch, mut last) = (Batch::default(), Vec::with_capacity(turns.len()));
        for (ids, cache) in turns.iter_mut() {
            batch.push_after(cache.len, ids);
            cache.len += ids.len();
            last.push(batch.len() - 1);
        }
        let mut pool =
            turns.first_mut().map(|(_, cache)| std::mem::take(&mut cache.pool)).unwrap_or_default();
        let caches = turns.iter_mut().map(|(_, cache)| &mut cache.layers).collect();
        let mut tape = self.tape(&batch, &mut pool, Pass { caches, ..Pass::default() });
        let hidden = self.family.hidden(&mut tape);
        let logits = tape.logits(hidden, self.family.head(), &last);
        drop(tape);
        if let Some((_, cache)) = turns.first_mut() {
            cache.pool = pool;
        }
        logits
    }

    /// Natural log of the probability of each token given those before it: n − 1 numbers.
    pub fn logprobs(&self, ids: &[u32]) -> Vec<f32> {
        let batch = Batch::new([ids]);
        let mut pool = Pool::default();
        let mut tape = self.tape(&batch, &mut pool, Pass::default());
        let hidden = self.family.hidden(&mut tape);
        let wanted: Vec<(u32, u32)> = ids.iter().skip(1).enumerate().map(|(i, &id)| (i as u32, id)).collect();
        tape.cross_entropy(hidden, self.family.head(), &wanted, 1.0).into_iter().map(|nats| -nats).collect()
    }
}
