//! Database files on disk: private to their owner, moved and deleted with the files that SQLite keeps beside them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Creates a folder, and those above it, that only its owner may enter.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes sure that the file is there and that only its owner may read it; says whether it was created.
/// SQLite gives the files beside it the same permissions.
pub(crate) fn ensure_private_file(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => {
            sync_folder_of(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            #[cfg(unix)]
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The file that SQLite keeps beside a database under this ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The bytes of a database with the files beside it.
pub(crate) fn bytes_of(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    size(path) + size(&beside(path, "-wal")) + size(&beside(path, "-shm"))
}

/// Deletes a database. The log goes first: a later database of that name must not find it.
pub(crate) fn delete(path: &Path) -> io::Result<()> {
    for gone in [beside(path, "-wal"), beside(path, "-shm"), path.to_owned()] {
        match fs::remove_file(&gone) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_folder_of(path)
}

/// Renames a database and its log.
pub(crate) fn rename(path: &Path, to: &Path) -> io::Result<()> {
    for ending in ["-wal", ""] {
        match fs::rename(beside(path, ending), beside(to, ending)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let _may_be_absent = fs::remove_file(beside(path, "-shm"));
    sync_folder_of(path)
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_and_folders_are_their_owners_alone() {
        let root = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = root.path().join("a/b");
        create_private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        let file = folder.join("x.db");
        assert!(ensure_private_file(&file).unwrap());
        assert_eq!(mode(&file), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!ensure_private_file(&file).unwrap());
        assert_eq!(mode(&file), 0o600, "an open one is closed again");
    }
}
