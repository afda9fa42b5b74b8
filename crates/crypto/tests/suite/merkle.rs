//! Merkle trees, against the tree as RFC 9162 §2.1.1 defines it.

use authms_crypto::merkle::{
    self, Growing, Hash, Subtree, complete, consistency, from_hex, inclusion, is_consistent, is_included,
    join, leaf, node, peaks, to_hex,
};

/// The definition, word by word.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => merkle::empty(),
        [one] => *one,
        more => {
            let mut split = 1;
            while split * 2 < more.len() {
                split *= 2;
            }
            node(&root(&more[..split]), &root(&more[split..]))
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

fn hash_of(subtree: Subtree, leaves: &[Hash]) -> Hash {
    let (start, length) = ((subtree.index << subtree.level) as usize, 1 << subtree.level);
    complete(&leaves[start..start + length]).expect("a complete subtree")
}

fn folded(parts: &[Vec<Subtree>], leaves: &[Hash]) -> Vec<Hash> {
    let fold = |part: &Vec<Subtree>| {
        join(&part.iter().map(|subtree| hash_of(*subtree, leaves)).collect::<Vec<_>>()).expect("a hash")
    };
    parts.iter().map(fold).collect()
}

/// Every change of a proof that is no longer the proof: each hash altered, left out, doubled; neighbours swapped.
fn mutants(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut mutants = vec![[proof, &[[7; 32]]].concat()];
    for at in 0..proof.len() {
        let mut altered = proof.to_vec();
        altered[at][at % 32] ^= 1;
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        let mut longer = proof.to_vec();
        longer.insert(at, proof[at]);
        mutants.extend([altered, shorter, longer]);
        if at > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(at, at - 1);
            mutants.push(swapped);
        }
    }
    mutants
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn roots_are_those_that_certificate_transparency_has() {
    let inputs: [&[u8]; 8] = [
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
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves: Vec<Hash> = inputs.iter().map(|input| leaf(input)).collect();
    assert_eq!(hex(&merkle::empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (count, expected) in (1..).zip(roots) {
        let parts: Vec<Hash> = peaks(count).into_iter().map(|peak| hash_of(peak, &leaves)).collect();
        assert_eq!(hex(&join(&parts).expect("a root")), expected);
        assert_eq!(hex(&root(&leaves[..count as usize])), expected);
    }
}

#[test]
fn every_leaf_of_every_tree_is_shown_to_be_in_it_and_by_no_other_proof() {
    for size in 1..=65 {
        let leaves = leaves(size);
        let top = root(&leaves);
        for index in 0..size {
            let own = &leaves[index as usize];
            let path = folded(&inclusion(index, size).expect("a path"), &leaves);
            assert!(is_included(own, index, size, &path, &top), "{index} of {size}");
            assert!(!is_included(&leaf(b"another"), index, size, &path, &top));
            assert!(!is_included(own, index, size, &path, &leaf(b"another")));
            let other = (index + 1) % size;
            assert!(size == 1 || !is_included(own, other, size, &path, &top), "{index} as {other} of {size}");
            for mutant in mutants(&path) {
                assert!(!is_included(own, index, size, &mutant, &top), "{index} of {size}");
            }
        }
        assert_eq!(inclusion(size, size), None);
        assert!(!is_included(&leaves[0], size, size, &[], &top));
    }
}

#[test]
fn every_tree_is_shown_to_begin_with_every_older_one_and_by_no_other_proof() {
    let leaves = leaves(65);
    for new in 1..=65 {
        let top = root(&leaves[..new as usize]);
        for old in 1..=new {
            let former = root(&leaves[..old as usize]);
            let proof = folded(&consistency(old, new).expect("a proof"), &leaves);
            assert!(is_consistent((old, &former), (new, &top), &proof), "{old} of {new}");
            assert!(!is_consistent((old, &leaf(b"another")), (new, &top), &proof));
            assert!(!is_consistent((old, &former), (new, &leaf(b"another")), &proof));
            assert!(
                old == new || !is_consistent((new, &top), (old, &former), &proof),
                "{new} shrank to {old}"
            );
            for mutant in mutants(&proof) {
                assert!(!is_consistent((old, &former), (new, &top), &mutant), "{old} of {new}");
            }
        }
    }
    assert_eq!(consistency(0, 5), None);
    assert_eq!(consistency(6, 5), None);
    assert!(is_consistent((0, &merkle::empty()), (65, &root(&leaves)), &[]));
    assert!(!is_consistent((0, &leaf(b"")), (65, &root(&leaves)), &[]));
}

#[test]
fn a_tree_that_grows_has_at_each_size_the_root_of_that_size() {
    let leaves = leaves(100);
    let mut growing = Growing::default();
    for (size, own) in leaves.iter().enumerate() {
        assert_eq!((growing.size(), growing.root()), (size as u64, root(&leaves[..size])));
        growing.append(*own);
    }
}

#[test]
fn a_hash_has_one_text() {
    let hash = leaf(b"text");
    assert_eq!(from_hex(&to_hex(&hash)), Some(hash));
    for wrong in
        ["", "00", &to_hex(&hash)[1..], &to_hex(&hash).to_uppercase(), &format!("{}é", &to_hex(&hash)[2..])]
    {
        assert_eq!(from_hex(wrong), None, "{wrong}");
    }
}

#[test]
fn a_huge_tree_needs_a_proof_of_a_few_dozen_hashes() {
    let size = (1 << 40) + 12_345;
    assert!(inclusion(size - 7, size).expect("a path").len() <= 41);
    assert!(consistency(10_000_019, size).expect("a proof").len() <= 42);
    assert_eq!(complete(&[[0; 32]; 3]), None);
    assert_eq!(join(&[]), None);
}
