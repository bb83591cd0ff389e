//! The root of a Merkle tree as RFC 6962 builds it, leaf by leaf. The log has the whole tree
//! with its proofs; the engine knows no log and needs the root only.

use crate::fingerprint;
use sha2::{Digest, Sha256};

/// A tree that grows by leaves and keeps the roots of its full sub-trees.
#[derive(Default)]
pub(crate) struct Tree {
    /// (leaves, hash), the larger first.
    full: Vec<(u64, [u8; 32])>,
}

impl Tree {
    /// Adds a leaf: SHA-256(0x00 ‖ content).
    pub(crate) fn push(&mut self, content: &[u8]) {
        let hash = Sha256::new().chain_update([0]).chain_update(content).finalize().into();
        self.full.push((1, hash));
        while let [.., (left, a), (right, b)] = self.full[..]
            && left == right
        {
            self.full.truncate(self.full.len() - 2);
            self.full.push((left + right, node(&a, &b)));
        }
    }

    /// Leaves so far.
    pub(crate) fn len(&self) -> u64 {
        self.full.iter().map(|part| part.0).sum()
    }

    /// The root, hex; of no leaf the hash of nothing.
    pub(crate) fn root(&self) -> String {
        let joined = self.full.iter().rev().map(|part| part.1).reduce(|right, left| node(&left, &right));
        joined.map_or_else(|| fingerprint::bytes(b""), |hash| fingerprint::hex(&hash))
    }
}

/// SHA-256(0x01 ‖ left ‖ right).
fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of RFC 6962's reference tests (certificate-transparency, `merkle_tree_test`).
    #[test]
    fn the_roots_are_those_of_the_reference() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        assert_eq!(tree.root(), roots[0]);
        for (i, leaf) in leaves.into_iter().enumerate() {
            tree.push(leaf);
            assert_eq!((tree.len(), &tree.root()[..]), (i as u64 + 1, roots[i + 1]));
        }
    }
}
