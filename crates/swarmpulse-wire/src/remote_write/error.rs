//! Why a request of remote write was refused whole.

/// Why a request of remote write was refused whole; nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteWriteError {
    /// The body is no snappy block.
    #[error("the body is no valid snappy block: {detail}; remote write sends snappy's block format")]
    Snappy {
        /// What is wrong.
        detail: String,
    },
    /// It would be larger than allowed.
    #[error(
        "the body has {bytes} bytes once decompressed, the limit is {limit}; send fewer samples per request"
    )]
    TooLarge {
        /// What it says it has.
        bytes: u64,
        /// At most so many.
        limit: usize,
    },
    /// It is no such message.
    #[error("the body is no valid {message}: {problem} at byte {offset} of the decompressed body")]
    Message {
        /// The message expected.
        message: &'static str,
        /// What is wrong.
        problem: &'static str,
        /// Where.
        offset: usize,
    },
    /// It has too many samples.
    #[error("more than {limit} samples in one request; send fewer per request")]
    TooManySamples {
        /// At most so many.
        limit: usize,
    },
    /// Another content type.
    #[error("content type `{content_type}` is not taken; send `application/x-protobuf`")]
    ContentType {
        /// What was sent.
        content_type: String,
    },
    /// Another message.
    #[error(
        "protobuf message `{proto}` is not taken; send `prometheus.WriteRequest` or `io.prometheus.write.v2.Request`"
    )]
    UnknownMessage {
        /// What was sent.
        proto: String,
    },
    /// Another compression.
    #[error("content encoding `{encoding}` is not taken; send `snappy`")]
    Encoding {
        /// What was sent.
        encoding: String,
    },
}

impl RemoteWriteError {
    /// Its name, as a label's value.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Snappy { .. } => "snappy",
            Self::TooLarge { .. } => "too_large",
            Self::Message { .. } => "protobuf",
            Self::TooManySamples { .. } => "too_many_samples",
            Self::ContentType { .. } | Self::UnknownMessage { .. } | Self::Encoding { .. } => "media_type",
        }
    }

    /// Whether the sender speaks another dialect than those taken here.
    #[must_use]
    pub fn is_media_type(&self) -> bool {
        self.reason() == "media_type"
    }
}
