//! From a body to a request of one of the three services.

use prost::Message;
use serde::de::DeserializeOwned;

use crate::message::logs::LogsRequest;
use crate::message::metrics::MetricsRequest;
use crate::message::trace::TraceRequest;

/// What sort of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Points of metrics.
    Metrics,
    /// Logs and events.
    Logs,
    /// Spans.
    Traces,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 3] = [Self::Metrics, Self::Logs, Self::Traces];

    /// Its name in paths: `/v1/metrics`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Traces => "traces",
        }
    }

    /// The path of its gRPC method.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }

    /// The JSON name of the count of what was not taken.
    #[must_use]
    pub fn rejected_name(self) -> &'static str {
        match self {
            Self::Metrics => "rejectedDataPoints",
            Self::Logs => "rejectedLogRecords",
            Self::Traces => "rejectedSpans",
        }
    }
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Protobuf.
    Protobuf,
    /// JSON.
    Json,
}

/// A decoded request.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// Of the metrics service.
    Metrics(MetricsRequest),
    /// Of the logs service.
    Logs(LogsRequest),
    /// Of the trace service.
    Traces(TraceRequest),
}

/// Why a body is no request; nothing of it is taken.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Protobuf that is damaged or of something else.
    #[error("the body is no OTLP {signal} in protobuf: {detail}")]
    Protobuf {
        /// What it should be.
        signal: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// JSON that is damaged or of something else.
    #[error("the body is no OTLP {signal} in JSON: {detail}")]
    Json {
        /// What it should be.
        signal: &'static str,
        /// What is wrong, with line and column.
        detail: String,
    },
    /// More than is taken at once.
    #[error("{count} items in one request, more than the limit of {limit}; send smaller batches")]
    TooMany {
        /// Points, logs or spans.
        count: usize,
        /// At most so many.
        limit: usize,
    },
}

impl Export {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is no such request, or has more items than the limit.
    pub fn decode(
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
        items_max: usize,
    ) -> Result<Self, DecodeError> {
        let request = match signal {
            Signal::Metrics => Self::Metrics(read(signal, encoding, body)?),
            Signal::Logs => Self::Logs(read(signal, encoding, body)?),
            Signal::Traces => Self::Traces(read(signal, encoding, body)?),
        };
        let count = request.items();
        if count > items_max {
            return Err(DecodeError::TooMany {
                count,
                limit: items_max,
            });
        }
        Ok(request)
    }

    /// The signal.
    #[must_use]
    pub fn signal(&self) -> Signal {
        match self {
            Self::Metrics(_) => Signal::Metrics,
            Self::Logs(_) => Signal::Logs,
            Self::Traces(_) => Signal::Traces,
        }
    }

    /// Points, logs or spans.
    #[must_use]
    pub fn items(&self) -> usize {
        match self {
            Self::Metrics(request) => {
                let metrics = request
                    .resource_metrics
                    .iter()
                    .flat_map(|resource| &resource.scope_metrics);
                metrics
                    .flat_map(|scope| &scope.metrics)
                    .map(crate::series::points)
                    .sum()
            }
            Self::Logs(request) => {
                let scopes = request
                    .resource_logs
                    .iter()
                    .flat_map(|resource| &resource.scope_logs);
                scopes.map(|scope| scope.log_records.len()).sum()
            }
            Self::Traces(request) => {
                let scopes = request
                    .resource_spans
                    .iter()
                    .flat_map(|resource| &resource.scope_spans);
                scopes.map(|scope| scope.spans.len()).sum()
            }
        }
    }
}

fn read<T: Message + Default + DeserializeOwned>(
    signal: Signal,
    encoding: Encoding,
    body: &[u8],
) -> Result<T, DecodeError> {
    let signal = signal.as_str();
    match encoding {
        Encoding::Protobuf => T::decode(body).map_err(|error| DecodeError::Protobuf {
            signal,
            detail: error.to_string(),
        }),
        Encoding::Json if body.trim_ascii().is_empty() => Ok(T::default()),
        Encoding::Json => serde_json::from_slice(body).map_err(|error| DecodeError::Json {
            signal,
            detail: error.to_string(),
        }),
    }
}
