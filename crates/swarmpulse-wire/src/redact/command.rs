//! Command lines: what [`super::text`] takes out, and the prompts that people give to agents there.

use super::key::{Class, key_class};
use super::{SECRET_STAND_IN, payload_stand_in, text};

/// Programs whose words outside flags are prompts.
const PROMPTED: &[&str] = &[
    "aider",
    "amp",
    "claude",
    "codex",
    "copilot",
    "cursor-agent",
    "gemini",
    "goose",
    "llm",
    "opencode",
    "qwen",
];
/// Short flags of those programs that a prompt follows.
const PROMPT_FLAGS: &[&str] = &["-p", "-m", "-i", "-t"];
/// So many words in a row that belong to no flag are a prompt, not the name of a subcommand or file.
const PROMPT_WORDS: usize = 4;

/// The command line without secrets, `user:password` after `-u`, and prompts: what follows `--prompt`,
/// `--message` and their like, and for the well-known agents' programs also `-p` and longer runs of words.
/// Arguments are separated by blanks; where one ends is guessed by the next flag.
#[must_use]
pub fn command_line(line: &str) -> String {
    let clean = text(line);
    let words: Vec<&str> = clean.split(' ').collect();
    let program = words.iter().take(3).position(|word| is_prompted(word));
    let mut at = program.map_or(0, |place| place + 1);
    let mut out = words[..at].join(" ");
    while at < words.len() {
        let flag = Some(words[at]).filter(|word| is_flag(word));
        let from = at + usize::from(flag.is_some());
        let to = from + words[from..].iter().take_while(|word| !is_flag(word)).count();
        push_group(&mut out, flag, &words[from..to], program.is_some());
        at = to;
    }
    out
}

/// A flag, if there is one, and the words up to the next.
fn push_group(out: &mut String, flag: Option<&str>, values: &[&str], prompted: bool) {
    if let Some((name, value)) = flag.and_then(|flag| flag.split_once('='))
        && takes_prompt(name, prompted)
    {
        push(out, name);
        let characters = values
            .iter()
            .fold(value.chars().count(), |sum, word| sum + 1 + word.chars().count());
        out.push('=');
        out.push_str(&payload_stand_in(characters));
        return;
    }
    if let Some(flag) = flag {
        push(out, flag);
    }
    let user = values
        .first()
        .and_then(|user| user.split_once(':'))
        .filter(|_| matches!(flag, Some("-u" | "--user")));
    let shown = match flag {
        Some(flag) if takes_prompt(flag, prompted) => 0,
        // A flag's own value, before the prompt.
        Some(flag) if prompted && values.len() > PROMPT_WORDS && flag != "--" => 1,
        Some("--") | None if prompted && values.len() >= PROMPT_WORDS => 0,
        _ => values.len(),
    };
    for (place, word) in values[..shown].iter().enumerate() {
        match user {
            Some((name, _)) if place == 0 => push(out, &format!("{name}:{SECRET_STAND_IN}")),
            _ => push(out, word),
        }
    }
    if shown < values.len() {
        let hidden = &values[shown..];
        let characters = hidden.iter().map(|word| word.chars().count() + 1).sum::<usize>() - 1;
        push(out, &payload_stand_in(characters));
    }
}

fn push(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

fn is_flag(word: &str) -> bool {
    let mut bytes = word.bytes();
    bytes.next() == Some(b'-')
        && bytes
            .next()
            .is_some_and(|byte| byte == b'-' || byte.is_ascii_alphabetic())
}

fn is_prompted(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    PROMPTED.contains(&name)
}

fn takes_prompt(flag: &str, prompted: bool) -> bool {
    if !flag.starts_with("--") {
        return prompted && PROMPT_FLAGS.contains(&flag);
    }
    let last = flag.rsplit('-').next().unwrap_or_default();
    key_class(flag) == Class::Payload
        && matches!(
            last,
            "prompt" | "message" | "instruction" | "instructions" | "query"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_prompts_go_and_the_rest_stays() {
        for (line, clean) in [
            ("python my_bot.py --interval 10", "python my_bot.py --interval 10"),
            (
                "bot --api-key abc123 --verbose",
                "bot --api-key [redacted secret] --verbose",
            ),
            ("bot --password=hunter2 -v", "bot --password=[redacted secret] -v"),
            (
                "env OPENAI_API_KEY=sk-x bot",
                "env OPENAI_API_KEY=[redacted secret] bot",
            ),
            (
                "curl -u admin:hunter2 http://h/",
                "curl -u admin:[redacted secret] http://h/",
            ),
            (
                "psql postgres://me:pw@db/x",
                "psql postgres://me:[redacted secret]@db/x",
            ),
            (
                "claude -p write me a story --model opus",
                "claude -p [redacted 16 characters] --model opus",
            ),
            (
                "/usr/bin/claude --system-prompt=be kind -c",
                "/usr/bin/claude --system-prompt=[redacted 7 characters] -c",
            ),
            (
                "node /opt/bin/codex fix the login bug",
                "node /opt/bin/codex [redacted 17 characters]",
            ),
            (
                "claude --model opus fix the login bug now",
                "claude --model opus [redacted 21 characters]",
            ),
            ("claude mcp serve", "claude mcp serve"),
            (
                "python -m aider --message tidy up",
                "python -m aider --message [redacted 7 characters]",
            ),
            (
                "python -m pytest -p no:cacheprovider",
                "python -m pytest -p no:cacheprovider",
            ),
            (
                "celery -A app worker -Q fast slow odd even more",
                "celery -A app worker -Q fast slow odd even more",
            ),
            ("tail - file", "tail - file"),
            ("", ""),
        ] {
            assert_eq!(command_line(line), clean, "{line}");
        }
    }
}
