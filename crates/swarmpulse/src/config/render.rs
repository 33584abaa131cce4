//! The configuration in words: the example file, the reference, and what is in force.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::keys::{KEYS, SECTIONS};
use super::load::Loaded;
use super::problem::Origin;
use super::{Config, hiding};

/// The shipped example: every key with its meaning and default, commented out.
pub const EXAMPLE: &str = include_str!("../../swarmpulse.example.toml");

/// Variables that are not keys: name and meaning.
pub const VARIABLES: [(&str, &str); 5] = [
    (
        "SWARMPULSE_CONFIG",
        "The configuration file, in place of `--config`.",
    ),
    (
        "SWARMPULSE_SERVER",
        "The server that commands speak to, in place of `--server`.",
    ),
    ("SWARMPULSE_TOKEN", "The bearer token for that server."),
    (
        "SWARMPULSE_TOKEN_FILE",
        "A file that holds the bearer token, in place of `--token-file`.",
    ),
    ("NO_COLOR", "Set to anything, it switches colours off."),
];

/// The text of the example file.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Swarmpulse's configuration. Every key is here with its default; uncomment what you change.\n\
         # Looked for as --config FILE, then ./swarmpulse.toml, then swarmpulse/swarmpulse.toml in your configuration\n\
         # folder. Each key can be set by an environment variable, too: [data] dir is SWARMPULSE_DATA__DIR.\n\
         # `swarmpulse config check` looks for mistakes, `swarmpulse config show` prints what is in force and why.\n",
    );
    let defaults = defaults();
    for (section, about) in SECTIONS {
        let _ = write!(text, "\n[{section}]\n# {about}\n");
        for key in KEYS.iter().filter(|key| key.parts().0 == section) {
            let name = key.parts().1;
            text.push('\n');
            for line in wrapped(&format!("{} Takes {}.", key.help, key.form.describe())) {
                let _ = writeln!(text, "# {line}");
            }
            let _ = writeln!(text, "#{name} = {}", defaults[section][name]);
        }
    }
    text
}

/// The reference as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         `swarmpulse config reference` prints this page; a test keeps it true.\n\n\
         The file is `--config FILE`, else `./swarmpulse.toml`, else `swarmpulse/swarmpulse.toml` in your configuration folder\n\
         (`$XDG_CONFIG_HOME`, else `~/.config`), else none. The environment wins over the file, arguments win over both.\n\
         `swarmpulse config example` prints a commented file, `swarmpulse config check` looks for mistakes and\n\
         `swarmpulse config show` prints what is in force and where each value comes from.\n",
    );
    let defaults = defaults();
    for (section, about) in SECTIONS {
        let _ = write!(
            text,
            "\n## [{section}]\n\n{about}\n\n| Key | Default | Takes | Meaning | Variable |\n|---|---|---|---|---|\n"
        );
        for key in KEYS.iter().filter(|key| key.parts().0 == section) {
            let name = key.parts().1;
            let _ = writeln!(
                text,
                "| `{name}` | `{}` | {} | {} | `{}` |",
                defaults[section][name],
                key.form.describe(),
                key.help,
                key.variable()
            );
        }
    }
    text.push_str("\n## Other variables\n\n| Variable | Meaning |\n|---|---|\n");
    for (name, meaning) in VARIABLES {
        let _ = writeln!(text, "| `{name}` | {meaning} |");
    }
    text
}

/// What is in force, as TOML with the origin of each value beside it.
#[must_use]
pub fn in_force(loaded: &Loaded) -> String {
    let mut text = match &loaded.file {
        Some(path) => format!("# from {}\n", path.display()),
        None => "# no file found\n".to_owned(),
    };
    let values = shown(&loaded.config);
    for (section, _) in SECTIONS {
        let _ = write!(text, "\n[{section}]\n");
        for key in KEYS.iter().filter(|key| key.parts().0 == section) {
            let name = key.parts().1;
            let _ = write!(text, "{name} = {}", values[section][name]);
            match loaded.origin(key.path) {
                Origin::Default => text.push('\n'),
                origin => {
                    let _ = writeln!(text, "  # {origin}");
                }
            }
        }
    }
    text
}

/// What is in force, as JSON: `{path: {value, origin}}`.
#[must_use]
pub fn in_force_json(loaded: &Loaded) -> serde_json::Value {
    let values = shown(&loaded.config);
    let entries = KEYS.iter().map(|key| {
        let (section, name) = key.parts();
        let value = serde_json::to_value(&values[section][name]).unwrap_or_default();
        (
            key.path.to_owned(),
            serde_json::json!({"value": value, "origin": loaded.origin(key.path).to_string()}),
        )
    });
    serde_json::Value::Object(entries.collect())
}

fn defaults() -> Table {
    table(&Config::default())
}

fn table(config: &Config) -> Table {
    match Value::try_from(config) {
        Ok(Value::Table(table)) => table,
        // Settings are plain structs of TOML's own types; the tests serialize every one.
        _ => Table::new(),
    }
}

/// The same without what may be a secret.
fn shown(config: &Config) -> Table {
    let mut table = table(config);
    hiding::hide(&mut table);
    table
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].chars().count() + word.chars().count() >= 100 {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::file::read_text;

    #[test]
    fn the_shipped_example_is_the_table_in_words() {
        assert_eq!(
            EXAMPLE,
            example(),
            "write it anew with `swarmpulse config example --generate`"
        );
    }

    #[test]
    fn the_example_uncommented_is_the_defaults() {
        let text: String = EXAMPLE
            .lines()
            .map(|line| {
                line.strip_prefix('#')
                    .filter(|rest| !rest.starts_with(' '))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let (settings, problems) = read_text(&text, Path::new("example"));
        assert_eq!(problems, []);
        assert_eq!(settings.len(), KEYS.len());
        let defaults = defaults();
        for setting in settings {
            let (section, name) = setting.path.split_once('.').unwrap();
            assert_eq!(setting.value, defaults[section][name], "{}", setting.path);
        }
    }

    #[test]
    fn what_is_in_force_is_shown_without_secrets() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "[[endpoints.http]]\nname = \"a\"\nurl = \"http://a/?key=hidden\"\nheaders = { X-Key = \"hidden\" }\n";
        std::fs::write(file.path(), text).unwrap();
        let environment = crate::config::Environment::of(&[]);
        let loaded = crate::config::load(Some(file.path()), &environment, Vec::new()).unwrap();
        for shown in [in_force(&loaded), in_force_json(&loaded).to_string()] {
            assert!(shown.contains("X-Key") && !shown.contains("hidden"), "{shown}");
        }
    }

    #[test]
    fn the_reference_page_is_the_table_in_words() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let written = std::fs::read_to_string(&page).unwrap();
        assert_eq!(
            written,
            reference(),
            "write it anew with `swarmpulse config reference`"
        );
    }
}
