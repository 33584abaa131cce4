//! Open connections: the sockets among a process's descriptors that stand in its network's tables.

use std::collections::{HashMap, HashSet};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::fs::{RawDir, readlinkat_raw};
use rustix::io::{Errno, read};

use super::files::{list_at, number, open_at};
use super::handle::ProcessHandle;
use super::machine::Machine;

/// The most descriptors of one process that are looked at.
const DESCRIPTORS_MAX: usize = 1 << 18;
/// The most of one table that is read.
const TABLE_BYTES_MAX: usize = 64 << 20;
/// Tables, and how a line of each tells its inode and whether it is a connection.
const TABLES: [(&str, Columns); 5] = [
    (
        "net/tcp",
        Columns {
            inode: 9,
            state: 3,
            refused: &[b"0A", b"07"],
        },
    ),
    (
        "net/tcp6",
        Columns {
            inode: 9,
            state: 3,
            refused: &[b"0A", b"07"],
        },
    ),
    (
        "net/udp",
        Columns {
            inode: 9,
            state: 3,
            refused: &[],
        },
    ),
    (
        "net/udp6",
        Columns {
            inode: 9,
            state: 3,
            refused: &[],
        },
    ),
    // Unix: connected (03) or connecting (02); 01 is a listener or an unused socket.
    (
        "net/unix",
        Columns {
            inode: 6,
            state: 5,
            refused: &[b"01"],
        },
    ),
];

#[derive(Clone, Copy)]
struct Columns {
    inode: usize,
    state: usize,
    /// States of sockets that are no connections: listening and closed.
    refused: &'static [&'static [u8]],
}

/// The sockets of one process.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// Which network its tables are of.
    network: u64,
    inodes: Vec<u64>,
}

/// Counts connections for many processes, reading the tables of each network once.
#[derive(Debug, Default)]
pub(super) struct ConnectionCount {
    /// By network: all sockets asked for, and a folder of a process in it.
    networks: HashMap<u64, (HashSet<u64>, Option<OwnedFd>)>,
    /// Lists and tables that were cut.
    pub(super) truncated: u64,
}

impl ConnectionCount {
    /// The sockets of a process; an error where they may not be seen.
    pub(super) fn gather(&mut self, machine: &Machine, handle: &ProcessHandle) -> Result<Sockets, Errno> {
        let place = handle.place(machine)?;
        let folder = list_at(&place, "fd")?;
        let mut sockets = Sockets {
            network: link_number(&place, "ns/net", b"net:[").unwrap_or(0),
            inodes: Vec::new(),
        };
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut entries = RawDir::new(&folder, &mut buffer);
        let mut count = 0;
        while let Some(entry) = entries.next() {
            let entry = entry?;
            count += 1;
            if count > DESCRIPTORS_MAX {
                self.truncated += 1;
                break;
            }
            if let Ok(name) = entry.file_name().to_str() {
                sockets.inodes.extend(link_number(&folder, name, b"socket:["));
            }
        }
        if !sockets.inodes.is_empty() {
            let (wanted, seat) = self.networks.entry(sockets.network).or_default();
            wanted.extend(&sockets.inodes);
            seat.get_or_insert(place);
        }
        Ok(sockets)
    }

    /// Reads the tables and keeps the sockets that are connections.
    pub(super) fn look_up(&mut self) {
        for (wanted, place) in self.networks.values_mut() {
            let Some(place) = place.take() else { continue };
            let mut found = HashSet::new();
            for (table, columns) in TABLES {
                let Ok(file) = open_at(&place, table) else {
                    continue;
                };
                self.truncated += u64::from(read_table(&file, columns, |inode| {
                    if wanted.contains(&inode) {
                        found.insert(inode);
                    }
                }));
            }
            *wanted = found;
        }
    }

    /// How many of a process's sockets are connections.
    pub(super) fn count(&self, sockets: &Sockets) -> u64 {
        let Some((found, _)) = self.networks.get(&sockets.network) else {
            return 0;
        };
        sockets
            .inodes
            .iter()
            .filter(|inode| found.contains(inode))
            .count() as u64
    }
}

/// The number in a link such as `socket:[4711]`.
fn link_number(folder: &OwnedFd, name: &str, prefix: &[u8]) -> Option<u64> {
    let mut buffer = [0_u8; 64];
    let length = readlinkat_raw(folder, name, &mut buffer[..]).ok()?;
    number(buffer[..length].strip_prefix(prefix)?)
}

/// Calls `visit` with the inode of each connection; whether the table was cut.
fn read_table(file: &OwnedFd, columns: Columns, mut visit: impl FnMut(u64)) -> bool {
    let mut buffer = vec![0_u8; 64 * 1024];
    let (mut kept, mut total) = (0, 0);
    loop {
        let length = match read(file, &mut buffer[kept..]) {
            Ok(0) => return false,
            Ok(length) => length,
            Err(Errno::INTR) => continue,
            Err(_) => return true,
        };
        total += length;
        let filled = kept + length;
        let whole = buffer[..filled]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        buffer[..whole]
            .split(|byte| *byte == b'\n')
            .filter_map(|line| connection(line, columns))
            .for_each(&mut visit);
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
        if total >= TABLE_BYTES_MAX || kept == buffer.len() {
            return true;
        }
    }
}

fn connection(line: &[u8], columns: Columns) -> Option<u64> {
    let mut fields = line.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let state = fields.nth(columns.state)?;
    let inode = fields.nth(columns.inode - columns.state - 1)?;
    if columns.refused.contains(&state) {
        None
    } else {
        number(inode).filter(|inode| *inode != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_each_table() {
        let tcp = TABLES[0].1;
        let line = |state: &str| {
            format!(
                "   0: 0100007F:07E8 0100007F:9C40 {state} 00000000:00000000 00:00000000 00000000     0        0 1149 1 0000 100 0"
            )
        };
        assert_eq!(connection(line("01").as_bytes(), tcp), Some(1149));
        assert_eq!(connection(line("0A").as_bytes(), tcp), None, "a listener");
        let unix = TABLES[4].1;
        let line = b"0000000090eefe92: 00000003 00000000 00000000 0001 03  1146 @/tmp/x y";
        assert_eq!(connection(line, unix), Some(1146));
        assert_eq!(
            connection(
                b"0000000090eefe92: 00000002 00000000 00010000 0001 01  1147",
                unix
            ),
            None
        );
        assert_eq!(
            connection(b"Num       RefCount Protocol Flags    Type St Inode Path", unix),
            None
        );
        for garbled in [&b""[..], b"  sl  local_address", b"1 2 3 4 5 6 7 8 9"] {
            assert_eq!(connection(garbled, tcp), None);
        }
    }
}
