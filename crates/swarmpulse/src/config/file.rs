//! The configuration file: TOML text to checked values, each with its line.

use std::path::Path;

use toml::Value;
use toml::de::DeTable;

use super::keys::{KEYS, Key, SECTIONS, nearest};
use super::problem::{Origin, Problem};

/// One value that was set.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The key.
    pub path: &'static str,
    /// Its checked value.
    pub value: Value,
    /// Where it was set.
    pub origin: Origin,
}

/// Reads a file's text; `path` is only for messages.
#[must_use]
pub fn read_text(text: &str, path: &Path) -> (Vec<Setting>, Vec<Problem>) {
    let mut settings = Vec::new();
    let mut problems = Vec::new();
    let at = |offset: usize| Origin::File {
        path: path.to_owned(),
        line: line_of(text, offset),
    };
    let (spans, values) = match (DeTable::parse(text), text.parse::<toml::Table>()) {
        (Ok(spans), Ok(values)) => (spans, values),
        (Err(error), _) | (_, Err(error)) => {
            let origin = at(error.span().map_or(0, |span| span.start));
            problems.push(Problem {
                origin,
                key: None,
                reason: error.message().to_owned(),
            });
            return (settings, problems);
        }
    };
    let mut sections: Vec<_> = spans.get_ref().iter().collect();
    sections.sort_by_key(|(name, _)| name.span().start);
    for (section, body) in sections {
        let origin = at(section.span().start);
        let section: &str = section.get_ref();
        if !SECTIONS.iter().any(|(known, _)| *known == section) {
            problems.push(Problem {
                origin,
                key: Some(section.to_owned()),
                reason: unknown_section(section),
            });
            continue;
        }
        let Some(keys) = body.get_ref().as_table() else {
            if let (Some(key), Some(list @ Value::Array(_))) = (Key::list_of(section), values.get(section)) {
                match key.form.check(list) {
                    Ok(value) => settings.push(Setting {
                        path: key.path,
                        value,
                        origin,
                    }),
                    Err(reason) => problems.push(Problem {
                        origin,
                        key: Some(section.to_owned()),
                        reason,
                    }),
                }
                continue;
            }
            let reason = format!("expected a section; write `[{section}]` on a line of its own");
            problems.push(Problem {
                origin,
                key: Some(section.to_owned()),
                reason,
            });
            continue;
        };
        let mut keys: Vec<_> = keys.iter().collect();
        keys.sort_by_key(|(name, _)| name.span().start);
        for (name, _) in keys {
            let origin = at(name.span().start);
            let name: &str = name.get_ref();
            let path = format!("{section}.{name}");
            match (
                Key::find(&path),
                values.get(section).and_then(|keys| keys.get(name)),
            ) {
                (Some(key), Some(value)) => match key.form.check(value) {
                    Ok(value) => settings.push(Setting {
                        path: key.path,
                        value,
                        origin,
                    }),
                    Err(reason) => problems.push(Problem {
                        origin,
                        key: Some(path),
                        reason,
                    }),
                },
                _ => problems.push(Problem {
                    origin,
                    reason: unknown_key(section, name),
                    key: Some(path),
                }),
            }
        }
    }
    (settings, problems)
}

fn unknown_section(section: &str) -> String {
    let elsewhere = KEYS.iter().find(|key| key.parts().1 == section);
    match (
        elsewhere,
        nearest(section, SECTIONS.iter().map(|(name, _)| *name)),
    ) {
        (Some(key), _) => format!("this key belongs into section `[{}]`", key.parts().0),
        (None, Some(near)) => format!("no such section; did you mean `[{near}]`?"),
        (None, None) => "no such section; `swarmpulse config example` shows them all".to_owned(),
    }
}

/// What to say of a key that a section does not have.
#[must_use]
pub fn unknown_key(section: &str, name: &str) -> String {
    let own = KEYS
        .iter()
        .map(Key::parts)
        .filter(|(of, _)| *of == section)
        .map(|(_, name)| name);
    let elsewhere = KEYS.iter().find(|key| key.parts().1 == name);
    match (elsewhere, nearest(name, own)) {
        (Some(key), _) => format!("no such key here; did you mean `{}`?", key.path),
        (None, Some(near)) => format!("no such key; did you mean `{section}.{near}`?"),
        (None, None) => "no such key; `swarmpulse config example` shows them all".to_owned(),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        read_text(text, Path::new("swarmpulse.toml"))
            .1
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_is_set_is_found_with_its_line() {
        let (settings, problems) = read_text(
            "# hi\n[server]\nlisten = \"0.0.0.0:80\"\n\n[data]\nlog_max_bytes = \"1 MiB\"\n",
            Path::new("f"),
        );
        assert_eq!(problems, []);
        let seen: Vec<String> = settings
            .iter()
            .map(|s| format!("{} {} {}", s.origin, s.path, s.value))
            .collect();
        assert_eq!(
            seen,
            [
                "f:3 server.listen \"0.0.0.0:80\"",
                "f:6 data.log_max_bytes 1048576"
            ]
        );
    }

    #[test]
    fn every_mistake_is_named_with_file_line_key_and_the_way_out() {
        let text = "[server]\nlisen = \"127.0.0.1:1\"\ninsecure = \"yes\"\n[sever]\n[log]\nsample_s = 3\n[probe]\npatterns = [\n  { name = \"x\" },\n]\n";
        assert_eq!(
            problems(text),
            [
                "swarmpulse.toml:2: `server.lisen`: no such key; did you mean `server.listen`?",
                "swarmpulse.toml:3: `server.insecure`: expected true or false, got the text \"yes\"",
                "swarmpulse.toml:4: `sever`: no such section; did you mean `[server]`?",
                "swarmpulse.toml:6: `log.sample_s`: no such key here; did you mean `probe.sample_s`?",
                "swarmpulse.toml:8: `probe.patterns`: entry 1: one of `program` and `argument` is needed, or every process would match",
            ]
        );
        assert_eq!(
            problems("listen = \"127.0.0.1:1\""),
            ["swarmpulse.toml:1: `listen`: this key belongs into section `[server]`"]
        );
        assert_eq!(
            problems("server = 1"),
            ["swarmpulse.toml:1: `server`: expected a section; write `[server]` on a line of its own"]
        );
    }

    #[test]
    fn endpoints_may_be_a_list_of_their_own() {
        let text = "[log]\n[[endpoints]]\nname = \"api\"\nurl = \"http://a/\"\n[[endpoints]]\nname = \"db\"\nurl = \"http://b/\"\n";
        let (settings, problems) = read_text(text, Path::new("f"));
        assert_eq!(problems, []);
        assert_eq!(
            (settings[0].path, settings[0].origin.to_string()),
            ("endpoints.http", "f:2".to_owned())
        );
        assert_eq!(settings[0].value.as_array().map(Vec::len), Some(2));
        let (_, problems) = read_text("[[endpoints]]\nname = \"api\"\n", Path::new("f"));
        assert_eq!(
            problems[0].to_string(),
            "f:1: `endpoints`: entry 1: `url` is missing"
        );
        let (_, problems) = read_text("[[log]]\nfilter = \"info\"\n", Path::new("f"));
        assert!(
            problems[0].to_string().contains("expected a section"),
            "{problems:?}"
        );
    }

    #[test]
    fn broken_toml_is_told_by_its_line() {
        let found = problems("[server]\nlisten = \n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("swarmpulse.toml:2: "), "{found:?}");
    }
}
