//! The glass cabinet: Merkle trees as RFC 6962 has them, and the canonical JSON whose
//! hashes they hold. Pure: anyone can compute the same roots from the same rows.

pub mod canonical;
pub mod merkle;
pub mod row;

pub use canonical::{CanonicalError, canonical};
pub use merkle::{
    consistency_proof, inclusion_proof, leaf_hash, node_hash, root, verify_consistency, verify_inclusion,
};
pub use row::{Row, row_leaf};
