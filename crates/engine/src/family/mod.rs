//! The model families: each file reads like a description of its family.

pub mod llama;

use crate::net::{ParamId, Params, Site, SiteId};
use crate::real::Real;
use karat_types::Problem;

/// Where the numbers of a fresh network come from: a file, or a seed.
pub type Source<'a, F> = dyn FnMut(&str, &[usize]) -> Result<Vec<F>, Problem> + 'a;

/// Takes down what a family is made of, by the names on disk.
pub struct Inventory<'a, F> {
    /// Gives each parameter its numbers.
    pub source: &'a mut Source<'a, F>,
    /// The parameters so far.
    pub params: Params<F>,
    /// The linear layers so far.
    pub sites: Vec<Site>,
}

impl<F: Real> Inventory<'_, F> {
    /// A vector or table.
    ///
    /// # Errors
    /// What the source says.
    pub fn param(&mut self, name: &str, shape: &[usize]) -> Result<ParamId, Problem> {
        let data = (self.source)(name, shape)?;
        Ok(self.params.push(name, shape, data))
    }

    /// A linear layer `name.weight` (outs × ins) with `name.bias` when it has one.
    ///
    /// # Errors
    /// What the source says.
    pub fn linear(&mut self, name: &str, [outs, ins]: [usize; 2], bias: bool) -> Result<SiteId, Problem> {
        let weight = self.param(&format!("{name}.weight"), &[outs, ins])?;
        let bias = if bias { Some(self.param(&format!("{name}.bias"), &[outs])?) } else { None };
        Ok(self.site(Site { name: name.into(), outs, ins, weight, bias, adaptable: true, lora: None }))
    }

    /// The head over the vocabulary; it shares the table when it is tied and takes no adapter.
    ///
    /// # Errors
    /// What the source says.
    pub fn head(&mut self, name: &str, table: ParamId, tied: bool) -> Result<SiteId, Problem> {
        let shape = self.params.get(table).shape.clone();
        let weight = if tied { table } else { self.param(&format!("{name}.weight"), &shape)? };
        let [outs, ins] = [shape[0], shape[1]];
        Ok(self.site(Site { name: name.into(), outs, ins, weight, bias: None, adaptable: false, lora: None }))
    }

    fn site(&mut self, site: Site) -> SiteId {
        self.sites.push(site);
        SiteId(self.sites.len() - 1)
    }
}
