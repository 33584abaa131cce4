//! What a file of receivers refers to: secrets that stand in files or in the environment, and templates.

use std::io;
use std::path::{Path, PathBuf};

use swarmpulse_notify::settings::Secrets;

use super::glob;
use crate::config::Environment;

/// A secret may be this long.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// A file of templates may be this long.
const TEMPLATE_BYTES_MAX: u64 = 1 << 20;
/// A pattern may name so many files of templates.
const TEMPLATE_FILES_MAX: usize = 1000;

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

/// A file of templates with its path.
fn template(path: &Path) -> Result<(String, String), String> {
    let shown = path.display().to_string();
    let read = || {
        let length = std::fs::metadata(path)?.len();
        if length > TEMPLATE_BYTES_MAX {
            let detail = format!("it is {length} bytes long, the limit is {TEMPLATE_BYTES_MAX}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, detail));
        }
        std::fs::read_to_string(path)
    };
    match read() {
        Ok(text) => Ok((shown, text)),
        Err(error) => Err(format!("{shown} cannot be read: {error}")),
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

    fn templates(&self, pattern: &str) -> Result<Vec<(String, String)>, String> {
        let whole = self.folder.join(pattern);
        let files = glob::files(&whole.to_string_lossy()).map_err(|error| format!("{error:#}"))?;
        if files.len() > TEMPLATE_FILES_MAX {
            return Err(format!(
                "{pattern} names {} files, the limit is {TEMPLATE_FILES_MAX}",
                files.len()
            ));
        }
        files.iter().map(|path| template(path)).collect()
    }
}
