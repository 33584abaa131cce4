//! Long work that tells how far it is, every few seconds, whether anybody looks at a terminal or not.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock;

/// Does the work, which notes how far it is as often as it likes. `tell` is told every so often, with the last note, if
/// there is one, and how long the work has taken.
pub(super) fn telling<P: Clone + Send, T>(
    every: Duration,
    tell: impl Fn(Option<P>, Duration) + Send,
    work: impl FnOnce(&dyn Fn(P)) -> T,
) -> T {
    let latest = Mutex::new(None);
    let (working, ended) = sync_channel::<()>(0);
    let noted_last = &latest;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let began = clock::monotone();
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let noted = noted_last.lock().clone();
                tell(noted, began.elapsed());
            }
        });
        // Dropped also when the work panics: then the teller ends, too.
        let _working = working;
        work(&|noted| *noted_last.lock() = Some(noted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_last_note_while_the_work_goes_on_and_not_after_it() {
        let (said, heard) = sync_channel(100);
        let limit = Duration::from_secs(30);
        let result = telling(
            Duration::from_millis(1),
            |noted: Option<u32>, _| {
                // Full: enough was heard.
                let _ = said.try_send(noted);
            },
            |note| {
                assert_eq!(heard.recv_timeout(limit), Ok(None), "nothing is noted yet");
                note(1);
                note(2);
                while heard.recv_timeout(limit).unwrap() != Some(2) {}
                "done"
            },
        );
        assert_eq!(result, "done");
        drop(said);
        while let Ok(noted) = heard.try_recv() {
            assert_eq!(noted, Some(2));
        }
    }
}
