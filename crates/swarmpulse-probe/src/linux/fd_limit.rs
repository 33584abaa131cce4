//! Room for the descriptors that the process table holds.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::ProbeError;

/// Raises this process's soft limit of open files to its hard limit and says what it is now; `None` is unlimited.
/// Call it once at start, before the process table is made; not in a process that starts programs of the user's,
/// which would inherit the limit and may not expect it.
///
/// # Errors
/// If the kernel refuses.
pub fn raise_fd_limit() -> Result<Option<u64>, ProbeError> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                maximum: limit.maximum,
            },
        )
        .map_err(|errno| ProbeError::system("raise the limit of open files", errno))?;
    }
    Ok(getrlimit(Resource::Nofile).current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        assert_eq!(raise_fd_limit().unwrap(), getrlimit(Resource::Nofile).maximum);
    }
}
