//! Low-rank adapters on linear sites.

use crate::family::{self, Source};
use crate::model::Model;
use crate::net::{Lora, ParamId, Site};
use crate::real::Real;
use crate::rng::Rng;
use karat_types::Problem;

/// Which linear layers an adapter sits on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// All that can take one.
    All,
    /// Those whose full name equals one of these, or ends with `.` and one of these.
    Named(Vec<String>),
}

/// How large an adapter is and where it sits.
#[derive(Clone, Debug, PartialEq)]
pub struct LoraConfig {
    /// Rank, unless the pattern says otherwise.
    pub rank: usize,
    /// α, unless the pattern says otherwise.
    pub alpha: f64,
    /// Scale by α/√r instead of α/r.
    pub rslora: bool,
    /// Dropout on the way in, while training.
    pub dropout: f64,
    /// Where it sits.
    pub targets: Targets,
    /// Only in these blocks, when given.
    pub layers: Option<Vec<usize>>,
    /// Ranks of some sites, by suffix.
    pub rank_pattern: Vec<(String, f64)>,
    /// α of some sites, by suffix.
    pub alpha_pattern: Vec<(String, f64)>,
}

/// peft's rule: the full name, or a suffix after a dot.
pub(crate) fn matches(site: &str, target: &str) -> bool {
    site.strip_suffix(target).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The number of the block in `model.layers.3.mlp.up_proj`.
fn block_of(site: &str) -> Option<usize> {
    site.split('.').find_map(|part| part.parse().ok())
}

impl LoraConfig {
    /// A plain adapter on every linear layer, without dropout.
    pub fn new(rank: usize, alpha: f64) -> Self {
        Self {
            rank,
            alpha,
            rslora: false,
            dropout: 0.0,
            targets: Targets::All,
            layers: None,
            rank_pattern: Vec::new(),
            alpha_pattern: Vec::new(),
        }
    }

    /// Rank and scale at a site.
    pub fn at(&self, site: &str) -> (usize, f64) {
        let own = |pattern: &[(String, f64)]| pattern.iter().find(|(key, _)| matches(site, key)).map(|p| p.1);
        let rank = own(&self.rank_pattern).map_or(self.rank, |r| r as usize);
        let alpha = own(&self.alpha_pattern).unwrap_or(self.alpha);
        let divisor = if self.rslora { (rank as f64).sqrt() } else { rank as f64 };
        (rank, alpha / divisor)
    }

    /// Whether the adapter sits on this site.
    pub fn covers(&self, site: &Site) -> bool {
        let layer = match (&self.layers, block_of(&site.name)) {
            (Some(layers), Some(block)) => layers.contains(&block),
            _ => true,
        };
        let named = match &self.targets {
            Targets::All => true,
            Targets::Named(names) => names.iter().any(|name| matches(&site.name, name)),
        };
        site.adaptable && layer && named
    }
}

/// Puts an adapter on the model, its numbers from `source` (name, shape).
///
/// # Errors
/// `adapter_no_site`, `adapter_rank`, or what the source says.
pub fn attach<F: Real>(
    model: &mut Model<F>,
    config: &LoraConfig,
    source: &mut Source<'_, F>,
) -> Result<(), Problem> {
    check_targets(model, config)?;
    for i in 0..model.net.sites.len() {
        let site = &model.net.sites[i];
        if !config.covers(site) {
            continue;
        }
        let (rank, scale) = config.at(&site.name);
        if rank == 0 || rank > site.outs.max(site.ins) {
            return Err(Problem::bad(
                "adapter_rank",
                format!(
                    "Rank {rank} on {} ({} × {}); it must be 1 to {}.",
                    site.name,
                    site.outs,
                    site.ins,
                    site.outs.max(site.ins)
                ),
                "Choose a smaller rank; 8 or 16 is usual.",
            ));
        }
        let mut push = |part: &str, shape: [usize; 2]| -> Result<ParamId, Problem> {
            let name = format!("base_model.model.{}.{part}.weight", site.name);
            let data = source(&name, &shape)?;
            Ok(model.net.params.push(name, &shape, data))
        };
        let (a, b) = (push("lora_A", [rank, site.ins])?, push("lora_B", [site.outs, rank])?);
        model.net.sites[i].lora = Some(Lora { a, b, rank, scale });
    }
    Ok(())
}

/// Every name must hit something: a name that hits nothing is a typing error, or the
/// adapter of another family.
fn check_targets<F: Real>(model: &Model<F>, config: &LoraConfig) -> Result<(), Problem> {
    let known = family::linear_suffixes(model.config()).join(", ");
    let refuse = |what: String| {
        Problem::bad(
            "adapter_no_site",
            format!("{what}; this model has: {known}."),
            "Choose target modules from this list, or leave them out for all of them.",
        )
    };
    if let Targets::Named(names) = &config.targets {
        let hits = |name: &&String| model.net.sites.iter().any(|s| s.adaptable && matches(&s.name, name));
        if let Some(stray) = names.iter().find(|name| !hits(name)) {
            return Err(refuse(format!("Target module '{stray}' is no linear layer an adapter can sit on")));
        }
    }
    if model.net.sites.iter().any(|site| config.covers(site)) {
        Ok(())
    } else {
        Err(refuse("The adapter sits on no layer at all".into()))
    }
}

/// Fresh numbers as peft makes them: A uniform within ±1/√in, B zero, so that the model
/// starts unchanged. The same seed gives the same bytes.
pub fn fresh<F: Real>(seed: u64) -> impl FnMut(&str, &[usize]) -> Result<Vec<F>, Problem> {
    let mut count = 0;
    move |name, shape| {
        count += 1;
        let len = shape.iter().product();
        if name.ends_with("lora_B.weight") {
            return Ok(vec![F::ZERO; len]);
        }
        let (mut rng, bound) = (Rng::new(&[seed, 0x10_7a, count]), 1.0 / (shape[1] as f64).sqrt());
        Ok((0..len).map(|_| F::of((2.0 * rng.uniform() - 1.0) * bound)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_matches_only_after_a_dot() {
        assert!(matches("model.layers.0.mlp.up_proj", "up_proj"));
        assert!(matches("model.layers.0.mlp.up_proj", "model.layers.0.mlp.up_proj"));
        assert!(!matches("model.layers.0.mlp.up_proj", "proj"));
        assert_eq!(block_of("model.layers.12.mlp.up_proj"), Some(12));
    }
}
