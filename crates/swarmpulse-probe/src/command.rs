//! What a command line runs: its program, and behind an interpreter its script or module.

/// A command line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invocation<'a> {
    /// The first argument as it is: a path, a name or a title that the process gave itself.
    pub(crate) title: &'a str,
    /// The last part of the program's path.
    pub(crate) program: &'a str,
    /// Whether the program is an interpreter of scripts other than a shell.
    pub(crate) interpreted: bool,
    /// The path of the script that an interpreter runs.
    pub(crate) script: Option<&'a str>,
    /// The module that an interpreter runs: `python -m MODULE`.
    pub(crate) module: Option<&'a str>,
    /// What comes after the program, or after its script or module.
    pub(crate) words: Vec<&'a str>,
}

const INTERPRETERS: [&str; 9] = [
    "node", "nodejs", "bun", "deno", "tsx", "ts-node", "ruby", "perl", "electron",
];
/// Options of interpreters that take the next argument as their value.
const VALUED: [&str; 12] = [
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "--env-file",
    "--inspect-port",
    "--preload",
    "--config",
    "--check-hash-based-pycs",
];
/// Options of interpreters after which there is code instead of a script.
const CODE: [&str; 5] = ["-e", "--eval", "-p", "--print", "-"];

impl<'a> Invocation<'a> {
    /// Takes a command line apart; `None` without a program, as for kernel threads.
    pub(crate) fn parse(arguments: &[&'a str]) -> Option<Self> {
        let title = *arguments.first()?;
        // A process that renames itself leaves one argument with blanks in it.
        let titled: Vec<&str>;
        let arguments = if arguments.len() == 1 && title.contains(' ') {
            titled = title.split_whitespace().collect();
            titled.as_slice()
        } else {
            arguments
        };
        let program = basename(arguments.first()?.trim_start_matches('-'));
        if program.is_empty() {
            return None;
        }
        let mut found = Self {
            title,
            program,
            interpreted: false,
            script: None,
            module: None,
            words: Vec::new(),
        };
        let rest = arguments.get(1..).unwrap_or_default();
        if is_python(program) {
            found.interpreted = true;
            found.read_python(rest);
        } else if INTERPRETERS.contains(&program) {
            found.interpreted = true;
            found.read_script(rest);
        } else {
            found.words = rest.to_vec();
        }
        Some(found)
    }

    /// The last part of the script's path.
    pub(crate) fn script_name(&self) -> Option<&'a str> {
        self.script.map(basename)
    }

    fn read_python(&mut self, rest: &[&'a str]) {
        let mut at = 0;
        while let Some(argument) = rest.get(at) {
            at += 1;
            if *argument == "-" {
                return;
            }
            if argument.starts_with("--") {
                at += usize::from(VALUED.contains(argument));
                continue;
            }
            let Some(flags) = argument.strip_prefix('-') else {
                self.script = Some(argument);
                self.words = rest[at..].to_vec();
                return;
            };
            // Flags may stand together, and the last may carry its value: `-Im celery`, `-Werror`.
            let Some(place) = flags.find(['m', 'c', 'W', 'X']) else {
                continue;
            };
            let (flag, value) = (flags.as_bytes()[place], &flags[place + 1..]);
            match flag {
                b'c' => return,
                b'm' => {
                    let next = usize::from(value.is_empty());
                    self.module = if value.is_empty() {
                        rest.get(at).copied()
                    } else {
                        Some(value)
                    };
                    self.words = rest.get(at + next..).unwrap_or_default().to_vec();
                    return;
                }
                _ => at += usize::from(value.is_empty()),
            }
        }
    }

    fn read_script(&mut self, rest: &[&'a str]) {
        let mut at = 0;
        while let Some(argument) = rest.get(at) {
            at += 1;
            if CODE.contains(argument) {
                return;
            }
            if argument.starts_with('-') {
                at += usize::from(VALUED.contains(argument));
            } else if *argument != "run" {
                self.script = Some(argument);
                self.words = rest[at..].to_vec();
                return;
            }
        }
    }
}

fn is_python(program: &str) -> bool {
    let version = program
        .strip_prefix("python")
        .or_else(|| program.strip_prefix("pypy"));
    version.is_some_and(|version| {
        version
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".tw".contains(&byte))
    })
}

/// The part of a path after its last separator.
pub(crate) fn basename(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &'static str) -> Invocation<'static> {
        Invocation::parse(&line.split(' ').collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn interpreters_are_seen_through() {
        let run = parse("/usr/bin/python3.11 -u -X dev -Wignore /opt/app/bin/celery -A proj worker");
        assert_eq!((run.program, run.script_name()), ("python3.11", Some("celery")));
        assert_eq!(run.words, ["-A", "proj", "worker"]);
        let run = parse("python -Im vllm.entrypoints.openai.api_server --port 1");
        assert_eq!(
            (run.module, run.words),
            (Some("vllm.entrypoints.openai.api_server"), vec!["--port", "1"])
        );
        let run = parse("node --max-old-space-size=8192 -r ./hook.js /x/bin/claude --resume");
        assert_eq!((run.script, run.words), (Some("/x/bin/claude"), vec!["--resume"]));
        assert_eq!(parse("bun run ./agent.ts").script, Some("./agent.ts"));
    }

    #[test]
    fn code_on_the_command_line_is_no_script() {
        for line in [
            "python3 -c claude",
            "node -e codex",
            "python - claude",
            "python3 -Ic claude x",
        ] {
            let run = parse(line);
            assert_eq!(
                (run.script, run.module, run.words.len()),
                (None, None, 0),
                "{line}"
            );
        }
    }

    #[test]
    fn titles_and_odd_command_lines() {
        let run = Invocation::parse(&["airflow worker -- queue a"]).unwrap();
        assert_eq!(
            (run.program, run.words),
            ("airflow", vec!["worker", "--", "queue", "a"])
        );
        assert_eq!(Invocation::parse(&["-bash"]).unwrap().program, "bash");
        assert_eq!(Invocation::parse(&[]), None);
        assert_eq!(Invocation::parse(&[""]), None);
        assert_eq!(Invocation::parse(&["python3", "-m"]).unwrap().module, None);
        assert_eq!(Invocation::parse(&["python3", "-W"]).unwrap().script, None);
        assert!(!Invocation::parse(&["pythonista"]).unwrap().interpreted);
    }
}
