//! What an error of the client means, in words without the address.

use std::error::Error;

use rustls::CertificateError;

use crate::SendError;

/// All of them may pass: a server that is away comes back, a certificate is renewed.
pub(super) fn of_client(error: &reqwest::Error, host: &str, timeout_s: f64) -> SendError {
    let detail = if error.is_timeout() {
        format!("{host}: no whole answer within {timeout_s} s")
    } else if let Some(error) = tls_error(error) {
        format!("{host}: TLS: {}", tls_words(error))
    } else {
        format!("{host}: {}", innermost(error))
    };
    SendError::Later {
        detail,
        after_s: None,
    }
}

fn tls_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is of an authority that is not trusted; name it by ca_file".to_owned()
        }
        rustls::Error::InvalidMessage(_) => {
            "the other side does not speak TLS; is the address to begin with http?".to_owned()
        }
        other => other.to_string(),
    }
}

/// The error of TLS in a chain. What an error of I/O holds is not its source, but itself.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(found);
    }
    let held = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    if let Some(held) = held {
        return tls_error(held);
    }
    error.source().and_then(tls_error)
}

/// The last cause: what stands before it may hold the address.
fn innermost(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else {
        return "the request failed".to_owned();
    };
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
