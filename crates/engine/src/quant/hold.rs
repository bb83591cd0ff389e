//! Which weight is held how, decided while a base is read: a panel of the file at a time.

use super::brain::BrainFloats;
use super::{Bits, Blocks, Half, Nf4, bnb};
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
    /// Whether bf16 is packed for products of many rows on both sides, as training wants it:
    /// faster there, with both sides rounded and twice the memory.
    pub packed: bool,
}

impl From<Precision> for Held {
    fn from(precision: Precision) -> Self {
        Self { precision, double_quant: true, packed: false }
    }
}

/// What a matrix is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A linear layer inside a block.
    Linear,
    /// A linear layer the files hold as in × out.
    Turned,
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

impl Files<'_> {
    /// Gives a weight's numbers (out × in) a panel at a time, from the file or from its four
    /// bits.
    fn reader<'a>(
        &'a self,
        name: &'a str,
        (shape, role): ([usize; 2], Role),
        four: Option<Nf4>,
    ) -> Result<Box<Reader<'a>>, Problem> {
        Ok(match four {
            Some(four) => Box::new(move |first, out| {
                four.decode(first, out);
                Ok(())
            }),
            None => {
                let view = match role {
                    Role::Turned => self.tensors.turned(name, shape)?,
                    _ => self.tensors.view(name, &shape)?,
                };
                Box::new(move |first, out| view.read(first, out))
            }
        })
    }
}

type Reader<'a> = dyn FnMut(usize, &mut [f32]) -> Result<(), Problem> + 'a;

impl Holder<f32> for Files<'_> {
    fn matrix(&self, name: &str, shape: [usize; 2], role: Role) -> Result<MaybeHeld<f32>, Problem> {
        let four = bnb::read(self.tensors, name, shape)?;
        let inner = matches!(role, Role::Linear | Role::Turned);
        Ok(match (self.held.precision, four) {
            (Precision::F32 | Precision::Nf4, Some(four)) => Some(Box::new(four)),
            (Precision::F32, None) => None,
            (_, None) if role == Role::Gate => None,
            // transformers leaves the head as it is, and so do adapters trained elsewhere.
            (Precision::Nf4, None) if !inner || self.quantised => None,
            (Precision::Nf4, None) => {
                let read = self.reader(name, (shape, role), None)?;
                Some(Box::new(Nf4::encode(shape, self.held.double_quant, read)?))
            }
            (Precision::Bf16, four) if self.held.packed => {
                Some(Box::new(BrainFloats::read(shape, self.reader(name, (shape, role), four)?)?))
            }
            (Precision::Bf16, four) => {
                Some(Box::new(Half::encode(shape, self.reader(name, (shape, role), four)?)?))
            }
            // Four bits in the head or the table cost more likelihood than all layers together.
            (Precision::Q4, four) if inner => {
                Some(Box::new(Blocks::encode(Bits::Four, shape, self.reader(name, (shape, role), four)?)?))
            }
            (Precision::Q8 | Precision::Q4, four) => {
                Some(Box::new(Blocks::encode(Bits::Eight, shape, self.reader(name, (shape, role), four)?)?))
            }
        })
    }
}
