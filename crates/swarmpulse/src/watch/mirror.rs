//! Ending as the command ended: the same signal, so that shells and supervisors see the same cause.

use rustix::process::{Resource, Rlimit, setrlimit};
use signal_hook::consts::SIGKILL;

use crate::exit::Outcome;

/// Dies of the signal; where that does not work, the exit code that a shell would make of it.
pub fn die_of(signal: i32) -> Outcome {
    // The command has written its own core file; ours would only hide it.
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    );
    if signal == SIGKILL {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    } else {
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    Outcome::Code(u8::try_from(128 + signal).unwrap_or(255))
}
