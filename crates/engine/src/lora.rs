//! Low-rank adapters on linear sites.

use crate::family::{self, Source};
use crate::fused;
use crate::model::Model;
use crate::net::{Lora, ParamId, Site};
use crate::pattern;
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
    /// Those whose full name this regular expression matches from end to end.
    Pattern(String),
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
    /// Parameters it sits on besides, as peft's `target_parameters` names them:
    /// `experts.gate_up_proj`, `mlp.gate.weight`.
    pub parameters: Vec<String>,
    /// Whether names reach the layers of single experts (adapters made before transformers 5).
    pub each_expert: bool,
    /// Whether a name that hits nothing is fine, as it is for peft.
    pub lenient: bool,
    /// Where it does not sit, whatever the rest says.
    pub exclude: Option<Targets>,
    /// Only in these blocks, when given.
    pub layers: Option<Vec<usize>>,
    /// What stands before the number of a block: `layers`; empty = anything.
    pub layers_pattern: Vec<String>,
    /// Ranks of some sites, by regular expressions on the end of their names.
    pub rank_pattern: Vec<(String, f64)>,
    /// α of some sites, in the same way.
    pub alpha_pattern: Vec<(String, f64)>,
}

/// peft's rule: the full name, or a suffix after a dot.
pub(crate) fn matches(site: &str, target: &str) -> bool {
    site.strip_suffix(target).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The parameter a site's weight is, or is a part of, in transformers 5.
pub(crate) fn parameter(site: &Site) -> String {
    fused::place(&site.name).map_or_else(|| format!("{}.weight", site.name), |place| place.parameter())
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
            parameters: Vec::new(),
            each_expert: false,
            lenient: false,
            exclude: None,
            layers: None,
            layers_pattern: Vec::new(),
            rank_pattern: Vec::new(),
            alpha_pattern: Vec::new(),
        }
    }

    /// Rank and scale at a site.
    pub fn at(&self, site: &str) -> (usize, f64) {
        let own = |list: &[(String, f64)]| list.iter().find(|(key, _)| pattern::ends(key, site)).map(|p| p.1);
        let rank = own(&self.rank_pattern).map_or(self.rank, |r| r as usize);
        let alpha = own(&self.alpha_pattern).unwrap_or(self.alpha);
        let divisor = if self.rslora { (rank as f64).sqrt() } else { rank as f64 };
        (rank, alpha / divisor)
    }

    /// Whether the adapter sits on this site.
    pub fn covers(&self, site: &Site) -> bool {
        let layer = self.layers.as_ref().is_none_or(|layers| {
            pattern::block(&self.layers_pattern, &site.name).is_some_and(|block| layers.contains(&block))
        });
        let excluded = self.exclude.as_ref().is_some_and(|targets| self.named(targets, site));
        let named = layer && !excluded && self.named(&self.targets, site);
        site.adaptable && (named || layer && self.by_parameter(site))
    }

    fn named(&self, targets: &Targets, site: &Site) -> bool {
        match targets {
            Targets::All => !site.alone,
            Targets::Named(names) => names.iter().any(|name| self.hits(site, name)),
            Targets::Pattern(pattern) => !site.alone && pattern::full(pattern, &site.name),
        }
    }

    /// Whether a target module's name hits this site. An expert's layer is hit by the name of
    /// the parameter it is a part of, when that name says that it means one.
    fn hits(&self, site: &Site, name: &str) -> bool {
        if !site.alone || self.each_expert {
            return matches(&site.name, name);
        }
        let meant = name.contains("experts.") || name.contains("gate_up_proj") || name.ends_with(".weight");
        meant && matches(&parameter(site), name)
    }

    /// Whether one of the target parameters is this site's.
    fn by_parameter(&self, site: &Site) -> bool {
        self.parameters.iter().any(|name| matches(&parameter(site), name))
    }

    /// Whether the adapter of this site is a part of one on all experts together.
    fn fused(&self, site: &Site) -> bool {
        !self.each_expert && fused::place(&site.name).is_some()
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
        let fused = config.fused(site);
        let key = if fused { parameter(site) } else { site.name.clone() };
        let (rank, scale) = config.at(&key);
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
        let (ins, outs, name) = (site.ins, site.outs, site.name.clone());
        let mut push = |name: &str, part: &str, shape: [usize; 2]| -> Result<ParamId, Problem> {
            let name = format!("base_model.model.{name}.{part}.weight");
            let data = source(&name, &shape)?;
            Ok(model.net.params.push(name, &shape, data))
        };
        let a = match (fused, name.strip_suffix(".up_proj"), name.strip_suffix(".gate_proj")) {
            // Gate and up are one parameter for peft, with one A; gate comes first.
            (true, Some(_), _) => model.net.sites[i - 1].lora.map(|gate| gate.a),
            (true, _, Some(expert)) => Some(push(&format!("{expert}.gate_up_proj"), "lora_A", [rank, ins])?),
            _ => None,
        };
        let a = a.map_or_else(|| push(&name, "lora_A", [rank, ins]), Ok)?;
        let b = push(&name, "lora_B", [outs, rank])?;
        model.net.sites[i].lora = Some(Lora { a, b, rank, scale });
    }
    Ok(())
}

/// Every name must hit something: a name that hits nothing is a typing error, or the
/// adapter of another family.
pub(crate) fn check_targets<F: Real>(model: &Model<F>, config: &LoraConfig) -> Result<(), Problem> {
    let known = family::linear_suffixes(model.config()).join(", ");
    let refuse = |what: String| {
        Problem::bad(
            "adapter_no_site",
            format!("{what}; this model has: {known}."),
            "Choose target modules from this list, or leave them out for all of them.",
        )
    };
    if let Targets::Named(names) = &config.targets {
        let hits = |name: &&String| model.net.sites.iter().any(|s| s.adaptable && config.hits(s, name));
        if let Some(stray) = names.iter().find(|name| !config.lenient && !hits(name)) {
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
    }
}
