//! RFC 6962 §2.1: tree hash, audit paths and consistency proofs, over SHA-256.

use karat_types::Hash;

/// The hash of a leaf: SHA-256(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash::of_parts(&[&[0], data])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of_parts(&[&[1], &left.0, &right.0])
}

/// The root over leaf hashes; of an empty tree SHA-256 of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The hashes that prove leaf `index` to be in the tree; none when it is not.
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows `leaf` to be number `index` of the `size` leaves under `root`.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    // RFC 9162 §2.1.3.2, which spells the check out for RFC 6962 trees.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The hashes that prove the first `old` leaves to be a prefix of the tree; none when
/// `old` is 0 or more than there are.
pub fn consistency_proof(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    let (mut leaves, mut old, mut whole) = (leaves, old, true);
    while old < leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            leaves = right;
            whole = false;
        }
    }
    if !whole {
        proof.push(root(leaves));
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows the tree of `old` leaves to be a prefix of that of `new` leaves.
pub fn verify_consistency(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    // RFC 9162 §2.1.4.2. A complete old tree is itself the first node of the path.
    let mut path = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// The largest power of two below `n`, for n ≥ 2.
fn split(n: usize) -> usize {
    1 << (n - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The eight leaves and roots that the Certificate Transparency reference
    /// implementation tests with.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn hash(hex: &str) -> Hash {
        hex.parse().unwrap()
    }

    fn leaves(n: usize) -> Vec<Hash> {
        LEAVES[..n].iter().map(|data| leaf_hash(data)).collect()
    }

    /// Any tree, of numbered leaves.
    fn numbered(n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        assert_eq!(root(&[]).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (n, expected) in ROOTS.iter().enumerate() {
            assert_eq!(root(&leaves(n + 1)).hex(), *expected, "{} leaves", n + 1);
        }
    }

    #[test]
    fn audit_paths_are_those_of_the_reference_implementation() {
        let paths: [(usize, usize, &[&str]); 4] = [
            (0, 1, &[]),
            (
                0,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                5,
                8,
                &[
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        ];
        for (index, size, expected) in paths {
            let proof = inclusion_proof(&leaves(size), index).unwrap();
            assert_eq!(proof.iter().map(Hash::hex).collect::<Vec<_>>(), expected, "{index} of {size}");
        }
        assert_eq!(inclusion_proof(&leaves(3), 3), None);
    }

    #[test]
    fn consistency_proofs_are_those_of_the_reference_implementation() {
        let proofs: [(usize, usize, &[&str]); 4] = [
            (1, 1, &[]),
            (
                1,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                6,
                8,
                &[
                    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (
                2,
                5,
                &[
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ];
        for (old, new, expected) in proofs {
            let proof = consistency_proof(&leaves(new), old).unwrap();
            assert_eq!(proof.iter().map(Hash::hex).collect::<Vec<_>>(), expected, "{old} in {new}");
            assert!(verify_consistency(
                old as u64,
                new as u64,
                &hash(ROOTS[old - 1]),
                &hash(ROOTS[new - 1]),
                &proof
            ));
        }
        assert_eq!(consistency_proof(&leaves(3), 0), None);
        assert_eq!(consistency_proof(&leaves(3), 4), None);
    }

    #[test]
    fn every_leaf_of_small_trees_is_proven_and_under_no_other_number() {
        for size in 1..=17_usize {
            let tree = numbered(size);
            let top = root(&tree);
            for index in 0..size {
                let proof = inclusion_proof(&tree, index).unwrap();
                for claimed in 0..size + 2 {
                    let holds = verify_inclusion(&tree[index], claimed as u64, size as u64, &proof, &top);
                    assert_eq!(holds, claimed == index, "{index} as {claimed} of {size}");
                }
            }
            for old in 1..=size {
                let proof = consistency_proof(&tree, old).unwrap();
                let before = root(&tree[..old]);
                assert!(
                    verify_consistency(old as u64, size as u64, &before, &top, &proof),
                    "{old} in {size}"
                );
                assert_eq!(verify_consistency(old as u64, size as u64, &top, &top, &proof), old == size);
                assert!(!verify_consistency(0, size as u64, &before, &top, &proof));
            }
        }
    }

    /// One bit of one hash turned over.
    fn flipped(hash: &Hash, bit: usize) -> Hash {
        let mut out = *hash;
        out.0[bit / 8] ^= 1 << (bit % 8);
        out
    }

    proptest! {
        #[test]
        fn any_flipped_bit_fails(size in 2_usize..40, pick in any::<usize>(), bit in 0_usize..256) {
            let tree = numbered(size);
            let (index, top) = (pick % size, root(&tree));
            let proof = inclusion_proof(&tree, index).unwrap();
            let check = |leaf: &Hash, proof: &[Hash], top: &Hash| verify_inclusion(leaf, index as u64, size as u64, proof, top);
            prop_assert!(check(&tree[index], &proof, &top));
            prop_assert!(!check(&flipped(&tree[index], bit), &proof, &top));
            prop_assert!(!check(&tree[index], &proof, &flipped(&top, bit)));
            for at in 0..proof.len() {
                let mut bad = proof.clone();
                bad[at] = flipped(&bad[at], bit);
                prop_assert!(!check(&tree[index], &bad, &top));
            }
            prop_assert!(!check(&tree[index], &proof[1..], &top));
            prop_assert!(!check(&tree[index], &[&proof[..], &[top]].concat(), &top));
        }

        #[test]
        fn a_rewritten_past_fails(size in 2_usize..40, pick in any::<usize>(), bit in 0_usize..256) {
            let tree = numbered(size);
            let old = 1 + pick % (size - 1);
            let (before, after) = (root(&tree[..old]), root(&tree));
            let proof = consistency_proof(&tree, old).unwrap();
            let check = |before: &Hash, after: &Hash, proof: &[Hash]| verify_consistency(old as u64, size as u64, before, after, proof);
            prop_assert!(check(&before, &after, &proof));
            prop_assert!(!check(&flipped(&before, bit), &after, &proof));
            prop_assert!(!check(&before, &flipped(&after, bit), &proof));
            for at in 0..proof.len() {
                let mut bad = proof.clone();
                bad[at] = flipped(&bad[at], bit);
                prop_assert!(!check(&before, &after, &bad));
            }
        }
    }
}
