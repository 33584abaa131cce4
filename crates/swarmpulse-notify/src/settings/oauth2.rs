//! `oauth2` of an `http_config`: tokens that are asked for with a client's own credentials.

use swarmpulse_yaml::Node;

use super::http::TlsSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// Where tokens come from, and as whom they are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Oauth2Settings {
    /// Who we are there.
    pub client_id: String,
    /// How that is known.
    pub client_secret: Secret,
    /// Who gives tokens.
    pub token_url: Secret,
    /// What tokens are wanted for.
    pub scopes: Vec<String>,
    /// Further parameters of the request, such as `audience`.
    pub endpoint_params: Vec<(String, Secret)>,
    /// How the other side is known.
    pub tls: TlsSettings,
    /// The proxy's URL, which may hold a password; none is used without it.
    pub proxy: Option<Secret>,
    /// Hosts that are reached without the proxy, with commas between.
    pub no_proxy: Option<String>,
}

impl Oauth2Settings {
    pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let mut fields = reader.fields(node, "oauth2")?;
        let client_id = reader.required(&mut fields, "client_id");
        let client_secret = reader.required_secret(&mut fields, &secret_keys!("client_secret"));
        let token_url = reader.required(&mut fields, "token_url");
        if let Some(url) = &token_url {
            reader.check_url(url, fields.place("token_url"), "token_url");
        }
        let scopes = fields.texts("scopes", &mut reader.faults);
        let params = fields.text_map("endpoint_params", &mut reader.faults);
        if let Some((name, _, at)) = params.iter().find(|(name, ..)| OURS.contains(name)) {
            let message = format!("endpoint_params cannot hold {name}: it is set by oauth2 itself");
            reader.faults.error(*at, message);
        }
        let tls = fields
            .filled("tls_config")
            .map(|node| TlsSettings::read(node, reader))
            .unwrap_or_default();
        let proxy = reader.url(&mut fields, "proxy_url").map(Secret::new);
        let no_proxy = reader.exact(&mut fields, "no_proxy");
        if fields.boolean("proxy_from_environment", &mut reader.faults) == Some(true) {
            let message = "proxy_from_environment is not supported: write the proxy as `proxy_url`";
            reader
                .faults
                .error(fields.place("proxy_from_environment"), message);
        }
        fields.finish(&mut reader.faults);
        Some(Self {
            client_id: client_id?,
            client_secret: client_secret?,
            token_url: Secret::new(token_url?),
            scopes: scopes.into_iter().map(|(scope, _)| scope.to_owned()).collect(),
            endpoint_params: params
                .into_iter()
                .map(|(name, value, _)| (name.to_owned(), Secret::new(value)))
                .collect(),
            tls,
            proxy,
            no_proxy,
        })
    }
}

/// Parameters that the request has anyhow.
const OURS: [&str; 4] = ["grant_type", "scope", "client_id", "client_secret"];
