//! Submissions: from the door through the gate to what became of them.
//!
//! [`upload`] stores the file and reserves its place in the day's limits; the job
//! [`check`] lets the gate judge it and gives the place back when it is refused.

mod check;
mod derived;
mod duplicate;
mod entry;
mod evidence;
mod fate;
mod limits;
mod mending;
mod nearest;
mod pre_check;
mod purpose;
mod quota;
mod read;
mod reading;
mod replay;
mod set_aside;
mod state;
mod trust;
mod upload;
mod view;
mod withdraw;

pub use derived::load as derived;
pub use entry::{MAX_FILE_BYTES, Upload};
pub use evidence::{extract, preview, sound};
pub use pre_check::pre_check;
pub use quota::quota;
pub use read::{File, file, get, mine};
pub use replay::replay;
pub use set_aside::{let_through, recheck, set_aside};
pub use upload::{import, upload};
pub use withdraw::withdraw;

pub(crate) use check::{KIND as CHECK, run as check};
pub(crate) use evidence::{derived_files, read as read_text};
pub(crate) use nearest::{Near, nearest, nearest_sound};
pub(crate) use read::was_public;
pub(crate) use reading::preview as preview_of;
pub(crate) use set_aside::{check as check_set_aside, recheck_older};
pub(crate) use state::{transition, words as state_words};
pub(crate) use view::{blind, load, tell};
