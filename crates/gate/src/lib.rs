//! The mud room: nothing enters a datanet without passing here.
//!
//! Pure: bytes in, findings out. No clock, no disk, no network, no database and no
//! floating point, so the same bytes give the same verdict bytes on every machine and
//! an old verdict can be replayed. Every check of a stage runs, so a contributor sees
//! all findings at once and not only the first.
//!
//! [`check`] is the whole gate. The modules beside it are the checks ([`kind`],
//! [`name`], [`text`], [`licence`]), the words they use ([`codes`]), the score
//! ([`score`]), and what later rooms need from the same bytes: [`normal`] for
//! duplicates, [`rows`] for releases.

mod check;
pub mod codes;
mod evidence;
mod input;
pub mod kind;
pub mod known;
pub mod licence;
pub mod name;
pub mod normal;
pub mod rows;
pub mod score;
pub mod text;

pub use check::{check, join};
pub use codes::{Code, code_page, code_table};
pub use input::{Declared, GATE_VERSION, Input, Limits, Profile};
pub use normal::{content_hash, normal_hash, normalise};
