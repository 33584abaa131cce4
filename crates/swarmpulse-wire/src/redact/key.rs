//! What a value is by the name it stands under.

/// What the values under a name are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing that needs hiding.
    Plain,
    /// What people or models said or made: prompts, answers, tool input and output, source text.
    Payload,
    /// A secret, if it is a text, array or object.
    Secret,
    /// A secret even if it is a number.
    Password,
}

impl Class {
    /// Whether it must never be kept.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Password)
    }
}

/// Last words of names of payloads.
const PAYLOADS: &[&str] = &[
    "answer",
    "answers",
    "args",
    "argument",
    "arguments",
    "body",
    "completion",
    "completions",
    "content",
    "contents",
    "conversation",
    "diff",
    "html",
    "input",
    "inputs",
    "instruction",
    "instructions",
    "markdown",
    "message",
    "messages",
    "output",
    "outputs",
    "patch",
    "payload",
    "prompt",
    "prompts",
    "queries",
    "query",
    "question",
    "questions",
    "reasoning",
    "response",
    "responses",
    "result",
    "results",
    "snippet",
    "stderr",
    "stdin",
    "stdout",
    "text",
    "texts",
    "thinking",
    "thought",
    "thoughts",
    "transcript",
];
/// Words before `message` or `text` that make it a diagnosis, which is kept.
const DIAGNOSES: &[&str] = &[
    "error",
    "exception",
    "failure",
    "log",
    "reason",
    "status",
    "warning",
];
/// Words before `code` that make it source text; before it stand as often `error` and `exit`.
const LANGUAGES: &[&str] = &[
    "block",
    "file",
    "generated",
    "html",
    "js",
    "python",
    "source",
    "sql",
];
/// Words before `string` that make it a part of an edited file.
const EDITS: &[&str] = &["old", "new"];
/// Last words of names of secrets.
const SECRETS: &[&str] = &[
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "jwt",
    "secret",
    "secrets",
    "token",
];
/// Words before `key` that make it a secret.
const KEYS: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "encryption",
    "master",
    "private",
    "secret",
    "shared",
    "signing",
    "ssh",
];
const PASSWORDS: &[&str] = &["passphrase", "passwd", "password", "passwords", "pwd"];
/// Ends of last words where the words of a name run together.
const SECRET_ENDINGS: &[&str] = &[
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "clientsecret",
];
const PASSWORD_ENDINGS: &[&str] = &["password", "passwd"];
const PAYLOAD_ENDINGS: &[&str] = &[
    "prompt",
    "filetext",
    "filecontent",
    "filecontents",
    "toolinput",
    "tooloutput",
];
/// Last words that say how a value is written, not what it is.
const FORMS: &[&str] = &[
    "delta", "excerpt", "full", "hash", "header", "json", "preview", "raw", "str", "value",
];

/// The longest end of a name that is looked at, in bytes.
const NAME_BYTES: usize = 96;

/// What the values under this name are. Case, `camelCase`, `snake-case`, dots and trailing numbers make no
/// difference; the last word decides.
#[must_use]
pub fn key_class(key: &str) -> Class {
    let mut buffer = [0; NAME_BYTES];
    let mut words = Words {
        rest: fold(key.as_bytes(), &mut buffer),
    };
    let Some(mut last) = words.next_back() else {
        return Class::Plain;
    };
    let mut before = words.next_back();
    while let Some(word) = before
        && FORMS.contains(&last)
    {
        last = word;
        before = words.next_back();
    }
    if PASSWORDS.contains(&last) || ends_with_any(last, PASSWORD_ENDINGS) {
        return Class::Password;
    }
    let secret = match (before, last) {
        (Some(before), "key") => KEYS.contains(&before),
        _ => SECRETS.contains(&last) || ends_with_any(last, SECRET_ENDINGS),
    };
    if secret {
        return Class::Secret;
    }
    let payload = match (before, last) {
        (Some(before), "message" | "text") => !DIAGNOSES.contains(&before),
        (Some(before), "code") => LANGUAGES.contains(&before),
        (None, "code") => true,
        (Some(before), "string") => EDITS.contains(&before),
        _ => PAYLOADS.contains(&last) || ends_with_any(last, PAYLOAD_ENDINGS),
    };
    if payload { Class::Payload } else { Class::Plain }
}

fn ends_with_any(word: &str, endings: &[&str]) -> bool {
    word.len() > 5 && endings.iter().any(|ending| word.ends_with(ending))
}

/// Writes the name's end in lower case with a blank between words.
fn fold<'b>(key: &[u8], buffer: &'b mut [u8; NAME_BYTES]) -> &'b str {
    // Blanks between words may double the length.
    let key = &key[key.len().saturating_sub(NAME_BYTES / 2)..];
    let mut length = 0;
    for (place, byte) in key.iter().enumerate() {
        let before = place
            .checked_sub(1)
            .and_then(|place| key.get(place))
            .copied()
            .unwrap_or(b' ');
        let after = key.get(place + 1).copied().unwrap_or(b' ');
        let new_word = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if new_word {
            buffer[length] = b' ';
            length += 1;
        }
        // Other bytes separate words; no word of the tables has any.
        buffer[length] = if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b' '
        };
        length += 1;
    }
    std::str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// Words from the last to the first, without trailing digits; words of digits alone are left out.
struct Words<'b> {
    rest: &'b str,
}

impl<'b> Words<'b> {
    fn next_back(&mut self) -> Option<&'b str> {
        loop {
            let end = self
                .rest
                .trim_end_matches(|character: char| character == ' ' || character.is_ascii_digit());
            if end.is_empty() {
                return None;
            }
            let start = end.rfind(' ').map_or(0, |blank| blank + 1);
            self.rest = &end[..start];
            if start < end.len() {
                return Some(&end[start..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_written() {
        for key in [
            "token",
            "api_key",
            "apiKey",
            "API_KEY",
            "ApiKey",
            "apikey",
            "openai-api-key",
            "x-api-key",
            "OPENAI_APIKEY",
            "authorization",
            "Authorization",
            "cookie",
            "Set-Cookie",
            "access_token",
            "accessToken",
            "refreshtoken",
            "client_secret",
            "private_key",
            "privateKey",
            "aws_secret_access_key",
            "credentials",
            "credential",
            "secret",
            "secretKey",
            "auth.token",
            "token_value",
            "authorization_header",
            "session_token",
            "api_key_2",
            "--api-key",
        ] {
            assert_eq!(key_class(key), Class::Secret, "{key}");
        }
        for key in [
            "password",
            "PASSWORD",
            "db_password",
            "dbPassword",
            "userpassword",
            "passwd",
            "pwd",
            "password_hash",
        ] {
            assert_eq!(key_class(key), Class::Password, "{key}");
        }
    }

    #[test]
    fn names_of_payloads_are_known_however_written() {
        for key in [
            "prompt",
            "messages",
            "content",
            "text",
            "input",
            "output",
            "completion",
            "response",
            "thinking",
            "arguments",
            "query",
            "body",
            "diff",
            "code",
            "file_text",
            "fileText",
            "userPrompt",
            "system_prompt",
            "SYSTEM_PROMPT",
            "tool_input",
            "toolOutput",
            "gen_ai.prompt",
            "gen_ai.prompt.0.content",
            "llm.input_messages",
            "source_code",
            "new_string",
            "oldString",
            "text_delta",
            "arguments_json",
            "assistant_message",
            "systemprompt",
        ] {
            assert_eq!(key_class(key), Class::Payload, "{key}");
        }
    }

    #[test]
    fn names_that_only_look_alike_are_plain() {
        for key in [
            "input_tokens",
            "output_tokens",
            "max_tokens",
            "tokens",
            "token_count",
            "token_type",
            "tokenizer",
            "tokenizer_name",
            "error_message",
            "status_message",
            "errorMessage",
            "error_code",
            "exit_code",
            "status_code",
            "content_type",
            "response_time_ms",
            "query_count",
            "model",
            "secretary",
            "keyboard",
            "key",
            "primary_key",
            "cookie_count",
            "author",
            "authorized",
            "encoder",
            "message_id",
            "output_format",
            "context",
            "textual",
            "string",
            "connection_string",
            "",
            "_",
            "0",
            "...",
            "é",
        ] {
            assert_eq!(key_class(key), Class::Plain, "{key}");
        }
    }

    #[test]
    fn long_names_are_judged_by_their_end() {
        assert_eq!(key_class(&("x".repeat(500) + "_api_key")), Class::Secret);
        assert_eq!(key_class(&("Ax".repeat(500) + "Prompt")), Class::Payload);
        assert_eq!(key_class(&"Ax".repeat(500)), Class::Plain);
    }
}
