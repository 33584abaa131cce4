//! `/proc/PID/stat`: one line with nearly everything that a full sample needs.

use swarmpulse_model::process::ProcessState;

/// The most that the line can have: a name of 64 bytes and 50 numbers of 20 digits.
pub(super) const STAT_BYTES_MAX: usize = 1536;

/// What the line says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) state: ProcessState,
    /// It has ended: it is a zombie without a live thread, or on its way out.
    pub(super) ended: bool,
    pub(super) parent: u32,
    pub(super) major_faults: u64,
    /// Processor time of its threads, in ticks.
    pub(super) own_ticks: u64,
    /// Processor time of children that it waited for, in ticks.
    pub(super) children_ticks: u64,
    pub(super) threads: u64,
    /// When it started, in ticks since the machine did. With the pid it names one process.
    pub(super) start_ticks: u64,
    pub(super) vms_bytes: u64,
    pub(super) rss_pages: u64,
    /// Whether the kernel shows this process's secrets to us, the exit code among them.
    pub(super) permitted: bool,
    /// The wait status with which it ended, once it has.
    pub(super) wait_status: i32,
}

/// Why a line is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum StatError {
    #[error("has no name in parentheses")]
    NoName,
    #[error("lacks the field {0}")]
    Missing(&'static str),
    #[error("the field {0} is no number of 64 bits")]
    NotANumber(&'static str),
}

/// Reads the line. The name stands in parentheses and may hold any characters, parentheses and blanks too: what
/// counts comes after the last one.
pub(super) fn parse(line: &[u8]) -> Result<Stat, StatError> {
    let name_end = line
        .iter()
        .rposition(|byte| *byte == b')')
        .ok_or(StatError::NoName)?;
    let rest = line[name_end + 1..].trim_ascii();
    let mut fields = rest.split(|byte| *byte == b' ');
    let letter = match fields.next() {
        Some([letter]) => *letter,
        _ => return Err(StatError::Missing("state")),
    };
    let mut stat = Stat::default();
    let mut last = 3;
    for (field, number) in (4_u32..).zip(fields) {
        // Truncation shows as a field that is missing; 24 (rss) is the last that must be there.
        stat.take(field, number)?;
        last = field;
        if field == 52 {
            break;
        }
    }
    if last < 24 {
        return Err(StatError::Missing(name_of(last + 1)));
    }
    stat.set_state(letter);
    Ok(stat)
}

impl Stat {
    fn take(&mut self, field: u32, text: &[u8]) -> Result<(), StatError> {
        let place: &mut u64 = match field {
            4 => {
                self.parent = u32::try_from(unsigned(text, field)?).unwrap_or(0);
                return Ok(());
            }
            12 => &mut self.major_faults,
            14 | 15 => {
                self.own_ticks = self.own_ticks.saturating_add(unsigned(text, field)?);
                return Ok(());
            }
            16 | 17 => {
                self.children_ticks = self.children_ticks.saturating_add(unsigned(text, field)?);
                return Ok(());
            }
            20 => &mut self.threads,
            22 => &mut self.start_ticks,
            23 => &mut self.vms_bytes,
            24 => &mut self.rss_pages,
            26 => {
                // The start of the code is shown as 1 to those who may not know it.
                self.permitted = text != b"1";
                return Ok(());
            }
            52 => {
                self.wait_status = unsigned(text, field)
                    .ok()
                    .and_then(|code| i32::try_from(code).ok())
                    .unwrap_or(0);
                return Ok(());
            }
            _ => return Ok(()),
        };
        *place = unsigned(text, field)?;
        Ok(())
    }

    fn set_state(&mut self, letter: u8) {
        // A leader that ended before its other threads is shown as a zombie, yet the process lives.
        let threads_live = self.threads > 1;
        self.state = match letter {
            b'R' => ProcessState::Running,
            b'D' => ProcessState::DiskSleep,
            b'T' | b't' => ProcessState::Stopped,
            b'Z' | b'X' | b'x' if !threads_live => ProcessState::Zombie,
            _ => ProcessState::Sleeping,
        };
        self.ended = self.state == ProcessState::Zombie;
    }
}

/// A number; negative ones, which some kernels show for counters that ran over, are 0.
fn unsigned(text: &[u8], field: u32) -> Result<u64, StatError> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let mut value = 0_u64;
    if digits.is_empty() {
        return Err(StatError::Missing(name_of(field)));
    }
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(StatError::NotANumber(name_of(field)));
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .ok_or(StatError::NotANumber(name_of(field)))?;
    }
    Ok(if negative { 0 } else { value })
}

fn name_of(field: u32) -> &'static str {
    match field {
        4 => "ppid",
        12 => "majflt",
        14 => "utime",
        15 => "stime",
        16 => "cutime",
        17 => "cstime",
        20 => "num_threads",
        22 => "starttime",
        23 => "vsize",
        24 => "rss",
        5..=11 => "between ppid and majflt",
        _ => "between majflt and rss",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "4710 4711 4711 34816 4711 4194304 900 100 7 3 250 50 20 5 20 0 11 0 123456 50491392 4559 \
        18446744073709551615 94000 95000 140000 0 0 0 0 4096 1256 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 9";

    #[test]
    fn names_with_blanks_and_parentheses_do_not_shift_the_fields() {
        for name in [
            "python3",
            "a) R 1",
            "((()",
            ") S 1 1 1",
            "tmux: server",
            "",
            "\u{fffd}\n",
        ] {
            let stat = parse(format!("4711 ({name}) S {TAIL}\n").as_bytes()).unwrap();
            assert_eq!(stat.parent, 4710, "{name:?}");
            assert_eq!((stat.own_ticks, stat.children_ticks), (300, 25));
            assert_eq!(
                (stat.major_faults, stat.threads, stat.start_ticks),
                (7, 11, 123_456)
            );
            assert_eq!((stat.vms_bytes, stat.rss_pages), (50_491_392, 4559));
            assert_eq!((stat.state, stat.ended), (ProcessState::Sleeping, false));
            assert_eq!((stat.permitted, stat.wait_status), (true, 9));
        }
    }

    #[test]
    fn states() {
        let state = |letter: &str, threads: &str| {
            let tail = TAIL.replace(" 11 0 123456", &format!(" {threads} 0 123456"));
            let stat = parse(format!("1 (x) {letter} {tail}").as_bytes()).unwrap();
            (stat.state, stat.ended)
        };
        assert_eq!(state("R", "1"), (ProcessState::Running, false));
        assert_eq!(state("D", "1"), (ProcessState::DiskSleep, false));
        assert_eq!(state("T", "1"), (ProcessState::Stopped, false));
        assert_eq!(state("t", "1"), (ProcessState::Stopped, false));
        assert_eq!(state("Z", "1"), (ProcessState::Zombie, true));
        assert_eq!(state("X", "0"), (ProcessState::Zombie, true));
        assert_eq!(
            state("Z", "4"),
            (ProcessState::Sleeping, false),
            "other threads live on"
        );
    }

    #[test]
    fn garbled_lines_name_the_field() {
        assert_eq!(parse(b""), Err(StatError::NoName));
        assert_eq!(parse(b"12 (x"), Err(StatError::NoName));
        assert_eq!(parse(b"12 (x)"), Err(StatError::Missing("state")));
        assert_eq!(parse(b"12 (x) SS 1"), Err(StatError::Missing("state")));
        assert_eq!(parse(b"12 (x) S"), Err(StatError::Missing("ppid")));
        assert_eq!(parse(b"12 (x) S one"), Err(StatError::NotANumber("ppid")));
        let cut = format!("12 (x) S {}", &TAIL[..TAIL.find(" 123456").unwrap()]);
        assert_eq!(parse(cut.as_bytes()), Err(StatError::Missing("starttime")));
        let huge = format!("12 (x) S {}", TAIL.replace("123456", "99999999999999999999999"));
        assert_eq!(parse(huge.as_bytes()), Err(StatError::NotANumber("starttime")));
        let negative = format!("12 (x) S {}", TAIL.replace(" 4559 ", " -3 "));
        assert_eq!(parse(negative.as_bytes()).unwrap().rss_pages, 0);
    }

    #[test]
    fn any_prefix_of_a_line_is_an_error_or_complete() {
        let line = format!("4711 (a b) S {TAIL}");
        for length in 0..line.len() {
            if let Ok(stat) = parse(&line.as_bytes()[..length]) {
                assert_eq!(stat.start_ticks, 123_456, "{length}");
            }
        }
    }
}
