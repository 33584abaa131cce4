//! Tables of texts with and without secrets.

use proptest::prelude::*;

use super::*;

/// Each text with `«...»` around what must go.
const SECRETS: &[&str] = &[
    "«sk-ant-api03-abcdefghij»",
    "key «sk-proj-Ab12_cd34-Ef56gh78» used",
    "«sk-abcdefghijklmnopqrstuvwxyz»",
    "401 for «sk-1234567890abcdefABCDEF».",
    "(«ghp_16C7e42F292c6912E7710c838347Ae178B4a»)",
    "«gho_16C7e42F292c6912E7710c838347Ae178B4a» «github_pat_11ABCDEFG0abcdefghijkl_mnop»",
    "«glpat-abcdefghij0123456789»",
    "«xoxb-123456789012-abcdefABCDEF» and «xoxp-1234567890-x»",
    "id=«AKIAIOSFODNN7EXAMPLE»",
    "ASIA: «ASIAIOSFODNN7EXAMPLE»",
    "«AIzaSyA1234567890abcdefghijklmnopqrstuv»",
    "«npm_abcdefghijklmnopqrstuvwxyz0123456789»",
    "«hf_abcdefghijklmnopqrstuvwxyzABCDEFGH»",
    "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P»",
    "before «-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----» after",
    "«-----BEGIN PRIVATE KEY-----\nMIIEcut off",
    "sent bearer «abc123def456» twice",
    "Bearer «a.b.c-d_e»",
    "Authorization: «Bearer abc»",
    "authorization: «Basic dXNlcjpwYXNz»\nhost: x",
    "{\"authorization\":\"«Bearer abc»\",\"x\":1}",
    "{\\\"api_key\\\":\\\"«abc»\\\"}",
    "Cookie: «a=b; c=d»",
    "postgres://user:«p@ss:word»@db.example/x?y=1",
    "redis://:«hunter2»@cache:6379/0",
    "https://«0123456789abcdef0123»@sentry.example/1",
    "password=«hunter2» user=x",
    "PGPASSWORD='«two words»' psql",
    "db password: «hunter2», retrying",
    "password = \"«hunter2»\"",
    "https://api.example/v1?api_key=«abc»&q=1#f",
    "url?access_token=«x»",
    "--api-key «abc» --verbose",
    "--token=«abc»",
    "-token «abc»",
    "run '--password' «abc»",
    "AWS_SECRET_ACCESS_KEY=«wJalrXUtnFEMI/K7MDENG»",
    "X-Api-Key: «abc»",
    "token: «0123456789abcdef»",
    "é«sk-ant-api03-abcdefghij»é",
];

/// Texts that only look alike.
const INNOCENT: &[&str] = &[
    "",
    "working",
    "task-sk-1",
    "sk-1",
    "sk-learn-pipeline-for-tests",
    "task-sk-abcdefghijklmnopqrstuvwxyz",
    "risk-assessment-of-everything-here",
    "input_tokens: 5",
    "max_tokens=4096",
    "tokenizer",
    "tokenizer=gpt2",
    "--token-limit 500 --tokens 3",
    "Unexpected token: foo at line 3",
    "SyntaxError: Unexpected token } in JSON",
    "Bearer of good news",
    "the bearer authentication failed",
    "ghp_short",
    "AKIA is a prefix",
    "xAKIAIOSFODNN7EXAMPLE",
    "AKIAIOSFODNN7EXAMPLEX",
    "eyJhbGciOiJIUzI1NiJ9",
    "hf_model",
    "npm_config_cache",
    "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    "http://localhost:8080/a:b@c",
    "https://user@example.com/",
    "ssh://git@host:22/x",
    "2025-11-22T00:31:05Z started: ok",
    "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "password=",
    "password: ",
    "key=value; other: thing",
    "primary_key=17",
    "author: someone",
    "--verbose --api-key",
    "--api-key --verbose",
    "C:\\Users\\a_b",
    "::1 - - _ = :",
];

#[test]
fn secrets_go_and_what_surrounds_them_stays() {
    for marked in SECRETS {
        let sent: String = marked.replace(['«', '»'], "");
        let mut expected = String::new();
        for (place, part) in marked.split('«').enumerate() {
            let (secret, rest) =
                part.split_once('»')
                    .unwrap_or(if place == 0 { ("", part) } else { (part, "") });
            if place > 0 {
                assert!(!secret.is_empty(), "{marked}");
                expected.push_str(SECRET_STAND_IN);
            }
            expected.push_str(rest);
        }
        assert_eq!(text(&sent), expected, "{marked}");
    }
}

#[test]
fn innocent_texts_are_borrowed() {
    for innocent in INNOCENT {
        assert!(
            matches!(text(innocent), Cow::Borrowed(same) if same == *innocent),
            "{innocent}: {}",
            text(innocent)
        );
    }
}

proptest! {
    #[test]
    fn redacting_twice_is_redacting_once(parts in prop::collection::vec(
        prop_oneof![
            prop::sample::select(SECRETS).prop_map(|secret| secret.replace(['«', '»'], "")),
            prop::sample::select(INNOCENT).prop_map(str::to_owned),
            "[a-zA-Z0-9 =:/@'\"\\-_.é]{0,12}",
        ],
        0..5,
    ), glue in "[ ,\n]") {
        let sent = parts.join(&glue);
        let once = text(&sent).into_owned();
        prop_assert_eq!(&text(&once), &once);
    }

    #[test]
    fn no_text_breaks_it(sent in "\\PC*", line in "[ -~é\n]*") {
        let _: (Cow<'_, str>, String) = (text(&sent), command_line(&line));
        let _: (Class, Class) = (key_class(&sent), key_class(&line));
    }
}
