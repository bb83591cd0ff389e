//! What a model's page on the hub lists, and which of it a model needs.

use super::Hub;
use karat_types::Problem;
use serde::Deserialize;

/// The files of one commit.
#[derive(Deserialize)]
pub(super) struct Listing {
    /// The commit a branch or tag stood for when it was asked.
    #[serde(rename = "sha")]
    pub(super) commit: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

/// What the bytes of a file must hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// SHA-256 of the content: large files.
    Sha256(String),
    /// git's object id, SHA-1 of a header and the content: small files.
    GitBlob(String),
}

/// A file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sum: Sum,
}

/// Everything beside the weights that the engine or a reader of the folder uses. Code,
/// pickles and other people's formats stay where they are.
const COMPANIONS: &[&str] = &[
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "README.md",
    "adapter_config.json",
    "added_tokens.json",
    "chat_template.jinja",
    "chat_template.json",
    "config.json",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
];

/// `model.safetensors`, its shards, their index, or an adapter's one file.
fn is_weight(name: &str) -> bool {
    let shard = name.starts_with("model-") && name.ends_with(".safetensors");
    shard
        || ["model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors"].contains(&name)
}

impl Listing {
    /// The files to fetch, by name.
    pub(super) fn wanted(&self, repo: &str) -> Result<Vec<Wanted>, Problem> {
        let tensors = |s: &&Sibling| is_weight(&s.rfilename) && s.rfilename.ends_with(".safetensors");
        if self.siblings.iter().find(tensors).is_none() {
            return Err(self.without_weights(repo));
        }
        let chosen = |s: &&Sibling| COMPANIONS.contains(&s.rfilename.as_str()) || is_weight(&s.rfilename);
        let mut list =
            self.siblings.iter().filter(chosen).map(|s| s.wanted(repo)).collect::<Result<Vec<_>, _>>()?;
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(list)
    }

    fn without_weights(&self, repo: &str) -> Problem {
        let pickle = |s: &&Sibling| [".bin", ".pt", ".pth", ".ckpt"].iter().any(|e| s.rfilename.ends_with(e));
        match self.siblings.iter().find(pickle) {
            Some(pickle) => Problem::bad(
                "weights_pickle",
                format!(
                    "{repo} publishes {}, a pickle, which can run any code when it is opened.",
                    pickle.rfilename
                ),
                "Choose a revision or a copy of the model with safetensors files.",
            ),
            None => Problem::bad(
                "weights_missing",
                format!("{repo} has no model.safetensors, no shards of it and no adapter_model.safetensors."),
                "Choose the repository with the original weights in safetensors, not one of another format.",
            ),
        }
    }
}

impl Sibling {
    fn wanted(&self, repo: &str) -> Result<Wanted, Problem> {
        let name = self.rfilename.clone();
        match (&self.lfs, &self.blob, self.size) {
            (Some(lfs), ..) => Ok(Wanted { name, size: lfs.size, sum: Sum::Sha256(lfs.sha256.clone()) }),
            (None, Some(blob), Some(size)) => Ok(Wanted { name, size, sum: Sum::GitBlob(blob.clone()) }),
            _ => Err(Problem::new(
                502,
                "hub_not_understood",
                format!("The hub lists {name} of {repo} without a size and a hash."),
                "Check --endpoint: it must be a hub in the Hugging Face layout that lists blobs.",
            )),
        }
    }
}

/// `org/name` or `name`, of the characters a hub allows.
fn check_name(repo: &str) -> Result<(), Problem> {
    let word = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !part.is_empty() && part.len() <= 96 && !part.starts_with('.') && part.chars().all(plain)
    };
    let parts: Vec<&str> = repo.split('/').collect();
    if parts.len() <= 2 && parts.iter().all(|part| word(part)) {
        return Ok(());
    }
    Err(Problem::bad(
        "hub_name_invalid",
        format!("'{repo}' is not the name of a model on a hub."),
        "Write it as the page does: ORG/NAME, without the address.",
    ))
}

impl Hub {
    /// The files of a revision.
    pub(super) async fn list(&self, repo: &str, revision: &str) -> Result<Listing, Problem> {
        check_name(repo)?;
        check_name(revision).map_err(|_| {
            Problem::bad(
                "hub_name_invalid",
                format!("'{revision}' is not a branch, tag or commit."),
                "Give --revision as the hub shows it; main is the default.",
            )
        })?;
        let request = self.get(&format!("api/models/{repo}/revision/{revision}?blobs=true"));
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = response.status();
        if !status.is_success() {
            let what = format!("model {repo} at {revision}");
            return Err(self.refused(status, &what).unwrap_or_else(|| self.unreachable(&status)));
        }
        let body = response.bytes().await.map_err(|e| self.unreachable(&e))?;
        serde_json::from_slice(&body).map_err(|e| {
            Problem::new(
                502,
                "hub_not_understood",
                format!("{} answered something else than a listing of {repo}: {e}.", self.endpoint),
                "Check --endpoint: it must be a hub in the Hugging Face layout.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> Listing {
        let one = |name: &&str| Sibling {
            rfilename: (*name).into(),
            size: Some(3),
            blob: Some("b".into()),
            lfs: None,
        };
        Listing { commit: "c".into(), siblings: names.iter().map(one).collect() }
    }

    #[test]
    fn only_what_a_model_needs_is_chosen() {
        let names = [
            "../config.json",
            "README.md",
            "config.json",
            "consolidated.safetensors",
            "model-00001-of-00002.safetensors",
            "model.safetensors.index.json",
            "modeling_x.py",
            "onnx/model.safetensors",
            "pytorch_model.bin",
        ];
        let wanted = listing(&names).wanted("a/b").unwrap();
        let chosen: Vec<&str> = wanted.iter().map(|w| w.name.as_str()).collect();
        let expected =
            ["README.md", "config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json"];
        assert_eq!(chosen, expected);
    }

    #[test]
    fn pickles_and_nothing_are_told_apart() {
        let code = |names: &[&str]| listing(names).wanted("a/b").unwrap_err().code;
        assert_eq!(code(&["config.json", "pytorch_model.bin"]), "weights_pickle");
        assert_eq!(code(&["config.json", "model.gguf"]), "weights_missing");
    }

    #[test]
    fn names_that_are_paths_or_addresses_are_refused() {
        assert!(check_name("Qwen/Qwen3-0.6B").is_ok() && check_name("gpt2").is_ok());
        for name in ["", "a/b/c", "../x", "a/..", "https://x/y", "a/b?c", "a b"] {
            assert_eq!(check_name(name).unwrap_err().code, "hub_name_invalid", "{name}");
        }
    }
}
