//! When a certificate expires.

use x509_cert::Certificate;
use x509_cert::der::Decode;

/// When a certificate in DER expires, in Unix seconds; `None` of what is none.
pub(super) fn expires_at_s(der: &[u8]) -> Option<i64> {
    let certificate = Certificate::from_der(der).ok()?;
    let not_after = certificate.tbs_certificate().validity().not_after;
    i64::try_from(not_after.to_unix_duration().as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_read_from_the_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        wanted.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let certificate = wanted.self_signed(&key).unwrap();
        assert_eq!(expires_at_s(certificate.der()), Some(1_927_843_200));
        assert_eq!(expires_at_s(b"no certificate"), None);
    }
}
