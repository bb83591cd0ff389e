//! Evaluation sets from a folder.

use karat_gate::near::leak::EvalSets;
use karat_types::Problem;
use std::path::Path;

/// The sets in the files of `dir`: `.jsonl` and `.ndjson` hold a record a line, any other
/// file an item a line.
pub(crate) fn read(dir: &Path) -> Result<EvalSets, Problem> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Problem::bad(
            "eval_sets_not_readable",
            format!("The evaluation sets in {} could not be read: {error}.", path.display()),
            "Name a folder of .jsonl or .txt files in UTF-8 that you may read.",
        )
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
        let path = entry.map_err(|error| unreadable(dir, error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with('.') {
            files.push((name, std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?));
        }
    }
    Ok(EvalSets::new(files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_are_sets_and_what_is_no_text_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("exam.txt"), "one two three four five six seven eight nine\n")
            .unwrap();
        let found = read(dir.path()).unwrap().check("ONE two three, four five six seven eight nine");
        assert_eq!(found[0].measured["set"], "exam.txt");
        std::fs::write(dir.path().join("weights.bin"), b"\xff\xfe\0").unwrap();
        let problem = read(dir.path()).unwrap_err();
        assert!(problem.code == "eval_sets_not_readable" && problem.detail.contains("weights.bin"));
    }
}
