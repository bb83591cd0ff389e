//! What a release amounts to: the numbers its card, its manifest and its Croissant tell.

use crate::view::release::{LicenceCount, Plan};
use karat_gate::licence::{self, LicenceClass};
use karat_store::entity::datanet::Model as Datanet;
use karat_store::entity::release::Model as Stored;
use karat_store::query::release::Item;
use karat_types::id::ContributorId;
use karat_types::{Hash, Micros, Modality};
use std::collections::{BTreeMap, BTreeSet};

/// Counts of words, such as how many items were made how.
pub(crate) type Shares = BTreeMap<String, u64>;

/// How the items were judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// Versions of the gate that checked them.
    pub(crate) gate_versions: BTreeSet<i32>,
    /// Sets of thresholds they were checked by.
    pub(crate) profiles: BTreeSet<String>,
    /// Who decided: `owner`, `automatic`.
    pub(crate) policies: Shares,
}

/// What is known once all rows are cut.
pub(crate) struct Facts<'a> {
    pub(crate) net: &'a Datanet,
    pub(crate) stored: &'a Stored,
    pub(crate) modality: Modality,
    pub(crate) url: &'a str,
    pub(crate) items: &'a [Item],
    pub(crate) plan: &'a Plan,
    pub(crate) judged: &'a Judged,
    pub(crate) rows: u64,
    /// Bytes of content.
    pub(crate) bytes: u64,
    pub(crate) root: Hash,
    pub(crate) licences: Vec<LicenceCount>,
    pub(crate) licence_class: String,
}

impl Facts<'_> {
    /// Contributors by their ids, with their names.
    pub(crate) fn contributors(&self) -> BTreeMap<ContributorId, &str> {
        self.items.iter().map(|i| (i.contributor, i.contributor_name.as_str())).collect()
    }

    /// How many items were made by people, with a model, by a model.
    pub(crate) fn source_types(&self) -> Shares {
        let mut shares = Shares::new();
        for item in self.items {
            *shares.entry(item.source_type.clone()).or_default() += 1;
        }
        shares
    }

    /// The day it was made, `2026-11-21`.
    pub(crate) fn day(&self) -> String {
        Micros(self.stored.created_at).to_string().chars().take(10).collect()
    }

    /// `3.0.0`.
    pub(crate) fn version(&self) -> String {
        format!("{}.0.0", self.stored.version)
    }

    /// How to name the release in a text.
    pub(crate) fn cite_as(&self) -> String {
        let year = self.day().chars().take(4).collect::<String>();
        format!(
            "@misc{{{}-v{}, title = {{{}, release {}}}, author = {{Contributors of the datanet {}}}, year = {{{year}}}, url = {{{}}}, note = {{Merkle root {}}}}}",
            super::slug(&self.net.name),
            self.stored.version,
            self.net.name,
            self.stored.version,
            self.net.name,
            self.url,
            self.root,
        )
    }
}

/// Licences with their counts, most restrictive class first.
pub(crate) fn count_licences(items: &[Item]) -> Vec<LicenceCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items {
        *counts.entry(&item.licence).or_default() += 1;
    }
    let mut out: Vec<_> =
        counts.into_iter().map(|(l, n)| (licence::class(l).unwrap_or(LicenceClass::Other), l, n)).collect();
    out.sort_by(|a, b| b.0.cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(b.1)));
    out.into_iter()
        .map(|(class, licence, submissions)| LicenceCount {
            licence: licence.to_owned(),
            class: class.as_str().to_owned(),
            submissions,
        })
        .collect()
}
