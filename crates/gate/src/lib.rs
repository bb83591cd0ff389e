//! The mud room: nothing enters a datanet without passing here.
//!
//! Pure: bytes in, findings out. No clock, no disk, no network, no database, and floating
//! point only where pictures and sounds are measured (rounded before it is said): the same
//! bytes give the same verdict bytes on every machine and an old verdict can be replayed.
//! Every check of a stage runs, so a contributor sees all findings at once and not only
//! the first.
//!
//! [`examine`] is the whole gate. The modules beside it are the rooms it walks through:
//! [`door`] (size, name, type, licence), [`document`] (text out of files), [`text`],
//! [`image`], [`audio`], and [`near`] (copies); the words they use are in [`codes`], the
//! thresholds in [`profile`], the score in [`score`]. [`rows`] cuts texts for releases.

pub mod audio;
mod check;
pub mod codes;
pub mod document;
pub mod door;
mod evidence;
mod examined;
mod image;
mod input;
mod log2;
pub mod near;
mod port;
pub mod profile;
mod provenance;
pub mod rows;
pub mod score;
pub mod text;
mod unread;

pub use check::{
    check, examine, join, join_fit, join_leaks, join_near, near_check, not_run, reader_failed, replay,
};
pub use codes::{Code, code_page, code_table};
pub use door::{kind, licence, name, outside};
pub use examined::{Derived, DerivedKind, Examined};
pub use input::{Declared, GATE_VERSION, Input, Rules};
pub use near::normal::{content_hash, normal_hash, normalise};
pub use near::{Prints, known};
pub use port::{Examiner, InProcess};
pub use profile::Profile;
pub use provenance::trust_anchors;
pub use unread::content_checks;
