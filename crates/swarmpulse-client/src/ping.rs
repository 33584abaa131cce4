//! What a ping says.

/// What a ping of an agent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingSignal {
    /// It is there, and well.
    Success,
    /// It begins a piece of work.
    Start,
    /// The work failed.
    Fail,
    /// The work ended with this exit code; 0 is success.
    ExitCode(i32),
}

impl PingSignal {
    /// The last part of the path; none for success.
    #[must_use]
    pub fn segment(self) -> Option<String> {
        match self {
            Self::Success => None,
            Self::Start => Some("start".to_owned()),
            Self::Fail => Some("fail".to_owned()),
            Self::ExitCode(code) => Some(code.to_string()),
        }
    }
}
