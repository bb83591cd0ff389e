//! The model families: each file reads like a description of its family.

pub mod bloom;
pub mod chatglm;
pub mod deepseek;
pub mod glm;
pub mod gpt2;
pub mod llama;

use crate::config::{Config, Keys};
use crate::net::{ParamId, Params, Site, SiteId};
use crate::quant::hold::{Holder, Role};
use crate::real::Real;
use crate::tape::{Tape, Var};
use karat_types::Problem;

/// A family laid out: which parameters it has and how they work together.
#[derive(Clone, Debug)]
pub enum Family {
    /// LLaMA, Mistral, Qwen2 and Qwen3.
    Llama(llama::Llama),
    /// DeepSeek-V2 and V3.
    Deepseek(Box<deepseek::Deepseek>),
    /// GPT-2.
    Gpt2(gpt2::Gpt2),
    /// BLOOM.
    Bloom(bloom::Bloom),
    /// GLM and GLM-4 as transformers names them.
    Glm(glm::Glm),
    /// ChatGLM2, ChatGLM3 and GLM-4 under their own names.
    ChatGlm(chatglm::ChatGlm),
}

impl Family {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(config: &Config, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        Ok(match &config.keys {
            Keys::Llama(keys) => Self::Llama(llama::Llama::take_down(config, keys, i)?),
            Keys::Deepseek(keys) => Self::Deepseek(Box::new(deepseek::Deepseek::take_down(config, keys, i)?)),
            Keys::Gpt2(keys) => Self::Gpt2(gpt2::Gpt2::take_down(config, keys, i)?),
            Keys::Bloom(keys) => Self::Bloom(bloom::Bloom::take_down(config, keys, i)?),
            Keys::Glm(keys) => Self::Glm(glm::Glm::take_down(config, keys, i)?),
            Keys::ChatGlm(keys) => Self::ChatGlm(chatglm::ChatGlm::take_down(config, keys, i)?),
        })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        match self {
            Self::Llama(family) => family.hidden(t),
            Self::Deepseek(family) => family.hidden(t),
            Self::Gpt2(family) => family.hidden(t),
            Self::Bloom(family) => family.hidden(t),
            Self::Glm(family) => family.hidden(t),
            Self::ChatGlm(family) => family.hidden(t),
        }
    }

    /// The head over the vocabulary.
    pub fn head(&self) -> SiteId {
        match self {
            Self::Llama(family) => family.head,
            Self::Deepseek(family) => family.head,
            Self::Gpt2(family) => family.head,
            Self::Bloom(family) => family.head,
            Self::Glm(family) => family.head,
            Self::ChatGlm(family) => family.head,
        }
    }
}

/// Where the numbers of a fresh network come from: a file, or a seed.
pub type Source<'a, F> = dyn FnMut(&str, &[usize]) -> Result<Vec<F>, Problem> + 'a;

/// A norm with its weights.
#[derive(Clone, Copy, Debug)]
pub enum Norm {
    /// By the root of the mean square.
    Rms {
        /// Weight.
        weight: ParamId,
        /// ε.
        eps: f64,
    },
    /// By mean and variance.
    Layer {
        /// Weight and bias.
        weights: [ParamId; 2],
        /// ε.
        eps: f64,
    },
}

impl Norm {
    /// The normalised rows.
    pub fn apply<F: Real>(self, t: &mut Tape<'_, F>, x: Var) -> Var {
        match self {
            Self::Rms { weight, eps } => t.rms_norm(x, weight, eps),
            Self::Layer { weights, eps } => t.layer_norm(x, weights, eps),
        }
    }
}

/// Takes down what a family is made of, by the names on disk.
pub struct Inventory<'a, F> {
    /// Gives each parameter its numbers.
    pub source: &'a mut Source<'a, F>,
    /// Gives linear layers their weights where these are not dense.
    pub holder: Option<&'a dyn Holder<F>>,
    /// What the names in the files lack at their beginning.
    strip: &'static str,
    /// The parameters so far.
    pub params: Params<F>,
    /// The linear layers so far.
    pub sites: Vec<Site>,
}

impl<'a, F: Real> Inventory<'a, F> {
    /// An empty inventory for a model of this shape.
    pub fn new(config: &Config, source: &'a mut Source<'a, F>, holder: Option<&'a dyn Holder<F>>) -> Self {
        let strip = if config.bare { config.prefix() } else { "" };
        Self { source, holder, strip, params: Params::default(), sites: Vec::new() }
    }

    /// A vector or table.
    ///
    /// # Errors
    /// What the source says.
    pub fn param(&mut self, name: &str, shape: &[usize]) -> Result<ParamId, Problem> {
        let name = name.strip_prefix(self.strip).unwrap_or(name);
        let data = (self.source)(name, shape)?;
        Ok(self.params.push(name, shape, data))
    }

    /// A table of rows: embeddings.
    ///
    /// # Errors
    /// What the source says.
    pub fn table(&mut self, name: &str, shape: [usize; 2]) -> Result<ParamId, Problem> {
        self.matrix(name, shape, Role::Table)
    }

    fn matrix(&mut self, name: &str, shape: [usize; 2], role: Role) -> Result<ParamId, Problem> {
        let name = name.strip_prefix(self.strip).unwrap_or(name);
        let held = self.holder.map_or(Ok(None), |holder| holder.matrix(name, shape, role))?;
        match held {
            Some(weight) => Ok(self.params.push_held(name, shape, weight)),
            None if role == Role::Turned => {
                let [outs, ins] = shape;
                let stored = (self.source)(name, &[ins, outs])?;
                Ok(self.params.push(name, &shape, turn(&stored, ins, outs)))
            }
            None => self.param(name, &shape),
        }
    }

    /// A norm `name.weight` of `width` numbers by root mean square.
    ///
    /// # Errors
    /// What the source says.
    pub fn rms_norm(&mut self, name: &str, width: usize, eps: f64) -> Result<Norm, Problem> {
        Ok(Norm::Rms { weight: self.param(&format!("{name}.weight"), &[width])?, eps })
    }

    /// A norm `name.weight`, `name.bias` of `width` numbers by mean and variance.
    ///
    /// # Errors
    /// What the source says.
    pub fn layer_norm(&mut self, name: &str, width: usize, eps: f64) -> Result<Norm, Problem> {
        let mut part = |part: &str| self.param(&format!("{name}.{part}"), &[width]);
        Ok(Norm::Layer { weights: [part("weight")?, part("bias")?], eps })
    }

    /// A linear layer with a bias whose weight is stored as inputs × outputs, as GPT-2's are;
    /// in memory it is out × in like any other.
    ///
    /// # Errors
    /// What the source says.
    pub fn conv(&mut self, name: &str, shape: [usize; 2]) -> Result<SiteId, Problem> {
        let site = self.layer(name, shape, true, Role::Turned)?;
        self.params.mark_turned(self.sites[site.0].weight);
        Ok(site)
    }

    /// A linear layer `name.weight` (outs × ins) with `name.bias` when it has one.
    ///
    /// # Errors
    /// What the source says.
    pub fn linear(&mut self, name: &str, [outs, ins]: [usize; 2], bias: bool) -> Result<SiteId, Problem> {
        self.layer(name, [outs, ins], bias, Role::Linear)
    }

    fn layer(
        &mut self,
        name: &str,
        [outs, ins]: [usize; 2],
        bias: bool,
        role: Role,
    ) -> Result<SiteId, Problem> {
        let weight = self.matrix(&format!("{name}.weight"), [outs, ins], role)?;
        let bias = if bias { Some(self.param(&format!("{name}.bias"), &[outs])?) } else { None };
        let name = name.into();
        Ok(self.site(Site { name, outs, ins, weight, bias, adaptable: true, alone: false, lora: None }))
    }

    /// A linear layer that takes an adapter only when it is asked for as a parameter.
    ///
    /// # Errors
    /// What the source says.
    pub fn alone(&mut self, name: &str, shape: [usize; 2]) -> Result<SiteId, Problem> {
        let site = self.layer(name, shape, false, Role::Linear)?;
        self.sites[site.0].alone = true;
        Ok(site)
    }

    /// The layer by which tokens choose among experts; it takes an adapter as [`Self::alone`]'s.
    ///
    /// # Errors
    /// What the source says.
    pub fn router(&mut self, name: &str, shape: [usize; 2]) -> Result<SiteId, Problem> {
        let site = self.layer(name, shape, false, Role::Gate)?;
        self.sites[site.0].alone = true;
        Ok(site)
    }

    /// A vector that is never trained.
    ///
    /// # Errors
    /// What the source says.
    pub fn fixed(&mut self, name: &str, shape: &[usize]) -> Result<ParamId, Problem> {
        let id = self.param(name, shape)?;
        self.params.fix(id);
        Ok(id)
    }

    /// The head over the vocabulary; it shares the table when it is tied and takes no adapter.
    ///
    /// # Errors
    /// What the source says.
    pub fn head(&mut self, name: &str, table: ParamId, tied: bool) -> Result<SiteId, Problem> {
        let shape = self.params.get(table).shape.clone();
        let [outs, ins] = [shape[0], shape[1]];
        let weight =
            if tied { table } else { self.matrix(&format!("{name}.weight"), [outs, ins], Role::Head)? };
        Ok(self.site(Site {
            name: name.into(),
            outs,
            ins,
            weight,
            bias: None,
            adaptable: false,
            alone: false,
            lora: None,
        }))
    }

    fn site(&mut self, site: Site) -> SiteId {
        self.sites.push(site);
        SiteId(self.sites.len() - 1)
    }
}

/// A dense rows × cols matrix the other way round; nothing stays nothing.
pub(crate) fn turn<F: Copy>(data: &[F], rows: usize, cols: usize) -> Vec<F> {
    if data.is_empty() {
        return Vec::new();
    }
    (0..cols).flat_map(|c| (0..rows).map(move |r| data[r * cols + c])).collect()
}

/// The family laid out with empty numbers: its parameters and sites.
fn outline(config: &Config) -> (usize, Vec<Site>) {
    let mut parameters = 0;
    let source = &mut |_: &str, shape: &[usize]| {
        parameters += shape.iter().product::<usize>();
        Ok(Vec::<f32>::new())
    };
    let mut inventory = Inventory::new(config, source, None);
    let laid_out = Family::take_down(config, &mut inventory);
    let sites = inventory.sites;
    debug_assert!(laid_out.is_ok(), "an empty source never fails");
    (parameters, sites)
}

/// Parameters of a model with this config.
pub fn parameters(config: &Config) -> usize {
    outline(config).0
}

/// Its linear layers, the head included.
pub fn sites(config: &Config) -> Vec<Site> {
    outline(config).1
}

/// Suffixes of the layers an adapter can sit on, sorted.
pub fn linear_suffixes(config: &Config) -> Vec<String> {
    let adaptable = sites(config).into_iter().filter(|s| s.adaptable && !s.alone);
    let mut names: Vec<String> =
        adaptable.filter_map(|s| s.name.rsplit('.').next().map(str::to_owned)).collect();
    names.sort_unstable();
    names.dedup();
    names
}
