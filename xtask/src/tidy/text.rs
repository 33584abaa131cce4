//! What every text file owes its reader: a first sentence, a bounded length, nothing left over.

use std::path::Path;

use super::Finding;

/// The longest a source file may be.
pub(crate) const LINES_MAX: usize = 600;

/// Endings of files that people write code in.
const CODE: [&str; 14] = [
    "css", "html", "js", "jsx", "mjs", "py", "rs", "sh", "sql", "toml", "ts", "tsx", "yaml", "yml",
];

/// Markers of unfinished work, split so that this file does not hold them.
const MARKERS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
/// Macros of unfinished work.
const MACROS: [&str; 2] = [concat!("to", "do!("), concat!("unimple", "mented!(")];
/// Where the checkouts and homes of developers are.
const MACHINE_PATHS: [&str; 3] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
];
/// Users that examples and fixtures may have, beside those of one letter; nobody's checkout is theirs.
const EXAMPLE_USERS: [&str; 5] = ["alice", "bob", "me", "user", "you"];

/// Finds what is missing, too long or left over in one file.
pub(crate) fn check(path: &Path, text: &str) -> Vec<Finding> {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let mut findings = Vec::new();
    if ending == "rs" && !begins_with_module_doc(text) {
        findings.push(Finding::new(
            path,
            1,
            "begins without a `//!` sentence that says what the module is for",
        ));
    }
    let is_code = CODE.contains(&ending);
    let lines = text.lines().count();
    if is_code && lines > LINES_MAX {
        let message = format!("has {lines} lines, the limit is {LINES_MAX}: split it by noun");
        findings.push(Finding::new(path, LINES_MAX + 1, message));
    }
    for (number, line) in (1..).zip(text.lines()) {
        findings.extend(leftover(line, ending, is_code).map(|message| Finding::new(path, number, message)));
    }
    findings
}

fn begins_with_module_doc(text: &str) -> bool {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    first
        .strip_prefix("//!")
        .is_some_and(|sentence| sentence.chars().any(char::is_alphabetic))
}

fn leftover(line: &str, ending: &str, is_code: bool) -> Option<String> {
    if is_code && let Some(marker) = MARKERS.into_iter().find(|marker| has_word(line, marker)) {
        return Some(format!("`{marker}` is work left over: do it, or write an issue"));
    }
    if ending == "rs"
        && let Some(name) = MACROS.into_iter().find(|name| has_word(line, name))
    {
        return Some(format!("`{name})` is work left over: do it, or return an error"));
    }
    let path = MACHINE_PATHS
        .into_iter()
        .find(|path| has_machine_path(line, path))?;
    Some(format!(
        "`{path}...` is a path of one machine: use a relative path or a placeholder"
    ))
}

/// Whether `word` stands in `line` by itself and not as part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let ends_in_letter = is_letter(word.chars().next_back());
    line.match_indices(word).any(|(at, _)| {
        let goes_on_before = is_letter(line[..at].chars().next_back());
        let goes_on_after = ends_in_letter && is_letter(line[at + word.len()..].chars().next());
        !goes_on_before && !goes_on_after
    })
}

/// Whether an absolute path in `line` begins with `path`: `crates/work/` and `~/home/` do not count.
fn has_machine_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let first = line[at + path.len()..]
            .split(|letter: char| !letter.is_alphanumeric())
            .next()
            .unwrap_or_default();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "_-./~}$*".contains(letter))
            && first.len() > 1
            && !EXAMPLE_USERS.contains(&first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(Path::new(path), text)
            .into_iter()
            .map(|finding| format!("{}: {}", finding.line, finding.message))
            .collect()
    }

    #[test]
    fn a_module_without_a_first_sentence_is_found() {
        let expected = ["1: begins without a `//!` sentence that says what the module is for"];
        for text in [
            "",
            "mod a;\n",
            "// A comment.\n",
            "//!\n",
            "/// A doc of the next item.\nfn a() {}\n",
        ] {
            assert_eq!(messages("a.rs", text), expected, "{text:?}");
        }
        assert_eq!(messages("a.rs", "\n//! A module.\nmod a;\n"), [""; 0]);
        assert_eq!(messages("a.md", "no module\n"), [""; 0]);
    }

    #[test]
    fn a_long_source_file_is_found_and_a_long_text_is_not() {
        let at_limit = "x\n".repeat(LINES_MAX);
        assert_eq!(messages("a.ts", &at_limit), [""; 0]);
        assert_eq!(
            messages("a.ts", &format!("{at_limit}x\n")),
            ["601: has 601 lines, the limit is 600: split it by noun"]
        );
        assert_eq!(messages("a.md", &format!("{at_limit}x\n")), [""; 0]);
    }

    #[test]
    fn leftovers_are_found_as_words_alone() {
        for marker in MARKERS {
            assert_eq!(
                messages("a.py", &format!("pass\n# {marker}: later\n")).len(),
                1,
                "{marker}"
            );
            assert_eq!(
                messages("a.py", &format!("X{marker} = 1\n# {marker}S\n")),
                [""; 0],
                "{marker}"
            );
            assert_eq!(
                messages("a.md", &format!("no {marker} in code\n")),
                [""; 0],
                "{marker}"
            );
        }
        for name in MACROS {
            assert_eq!(
                messages("a.rs", &format!("//! A.\nfn a() {{ {name}) }}\n")).len(),
                1,
                "{name}"
            );
            assert_eq!(
                messages("a.rs", &format!("//! A.\nfn a() {{ my_{name}) }}\n")),
                [""; 0],
                "{name}"
            );
        }
    }

    #[test]
    fn paths_of_one_machine_are_found_in_any_text() {
        for path in MACHINE_PATHS {
            for line in [
                format!("see {path}mel/notes"),
                format!("\"{path}xy\""),
                format!("{path}ab"),
            ] {
                assert_eq!(messages("a.md", &line).len(), 1, "{line}");
            }
            for line in [
                format!("crates{path}src"),
                format!("~{path}src"),
                format!("the folder `{path}`"),
                format!("{path}u/bot.py"),
            ] {
                assert_eq!(messages("a.md", &line), [""; 0], "{line}");
            }
        }
    }
}
