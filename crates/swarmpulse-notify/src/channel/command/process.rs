//! One run of a program: bounded in time and in what it may say, and none of its children outlives its time.

use std::ffi::OsStr;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

/// The most bytes that are kept of what it says; the rest is read and dropped, so that it need not wait for us.
const OUTPUT_BYTES_MAX: usize = 8 << 10;
/// How long what it says is waited for once it has ended: a child of its own may hold the pipe.
const LAST_WORDS_S: f64 = 0.5;

/// What is to be run.
pub(super) struct Task<'a> {
    pub(super) program: &'a OsStr,
    pub(super) arguments: Vec<&'a str>,
    /// All of its environment.
    pub(super) variables: Vec<(&'a str, &'a str)>,
    pub(super) input: &'a [u8],
    pub(super) timeout_s: f64,
}

/// What became of it.
pub(super) enum Outcome {
    /// It ended by itself; with what it said on standard error and output.
    Exited { code: i32, output: Vec<u8> },
    /// A signal ended it.
    Killed { signal: i32 },
    /// Its time was over.
    TimedOut { after_s: f64 },
    /// There is no such program, or it cannot be run now.
    NotStarted { reason: String, passes: bool },
}

/// Runs it. Whoever gives up waiting kills it, too.
pub(super) async fn run(task: Task<'_>) -> Outcome {
    let deadline = Instant::now() + Duration::from_secs_f64(task.timeout_s.clamp(0.0, 86_400.0));
    let mut command = Command::new(task.program);
    command
        .args(&task.arguments)
        .env_clear()
        .envs(task.variables)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_started(&error),
    };
    let mut group = Group { child };
    let (stdin, stdout, stderr) = (
        group.child.stdin.take(),
        group.child.stdout.take(),
        group.child.stderr.take(),
    );
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that does not read its input may have succeeded all the same.
            let _ = stdin.write_all(task.input).await;
            let _ = stdin.shutdown().await;
        }
    };
    let mut output = Vec::new();
    let mut errors = Vec::new();
    let talk = async {
        tokio::join!(feed, listen(stdout, &mut output), listen(stderr, &mut errors));
    };
    let ended = {
        tokio::pin!(talk);
        let mut all_said = false;
        let ended = timeout_at(deadline, async {
            tokio::select! {
                status = group.child.wait() => status,
                () = &mut talk => {
                    all_said = true;
                    group.child.wait().await
                }
            }
        })
        .await;
        if ended.is_ok() && !all_said {
            // All that it said has been read, unless another holds the pipe.
            let last = Instant::now() + Duration::from_secs_f64(LAST_WORDS_S);
            let _ = timeout_at(last, &mut talk).await;
        }
        ended
    };
    match ended {
        Ok(Ok(status)) => {
            errors.extend_from_slice(&output);
            of_status(status, errors)
        }
        Ok(Err(error)) => not_started(&error),
        Err(_) => {
            group.kill();
            let _ = group.child.wait().await;
            Outcome::TimedOut {
                after_s: task.timeout_s,
            }
        }
    }
}

fn of_status(status: ExitStatus, output: Vec<u8>) -> Outcome {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return Outcome::Killed { signal };
        }
    }
    Outcome::Exited {
        code: status.code().unwrap_or(-1),
        output,
    }
}

fn not_started(error: &io::Error) -> Outcome {
    let stays = matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput
    );
    Outcome::NotStarted {
        reason: error.to_string(),
        passes: !stays,
    }
}

async fn listen(source: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    let Some(mut source) = source else { return };
    let mut buffer = [0; 4096];
    while let Ok(read) = source.read(&mut buffer).await {
        if read == 0 {
            return;
        }
        let room = OUTPUT_BYTES_MAX - into.len();
        into.extend_from_slice(&buffer[..read.min(room)]);
    }
}

/// A child that leads a process group. Dropped before it has ended, it takes the group with it.
struct Group {
    child: Child,
}

impl Group {
    /// Kills all of the group, as long as its leader has not been waited for: until then nobody else has its number.
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.child.id()
            && let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw)
        {
            // It may have ended meanwhile.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
