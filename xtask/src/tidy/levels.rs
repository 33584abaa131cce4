//! Crates depend only on levels below their own, and the lowest levels stay free of the outside world.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

use super::Finding;

/// Levels up to this one read no clock and do no I/O, so they depend on nothing that does.
const PURE_LEVEL_MAX: u64 = 1;

/// Crates that bring async, I/O or an operating system with them.
const IMPURE: [&str; 14] = [
    "async-nats",
    "axum",
    "crossbeam-channel",
    "hyper",
    "libc",
    "memmap2",
    "reqwest",
    "rusqlite",
    "rustix",
    "sysinfo",
    "tokio",
    "tokio-postgres",
    "tonic",
    "tracing",
];

/// A crate of the workspace, as far as levels go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// From `package.metadata.tidy.level`.
    pub(crate) level: Option<u64>,
    /// Its Cargo.toml, from the root of the tree.
    pub(crate) manifest: PathBuf,
    /// What it links or builds with; what only its tests use does not count.
    pub(crate) dependencies: Vec<String>,
}

/// The workspace as cargo sees it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// Asks cargo for the workspace in `root`, or for the one that the current folder is in.
pub(crate) fn read(root: Option<&Path>) -> anyhow::Result<Workspace> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(root) = root {
        command.current_dir(root);
    }
    let metadata = command.exec()?;
    let root = metadata.workspace_root.clone().into_std_path_buf();
    let packages = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| package_of(package, &root))
        .collect();
    Ok(Workspace { root, packages })
}

fn package_of(package: &cargo_metadata::Package, root: &Path) -> Package {
    let manifest = package.manifest_path.as_std_path();
    let dependencies = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.clone())
        .collect();
    Package {
        name: package.name.to_string(),
        level: package
            .metadata
            .get("tidy")
            .and_then(|tidy| tidy.get("level"))
            .and_then(|level| level.as_u64()),
        manifest: manifest.strip_prefix(root).unwrap_or(manifest).to_owned(),
        dependencies,
    }
}

/// Finds crates without a level and edges that do not go down.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let levels: BTreeMap<&str, Option<u64>> = packages
        .iter()
        .map(|package| (package.name.as_str(), package.level))
        .collect();
    packages
        .iter()
        .flat_map(|package| check_package(package, &levels))
        .collect()
}

fn check_package(package: &Package, levels: &BTreeMap<&str, Option<u64>>) -> Vec<Finding> {
    let name = &package.name;
    let Some(level) = package.level else {
        let message = format!("`{name}` has no level: add `level = N` under [package.metadata.tidy]");
        return vec![Finding::new(&package.manifest, 1, message)];
    };
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        if let Some(Some(below)) = levels.get(dependency.as_str())
            && *below >= level
        {
            let message = format!(
                "`{name}` (level {level}) depends on `{dependency}` (level {below}): only levels below its own"
            );
            findings.push(Finding::new(&package.manifest, 1, message));
        }
        if level <= PURE_LEVEL_MAX && IMPURE.contains(&dependency.as_str()) {
            let message =
                format!("`{name}` (level {level}) depends on `{dependency}`: levels 0 and 1 do no I/O");
            findings.push(Finding::new(&package.manifest, 1, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, level: impl Into<Option<u64>>, dependencies: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            level: level.into(),
            manifest: PathBuf::from(format!("crates/{name}/Cargo.toml")),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn messages(packages: &[Package]) -> Vec<String> {
        check(packages)
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn edges_that_go_down_are_fine() {
        let packages = [
            package("model", 0, &["serde"]),
            package("wire", 1, &["model"]),
            package("run", 3, &["wire", "tokio"]),
        ];
        assert!(messages(&packages).is_empty());
    }

    #[test]
    fn edges_across_and_up_are_found() {
        let packages = [
            package("wire", 1, &["fleet"]),
            package("fleet", 1, &["run"]),
            package("run", 3, &[]),
        ];
        assert_eq!(
            messages(&packages),
            [
                "`wire` (level 1) depends on `fleet` (level 1): only levels below its own",
                "`fleet` (level 1) depends on `run` (level 3): only levels below its own",
            ]
        );
    }

    #[test]
    fn a_crate_without_a_level_is_found() {
        assert_eq!(
            messages(&[package("stray", None, &[])]),
            ["`stray` has no level: add `level = N` under [package.metadata.tidy]"]
        );
    }

    #[test]
    fn the_lowest_levels_do_no_io() {
        let packages = [
            package("fleet", 1, &["tokio"]),
            package("journal", 2, &["rustix"]),
        ];
        assert_eq!(
            messages(&packages),
            ["`fleet` (level 1) depends on `tokio`: levels 0 and 1 do no I/O"]
        );
    }
}
