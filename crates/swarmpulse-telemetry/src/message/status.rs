//! What is answered: partial success, and errors as `google.rpc.Status`.

/// The answer of each of the three services; the JSON name of the count differs by signal.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportResponse {
    /// What was not taken; nothing where all was.
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<PartialSuccess>,
}

/// What was not taken.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PartialSuccess {
    /// So many points, logs or spans.
    #[prost(int64, tag = "1")]
    pub rejected: i64,
    /// Why.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    /// gRPC's code.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// What is wrong, and the way out.
    #[prost(string, tag = "2")]
    pub message: String,
    /// When to come again, as [`RetryInfo`].
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Any {
    /// The type.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The message.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RetryInfo {
    /// Come again after this.
    #[prost(message, optional, tag = "1")]
    pub retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Delay {
    /// Whole seconds.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// And nanoseconds.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Status {
    /// A status; with seconds, the sender may come again after them.
    #[must_use]
    pub fn new(code: i32, message: impl Into<String>, retry_after_s: Option<u64>) -> Self {
        use prost::Message as _;
        let details = retry_after_s.map(|seconds| {
            let retry_delay = Some(Delay {
                seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
                nanos: 0,
            });
            Any {
                type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
                value: RetryInfo { retry_delay }.encode_to_vec(),
            }
        });
        Self {
            code,
            message: message.into(),
            details: details.into_iter().collect(),
        }
    }
}
