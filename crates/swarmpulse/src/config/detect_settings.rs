//! The settings of detectors.

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use swarmpulse_detect::DETECTORS;
use swarmpulse_runtime::DetectionOptions;

/// `[detect]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectSettings {
    /// Whether anything is detected.
    pub enabled: bool,
    /// Detectors that do not run.
    pub off: Vec<String>,
    /// How often detectors are asked.
    pub round_s: f64,
}

impl Default for DetectSettings {
    fn default() -> Self {
        let options = DetectionOptions::default();
        Self {
            enabled: true,
            off: options.off,
            round_s: options.round_s,
        }
    }
}

impl DetectSettings {
    /// As the runtime takes them.
    ///
    /// # Errors
    /// If a name is that of no detector.
    pub fn options(&self) -> anyhow::Result<Option<DetectionOptions>> {
        for name in &self.off {
            let known = DETECTORS.iter().map(|detector| detector.description.name);
            ensure!(
                known.clone().any(|known| known == name),
                "detect.off names {name:?}, which is no detector; there are: {}",
                known.collect::<Vec<_>>().join(", ")
            );
        }
        Ok(self.enabled.then(|| DetectionOptions {
            off: self.off.clone(),
            round_s: self.round_s,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_told_with_the_right_ones() {
        let settings = DetectSettings {
            off: vec!["leek".to_owned()],
            ..DetectSettings::default()
        };
        let error = settings.options().unwrap_err().to_string();
        assert!(error.contains("\"leek\""), "{error}");
        for detector in DETECTORS {
            assert!(error.contains(detector.description.name), "{error}");
        }
    }

    #[test]
    fn nothing_runs_unless_enabled() {
        let settings = DetectSettings {
            enabled: false,
            ..DetectSettings::default()
        };
        assert_eq!(settings.options().unwrap(), None);
        assert!(DetectSettings::default().options().unwrap().is_some());
    }
}
