//! The short dataset card of a release.

use crate::view::release::LicenceCount;
use karat_types::Hash;

/// What the card tells.
pub(crate) struct Facts<'a> {
    pub(crate) datanet: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) version: u32,
    pub(crate) modality: &'a str,
    pub(crate) rows: u64,
    pub(crate) submissions: u64,
    pub(crate) contributors: u64,
    pub(crate) bytes: u64,
    pub(crate) root: Hash,
    pub(crate) licences: &'a [LicenceCount],
    pub(crate) licence_class: &'a str,
    pub(crate) gate_version: u32,
}

/// The card as Markdown.
pub(crate) fn markdown(f: &Facts<'_>) -> String {
    let licences: String =
        f.licences.iter().map(|l| format!("| {} | {} | {} |\n", l.licence, l.class, l.submissions)).collect();
    format!(
        "# {name}, release {version}\n\n{purpose}\n\n\
         | | |\n|---|---|\n| modality | {modality} |\n| rows | {rows} |\n| submissions | {submissions} |\n\
         | contributors | {contributors} |\n| content | {bytes} bytes |\n| licence class | **{class}** |\n\
         | Merkle root | `{root}` |\n| gate version | {gate} |\n\n\
         ## Licences\n\n| licence | class | submissions |\n|---|---|---|\n{licences}\n\
         The class is that of the most restrictive licence in the release. Each row carries its own licence, \
         submission and contributor: credit them.\n\n\
         ## How it was made\n\n\
         Every file passed the gate and was accepted by the datanet's review policy. Rows are byte ranges of the \
         submissions, in the order of submission and offset. Row `i` is leaf `i` of an RFC 6962 Merkle tree \
         (SHA-256), so membership can be proved without the rest of the data.\n\n\
         ## Limits\n\n\
         Licences and origins are what contributors declared. The gate finds objective faults, \
         not every falsehood; see the guidelines of the datanet for what its reviewers looked for.\n",
        name = f.datanet,
        version = f.version,
        purpose = f.purpose,
        modality = f.modality,
        rows = f.rows,
        submissions = f.submissions,
        contributors = f.contributors,
        bytes = f.bytes,
        class = f.licence_class,
        root = f.root,
        gate = f.gate_version,
    )
}
