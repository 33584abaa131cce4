//! The objectives that come with the program: every figure of the three promises that it was made for.

use crate::objective::Objective;
use crate::parse::parse;

/// Their files: a name and the text.
#[must_use]
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    &[
        ("shipped/messaging", include_str!("../objectives/messaging.yaml")),
        ("shipped/agents", include_str!("../objectives/agents.yaml")),
        (
            "shipped/memory-safety",
            include_str!("../objectives/memory-safety.yaml"),
        ),
    ]
}

/// The objectives themselves. That each file is right is a test's business; one that were not would be left out.
#[must_use]
pub fn shipped() -> Vec<Objective> {
    let files = shipped_files().iter();
    files
        .filter_map(|(name, text)| parse(name, text).ok())
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_right_and_every_name_is_there_once() {
        let mut names = std::collections::BTreeSet::new();
        for (file, text) in shipped_files() {
            for objective in parse(file, text).unwrap() {
                assert!(names.insert(objective.name.clone()), "{} twice", objective.name);
                assert!(!objective.description.is_empty(), "{}", objective.name);
            }
        }
        assert_eq!(shipped().len(), names.len());
    }
}
