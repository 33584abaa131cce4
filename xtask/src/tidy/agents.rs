//! docs/agents.md lists the agents that the process probe ships patterns for.

use std::path::Path;

use super::Finding;
use super::tree::SourceFile;

const PATTERNS: &str = "crates/swarmpulse-probe/src/patterns.rs";
const DOCUMENT: &str = "docs/agents.md";
/// How a row of the document's table begins.
const ROW_START: &str = "| `";

/// The rows of the document's table, one for each shipped pattern; `None` without a list of patterns.
pub(crate) fn rows(files: &[SourceFile]) -> Option<Vec<String>> {
    let (_, after) = text_of(files, PATTERNS)?.split_once("pub const SHIPPED")?;
    let (list, _) = after.split_once("\n];")?;
    let rows = list.split("Shipped {").skip(1).filter_map(|entry| {
        let (name, kind, why) = (field(entry, "name")?, field(entry, "kind")?, field(entry, "why")?);
        Some(format!("{ROW_START}{name}` | `{kind}` | {why} |"))
    });
    Some(rows.collect())
}

/// Finds shipped patterns that the document does not list, and rows without a pattern.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let Some(rows) = rows(files) else {
        return Vec::new();
    };
    let Some(document) = text_of(files, DOCUMENT) else {
        return vec![Finding::new(
            DOCUMENT,
            1,
            "is missing: `cargo xtask agents` prints its table",
        )];
    };
    let mut findings = Vec::new();
    for row in rows
        .iter()
        .filter(|row| !document.lines().any(|line| line == row.as_str()))
    {
        let message = format!("has no row `{row}`: `cargo xtask agents` prints the table");
        findings.push(Finding::new(DOCUMENT, 1, message));
    }
    for (number, line) in (1..).zip(document.lines()) {
        if line.starts_with(ROW_START) && !rows.iter().any(|row| row == line) {
            let message =
                "has a row that no shipped pattern stands behind: `cargo xtask agents` prints the table";
            findings.push(Finding::new(DOCUMENT, number, message));
        }
    }
    findings
}

fn text_of<'a>(files: &'a [SourceFile], path: &str) -> Option<&'a str> {
    files
        .iter()
        .find(|file| file.path == Path::new(path))?
        .text
        .as_deref()
}

/// The text of a field that is a plain string literal.
fn field<'a>(entry: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = entry.split_once(&format!("{name}: \""))?;
    after.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "const NONE: Shipped = Shipped { name: \"\" };\npub const SHIPPED: &[Shipped] = &[\n    \
        Shipped {\n        name: \"claude\",\n        kind: \"claude-code\",\n        why: \"a binary\",\n    },\n    \
        Shipped { name: \"arq\", kind: \"arq-worker\", why: \"its command\", ..NONE },\n];\n";

    fn files(document: &str) -> Vec<SourceFile> {
        let file = |path: &str, text: &str| SourceFile {
            path: path.into(),
            text: Some(text.to_owned()),
        };
        vec![file(PATTERNS, LIST), file(DOCUMENT, document)]
    }

    #[test]
    fn every_pattern_makes_a_row() {
        let expected = [
            "| `claude` | `claude-code` | a binary |",
            "| `arq` | `arq-worker` | its command |",
        ];
        assert_eq!(rows(&files("")).unwrap(), expected);
        assert_eq!(check(&files(&expected.join("\n"))), []);
    }

    #[test]
    fn missing_and_stale_rows_are_found() {
        let found = check(&files(
            "| `arq` | `arq-worker` | its command |\n| `gone` | `gone` | nothing |\n",
        ));
        let lines: Vec<(usize, bool)> = found
            .iter()
            .map(|finding| (finding.line, finding.message.contains("`claude-code`")))
            .collect();
        assert_eq!(lines, [(1, true), (2, false)]);
    }

    #[test]
    fn a_missing_document_is_found_and_a_missing_list_is_not_ours() {
        let mut files = files("");
        files.pop();
        assert_eq!(check(&files).len(), 1);
        files.pop();
        assert_eq!(check(&files), []);
    }
}
