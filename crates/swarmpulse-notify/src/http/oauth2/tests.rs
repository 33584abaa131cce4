//! Tokens from a server that gives them, refuses them and fails, for a server that wants them.

use super::*;
use crate::listener::{Heard, Listener, Reply};

const NOW: Timestamp = Timestamp(1_795_344_370_000_000_000);
const ID: &str = "pulse: monitor";
const SECRET: &str = "s3cret/with+signs";
/// Both as a form has them, as `Basic` writes that.
const BASIC: &str = "Basic cHVsc2UlM0ErbW9uaXRvcjpzM2NyZXQlMkZ3aXRoJTJCc2lnbnM=";
const FIRST: Reply = Reply::Answer(
    200,
    "content-type: application/json\r\n",
    r#"{"access_token":"token-one-1111","token_type":"bearer","expires_in":100}"#,
);
const SECOND: Reply = Reply::Answer(200, "", r#"{"access_token":"token-two-2222","expires_in":"100"}"#);

struct World {
    tokens: Listener,
    service: Listener,
    http: HttpClient,
}

impl World {
    async fn new(tokens: Vec<Reply>, service: Vec<Reply>) -> Self {
        let (tokens, service) = (Listener::start(tokens).await, Listener::start(service).await);
        let oauth2 = Oauth2Options {
            client_id: ID.to_owned(),
            client_secret: SECRET.to_owned(),
            token_url: format!("{}/login/oauth/token", tokens.url()),
            scopes: vec!["alerts:write".to_owned(), "alerts:read".to_owned()],
            params: vec![("audience".to_owned(), "https://api.example/".to_owned())],
            http: HttpOptions {
                timeout_s: 0.3,
                ..HttpOptions::default()
            },
        };
        let options = HttpOptions {
            oauth2: Some(Box::new(oauth2)),
            ..HttpOptions::default()
        };
        assert!(!format!("{options:?}").contains("s3cret"));
        Self {
            http: HttpClient::new(&options, false, []).unwrap(),
            tokens,
            service,
        }
    }

    async fn send_at(&self, after_s: f64) -> Result<Answer, SendError> {
        let address = Address::parse(&format!("{}/hook", self.service.url())).unwrap();
        let request = Request::json(address, &serde_json::json!({"a": 1}));
        self.http.send(request, NOW.plus_s(after_s)).await
    }

    async fn send(&self) -> Result<Answer, SendError> {
        self.send_at(0.0).await
    }

    /// What the service was shown.
    fn shown(&self) -> Vec<String> {
        let heard = self.service.heard();
        heard.iter().map(authorization).collect()
    }
}

fn authorization(heard: &Heard) -> String {
    heard.header("authorization").unwrap_or_default().to_owned()
}

fn ok() -> Vec<Reply> {
    vec![Reply::Answer(200, "", "{}")]
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_it_expires() {
    let world = World::new(vec![FIRST, SECOND], ok()).await;
    for after_s in [0.0, 1.0, 89.0, 91.0, 120.0] {
        world.send_at(after_s).await.unwrap();
    }
    let (one, two) = ("Bearer token-one-1111", "Bearer token-two-2222");
    assert_eq!(world.shown(), [one, one, one, two, two]);
    let asked = world.tokens.heard();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (asked[0].method.as_str(), asked[0].path.as_str()),
        ("POST", "/login/oauth/token")
    );
    assert_eq!(
        asked[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(authorization(&asked[0]), BASIC);
    assert_eq!(
        String::from_utf8_lossy(&asked[0].body),
        "grant_type=client_credentials&scope=alerts%3Awrite+alerts%3Aread&audience=https%3A%2F%2Fapi.example%2F"
    );
}

#[tokio::test]
async fn a_token_that_says_no_end_serves_until_it_is_refused() {
    let endless = Reply::Answer(200, "", r#"{"access_token":"token-one-1111"}"#);
    let world = World::new(vec![endless, SECOND], ok()).await;
    for after_s in [0.0, 1e6, 1e8] {
        world.send_at(after_s).await.unwrap();
    }
    assert_eq!(world.tokens.heard().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_once() {
    let refused = || Reply::Answer(401, "", "expired");
    let replies = vec![ok().remove(0), refused(), ok().remove(0), refused()];
    let world = World::new(vec![FIRST, SECOND], replies).await;
    assert_eq!(world.send().await.unwrap().status, 200);
    assert_eq!(world.send().await.unwrap().status, 200, "the second one is taken");
    let (one, two) = ("Bearer token-one-1111", "Bearer token-two-2222");
    assert_eq!(world.shown(), [one, one, two]);
    // From here on nothing is taken: one more token for what was kept, and the refusal is told.
    assert_eq!(world.send().await.unwrap().status, 401);
    assert_eq!((world.service.heard().len(), world.tokens.heard().len()), (5, 3));
    // What was just made and is refused is not asked for twice.
    assert_eq!(world.send().await.unwrap().status, 401);
    assert_eq!((world.service.heard().len(), world.tokens.heard().len()), (6, 4));
}

#[tokio::test]
async fn credentials_go_into_the_body_where_the_header_is_not_taken() {
    let refused = Reply::Answer(401, "", r#"{"error":"invalid_client"}"#);
    let world = World::new(vec![refused, FIRST, SECOND], ok()).await;
    world.send().await.unwrap();
    world.send_at(95.0).await.unwrap();
    let asked = world.tokens.heard();
    let headers: Vec<String> = asked.iter().map(authorization).collect();
    assert_eq!(headers, [BASIC, "", ""], "that is remembered");
    let body = String::from_utf8_lossy(&asked[2].body).into_owned();
    assert!(
        body.ends_with("&client_id=pulse%3A+monitor&client_secret=s3cret%2Fwith%2Bsigns"),
        "{body}"
    );
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_reason_is_said() {
    let json = |status, body| Reply::Answer(status, "", body);
    for (reply, words, after_s) in [
        (
            json(
                401,
                r#"{"error":"invalid_client","error_description":"no s3cret/with+signs"}"#,
            ),
            Err("answered 401: invalid_client: no <secret>; does its secret still hold?"),
            None,
        ),
        (
            json(400, r#"{"error":"invalid_scope"}"#),
            Err("answered 400: invalid_scope"),
            None,
        ),
        (
            Reply::Answer(429, "retry-after: 40\r\n", "slow down"),
            Ok("answered 429: slow down"),
            Some(40.0),
        ),
        (json(500, "oops"), Ok("answered 500: oops"), None),
        (
            json(200, "<html>login</html>"),
            Ok("answered 200 with a web page"),
            None,
        ),
        (json(200, "token-one-1111"), Ok("gave no JSON"), None),
        (json(200, "{}"), Ok("gave no `access_token`"), None),
        (
            json(200, "{\"access_token\":\"a\\r\\nx: y\"}"),
            Ok("gave a token that cannot be written in HTTP"),
            None,
        ),
        (
            json(200, r#"{"access_token":"token-one-1111","token_type":"mac"}"#),
            Ok("gave a token that is no bearer's"),
            None,
        ),
        (Reply::Silence, Ok("no whole answer within 0.3 s"), None),
        (Reply::HangUp, Ok(""), None),
    ] {
        let world = World::new(vec![reply.clone()], ok()).await;
        let error = world.send().await.unwrap_err();
        let (detail, said) = match (&error, words) {
            (SendError::Refused { detail }, Err(words)) => (detail, words),
            (
                SendError::Later {
                    detail,
                    after_s: said_s,
                },
                Ok(words),
            ) => {
                assert_eq!(*said_s, after_s, "{reply:?}");
                (detail, words)
            }
            other => panic!("{reply:?}: {other:?}"),
        };
        let host = world.tokens.address.to_string();
        assert!(
            detail.starts_with(&format!("no token of oauth2: {host}")) && detail.contains(said),
            "{detail}"
        );
        assert_eq!(world.service.heard().len(), 0, "{reply:?}");
        // It is asked for again the next time, and nothing bad is kept.
        assert!(world.send().await.is_err());
    }
}

#[tokio::test]
async fn a_service_that_quotes_the_token_gives_it_not_away() {
    let quoted = Reply::Answer(403, "", "token-one-1111 may not");
    let world = World::new(vec![FIRST], vec![quoted]).await;
    let error = world.send().await.unwrap().accepted(|_| None).unwrap_err();
    assert!(error.to_string().contains("<secret> may not"), "{error}");
}

#[tokio::test]
async fn who_comes_while_a_token_is_fetched_waits_for_it() {
    let world = World::new(vec![FIRST], ok()).await;
    let all = futures_util::future::join_all((0..20).map(|_| world.send())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((world.tokens.heard().len(), world.service.heard().len()), (1, 20));
}

#[tokio::test]
async fn a_channel_that_says_itself_who_it_is_needs_no_token() {
    let world = World::new(vec![FIRST], ok()).await;
    let address = Address::parse(&world.service.url()).unwrap();
    let request = Request::json(address, &Value::Null).header("authorization", "GenieKey k");
    world.http.send(request, NOW).await.unwrap();
    assert_eq!(world.shown(), ["GenieKey k"]);
    assert_eq!(world.tokens.heard().len(), 0);
}

#[test]
fn values_are_written_as_forms_have_them() {
    for (value, written) in [
        ("", ""),
        ("a b", "a+b"),
        ("=&%", "%3D%26%25"),
        ("ä", "%C3%A4"),
        ("=", "%3D"),
    ] {
        assert_eq!(encoded(value), written);
    }
}
