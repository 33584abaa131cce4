//! A file of prepared requests, so that sending them costs next to nothing.
//!
//! One line of JSON that says what it holds; then the requests in order: number of the connection (1 byte), samples and
//! length (4 bytes each, little-endian), body.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

/// Writes a file of requests.
pub struct Writer(BufWriter<File>);

/// One request.
#[derive(Debug)]
pub struct Request {
    /// Samples in it.
    pub samples: u32,
    /// Its body.
    pub body: Vec<u8>,
}

impl Writer {
    /// Begins a file.
    pub fn create(path: &Path, about: &Value) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("write {}", path.display()))?;
        let mut writer = BufWriter::with_capacity(1 << 20, file);
        writeln!(writer, "{about}")?;
        Ok(Self(writer))
    }

    /// Adds a request.
    pub fn push(&mut self, connection: u8, samples: u32, body: &[u8]) -> anyhow::Result<()> {
        self.0.write_all(&[connection])?;
        self.0.write_all(&samples.to_le_bytes())?;
        self.0.write_all(&u32::try_from(body.len())?.to_le_bytes())?;
        self.0.write_all(body)?;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Reads a file: what it holds, and the requests of each connection.
pub fn read(path: &Path) -> anyhow::Result<(Value, Vec<Vec<Request>>)> {
    let file = File::open(path).with_context(|| format!("read {}", path.display()))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let about: Value = serde_json::from_str(&line).context("not a file of prepared requests")?;
    let mut connections: Vec<Vec<Request>> = Vec::new();
    let mut connection = [0];
    while reader.read(&mut connection)? == 1 {
        let number = usize::from(connection[0]);
        let samples = word(&mut reader)?;
        let mut body = vec![0; word(&mut reader)? as usize];
        reader.read_exact(&mut body).context("the file is cut off")?;
        while connections.len() <= number {
            connections.push(Vec::new());
        }
        connections[number].push(Request { samples, body });
    }
    Ok((about, connections))
}

fn word(reader: &mut BufReader<File>) -> anyhow::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes).context("the file is cut off")?;
    Ok(u32::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_by_connection() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("load");
        let mut writer = Writer::create(&path, &serde_json::json!({ "samples": 6 }))?;
        writer.push(1, 2, b"second")?;
        writer.push(0, 1, b"first")?;
        writer.push(1, 3, b"third")?;
        writer.finish()?;
        let (about, connections) = read(&path)?;
        assert_eq!(about["samples"], 6);
        let shown: Vec<Vec<(u32, &[u8])>> = connections
            .iter()
            .map(|requests| {
                requests
                    .iter()
                    .map(|request| (request.samples, &*request.body))
                    .collect()
            })
            .collect();
        assert_eq!(
            shown,
            [vec![(1, &b"first"[..])], vec![(2, b"second"), (3, b"third")]]
        );
        std::fs::write(&path, &std::fs::read(&path)?[..30])?;
        assert!(read(&path).is_err(), "a file that is cut off is refused");
        Ok(())
    }
}
