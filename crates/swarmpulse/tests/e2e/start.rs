//! What every test starts from.

use std::path::Path;

use swarmpulse_testkit::server::{Server, Setup};

use crate::PROGRAM;

/// A server with data in that folder.
pub(crate) fn setup(folder: &Path) -> Setup {
    Setup::new(PROGRAM, &folder.join("data"))
}

/// A running server with data of its own; the folder must outlive it.
pub(crate) fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = setup(folder.path()).start().expect("a server");
    (folder, server)
}
