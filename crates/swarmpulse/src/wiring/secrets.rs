//! Secrets of receivers that stand in files or in the environment.

use std::io;
use std::path::{Path, PathBuf};

use swarmpulse_notify::settings::Secrets;

use crate::config::Environment;

/// A secret may be this long.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// Files from the folder of the file that names them on, and the environment.
pub(super) struct FileSecrets<'a> {
    folder: PathBuf,
    environment: &'a Environment,
}

impl<'a> FileSecrets<'a> {
    /// Those that this file names.
    pub(super) fn new(file: &Path, environment: &'a Environment) -> Self {
        Self {
            folder: file.parent().map(Path::to_owned).unwrap_or_default(),
            environment,
        }
    }
}

impl Secrets for FileSecrets<'_> {
    fn file(&self, path: &str) -> io::Result<String> {
        let path = self.folder.join(path);
        let length = std::fs::metadata(&path)?.len();
        if length > SECRET_BYTES_MAX {
            let detail = format!("it is {length} bytes long, the limit is {SECRET_BYTES_MAX}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, detail));
        }
        std::fs::read_to_string(path)
    }

    fn environment(&self, name: &str) -> Option<String> {
        self.environment.get(name).map(str::to_owned)
    }
}
