//! What every target does.

pub use libfuzzer_sys;

use karat_gate::{Input, examine};
use karat_types::Modality;

/// Judges the bytes twice under this name.
///
/// # Panics
/// When the two verdicts differ: that is a find.
pub fn judge(name: &str, bytes: &[u8], modality: Modality) {
    let verdict = |bytes| serde_json::to_vec(&examine(&Input::new(name, bytes, modality)).verdict).ok();
    assert_eq!(verdict(bytes), verdict(bytes), "the same bytes, another verdict");
}

/// A fuzz target for files of this name.
#[macro_export]
macro_rules! target {
    ($name:literal, $modality:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            $crate::judge($name, bytes, karat_types::Modality::$modality);
        });
    };
}
