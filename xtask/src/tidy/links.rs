//! Paths that the documents name are there.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use super::tree::SourceFile;

/// Folders whose paths are checked where a document names them in backticks.
const ROOTS: [&str; 7] = [
    ".ci/", "benches/", "crates/", "docs/", "scripts/", "ui/", "xtask/",
];
/// Folders that are built, not kept.
const BUILT: [&str; 3] = ["ui/dist", "ui/node_modules", "ui/test-results"];

/// Finds paths in backticks and targets of relative links that are not in the tree.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let documents = files.iter().filter(|file| is_document(&file.path));
    documents.flat_map(|file| check_document(file, files)).collect()
}

/// Documents of the whole repository: at its root and in `docs`.
fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md")
        && (path.components().count() == 1 || path.starts_with("docs"))
}

fn check_document(file: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(file.text.as_deref().unwrap_or_default().lines()) {
        let named = spans(line, "`", "`")
            .into_iter()
            .filter(|path| is_checked_path(path))
            .map(PathBuf::from);
        let linked = spans(line, "](", ")")
            .into_iter()
            .filter_map(|target| link_path(folder, target));
        for path in named.chain(linked).filter(|path| !is_there(path, files)) {
            let message = format!("names `{}`, which is not in the tree", path.display());
            findings.push(Finding::new(&file.path, number, message));
        }
    }
    findings
}

/// The texts between an opening and the next closing mark.
fn spans<'a>(line: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((_, after)) = rest.split_once(open) {
        let Some((inside, behind)) = after.split_once(close) else {
            break;
        };
        found.push(inside);
        rest = behind;
    }
    found
}

/// Whether a text in backticks is a path to check: no command, no pattern, no placeholder in capitals.
fn is_checked_path(text: &str) -> bool {
    let is_plain = text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let is_placeholder = text.split(['/', '.']).any(|part| part == "NAME");
    let is_built = BUILT.iter().any(|folder| Path::new(text).starts_with(folder));
    ROOTS.iter().any(|root| text.starts_with(root)) && is_plain && !is_placeholder && !is_built
}

/// The file that a relative link of a document in `folder` leads to.
fn link_path(folder: &Path, target: &str) -> Option<PathBuf> {
    let target = target
        .split('#')
        .next()
        .filter(|target| !target.is_empty() && !target.contains(':'))?;
    let mut path = PathBuf::new();
    for component in folder.join(target).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    Some(path)
}

fn is_there(path: &Path, files: &[SourceFile]) -> bool {
    files.iter().any(|file| file.path.starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile {
            path: path.into(),
            text: Some(text.to_owned()),
        };
        let files = [
            file(path, text),
            file("crates/a/src/lib.rs", "//! A.\n"),
            file("docs/start.md", ""),
        ];
        check(&files)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn paths_and_links_that_lead_nowhere_are_found() {
        let text = "See `crates/a/src/lib.rs` and\n`crates/b/src/lib.rs`, [start](docs/start.md), [end](docs/end.md#x).\n";
        assert_eq!(
            messages("README.md", text),
            [
                "README.md:2: names `crates/b/src/lib.rs`, which is not in the tree",
                "README.md:2: names `docs/end.md`, which is not in the tree",
            ]
        );
    }

    #[test]
    fn links_are_relative_to_their_document() {
        assert_eq!(
            messages("docs/other.md", "[a](start.md), [b](../crates/a)"),
            [""; 0]
        );
        assert_eq!(
            messages("docs/other.md", "[a](docs/start.md)"),
            ["docs/other.md:1: names `docs/docs/start.md`, which is not in the tree"]
        );
    }

    #[test]
    fn commands_placeholders_addresses_and_built_folders_are_not_paths_of_the_tree() {
        let text = "`crates/a/src/NAME.rs` `ui/dist/index.html` `scripts/x --flag` `data/journal` \
                    [web](https://example.org/a) [here](#part) `a lone tick";
        assert_eq!(messages("README.md", text), [""; 0]);
    }
}
