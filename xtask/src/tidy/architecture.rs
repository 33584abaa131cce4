//! ARCHITECTURE.md's table of crates says what the tree is.

use std::collections::BTreeMap;
use std::path::Path;

use super::Finding;
use super::levels::Package;
use super::tree::SourceFile;

const MAP: &str = "ARCHITECTURE.md";

/// One row of the table: `| LEVEL | `CRATE` | ... |`.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    line: usize,
    level: u64,
    name: &'a str,
}

/// Finds crates that the table does not name, names that are no crates, and levels that differ.
pub(crate) fn check(files: &[SourceFile], packages: &[Package]) -> Vec<Finding> {
    let Some(text) = files
        .iter()
        .find(|file| file.path == Path::new(MAP))
        .and_then(|file| file.text.as_deref())
    else {
        return vec![Finding::new(MAP, 1, "is missing: it holds the table of crates")];
    };
    let rows: Vec<Row> = (1..)
        .zip(text.lines())
        .filter_map(|(line, row)| parse_row(line, row))
        .collect();
    let by_name: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.name, row)).collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = &package.name;
        match (by_name.get(name.as_str()), package.level) {
            (None, _) => {
                findings.push(Finding::new(
                    MAP,
                    1,
                    format!("the table of crates has no row for `{name}`"),
                ));
            }
            (Some(row), Some(level)) if row.level != level => {
                let message = format!(
                    "says that `{name}` is on level {}, its Cargo.toml says {level}",
                    row.level
                );
                findings.push(Finding::new(MAP, row.line, message));
            }
            (Some(_), _) => {}
        }
    }
    for row in rows
        .iter()
        .filter(|row| !packages.iter().any(|package| package.name == row.name))
    {
        let message = format!(
            "has a row for `{}`, which is no crate of this workspace",
            row.name
        );
        findings.push(Finding::new(MAP, row.line, message));
    }
    findings
}

/// A row whose first cell is a level and whose second is a name in backticks; any other line is no row.
fn parse_row(line: usize, text: &str) -> Option<Row<'_>> {
    let mut cells = text.strip_prefix('|')?.split('|').map(str::trim);
    let level = cells.next()?.parse().ok()?;
    let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    Some(Row { line, level, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(table: &str, crates: &[(&str, u64)]) -> Vec<String> {
        let files = [SourceFile {
            path: MAP.into(),
            text: Some(table.to_owned()),
        }];
        let packages: Vec<Package> = crates
            .iter()
            .map(|(name, level)| Package {
                name: (*name).to_owned(),
                level: Some(*level),
                ..Package::default()
            })
            .collect();
        check(&files, &packages)
            .into_iter()
            .map(|finding| format!("{}: {}", finding.line, finding.message))
            .collect()
    }

    #[test]
    fn a_table_that_tells_the_truth_is_fine() {
        let table = "| Level | Crate |\n|---|---|\n| 0 | `model` | nouns |\n| side | `ui/` | pages |\n";
        assert_eq!(messages(table, &[("model", 0)]), [""; 0]);
    }

    #[test]
    fn missing_extra_and_wrong_rows_are_found() {
        let table = "| 1 | `model` | nouns |\n| 4 | `dream` | nothing |\n";
        assert_eq!(
            messages(table, &[("model", 0), ("wire", 1)]),
            [
                "1: says that `model` is on level 1, its Cargo.toml says 0",
                "1: the table of crates has no row for `wire`",
                "2: has a row for `dream`, which is no crate of this workspace",
            ]
        );
    }

    #[test]
    fn a_missing_map_is_found() {
        assert_eq!(
            check(&[], &[]),
            [Finding::new(MAP, 1, "is missing: it holds the table of crates")]
        );
    }
}
