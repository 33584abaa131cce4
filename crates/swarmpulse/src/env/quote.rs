//! Shells and their quoting: values with parts that the shell itself fills in.

use clap::ValueEnum;

/// A shell that reads settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash, and any POSIX shell.
    #[value(alias = "sh")]
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    #[value(alias = "pwsh")]
    Powershell,
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// The shell's own process id.
    ShellPid,
    /// An environment variable's value.
    Variable(&'static str),
    /// A file's text without its last newline.
    File(String),
}

impl Part {
    /// A part as it stands.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Shell {
    /// The shell that the variable SHELL names.
    #[must_use]
    pub fn guess(shell: Option<&str>) -> Self {
        match shell.and_then(|path| path.rsplit(['/', '\\']).next()) {
            Some("fish") => Self::Fish,
            Some("zsh") => Self::Zsh,
            Some("pwsh" | "powershell" | "pwsh.exe" | "powershell.exe") => Self::Powershell,
            _ => Self::Bash,
        }
    }

    /// One word of the shell that means these parts, one after the other.
    #[must_use]
    pub fn word(self, parts: &[Part]) -> String {
        let words: Vec<String> = parts.iter().map(|part| self.part(part)).collect();
        match self {
            Self::Powershell if words.len() != 1 => format!("({})", words.join(" + ")),
            _ => words.concat(),
        }
    }

    /// The line that exports a variable.
    #[must_use]
    pub fn export(self, name: &str, parts: &[Part]) -> String {
        let word = self.word(parts);
        match self {
            Self::Bash | Self::Zsh => format!("export {name}={word}"),
            Self::Fish => format!("set -gx {name} {word}"),
            Self::Powershell => format!("$env:{name} = {word}"),
        }
    }

    /// A function that calls the program of the same name with more arguments in front.
    #[must_use]
    pub fn wrap(self, program: &str, arguments: &[Vec<Part>]) -> String {
        let words: Vec<String> = arguments.iter().map(|parts| self.word(parts)).collect();
        let words = words.join(" ");
        match self {
            Self::Bash | Self::Zsh => format!("{program}() {{ command {program} {words} \"$@\"; }}"),
            Self::Fish => format!("function {program}; command {program} {words} $argv; end"),
            Self::Powershell => format!(
                "function {program} {{ & (Get-Command -CommandType Application {program} | Select-Object -First 1) {words} @args }}"
            ),
        }
    }

    fn part(self, part: &Part) -> String {
        match (self, part) {
            (_, Part::Text(text)) => self.literal(text),
            (Self::Bash | Self::Zsh, Part::ShellPid) => "\"$$\"".to_owned(),
            (Self::Fish, Part::ShellPid) => "\"$fish_pid\"".to_owned(),
            (Self::Powershell, Part::ShellPid) => "\"$PID\"".to_owned(),
            (Self::Bash | Self::Zsh | Self::Fish, Part::Variable(name)) => format!("\"${name}\""),
            (Self::Powershell, Part::Variable(name)) => format!("\"$env:{name}\""),
            (Self::Bash | Self::Zsh, Part::File(path)) => format!("\"$(cat {})\"", self.literal(path)),
            (Self::Fish, Part::File(path)) => format!("(cat {})", self.literal(path)),
            (Self::Powershell, Part::File(path)) => {
                format!("(Get-Content -Raw {}).Trim()", self.literal(path))
            }
        }
    }

    fn literal(self, text: &str) -> String {
        let plain = !text.is_empty()
            && text.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '=' | ',' | '%' | '+')
            });
        match self {
            Self::Bash | Self::Zsh if plain => text.to_owned(),
            Self::Bash | Self::Zsh => format!("'{}'", text.replace('\'', "'\\''")),
            Self::Fish => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Self::Powershell => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const HOSTILE: &str = "a'b\"c $HOME `id` $(id) \\ ;|& \n ü*?[x]{y}!";

    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for (program, shell) in [
            ("sh", Shell::Bash),
            ("bash", Shell::Bash),
            ("zsh", Shell::Zsh),
            ("fish", Shell::Fish),
        ] {
            let script = format!("{}; printf %s \"$X\"", shell.export("X", &[Part::text(HOSTILE)]));
            // Shells that this machine lacks are covered by the golden texts below.
            let Ok(out) = Command::new(program).arg("-c").arg(&script).output() else {
                continue;
            };
            assert_eq!(
                String::from_utf8_lossy(&out.stdout),
                HOSTILE,
                "{program}: {script}"
            );
        }
    }

    #[test]
    fn the_shell_fills_in_its_parts() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "secret\n").unwrap();
        let parts = [
            Part::text("a "),
            Part::ShellPid,
            Part::text("-"),
            Part::Variable("TOKEN"),
            Part::text("-"),
            Part::File(file.path().to_string_lossy().into_owned()),
        ];
        let script = format!(
            "{}; printf '%s %s' \"$X\" \"$$\"",
            Shell::Bash.export("X", &parts)
        );
        let out = Command::new("sh")
            .arg("-c")
            .arg(&script)
            .env("TOKEN", "t k")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let pid = text.rsplit(' ').next().unwrap();
        assert_eq!(text, format!("a {pid}-t k-secret {pid}"), "{script}");
    }

    #[test]
    fn each_shell_has_its_own_words() {
        let parts = [Part::text("it's "), Part::ShellPid, Part::Variable("T")];
        assert_eq!(
            Shell::Fish.export("X", &parts),
            "set -gx X 'it\\'s '\"$fish_pid\"\"$T\""
        );
        assert_eq!(
            Shell::Powershell.export("X", &parts),
            "$env:X = ('it''s ' + \"$PID\" + \"$env:T\")"
        );
        assert_eq!(Shell::Powershell.export("X", &[Part::text("1")]), "$env:X = '1'");
    }

    #[test]
    fn a_wrapped_program_gets_its_arguments_first() {
        let wrapper = Shell::Bash.wrap("echo", &[vec![Part::text("-c")], vec![Part::text("a={b=\"c\"}")]]);
        let script = format!("{wrapper}\necho 'x y' z");
        let out = Command::new("bash").arg("-c").arg(&script).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout), "-c a={b=\"c\"} x y z\n");
    }

    #[test]
    fn the_shell_is_guessed_from_its_path() {
        assert_eq!(Shell::guess(Some("/usr/bin/fish")), Shell::Fish);
        assert_eq!(Shell::guess(Some("/bin/zsh")), Shell::Zsh);
        assert_eq!(Shell::guess(Some("/bin/dash")), Shell::Bash);
        assert_eq!(Shell::guess(None), Shell::Bash);
    }
}
