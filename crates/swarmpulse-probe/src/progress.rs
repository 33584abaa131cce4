//! Whether a process did something worth the name since the last look.
//!
//! An idle interpreter is never quite idle: timers, event loops and heartbeats of Python and Node cost 0.1 to
//! 0.5 % of a core and a few hundred bytes a second. Work costs more. So progress is processor time of at least
//! 1 % of a core (and at least two clock ticks, since the kernel counts in ticks), or at least 4 KiB a second
//! through read and write calls, of the process and its descendants together.

/// Processor time as a share of one core from which on it is progress.
pub const PROGRESS_CPU_RATIO: f64 = 0.01;
/// Processor time in seconds below which a share is noise.
pub const PROGRESS_CPU_SECONDS: f64 = 0.02;
/// Bytes read and written per second from which on it is progress.
pub const PROGRESS_BYTES_PER_SECOND: f64 = 4096.0;

/// Whether so much processor time and I/O within so long is progress.
pub(crate) fn is_progress(elapsed_s: f64, cpu_s: f64, io_bytes: u64) -> bool {
    let floor_s = (PROGRESS_CPU_RATIO * elapsed_s).max(PROGRESS_CPU_SECONDS);
    // Ticks are whole hundredths as a rule: 0.02 must not miss itself by rounding.
    let busy = cpu_s + 1e-9 >= floor_s;
    busy || (elapsed_s > 0.0 && io_bytes as f64 >= PROGRESS_BYTES_PER_SECOND * elapsed_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_of_an_idle_interpreter_are_no_progress_and_work_is() {
        // (elapsed s, cpu s, bytes) of: asleep, idle Python, idle Node, a heartbeat, one tick of noise.
        for (elapsed, cpu, bytes) in [
            (5.0, 0.0, 0),
            (5.0, 0.01, 300),
            (5.0, 0.03, 2_000),
            (5.0, 0.0, 900),
            (1.0, 0.01, 0),
        ] {
            assert!(
                !is_progress(elapsed, cpu, bytes),
                "{elapsed} s, {cpu} s, {bytes} bytes"
            );
        }
        // One per cent exactly, a busy loop, a download that costs no time, a short look at a busy process.
        for (elapsed, cpu, bytes) in [(5.0, 0.05, 0), (5.0, 4.9, 0), (5.0, 0.01, 40_000), (1.0, 0.02, 0)] {
            assert!(
                is_progress(elapsed, cpu, bytes),
                "{elapsed} s, {cpu} s, {bytes} bytes"
            );
        }
    }
}
