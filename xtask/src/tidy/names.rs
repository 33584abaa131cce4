//! Files and folders are named after what they hold.

use std::path::Path;

use super::Finding;

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];

/// Finds names on the path that say nothing, and `mod.rs`.
pub(crate) fn check(path: &Path) -> Option<Finding> {
    if path.file_name().is_some_and(|name| name == "mod.rs") {
        return Some(Finding::new(
            path,
            1,
            "`mod.rs` hides its name in every editor: use `NAME.rs` beside `NAME/`",
        ));
    }
    let empty = path.components().find_map(|component| {
        let name = component.as_os_str().to_str()?;
        let stem = name.split('.').next().unwrap_or(name);
        EMPTY_NAMES.contains(&stem).then_some(stem)
    })?;
    Some(Finding::new(
        path,
        1,
        format!("`{empty}` says nothing: name it after the thing it holds"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &str) -> Option<String> {
        check(Path::new(path)).map(|finding| finding.message)
    }

    #[test]
    fn names_that_say_nothing_are_found_in_files_and_folders() {
        for path in [
            "crates/a/src/utils.rs",
            "crates/a/src/helpers/time.rs",
            "ui/src/misc.test.ts",
            "a/common/b.rs",
        ] {
            assert!(
                message(path).is_some_and(|message| message.contains("says nothing")),
                "{path}"
            );
        }
    }

    #[test]
    fn a_mod_rs_is_found() {
        assert!(message("crates/a/src/wire/mod.rs").is_some_and(|message| message.contains("NAME.rs")));
    }

    #[test]
    fn other_names_are_fine() {
        for path in [
            "crates/a/src/utilization.rs",
            "crates/a/src/common_cause.rs",
            "crates/a/src/model.rs",
        ] {
            assert_eq!(message(path), None, "{path}");
        }
    }
}
