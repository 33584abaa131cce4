//! Rules, routes, receivers and objectives, read from their files: at the start, and anew while the server runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use swarmpulse_alert::Routing;
use swarmpulse_notify::settings::{self, ReceiverSettings};
use swarmpulse_rules::{Expressions, Overrides, RuleFile, UnknownRule, alert_names, shipped};
use swarmpulse_runtime::{LoadError, Loaded, LoadedChannel, LoadedReceiver, QueryLimits, StoreExpressions};
use swarmpulse_server::ObjectiveBook;
use swarmpulse_slo::Objective;
use swarmpulse_store::memory::MemoryMetrics;

use super::glob;
use super::secrets::FileSecrets;
use crate::config::{ALERTS_FILE, Config, Environment, nearest};

/// A file of rules, routes or objectives may be this long.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Reads the configuration anew: which files there are, and what of them is switched off, may have changed.
pub type Reread = Arc<dyn Fn() -> anyhow::Result<Config> + Send + Sync>;

/// Reads everything anew whenever it is asked.
pub(super) struct Loading {
    reread: Reread,
    environment: Environment,
    /// Where the objectives go that hold from then on.
    objectives: Arc<ObjectiveBook>,
}

impl Loading {
    pub(super) fn new(reread: Reread, environment: &Environment, objectives: Arc<ObjectiveBook>) -> Self {
        Self {
            reread,
            environment: environment.clone(),
            objectives,
        }
    }

    /// Everything as the files have it now.
    pub(super) fn load(&self) -> Result<Loaded, LoadError> {
        let config = (self.reread)().map_err(|error| LoadError(format!("{error:#}")))?;
        let mut faults = Vec::new();
        let mut loaded = Loaded {
            default_interval_s: Some(config.rules.interval_s),
            ..Loaded::default()
        };
        let objectives = all_rules(&config, &mut loaded, &mut faults);
        self.routes(&config, &mut loaded, &mut faults);
        if !faults.is_empty() {
            return Err(LoadError(faults.join("\n")));
        }
        self.objectives.replace(objectives, config.slo.off.clone());
        Ok(loaded)
    }

    /// Adds routes and receivers, if there is a file of them.
    fn routes(&self, config: &Config, loaded: &mut Loaded, faults: &mut Vec<String>) {
        let name = config.alerts.file.as_str();
        if name == ALERTS_FILE && !Path::new(name).exists() {
            return;
        }
        let text = match read(Path::new(name)) {
            Ok(text) => text,
            Err(error) => return faults.push(format!("{error:#}")),
        };
        let told = |fault: swarmpulse_alert::ConfigError| {
            format!("{name}:{}:{}: {}", fault.line, fault.column, fault.message)
        };
        match Routing::parse(&text, &|zone| TimeZone::get(zone).ok()) {
            Ok(file) => {
                loaded.warnings.extend(file.warnings.into_iter().map(told));
                loaded.routing = Arc::new(file.routing);
                loaded.resolve_timeout_s = Some(file.resolve_timeout_s);
            }
            Err(wrong) => faults.extend(wrong.into_iter().map(told)),
        }
        let secrets = FileSecrets::new(Path::new(name), &self.environment);
        match settings::receivers(&text, &secrets) {
            Ok(file) => {
                loaded.warnings.extend(file.warnings.into_iter().map(told));
                for receiver in &file.receivers {
                    loaded.receivers.push(receiver_of(receiver, name, faults));
                }
            }
            Err(wrong) => faults.extend(wrong.into_iter().map(told)),
        }
        // Either reader may have found the same fault.
        let mut seen = BTreeSet::new();
        faults.retain(|fault| seen.insert(fault.clone()));
        loaded.routing_text = settings::masked(&text);
    }
}

/// Looks through every file that the configuration names: rules, objectives, routes, receivers, templates. Gives what is
/// accepted and has no effect.
///
/// # Errors
/// Everything that is wrong with them.
pub fn check_files(config: &Config, environment: &Environment) -> anyhow::Result<Vec<String>> {
    let config = config.clone();
    let loading = Loading::new(Arc::new(move || Ok(config.clone())), environment, Arc::default());
    let loaded = loading.load().map_err(|error| anyhow::anyhow!(error.0))?;
    Ok(loaded.warnings)
}

/// The rules that are in force by this configuration.
///
/// # Errors
/// Everything that is wrong with their files.
pub fn rule_files(config: &Config) -> anyhow::Result<Vec<RuleFile>> {
    let (mut loaded, mut faults) = (Loaded::default(), Vec::new());
    all_rules(config, &mut loaded, &mut faults);
    anyhow::ensure!(faults.is_empty(), faults.join("\n"));
    Ok(loaded.rules)
}

/// Adds the rules of files, those that come with the program, and those that objectives are made into; gives these.
fn all_rules(config: &Config, loaded: &mut Loaded, faults: &mut Vec<String>) -> Vec<Objective> {
    let expressions = StoreExpressions::new(Arc::new(MemoryMetrics::default()), QueryLimits::default());
    let mut own = own_rules(&config.rules.files, &expressions, loaded, faults);
    let overrides = config.rules.overrides();
    let unknown = overrides.unknown(&own);
    faults.extend(unknown.iter().map(|unknown| no_such_rule(unknown, &own)));
    overrides.change(&mut own);
    if config.rules.shipped {
        loaded.rules.extend(shipped(&overrides.replaced_by(&own)));
    }
    loaded.rules.extend(own);
    let objectives = objectives(config, &expressions, faults);
    loaded.rules.extend(objectives.iter().map(Objective::rules));
    objectives
}

/// What to say of a name that no rule has, with the one that was likely meant.
fn no_such_rule(unknown: &UnknownRule, own: &[RuleFile]) -> String {
    let UnknownRule { key, name } = unknown;
    let (own, shipped) = (alert_names(own), alert_names(&shipped(&Overrides::default())));
    if *key == "off" && own.contains(name) {
        return format!("rules.off names {name:?}, which is a rule of yours: take it out of its file");
    }
    let what = if *key == "off" {
        "no shipped rule"
    } else {
        "no rule"
    };
    let known = shipped.iter().chain(own.iter().filter(|_| *key != "off"));
    let meant = match nearest(name, known.map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "`swarmpulse rules list` has them all".to_owned(),
    };
    format!("rules.{key} names {name:?}, but {what} is called so; {meant}")
}

fn own_rules(
    patterns: &[String],
    expressions: &dyn Expressions,
    loaded: &mut Loaded,
    faults: &mut Vec<String>,
) -> Vec<RuleFile> {
    let mut own = Vec::new();
    for (name, text) in texts(patterns, "rules.files", faults) {
        match RuleFile::parse(&name, &text, Some(expressions)) {
            Ok(file) => {
                let lints = file.lints();
                loaded
                    .warnings
                    .extend(lints.iter().map(|lint| format!("{name}: {lint}")));
                own.push(file);
            }
            Err(error) => faults.push(error.to_string()),
        }
    }
    own
}

fn objectives(config: &Config, expressions: &dyn Expressions, faults: &mut Vec<String>) -> Vec<Objective> {
    let mut own = Vec::new();
    for (name, text) in texts(&config.slo.files, "slo.files", faults) {
        match swarmpulse_slo::parse(&name, &text) {
            Ok(found) => own.extend(found),
            Err(wrong) => faults.extend(wrong.iter().map(ToString::to_string)),
        }
    }
    let wrong = own
        .iter()
        .filter_map(|objective| objective.check(expressions).err());
    faults.extend(wrong.flatten().map(|error| error.to_string()));
    let shipped = if config.slo.shipped {
        swarmpulse_slo::shipped()
    } else {
        Vec::new()
    };
    let all = swarmpulse_slo::combined(shipped, own).unwrap_or_else(|wrong| {
        faults.extend(wrong.iter().map(ToString::to_string));
        Vec::new()
    });
    swarmpulse_slo::without(all, &config.slo.off, &swarmpulse_slo::shipped()).unwrap_or_else(|wrong| {
        faults.extend(wrong.iter().map(|wrong| format!("slo.off: {wrong}")));
        Vec::new()
    })
}

/// The files that patterns name, each once, with their texts.
fn texts(patterns: &[String], key: &str, faults: &mut Vec<String>) -> Vec<(String, String)> {
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut texts = Vec::new();
    for pattern in patterns {
        let files = match glob::files(pattern) {
            Ok(files) => files,
            Err(error) => {
                faults.push(format!("{key}: {error:#}"));
                continue;
            }
        };
        for path in files {
            if !seen.insert(path.clone()) {
                continue;
            }
            match read(&path) {
                Ok(text) => texts.push((path.display().to_string(), text)),
                Err(error) => faults.push(format!("{key}: {error:#}")),
            }
        }
    }
    texts
}

fn read(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let about = std::fs::metadata(path).with_context(|| format!("read {shown}"))?;
    anyhow::ensure!(
        about.len() <= FILE_BYTES_MAX,
        "{shown} is {} bytes long, the limit is {FILE_BYTES_MAX}",
        about.len()
    );
    std::fs::read_to_string(path).with_context(|| format!("read {shown}"))
}

fn receiver_of(receiver: &ReceiverSettings, file: &str, faults: &mut Vec<String>) -> LoadedReceiver {
    let mut channels = Vec::new();
    for channel in &receiver.channels {
        match swarmpulse_notify::build(channel) {
            Ok(notifier) => channels.push(LoadedChannel {
                name: channel.name().into(),
                notifier: Arc::from(notifier),
            }),
            Err(error) => faults.push(format!(
                "{file}: receiver {:?}, {}: {error}",
                receiver.name.as_str(),
                channel.name()
            )),
        }
    }
    LoadedReceiver {
        name: receiver.name.clone(),
        channels,
    }
}

#[cfg(test)]
mod tests;
