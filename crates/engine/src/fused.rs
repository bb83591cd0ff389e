//! Adapters on experts as peft writes them. transformers 5 keeps the experts of a block in two
//! parameters, `P.gate_up_proj` (experts × 2·inner × width) and `P.down_proj` (experts × width
//! × inner), and peft puts one adapter on each: the A of all experts below each other
//! (experts·r × in), their B interleaved (out × r·experts, the expert counting fastest). Gate
//! and up share the A. In memory every expert has its own.

use crate::net::Site;
use crate::weights::Tensors;
use karat_types::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// Where an expert's layer stands: `model.layers.1.mlp.experts`, 3, `up_proj`.
pub(crate) struct Place<'n> {
    pub(crate) container: &'n str,
    pub(crate) expert: usize,
    pub(crate) part: &'n str,
}

/// Takes `model.layers.1.mlp.experts.3.up_proj` apart; none when it is no expert's layer.
pub(crate) fn place(name: &str) -> Option<Place<'_>> {
    let at = name.find(".experts.")? + ".experts".len();
    let (number, part) = name[at + 1..].split_once('.')?;
    Some(Place { container: &name[..at], expert: number.parse().ok()?, part })
}

impl Place<'_> {
    /// The fused parameter this layer is a part of.
    pub(crate) fn parameter(&self) -> String {
        format!("{}.{}", self.container, self.kind())
    }

    fn kind(&self) -> &'static str {
        if self.part.starts_with("down_proj") { "down_proj" } else { "gate_up_proj" }
    }
}

/// Sizes of the experts of one container.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    experts: usize,
    inner: usize,
    width: usize,
}

impl Sizes {
    fn of(sites: &[Site], container: &str) -> Option<Self> {
        let own =
            |s: &&Site| place(&s.name).is_some_and(|p| p.container == container && p.part == "gate_proj");
        let first = sites.iter().find(own)?;
        Some(Self { experts: sites.iter().filter(own).count(), inner: first.outs, width: first.ins })
    }

    /// (out, in) of the fused parameter.
    fn shape(&self, kind: &str) -> (usize, usize) {
        if kind == "down_proj" { (self.width, self.inner) } else { (2 * self.inner, self.width) }
    }
}

const BASE: &str = "base_model.model.";

/// An adapter's name in parts: `base_model.model.` + site + `.lora_A.weight`.
fn parts(name: &str) -> Option<(Place<'_>, bool)> {
    let site = name.strip_prefix(BASE)?;
    let (site, is_a) = match site.strip_suffix(".lora_A.weight") {
        Some(site) => (site, true),
        None => (site.strip_suffix(".lora_B.weight")?, false),
    };
    Some((place(site)?, is_a))
}

/// Where the numbers of one expert lie in the fused tensor of `experts` of rank `rank`: the
/// flat place of each, in order.
fn places(
    is_a: bool,
    (sizes, place): (Sizes, &Place<'_>),
    [rows, cols]: [usize; 2],
) -> impl Iterator<Item = usize> + use<> {
    let (experts, expert) = (sizes.experts, place.expert);
    let offset = if place.part == "up_proj" { sizes.inner } else { 0 };
    (0..rows).flat_map(move |row| {
        (0..cols).map(move |col| {
            if is_a {
                (expert * rows + row) * cols + col
            } else {
                ((offset + row) * cols + col) * experts + expert
            }
        })
    })
}

/// Reads experts' adapters out of the fused tensors of a file.
pub(crate) struct Reader<'t> {
    tensors: &'t Tensors,
    sites: Vec<Site>,
    whole: BTreeMap<String, Vec<f32>>,
    /// The tensors read so far.
    pub(crate) used: BTreeSet<String>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(tensors: &'t Tensors, sites: Vec<Site>) -> Self {
        Self { tensors, sites, whole: BTreeMap::new(), used: BTreeSet::new() }
    }

    /// Whichever parameter peft wrapped first lies inside the wrapper of the other, and no name
    /// says which. The width of A tells them apart; where both are as wide, gate and up lie
    /// inside, as peft and [`pack`] write them.
    fn stem(&self, place: &Place<'_>, ins: usize) -> Option<String> {
        let stem = |wrap: &str| format!("{BASE}{}{wrap}", place.container);
        let wide = |stem: &String| {
            let shape = self.tensors.shape(&format!("{stem}.lora_A.weight"));
            shape.is_some_and(|shape| shape.get(1) == Some(&ins))
        };
        let wraps = if place.kind() == "down_proj" { ["", ".base_layer"] } else { [".base_layer", ""] };
        wraps.map(stem).into_iter().find(wide)
    }

    /// The numbers of `name`, when the file has its fused tensor.
    pub(crate) fn read(&mut self, name: &str, shape: &[usize]) -> Option<Result<Vec<f32>, Problem>> {
        let (place, is_a) = parts(name)?;
        let &[rows, cols] = shape else { return None };
        let sizes = Sizes::of(&self.sites, place.container)?;
        let (out, ins) = sizes.shape(place.kind());
        let rank = if is_a { rows } else { cols };
        let wanted = if is_a { [sizes.experts * rank, ins] } else { [out, rank * sizes.experts] };
        let half = if is_a { "lora_A" } else { "lora_B" };
        let found = format!("{}.{half}.weight", self.stem(&place, ins)?);
        if self.tensors.shape(&found) != Some(&wanted[..]) {
            return None;
        }
        if !self.whole.contains_key(&found) {
            match self.tensors.read(&found, &wanted) {
                Ok(data) => self.whole.insert(found.clone(), data),
                Err(problem) => return Some(Err(problem)),
            };
        }
        let whole = &self.whole[&found];
        let numbers = places(is_a, (sizes, &place), [rows, cols]).map(|at| whole[at]).collect();
        self.used.insert(found);
        Some(Ok(numbers))
    }
}

/// A tensor to be written: name, shape, numbers.
pub(crate) type Entry = (String, Vec<usize>, Vec<f32>);

/// Puts the adapters of single experts together as peft has them; the rest stays as it is.
pub(crate) fn pack(sites: &[Site], entries: Vec<Entry>) -> Vec<Entry> {
    let (mut out, mut whole): (Vec<Entry>, BTreeMap<String, Entry>) = (Vec::new(), BTreeMap::new());
    // peft wraps down_proj around gate_up_proj when both are there.
    let outer: BTreeSet<String> = entries
        .iter()
        .filter_map(|(name, ..)| parts(name).filter(|p| p.0.kind() == "down_proj"))
        .map(|p| p.0.container.to_owned())
        .collect();
    for (name, shape, data) in entries {
        let known =
            parts(&name).and_then(|(place, is_a)| Some((Sizes::of(sites, place.container)?, place, is_a)));
        let (Some((sizes, place, is_a)), &[rows, cols]) = (known, &shape[..]) else {
            out.push((name, shape, data));
            continue;
        };
        let (outs, ins) = sizes.shape(place.kind());
        let shape = if is_a { [sizes.experts * rows, ins] } else { [outs, cols * sizes.experts] };
        let inside = place.kind() == "gate_up_proj" && outer.contains(place.container);
        let wrap = if inside { ".base_layer" } else { "" };
        let half = if is_a { "lora_A" } else { "lora_B" };
        let stem = format!("{BASE}{}{wrap}.{half}.weight", place.container);
        let entry = whole
            .entry(stem.clone())
            .or_insert_with(|| (stem, shape.to_vec(), vec![0.0; shape.iter().product()]));
        for (at, number) in places(is_a, (sizes, &place), [rows, cols]).zip(data) {
            entry.2[at] = number;
        }
    }
    out.extend(whole.into_values());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::ParamId;

    fn sites() -> Vec<Site> {
        sites_of(3)
    }

    /// Two experts of width 4 with so many numbers inside.
    fn sites_of(inner: usize) -> Vec<Site> {
        let one = |expert: usize, part: &str| {
            let (outs, ins) = if part == "down_proj" { (4, inner) } else { (inner, 4) };
            let name = format!("model.layers.1.mlp.experts.{expert}.{part}");
            Site { name, outs, ins, weight: ParamId(0), bias: None, adaptable: true, alone: true, lora: None }
        };
        (0..2).flat_map(|e| ["gate_proj", "up_proj", "down_proj"].map(|part| one(e, part))).collect()
    }

    #[test]
    fn names_come_apart() {
        let place = place("model.layers.1.mlp.experts.12.up_proj").unwrap();
        assert_eq!(
            (place.container, place.expert, place.part),
            ("model.layers.1.mlp.experts", 12, "up_proj")
        );
        assert_eq!(place.parameter(), "model.layers.1.mlp.experts.gate_up_proj");
        assert!(super::place("model.layers.1.mlp.shared_experts.up_proj").is_none());
        assert!(super::place("model.layers.1.mlp.experts.gate_up_proj").is_none());
    }

    /// With 2 inside, both Bs have the same shape, with 4 nearly everything has.
    #[test]
    fn tensors_of_one_shape_are_not_taken_for_each_other() {
        for inner in [2, 4] {
            let name = |part: &str| format!("{BASE}model.layers.1.mlp.experts.0.{part}.weight");
            let wanted = [("gate_proj.lora_B", [inner, 1], 1.0), ("down_proj.lora_B", [4, 1], 2.0)];
            let mut entries: Vec<Entry> = wanted
                .iter()
                .map(|(part, shape, x)| (name(part), shape.to_vec(), vec![*x; shape[0]]))
                .collect();
            entries.push((name("gate_up_proj.lora_A"), vec![1, 4], vec![3.0; 4]));
            entries.push((name("down_proj.lora_A"), vec![1, inner], vec![4.0; inner]));
            let packed = pack(&sites_of(inner), entries.clone());
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("a.safetensors");
            let written: Vec<_> = packed.iter().map(|(n, s, d)| (n.clone(), s.clone(), &d[..])).collect();
            crate::weights::write(&file, &written).unwrap();
            let tensors = Tensors::open_files(&[file]).unwrap();
            let mut reader = Reader::new(&tensors, sites_of(inner));
            for (name, shape, data) in entries {
                assert_eq!(reader.read(&name, &shape).unwrap().unwrap(), data, "{name} with {inner} inside");
            }
        }
    }

    #[test]
    fn what_was_packed_is_read_back() {
        let name =
            |expert: usize, part: &str| format!("{BASE}model.layers.1.mlp.experts.{expert}.{part}.weight");
        let mut entries: Vec<Entry> = Vec::new();
        for expert in 0..2 {
            let shapes = [
                ("gate_up_proj.lora_A", [2, 4]),
                ("gate_proj.lora_B", [3, 2]),
                ("up_proj.lora_B", [3, 2]),
                ("down_proj.lora_A", [2, 3]),
                ("down_proj.lora_B", [4, 2]),
            ];
            for (i, (part, [rows, cols])) in shapes.into_iter().enumerate() {
                let data = (0..rows * cols).map(|n| (100 * expert + 20 * i + n) as f32).collect();
                entries.push((name(expert, part), vec![rows, cols], data));
            }
        }
        let packed = pack(&sites(), entries.clone());
        let shapes: Vec<_> =
            packed.iter().map(|(name, shape, _)| (&name[BASE.len()..], &shape[..])).collect();
        assert_eq!(
            shapes,
            [
                ("model.layers.1.mlp.experts.base_layer.lora_A.weight", &[4, 4][..]),
                ("model.layers.1.mlp.experts.base_layer.lora_B.weight", &[6, 4][..]),
                ("model.layers.1.mlp.experts.lora_A.weight", &[4, 3][..]),
                ("model.layers.1.mlp.experts.lora_B.weight", &[4, 4][..]),
            ]
        );
        // B: rows are outputs, columns rank × expert.
        assert_eq!(packed[1].2[..4], [20.0, 120.0, 21.0, 121.0]);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.safetensors");
        let written: Vec<_> = packed.iter().map(|(n, s, d)| (n.clone(), s.clone(), &d[..])).collect();
        crate::weights::write(&file, &written).unwrap();
        let tensors = Tensors::open_files(&[file]).unwrap();
        let mut reader = Reader::new(&tensors, sites());
        for (name, shape, data) in entries {
            assert_eq!(reader.read(&name, &shape).unwrap().unwrap(), data, "{name}");
        }
        assert_eq!(reader.used.len(), 4);
        assert!(reader.read(&name(0, "down_proj.lora_A"), &[3, 3]).is_none());
    }
}
