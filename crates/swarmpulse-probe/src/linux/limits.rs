//! `/proc/PID/limits`: what the process itself may open and start.

use super::files::number;

/// Soft limits of a process; `None` is unlimited or unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) open_files: Option<u64>,
    /// Processes and threads of its user together.
    pub(super) processes: Option<u64>,
}

/// Reads the table.
pub(super) fn parse(table: &[u8]) -> Limits {
    let soft = |name: &str| {
        table
            .split(|byte| *byte == b'\n')
            .find_map(|line| line.strip_prefix(name.as_bytes()))
            .and_then(number)
    };
    Limits {
        open_files: soft("Max open files"),
        processes: soft("Max processes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_limits_are_read_and_unlimited_is_none() {
        let table = b"Limit                     Soft Limit           Hard Limit           Units     \n\
            Max processes             unlimited            unlimited            processes \n\
            Max open files            1024                 524288               files     \n";
        assert_eq!(
            parse(table),
            Limits {
                open_files: Some(1024),
                processes: None
            }
        );
        assert_eq!(parse(b"Max open files"), Limits::default());
        assert_eq!(parse(b"\xff\xfe"), Limits::default());
    }
}
