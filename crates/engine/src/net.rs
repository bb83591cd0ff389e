//! What a network is made of: named parameters, linear sites, and the kernel they run on.

use crate::family::turn;
use crate::kernel::{Kernel, Mat};
use crate::quant::few::{self, Cells, Few, Input, Job};
use crate::real::Real;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A parameter, by its place in [`Params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(pub(crate) usize);

/// A linear layer an adapter can sit on, by its place in [`Net::sites`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub(crate) usize);

/// Rows that are multiplied straight from a dense weight: more are cheaper packed.
const FEW: usize = 8;

/// The weight of a linear layer, however it is stored: out × in.
pub trait Weight<F: Real>: Send + Sync {
    /// `y = x·Wᵀ` for `rows` rows.
    fn multiply(&self, kernel: &dyn Kernel<F>, x: &[F], rows: usize, y: &mut [F]);
    /// `dx = dy·W`, or added.
    fn multiply_transposed(&self, kernel: &dyn Kernel<F>, dy: &[F], rows: usize, add: bool, dx: &mut [F]);
    /// Some rows as numbers, into `out` (rows × in).
    fn rows(&self, rows: Range<usize>, out: &mut [F]);
    /// Bytes held in memory.
    fn bytes(&self) -> usize;
    /// The weight as one that is multiplied in units with this many rows, when it can be.
    fn few(&self, rows: usize) -> Option<&dyn Few<F>> {
        let _ = rows;
        None
    }
    /// The numbers themselves, when they are stored as such.
    fn dense(&self) -> Option<&[F]> {
        None
    }
    /// The numbers to train or to merge into.
    fn dense_mut(&mut self) -> Option<&mut [F]> {
        None
    }
}

/// A weight stored as it is computed with.
#[derive(Clone, Debug)]
pub struct Dense<F> {
    data: Vec<F>,
    shape: [usize; 2],
}

impl<F: Real> Dense<F> {
    /// A dense weight, `shape` is out × in.
    pub fn new(data: Vec<F>, shape: [usize; 2]) -> Self {
        assert_eq!(data.len(), shape[0] * shape[1], "a weight of {shape:?}");
        Self { data, shape }
    }
}

impl<F: Real> Weight<F> for Dense<F> {
    fn multiply(&self, kernel: &dyn Kernel<F>, x: &[F], rows: usize, y: &mut [F]) {
        let [outs, ins] = self.shape;
        if kernel.streams() && rows <= FEW {
            return few::multiply(&mut [Job { weight: self, x, rows, y }]);
        }
        kernel.matmul(F::ONE, Mat::new(x, rows, ins), Mat::new(&self.data, outs, ins).t(), false, y);
    }

    fn multiply_transposed(&self, kernel: &dyn Kernel<F>, dy: &[F], rows: usize, add: bool, dx: &mut [F]) {
        let [outs, ins] = self.shape;
        kernel.matmul(F::ONE, Mat::new(dy, rows, outs), Mat::new(&self.data, outs, ins), add, dx);
    }

    fn rows(&self, rows: Range<usize>, out: &mut [F]) {
        let ins = self.shape[1];
        out.copy_from_slice(&self.data[rows.start * ins..rows.end * ins]);
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.data[..])
    }

    fn few(&self, rows: usize) -> Option<&dyn Few<F>> {
        (rows <= FEW).then_some(self)
    }

    fn dense(&self) -> Option<&[F]> {
        Some(&self.data)
    }

    fn dense_mut(&mut self) -> Option<&mut [F]> {
        Some(&mut self.data)
    }
}

/// Outputs a unit of a dense weight.
const UNIT: usize = 8;

impl<F: Real> Few<F> for Dense<F> {
    fn units(&self) -> usize {
        self.shape[0].div_ceil(UNIT)
    }

    fn unit_bytes(&self) -> usize {
        UNIT * self.shape[1] * size_of::<F>()
    }

    fn run(&self, units: Range<usize>, input: &Input<'_, F>, y: Cells<'_, F>) {
        let [outs, ins] = self.shape;
        for unit in units {
            let rows = unit * UNIT..outs.min((unit + 1) * UNIT);
            let w = &self.data[rows.start * ins..rows.end * ins];
            for (row, x) in input.x.chunks_exact(ins).enumerate() {
                // SAFETY: these outputs belong to this unit, which one task has.
                #[expect(unsafe_code, reason = "each unit of outputs is written by one task")]
                let y = unsafe { y.piece(row, rows.start, rows.len()) };
                F::matvec(w, x, y);
            }
        }
    }
}

/// A named parameter.
pub struct Param<F> {
    /// Its name on disk.
    pub name: String,
    /// Its shape: `[n]` or `[out, in]`.
    pub shape: Vec<usize>,
    /// Whether the optimiser moves it.
    pub trained: bool,
    /// Whether it is never trained: a buffer in torch's words.
    pub fixed: bool,
    /// Whether the files hold it as in × out.
    pub turned: bool,
    weight: Box<dyn Weight<F>>,
}

impl<F: Real> Param<F> {
    /// The weight behind its trait.
    pub fn weight(&self) -> &dyn Weight<F> {
        self.weight.as_ref()
    }

    /// How many numbers.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All parameters of a network, base first, adapter after.
pub struct Params<F> {
    list: Vec<Param<F>>,
}

impl<F: Real> Default for Params<F> {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}

impl<F: Real> Params<F> {
    /// Adds a dense parameter.
    pub fn push(&mut self, name: impl Into<String>, shape: &[usize], data: Vec<F>) -> ParamId {
        let (outs, ins) = if let [outs, ins] = *shape { (outs, ins) } else { (data.len(), 1) };
        let weight = Box::new(Dense { data, shape: [outs, ins] });
        self.list.push(Param {
            name: name.into(),
            shape: shape.to_vec(),
            trained: false,
            fixed: false,
            turned: false,
            weight,
        });
        ParamId(self.list.len() - 1)
    }

    /// Adds a matrix that is held in another way than dense.
    pub fn push_held(
        &mut self,
        name: impl Into<String>,
        shape: [usize; 2],
        weight: Box<dyn Weight<F>>,
    ) -> ParamId {
        self.list.push(Param {
            name: name.into(),
            shape: shape.to_vec(),
            trained: false,
            fixed: false,
            turned: false,
            weight,
        });
        ParamId(self.list.len() - 1)
    }

    /// Holds a parameter in another way from now on.
    pub(crate) fn hold(&mut self, id: ParamId, weight: Box<dyn Weight<F>>) {
        self.list[id.0].weight = weight;
    }

    /// Its numbers, however it is held.
    pub fn numbers(&self, id: ParamId) -> Cow<'_, [F]> {
        let param = &self.list[id.0];
        match param.weight.dense() {
            Some(data) => Cow::Borrowed(data),
            None => {
                let mut out = vec![F::ZERO; param.len()];
                param.weight.rows(0..param.shape[0], &mut out);
                Cow::Owned(out)
            }
        }
    }

    /// The parameter.
    pub fn get(&self, id: ParamId) -> &Param<F> {
        &self.list[id.0]
    }

    /// Its numbers; for norms, biases, embeddings and adapters, which are always dense.
    pub fn data(&self, id: ParamId) -> &[F] {
        self.list[id.0].weight.dense().unwrap_or(&[])
    }

    /// Its numbers, to be moved.
    pub fn data_mut(&mut self, id: ParamId) -> &mut [F] {
        self.list[id.0].weight.dense_mut().unwrap_or(&mut [])
    }

    /// Says that the files hold this matrix as in × out.
    pub(crate) fn mark_turned(&mut self, id: ParamId) {
        self.list[id.0].turned = true;
    }

    /// Its shape and numbers as files hold them.
    pub(crate) fn stored(&self, id: ParamId) -> (Vec<usize>, Cow<'_, [F]>) {
        let (param, data) = (&self.list[id.0], self.numbers(id));
        match param.shape[..] {
            [outs, ins] if param.turned => (vec![ins, outs], turn(&data, outs, ins).into()),
            _ => (param.shape.clone(), data),
        }
    }

    /// Marks a parameter as trained or frozen.
    pub fn train(&mut self, id: ParamId, trained: bool) {
        let param = &mut self.list[id.0];
        param.trained = trained && !param.fixed;
    }

    /// Takes a parameter out of every training.
    pub(crate) fn fix(&mut self, id: ParamId) {
        self.list[id.0].fixed = true;
    }

    /// Every parameter with its id.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Param<F>)> {
        self.list.iter().enumerate().map(|(i, p)| (ParamId(i), p))
    }

    /// The ids of the trained ones, in order.
    pub fn trained(&self) -> Vec<ParamId> {
        self.iter().filter(|(_, p)| p.trained).map(|(id, _)| id).collect()
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Drops every parameter from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
    }
}

/// A low-rank update on a site: `y += scale · (x·Aᵀ)·Bᵀ`.
#[derive(Clone, Copy, Debug)]
pub struct Lora {
    /// r × in.
    pub a: ParamId,
    /// out × r.
    pub b: ParamId,
    /// Rank.
    pub rank: usize,
    /// α/r, or α/√r.
    pub scale: f64,
}

/// A linear layer.
#[derive(Clone, Debug)]
pub struct Site {
    /// Full name without `.weight`: `model.layers.0.self_attn.q_proj`.
    pub name: String,
    /// Outputs.
    pub outs: usize,
    /// Inputs.
    pub ins: usize,
    /// The weight, out × in.
    pub weight: ParamId,
    /// The bias, when there is one.
    pub bias: Option<ParamId>,
    /// Whether an adapter may sit here (the head does not take one).
    pub adaptable: bool,
    /// Whether it may only when it is asked for by the name of a parameter, as peft has it for
    /// routed experts and their router; "all linear layers" leaves these out.
    pub alone: bool,
    /// The adapter's part here.
    pub lora: Option<Lora>,
}

/// A network: parameters, sites, kernel.
pub struct Net<F> {
    /// All parameters.
    pub params: Params<F>,
    /// All linear layers.
    pub sites: Vec<Site>,
    /// What runs them.
    pub kernel: Arc<dyn Kernel<F>>,
}

/// Gradients of the trained parameters, by parameter; empty for frozen ones.
pub struct Grads<F> {
    list: Vec<Vec<F>>,
}

impl<F: Real> Grads<F> {
    /// Zeros for every trained parameter.
    pub fn zeros(params: &Params<F>) -> Self {
        let one = |p: &Param<F>| if p.trained { vec![F::ZERO; p.len()] } else { Vec::new() };
        Self { list: params.list.iter().map(one).collect() }
    }

    /// Back to zero.
    pub fn clear(&mut self) {
        self.list.iter_mut().for_each(|g| g.fill(F::ZERO));
    }

    /// The gradient of a parameter; empty when it is frozen.
    pub fn get(&self, id: ParamId) -> &[F] {
        &self.list[id.0]
    }

    /// The gradients of two different parameters to add to, when they are trained.
    pub(crate) fn pair(&mut self, a: ParamId, b: ParamId) -> (Option<&mut [F]>, Option<&mut [F]>) {
        match self.list.get_disjoint_mut([a.0, b.0]) {
            Ok([a, b]) => (filled(a), filled(b)),
            Err(_) => (None, None),
        }
    }

    /// The gradient to add to, when the parameter is trained.
    pub fn slot(&mut self, id: ParamId) -> Option<&mut [F]> {
        filled(&mut self.list[id.0])
    }
}

/// A slot, unless its parameter is frozen.
fn filled<F>(slot: &mut [F]) -> Option<&mut [F]> {
    if slot.is_empty() { None } else { Some(slot) }
}
