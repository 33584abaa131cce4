//! How a channel's HTTP requests are made: `http_config` and `tls_config`.

use swarmpulse_yaml::{Fields, Node};

use super::oauth2::Oauth2Settings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// How requests are made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpSettings {
    /// The proxy's URL, which may hold a password; none is used without it.
    pub proxy: Option<Secret>,
    /// Hosts that are reached without the proxy, with commas between.
    pub no_proxy: Option<String>,
    /// How the other side is known.
    pub tls: TlsSettings,
    /// The header `Authorization`.
    pub authorization: Option<Authorization>,
    /// Where a token for it comes from.
    pub oauth2: Option<Oauth2Settings>,
    /// Further headers.
    pub headers: Vec<(String, Secret)>,
}

/// How the other side of a TLS connection is known, and how it knows us.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TlsSettings {
    /// Certificates of authorities in PEM, in place of the usual ones: what `ca_file` holds.
    pub ca_pem: Option<String>,
    /// Our certificate and its key, both in PEM: what `cert_file` and `key_file` hold.
    pub client_pem: Option<Secret>,
    /// Whether any certificate will do.
    pub insecure_skip_verify: bool,
}

/// What the header `Authorization` says.
#[derive(Clone, Debug, PartialEq)]
pub enum Authorization {
    /// `Basic`, of a name and a password.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A scheme and what comes after it.
    Scheme {
        /// `Bearer`, mostly.
        scheme: String,
        /// What comes after it.
        credentials: Secret,
    },
}

const NOT_HERE: &str = "the HTTP client has one way for all channels";

impl HttpSettings {
    pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let Some(mut fields) = reader.fields(node, "http_config") else {
            return Self::default();
        };
        let oauth2 = fields.filled("oauth2");
        let settings = Self {
            oauth2: oauth2.and_then(|node| Oauth2Settings::read(node, reader)),
            proxy: reader.url(&mut fields, "proxy_url").map(Secret::new),
            no_proxy: reader.exact(&mut fields, "no_proxy"),
            tls: fields
                .filled("tls_config")
                .map(|node| TlsSettings::read(node, reader))
                .unwrap_or_default(),
            authorization: authorization(&mut fields, oauth2.is_some(), reader),
            headers: headers(&mut fields, reader),
        };
        if fields.boolean("proxy_from_environment", &mut reader.faults) == Some(true) {
            let message = "proxy_from_environment is not supported: write the proxy as `proxy_url`";
            reader
                .faults
                .error(fields.place("proxy_from_environment"), message);
        }
        fields.unused(
            &["enable_http2", "follow_redirects", "proxy_connect_header"],
            NOT_HERE,
            &mut reader.faults,
        );
        fields.finish(&mut reader.faults);
        settings
    }
}

impl TlsSettings {
    pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let Some(mut fields) = reader.fields(node, "tls_config") else {
            return Self::default();
        };
        let ca_pem = reader
            .contents(&mut fields, "ca_file")
            .or_else(|| reader.exact(&mut fields, "ca"));
        let certificate = reader.contents(&mut fields, "cert_file");
        let key = reader.contents(&mut fields, "key_file");
        let client_pem = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Secret::new(format!("{certificate}\n{key}\n"))),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                let message = "tls_config needs both `cert_file` and `key_file`, or neither";
                reader.faults.error(fields.at(), message);
                None
            }
        };
        let insecure_skip_verify = fields
            .boolean("insecure_skip_verify", &mut reader.faults)
            .unwrap_or(false);
        fields.unused(
            &["server_name", "min_version", "max_version"],
            NOT_HERE,
            &mut reader.faults,
        );
        fields.finish(&mut reader.faults);
        Self {
            ca_pem,
            client_pem,
            insecure_skip_verify,
        }
    }
}

fn authorization(
    fields: &mut Fields<'_>,
    has_oauth2: bool,
    reader: &mut Reader<'_>,
) -> Option<Authorization> {
    let basic = fields.filled("basic_auth").and_then(|node| basic(node, reader));
    let scheme = fields
        .filled("authorization")
        .and_then(|node| scheme(node, reader));
    // As older files have them, beside one another.
    let bearer = reader
        .secret(fields, &secret_keys!("bearer_token"))
        .map(|credentials| Authorization::Scheme {
            scheme: "Bearer".to_owned(),
            credentials,
        });
    let mut all = [basic, scheme, bearer].into_iter().flatten();
    let first = all.next();
    if all.next().is_some() || has_oauth2 && first.is_some() {
        let message = "basic_auth, authorization, bearer_token and oauth2 exclude one another: keep one";
        reader.faults.error(fields.at(), message);
    }
    first
}

fn basic(node: &Node, reader: &mut Reader<'_>) -> Option<Authorization> {
    let mut fields = reader.fields(node, "basic_auth")?;
    let username = fields.required("username", &mut reader.faults).map(str::to_owned);
    let password = reader.secret(&mut fields, &secret_keys!("password"));
    fields.finish(&mut reader.faults);
    Some(Authorization::Basic {
        username: username?,
        password: password.unwrap_or_default(),
    })
}

fn scheme(node: &Node, reader: &mut Reader<'_>) -> Option<Authorization> {
    let mut fields = reader.fields(node, "authorization")?;
    let scheme = reader
        .exact(&mut fields, "type")
        .unwrap_or_else(|| "Bearer".to_owned());
    let credentials = reader.required_secret(&mut fields, &secret_keys!("credentials"));
    if scheme.eq_ignore_ascii_case("basic") {
        reader.faults.error(
            fields.place("type"),
            "authorization: type cannot be Basic: write `basic_auth`",
        );
    }
    fields.finish(&mut reader.faults);
    Some(Authorization::Scheme {
        scheme,
        credentials: credentials?,
    })
}

fn headers(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Vec<(String, Secret)> {
    let Some(node) = fields.filled("http_headers") else {
        return Vec::new();
    };
    let Some(entries) = node.map("http_headers", &mut reader.faults) else {
        return Vec::new();
    };
    let mut headers = Vec::new();
    for entry in entries {
        let Some(mut sources) = reader.fields(&entry.node, "a header") else {
            continue;
        };
        for key in ["values", "secrets"] {
            for (value, _) in sources.texts(key, &mut reader.faults) {
                headers.push((entry.key.clone(), Secret::new(value)));
            }
        }
        for (path, at) in sources.texts("files", &mut reader.faults) {
            if let Some(value) = reader.file_contents(path, at, "http_headers") {
                headers.push((entry.key.clone(), Secret::new(value)));
            }
        }
        sources.finish(&mut reader.faults);
    }
    headers
}
