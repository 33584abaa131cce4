//! Lines of a file, or of standard input, each with its number where something is wrong with it.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;

/// Opens a file, `-` being standard input; gives how to call it, too.
///
/// # Errors
/// If it cannot be opened.
pub fn open(path: &Path) -> anyhow::Result<(String, Box<dyn BufRead>)> {
    if path.as_os_str() == "-" {
        return Ok((
            "standard input".to_owned(),
            Box::new(BufReader::new(io::stdin().lock())),
        ));
    }
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("open {name}"))?;
    Ok((name, Box::new(BufReader::with_capacity(1 << 18, file))))
}

/// Hands every line that is not blank to `take`, and gives how the file is called.
///
/// # Errors
/// If it cannot be read or a line is wrong: the error names the line.
pub fn each(path: &Path, mut take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<String> {
    let (name, mut input) = open(path)?;
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        let read = input
            .read_until(b'\n', &mut line)
            .with_context(|| format!("read {name}"))?;
        if read == 0 {
            return Ok(name);
        }
        number += 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            take(&line).with_context(|| format!("{name}, line {number}"))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_count_and_are_not_handed_on() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one\n\n  \ntwo").unwrap();
        let mut seen = Vec::new();
        each(file.path(), |line| {
            seen.push(String::from_utf8_lossy(line).trim().to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, ["one", "two"]);
        let wrong = each(file.path(), |line| {
            anyhow::ensure!(line.starts_with(b"one"), "no number");
            Ok(())
        });
        let wrong = format!("{:#}", wrong.unwrap_err());
        assert!(wrong.ends_with(", line 4: no number"), "{wrong}");
    }
}
