//! The cases, read.

use std::path::PathBuf;

/// One file.
pub struct Case {
    /// Its name without the ending.
    pub name: String,
    /// The configuration.
    pub config: String,
    sections: Vec<(String, Vec<String>)>,
}

impl Case {
    /// The lines of a section.
    pub fn lines(&self, section: &str) -> Vec<&str> {
        self.sections
            .iter()
            .filter(|(name, _)| name == section)
            .flat_map(|(_, lines)| lines.iter().map(String::as_str))
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect()
    }
}

/// All cases, by name.
pub fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/routes");
    let mut cases: Vec<Case> = std::fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a case");
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            read(name, &text)
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn read(name: String, text: &str) -> Case {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("== "), sections.last_mut()) {
            (Some(section), _) => sections.push((section.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    let config = sections
        .iter()
        .find(|(section, _)| section == "config")
        .map(|(_, lines)| lines.iter().map(|line| format!("{line}\n")).collect())
        .unwrap_or_default();
    Case {
        name,
        config,
        sections,
    }
}
