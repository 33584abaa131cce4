//! Names of files with `*` and `?`, as people write lists of files.

use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;

/// The files that a pattern names, sorted. One without `*` and `?` names itself.
///
/// # Errors
/// If a folder cannot be read.
pub fn files(pattern: &str) -> anyhow::Result<Vec<PathBuf>> {
    if !is_pattern(pattern) {
        return Ok(vec![PathBuf::from(pattern)]);
    }
    let mut found = vec![PathBuf::new()];
    for component in Path::new(pattern).components() {
        let name = component.as_os_str().to_string_lossy();
        found = match component {
            Component::Normal(_) if is_pattern(&name) => {
                let mut next = Vec::new();
                for folder in &found {
                    matching(folder, &name, &mut next)?;
                }
                next
            }
            other => found.iter().map(|folder| folder.join(other)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Adds what is in a folder and matches; a folder that is not there holds nothing.
fn matching(folder: &Path, pattern: &str, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let listed = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = match std::fs::read_dir(listed) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(());
        }
        Err(error) => return Err(error).with_context(|| format!("read the folder {}", listed.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("read the folder {}", listed.display()))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let hidden = name.starts_with('.') && !pattern.starts_with('.');
        if !hidden && matches(pattern, &name) {
            into.push(folder.join(&*name));
        }
    }
    Ok(())
}

/// Whether a name is that of a pattern. `*` is any characters, `?` is one.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last `*` was, and up to where it has been given characters.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[seen] => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((place, given)) => {
                    star = Some((place, given + 1));
                    (at, seen) = (place + 1, given + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        for (pattern, name, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("a?c*", "abc", true),
            ("a?c*", "ac", false),
            ("*a*b", "xxaxxab", true),
            ("*a*b", "xxaxxabc", false),
            ("*", "", true),
            ("größe-?", "größe-ü", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_of_folders_are_found_in_order() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/2.yaml", "a/1.yaml", "a/x.txt", "a/.hidden.yaml", "c.yaml"] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = |pattern: &str| -> Vec<String> {
            let pattern = root.path().join(pattern);
            files(&pattern.to_string_lossy())
                .unwrap()
                .iter()
                .map(|path| path.strip_prefix(root.path()).unwrap().display().to_string())
                .collect()
        };
        assert_eq!(found("*/*.yaml"), ["a/1.yaml", "b/2.yaml"]);
        assert_eq!(found("*.yaml"), ["c.yaml"]);
        assert_eq!(found("nowhere/*.yaml"), [""; 0]);
        assert_eq!(
            found("missing.yaml"),
            ["missing.yaml"],
            "it is told when it is read"
        );
    }
}
