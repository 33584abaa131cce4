//! Which message a request holds, by its headers.

use super::RemoteWriteError;

/// The message in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// `prometheus.WriteRequest`, of remote write 1.0.
    V1,
    /// `io.prometheus.write.v2.Request`, of remote write 2.0.
    V2,
}

impl Message {
    /// Its full name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "prometheus.WriteRequest",
            Self::V2 => "io.prometheus.write.v2.Request",
        }
    }

    /// What the headers `Content-Type` and `Content-Encoding` say; absent ones are empty and mean 1.0 and snappy.
    ///
    /// # Errors
    /// If they name something else.
    pub fn of(content_type: &str, encoding: &str) -> Result<Self, RemoteWriteError> {
        if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("snappy") {
            let encoding = encoding.to_owned();
            return Err(RemoteWriteError::Encoding { encoding });
        }
        let mut parts = content_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        if !essence.is_empty() && !essence.eq_ignore_ascii_case("application/x-protobuf") {
            let content_type = content_type.to_owned();
            return Err(RemoteWriteError::ContentType { content_type });
        }
        for part in parts {
            let Some((name, proto)) = part.split_once('=') else {
                continue;
            };
            if name.trim() == "proto" {
                let proto = proto.trim().trim_matches('"');
                return [Self::V1, Self::V2]
                    .into_iter()
                    .find(|message| message.as_str() == proto)
                    .ok_or_else(|| RemoteWriteError::UnknownMessage {
                        proto: proto.to_owned(),
                    });
            }
        }
        Ok(Self::V1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_the_message() {
        for (content_type, encoding, expected) in [
            ("", "", Some(Message::V1)),
            ("application/x-protobuf", "snappy", Some(Message::V1)),
            (
                "application/x-protobuf; proto=prometheus.WriteRequest",
                "Snappy",
                Some(Message::V1),
            ),
            (
                "application/x-protobuf;proto=io.prometheus.write.v2.Request",
                "snappy",
                Some(Message::V2),
            ),
            (
                "application/x-protobuf;proto=io.prometheus.write.v3.Request",
                "snappy",
                None,
            ),
            ("application/json", "snappy", None),
            ("application/x-protobuf", "gzip", None),
        ] {
            let found = Message::of(content_type, encoding);
            assert_eq!(
                found.as_ref().ok().copied(),
                expected,
                "{content_type} {encoding}"
            );
            assert!(found.is_ok() || found.is_err_and(|error| error.is_media_type()));
        }
    }
}
