//! Checks of the tree that the compiler does not make, each a function from texts to findings.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

mod agents;
mod architecture;
mod levels;
mod links;
mod lockfile;
mod names;
mod text;
mod tree;

/// Something to mend, at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the root of the tree.
    pub(crate) path: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
    /// What is wrong, and the way out.
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// What was looked at and what was found.
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) crates: usize,
    pub(crate) findings: Vec<Finding>,
}

/// Checks the workspace that the current folder is in.
///
/// # Errors
/// If cargo cannot read the workspace, or a file cannot be read.
pub(crate) fn check_workspace() -> anyhow::Result<Report> {
    check(None)
}

/// The table of docs/agents.md, made from the shipped patterns.
///
/// # Errors
/// If the tree cannot be read or holds no list of patterns.
pub(crate) fn agents_table() -> anyhow::Result<String> {
    let workspace = levels::read(None).context("read the workspace")?;
    let files = tree::read(&workspace.root).context("read the tree")?;
    let rows = agents::rows(&files).context("no list of shipped patterns")?;
    Ok(format!(
        "| Name | Kind | Recognised by |\n|---|---|---|\n{}\n",
        rows.join("\n")
    ))
}

/// Checks the workspace in `root`, or the one that the current folder is in.
fn check(root: Option<&Path>) -> anyhow::Result<Report> {
    let workspace = levels::read(root).context("read the workspace")?;
    let files = tree::read(&workspace.root).context("read the tree")?;
    let mut findings = levels::check(&workspace.packages);
    findings.extend(architecture::check(&files, &workspace.packages));
    findings.extend(links::check(&files));
    findings.extend(agents::check(&files));
    for file in &files {
        findings.extend(names::check(&file.path));
        if let Some(content) = &file.text {
            findings.extend(text::check(&file.path, content));
            findings.extend(lockfile::check(&file.path, content));
        }
    }
    findings.sort();
    findings.dedup();
    Ok(Report {
        files: files.len(),
        crates: workspace.packages.len(),
        findings,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ARCHITECTURE: &str =
        "| Level | Crate | Holds |\n|---|---|---|\n| 1 | `upper` | a |\n| 0 | `lower` | b |\n";

    /// A workspace of two crates that is tidy; tests spoil one thing each.
    fn tidy_tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        );
        write("ARCHITECTURE.md", ARCHITECTURE);
        for (name, level, dependency) in [("upper", 1, "lower = { path = \"../lower\" }"), ("lower", 0, "")] {
            write(
                &format!("crates/{name}/Cargo.toml"),
                &format!(
                    "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                     [package.metadata.tidy]\nlevel = {level}\n[dependencies]\n{dependency}\n"
                ),
            );
            write(&format!("crates/{name}/src/lib.rs"), "//! A crate.\n");
        }
        root
    }

    fn messages(root: &tempfile::TempDir) -> Vec<String> {
        check(Some(root.path()))
            .unwrap()
            .findings
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn a_tidy_tree_has_no_findings() {
        let root = tidy_tree();
        let report = check(Some(root.path())).unwrap();
        assert_eq!(report.findings, []);
        assert_eq!((report.files, report.crates), (6, 2));
    }

    #[test]
    fn every_check_reaches_the_report_with_its_place() {
        let root = tidy_tree();
        let upper = root.path().join("crates/upper");
        fs::write(upper.join("src/utils.rs"), "//! Things.\n").unwrap();
        fs::write(upper.join("src/lib.rs"), "mod utils;\n").unwrap();
        fs::write(
            root.path().join("ARCHITECTURE.md"),
            ARCHITECTURE.replace("| 1 |", "| 2 |"),
        )
        .unwrap();
        assert_eq!(
            messages(&root),
            [
                "ARCHITECTURE.md:3: says that `upper` is on level 2, its Cargo.toml says 1",
                "crates/upper/src/lib.rs:1: begins without a `//!` sentence that says what the module is for",
                "crates/upper/src/utils.rs:1: `utils` says nothing: name it after the thing it holds",
            ]
        );
    }

    #[test]
    fn a_dependency_on_the_same_level_is_found_through_cargo() {
        let root = tidy_tree();
        let manifest = root.path().join("crates/lower/Cargo.toml");
        fs::write(
            &manifest,
            fs::read_to_string(&manifest)
                .unwrap()
                .replace("level = 0", "level = 1"),
        )
        .unwrap();
        let found = messages(&root);
        assert!(
            found.contains(
                &"crates/upper/Cargo.toml:1: `upper` (level 1) depends on `lower` (level 1): only levels below its own"
                    .to_owned()
            ),
            "{found:?}"
        );
    }
}
