//! Finding the file, laying file, environment and arguments over the defaults, and the checks across keys.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;
use super::environment::Environment;
use super::file::{Setting, read_text};
use super::keys::Key;
use super::problem::{Origin, Problem, Problems};

/// A configuration that can be used, and where each of its values comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Where a key's value comes from.
    #[must_use]
    pub fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or(Origin::Default)
    }

    /// How many keys are set somewhere.
    #[must_use]
    pub fn set_count(&self) -> usize {
        self.origins.len()
    }
}

/// Loads the configuration: `arguments` win over the environment, that over the file, that over the defaults.
///
/// # Errors
/// Everything that is wrong, not only the first.
pub fn load(
    named: Option<&Path>,
    environment: &Environment,
    arguments: Vec<Setting>,
) -> Result<Loaded, Problems> {
    let mut problems = Vec::new();
    let mut settings = Vec::new();
    let file = match locate(named, environment) {
        Ok(Some((path, text))) => {
            let (found, wrong) = read_text(&text, &path);
            settings.extend(found);
            problems.extend(wrong);
            Some(path)
        }
        Ok(None) => None,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let (found, wrong) = environment.settings();
    settings.extend(found);
    problems.extend(wrong);
    settings.extend(arguments);

    let mut table = Table::new();
    let mut origins = BTreeMap::new();
    for setting in settings {
        let (section, name) = Key::find(setting.path).map(Key::parts).unwrap_or_default();
        let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(name.to_owned(), setting.value);
        }
        origins.insert(setting.path, setting.origin);
    }
    let config = match Config::deserialize(Value::Table(table)) {
        Ok(config) => config,
        Err(error) => {
            problems.push(Problem {
                origin: Origin::Default,
                key: None,
                reason: error.message().to_owned(),
            });
            return Err(Problems(problems));
        }
    };
    let loaded = Loaded {
        config,
        file,
        origins,
    };
    problems.extend(across(&loaded));
    if problems.is_empty() {
        Ok(loaded)
    } else {
        Err(Problems(problems))
    }
}

/// An argument that sets a key.
///
/// # Errors
/// If the value is wrong for the key.
pub fn argument(flag: &'static str, path: &'static str, text: &str) -> Result<Setting, Problem> {
    let origin = Origin::Argument { flag };
    let problem = |reason: String| Problem {
        origin: origin.clone(),
        key: Some(path.to_owned()),
        reason,
    };
    let key = Key::find(path).ok_or_else(|| problem("no such key".to_owned()))?;
    let value = key.form.parse(text).map_err(problem)?;
    Ok(Setting {
        path: key.path,
        value,
        origin,
    })
}

fn locate(named: Option<&Path>, environment: &Environment) -> Result<Option<(PathBuf, String)>, Problem> {
    let unreadable = |path: &Path, error: &io::Error| Problem {
        origin: Origin::File {
            path: path.to_owned(),
            line: 1,
        },
        key: None,
        reason: format!("the file cannot be read: {error}"),
    };
    if let Some(path) = named {
        return match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some((path.to_owned(), text))),
            Err(error) => Err(unreadable(path, &error)),
        };
    }
    for path in [Some(PathBuf::from("swarmpulse.toml")), environment.user_config()]
        .into_iter()
        .flatten()
    {
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok(None)
}

/// Checks that need more than one key.
fn across(loaded: &Loaded) -> Vec<Problem> {
    let config = &loaded.config;
    let mut problems = Vec::new();
    let mut need = |holds: bool, key: &str, reason: String| {
        if !holds {
            problems.push(Problem {
                origin: loaded.origin(key),
                key: Some(key.to_owned()),
                reason,
            });
        }
    };
    need(
        !(config.server.require_tokens && config.server.insecure),
        "server.require_tokens",
        "contradicts `server.insecure`, by which no request needs a token; set one of the two".to_owned(),
    );
    let limits = &config.limits;
    need(
        limits.decompressed_bytes >= limits.body_bytes,
        "limits.decompressed_bytes",
        format!(
            "{} is less than `limits.body_bytes`, {}",
            limits.decompressed_bytes, limits.body_bytes
        ),
    );
    let probe = &config.probe;
    need(
        probe.sample_s >= probe.liveness_s,
        "probe.sample_s",
        format!(
            "{} is less than `probe.liveness_s`, {}",
            probe.sample_s, probe.liveness_s
        ),
    );
    need(
        probe.dear_s >= probe.sample_s,
        "probe.dear_s",
        format!(
            "{} is less than `probe.sample_s`, {}",
            probe.dear_s, probe.sample_s
        ),
    );
    let metrics = &config.metrics;
    need(
        metrics.hourly_keep_days >= metrics.keep_days,
        "metrics.hourly_keep_days",
        format!(
            "{} is less than `metrics.keep_days`, {}",
            metrics.hourly_keep_days, metrics.keep_days
        ),
    );
    need(
        metrics.daily_keep_days >= metrics.hourly_keep_days,
        "metrics.daily_keep_days",
        format!(
            "{} is less than `metrics.hourly_keep_days`, {}",
            metrics.daily_keep_days, metrics.hourly_keep_days
        ),
    );
    for key in ["fleet.task_limits", "fleet.call_limits"] {
        let list = if key == "fleet.task_limits" {
            &config.fleet.task_limits
        } else {
            &config.fleet.call_limits
        };
        let twice = list
            .iter()
            .enumerate()
            .find(|(at, one)| list[..*at].iter().any(|other| other.name == one.name));
        if let Some((_, limit)) = twice {
            need(false, key, format!("`{}` is there twice", limit.name));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn arguments_win_over_the_environment_and_that_over_the_file() {
        let file =
            in_file("[server]\nlisten = \"127.0.0.1:1\"\n[log]\nfilter = \"warn\"\nformat = \"json\"\n");
        let environment = Environment::of(&[
            ("SWARMPULSE_LOG__FILTER", "debug"),
            ("SWARMPULSE_SERVER__LISTEN", "127.0.0.1:2"),
        ]);
        let arguments = vec![argument("--listen", "server.listen", "127.0.0.1:3").unwrap()];
        let loaded = load(Some(file.path()), &environment, arguments).unwrap();
        assert_eq!(loaded.config.server.listen.port(), 3);
        assert_eq!(
            (
                loaded.config.log.filter.as_str(),
                loaded.config.log.format.as_str()
            ),
            ("debug", "json")
        );
        assert_eq!(loaded.origin("server.listen").to_string(), "--listen");
        assert_eq!(loaded.origin("log.filter").to_string(), "SWARMPULSE_LOG__FILTER");
        assert!(loaded.origin("log.format").to_string().ends_with(":5"));
        assert_eq!(loaded.origin("data.dir"), Origin::Default);
        assert_eq!(loaded.set_count(), 3);
    }

    #[test]
    fn nothing_set_is_the_defaults() {
        let file = in_file("");
        let loaded = load(Some(file.path()), &Environment::default(), Vec::new()).unwrap();
        assert_eq!(loaded.config, Config::default());
    }

    #[test]
    fn all_problems_come_at_once_and_those_across_keys_too() {
        let file =
            in_file("[limits]\nbody_bytes = \"64 MiB\"\ndecompressed_bytes = \"1 MiB\"\n[log]\nlevel = 1\n");
        let environment = Environment::of(&[("SWARMPULSE_PROBE__SAMPLE_S", "0.5")]);
        let text = load(Some(file.path()), &environment, Vec::new())
            .unwrap_err()
            .to_string();
        assert!(text.starts_with("the configuration cannot be used:\n"), "{text}");
        assert!(text.contains(":5: `log.level`: no such key"), "{text}");
        assert!(
            text.contains(
                ":3: `limits.decompressed_bytes`: 1048576 is less than `limits.body_bytes`, 67108864"
            ),
            "{text}"
        );
        assert!(
            text.contains("SWARMPULSE_PROBE__SAMPLE_S: `probe.sample_s`: 0.5 is less than"),
            "{text}"
        );
    }

    #[test]
    fn tokens_cannot_be_needed_everywhere_and_nowhere() {
        let file = in_file("[server]\nrequire_tokens = true\n");
        let loaded = load(Some(file.path()), &Environment::default(), Vec::new()).unwrap();
        assert!(loaded.config.server.require_tokens);
        let insecure = vec![argument("--insecure", "server.insecure", "true").unwrap()];
        let text = load(Some(file.path()), &Environment::default(), insecure)
            .unwrap_err()
            .to_string();
        assert!(
            text.contains(":2: `server.require_tokens`: contradicts `server.insecure`"),
            "{text}"
        );
    }

    #[test]
    fn a_named_file_that_is_not_there_is_a_problem() {
        let text = load(
            Some(Path::new("nowhere/x.toml")),
            &Environment::default(),
            Vec::new(),
        )
        .unwrap_err()
        .to_string();
        assert!(
            text.contains("nowhere/x.toml:1: the file cannot be read: No such file"),
            "{text}"
        );
    }
}
