//! The files of the tree: everything that is kept, and nothing that is built or downloaded.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders that hold what was built, downloaded or recorded, wherever they are.
const SKIPPED_FOLDERS: [&str; 5] = [".git", "dist", "node_modules", "target", "test-results"];
/// Folders at the root that hold what a server recorded.
const SKIPPED_AT_ROOT: [&str; 1] = ["data"];

/// A file of the tree.
pub(crate) struct SourceFile {
    /// From the root of the tree.
    pub(crate) path: PathBuf,
    /// What it holds, unless that is not text.
    pub(crate) text: Option<String>,
}

/// Reads every file below `root`, in the order of their paths.
pub(crate) fn read(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() && !is_skipped(&folder, &path, root) {
                folders.push(path);
            } else if kind.is_file() {
                let text = String::from_utf8(fs::read(&path)?)
                    .ok()
                    .filter(|text| !text.contains('\0'));
                files.push(SourceFile {
                    path: path.strip_prefix(root).unwrap_or(&path).to_owned(),
                    text,
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn is_skipped(parent: &Path, folder: &Path, root: &Path) -> bool {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    SKIPPED_FOLDERS.contains(&name) || (parent == root && SKIPPED_AT_ROOT.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_or_recorded_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        let kept = ["Cargo.toml", "crates/a/data/list.txt", "crates/a/src/lib.rs"];
        let passed_over = [
            "target/debug/a.rs",
            "data/journal/0.seg",
            "ui/node_modules/x/index.js",
            "ui/dist/index.html",
        ];
        for path in kept.iter().chain(&passed_over) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        fs::write(root.path().join("picture.png"), b"\x89PNG\x00\xff").unwrap();
        let files = read(root.path()).unwrap();
        let found: Vec<(&str, bool)> = files
            .iter()
            .map(|file| (file.path.to_str().unwrap(), file.text.is_some()))
            .collect();
        assert_eq!(
            found,
            [
                (kept[0], true),
                (kept[1], true),
                (kept[2], true),
                ("picture.png", false)
            ]
        );
    }
}
