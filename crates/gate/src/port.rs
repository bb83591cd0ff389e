//! Where files are read: here, or in a process that may die of them.

use crate::examined::Examined;
use crate::input::Input;

/// Reads files for the gate. What cannot be read because the reader itself failed is held
/// and never refused.
pub trait Examiner: Send + Sync {
    /// All the gate can say of the file from its bytes alone.
    fn examine(&self, input: &Input<'_>) -> Examined;
}

/// Reads in the calling process: for tests and for texts, whose reading cannot crash.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

impl Examiner for InProcess {
    fn examine(&self, input: &Input<'_>) -> Examined {
        crate::examine(input)
    }
}
