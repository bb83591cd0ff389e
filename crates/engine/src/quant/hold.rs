//! Which weight is held how, decided while a base is read: a panel of the file at a time.

use super::bnb;
use super::four::Nf4;
use crate::net::Weight;
use crate::weights::Tensors;
use karat_types::{Precision, Problem};

/// How the linear layers of a base are to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// In which numbers.
    pub precision: Precision,
    /// Whether the scales of NF4 are quantised too.
    pub double_quant: bool,
}

impl From<Precision> for Held {
    fn from(precision: Precision) -> Self {
        Self { precision, double_quant: true }
    }
}

/// What a matrix is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A linear layer inside a block.
    Linear,
    /// Chooses among experts: small, and a rounding would choose others.
    Gate,
    /// The layer over the vocabulary.
    Head,
    /// Embeddings, which may be the head too.
    Table,
}

/// A weight behind its trait, or none when it is to be dense.
pub type MaybeHeld<F> = Option<Box<dyn Weight<F>>>;

/// Gives matrices their weights where these are not simply dense.
pub trait Holder<F> {
    /// The weight `name` (out × in).
    ///
    /// # Errors
    /// What reading says.
    fn matrix(&self, name: &str, shape: [usize; 2], role: Role) -> Result<MaybeHeld<F>, Problem>;
}

/// Reads weights from files and holds them as asked for.
pub(crate) struct Files<'a> {
    tensors: &'a Tensors,
    held: Held,
    /// Whether the files are quantised already: then NF4 means what they say.
    quantised: bool,
}

impl<'a> Files<'a> {
    pub(crate) fn new(tensors: &'a Tensors, held: Held) -> Self {
        Self { tensors, held, quantised: bnb::any(tensors) }
    }
}

impl Holder<f32> for Files<'_> {
    fn matrix(&self, name: &str, shape: [usize; 2], role: Role) -> Result<MaybeHeld<f32>, Problem> {
        let four = bnb::read(self.tensors, name, shape)?;
        match (self.held.precision, four) {
            (Precision::F32 | Precision::Nf4, Some(four)) => Ok(Some(Box::new(four))),
            (Precision::F32, None) => Ok(None),
            // transformers leaves the head as it is, and so do adapters trained elsewhere.
            (Precision::Nf4, None) if role != Role::Linear || self.quantised => Ok(None),
            (Precision::Nf4, None) => {
                let view = self.tensors.view(name, &shape)?;
                let read = |first: usize, out: &mut [f32]| view.read(first, out);
                Ok(Some(Box::new(Nf4::encode(shape, self.held.double_quant, read)?)))
            }
            (precision, _) => Err(Problem::bad(
                "precision_unsupported",
                format!("A base cannot be held as {precision} here yet, only as f32 or nf4."),
                "Leave --precision out, or set it to f32 or nf4.",
            )),
        }
    }
}
