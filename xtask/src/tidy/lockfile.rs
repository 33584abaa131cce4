//! Lock files name the public registries, so that a checkout builds on any machine.

use std::path::Path;

use super::Finding;

/// Where a lock file may say that a package comes from.
const NPM_REGISTRY: &str = "\"https://registry.";
const CARGO_REGISTRY: &str = "\"registry+https://github.com/rust-lang/crates.io-index\"";

/// Finds packages that come from a mirror or a folder.
pub(crate) fn check(path: &Path, text: &str) -> Vec<Finding> {
    let (key, registry) = match path.file_name().and_then(|name| name.to_str()) {
        Some("package-lock.json") => ("\"resolved\": ", NPM_REGISTRY),
        Some("Cargo.lock") => ("source = ", CARGO_REGISTRY),
        _ => return Vec::new(),
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| {
            line.trim_start()
                .strip_prefix(key)
                .is_some_and(|value| !value.starts_with(registry))
        })
        .map(|(number, _)| {
            let message = "a package does not come from the public registry: lock it again without a mirror";
            Finding::new(path, number, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(Path::new(path), text)
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn packages_from_a_mirror_are_found() {
        let npm = "{\n  \"resolved\": \"https://registry.example/a/-/a-1.0.0.tgz\",\n  \
                   \"resolved\": \"https://mirror.example/a/-/a-1.0.0.tgz\"\n}\n";
        assert_eq!(lines("ui/package-lock.json", npm), [3]);
        let cargo =
            format!("source = {CARGO_REGISTRY}\nsource = \"registry+https://mirror.example/index\"\n");
        assert_eq!(lines("Cargo.lock", &cargo), [2]);
        assert_eq!(lines("notes.txt", &cargo), [0; 0]);
    }
}
