//! Patterns that tell an agent by its command line: the shipped ones and the user's own.

use swarmpulse_model::Text;
use swarmpulse_model::entity::{IdError, check_id};

use crate::command::Invocation;
use crate::patterns::{SHIPPED, Shipped};

/// Tells one sort of agent by its command line.
#[derive(Clone, Debug)]
pub struct AgentPattern {
    name: Text,
    kind: Text,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    Shipped(&'static Shipped),
    Own {
        program: Option<Text>,
        argument: Option<Text>,
    },
}

/// Why a pattern of the user's is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The name or kind cannot stand in an agent's id.
    #[error("pattern {name:?}: {field} {error}")]
    Id {
        /// The pattern's name.
        name: String,
        /// `name` or `kind`.
        field: &'static str,
        /// What is wrong with it.
        error: IdError,
    },
    /// It has neither a program nor an argument.
    #[error(
        "pattern {name:?}: has neither program nor argument; give at least one, such as program = \"my-bot\""
    )]
    Empty {
        /// The pattern's name.
        name: String,
    },
    /// It would match every process.
    #[error("pattern {name:?}: {field} {glob:?} matches everything; name at least one character besides *")]
    TooWide {
        /// The pattern's name.
        name: String,
        /// `program` or `argument`.
        field: &'static str,
        /// What was given.
        glob: String,
    },
    /// The program is a path.
    #[error(
        "pattern {name:?}: program {glob:?} is a path; give its last part, the directory is not looked at"
    )]
    Path {
        /// The pattern's name.
        name: String,
        /// What was given.
        glob: String,
    },
}

impl AgentPattern {
    /// The shipped patterns; see [`SHIPPED`].
    #[must_use]
    pub fn shipped() -> Vec<Self> {
        SHIPPED
            .iter()
            .map(|shipped| Self {
                name: shipped.name.into(),
                kind: shipped.kind.into(),
                rule: Rule::Shipped(shipped),
            })
            .collect()
    }

    /// A pattern of the user's. `program` is the last part of the program's path, or of the script's behind an
    /// interpreter; `argument` is one whole argument, or the script or module behind an interpreter; `*` stands
    /// for any characters. Without a `program` only processes of an interpreter match, so that an editor or
    /// a pager that names the same file does not.
    ///
    /// # Errors
    /// If the name or the kind is no id, or if the pattern would match nothing or everything.
    pub fn own(
        name: &str,
        kind: &str,
        program: Option<&str>,
        argument: Option<&str>,
    ) -> Result<Self, PatternError> {
        for (field, value) in [("name", name), ("kind", kind)] {
            check_id(value).map_err(|error| PatternError::Id {
                name: name.to_owned(),
                field,
                error,
            })?;
        }
        if program.is_none() && argument.is_none() {
            return Err(PatternError::Empty {
                name: name.to_owned(),
            });
        }
        for (field, glob) in [("program", program), ("argument", argument)] {
            if let Some(glob) = glob
                && glob
                    .chars()
                    .all(|character| character == '*' || character.is_whitespace())
            {
                return Err(PatternError::TooWide {
                    name: name.to_owned(),
                    field,
                    glob: glob.to_owned(),
                });
            }
        }
        if let Some(glob) = program.filter(|glob| glob.contains('/')) {
            return Err(PatternError::Path {
                name: name.to_owned(),
                glob: glob.to_owned(),
            });
        }
        let rule = Rule::Own {
            program: program.map(Text::from),
            argument: argument.map(Text::from),
        };
        Ok(Self {
            name: name.into(),
            kind: kind.into(),
            rule,
        })
    }

    /// Its name: the first part of a found agent's id.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sort of agent that it finds.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether a command line is that of such an agent.
    #[must_use]
    pub fn matches(&self, arguments: &[&str]) -> bool {
        Invocation::parse(arguments).is_some_and(|run| self.fits(&run))
    }

    pub(crate) fn fits(&self, run: &Invocation<'_>) -> bool {
        match &self.rule {
            Rule::Shipped(shipped) => shipped.fits(run),
            Rule::Own { program, argument } => {
                let program_fits = match program {
                    Some(glob) => {
                        glob_matches(glob, run.program)
                            || run.script_name().is_some_and(|name| glob_matches(glob, name))
                    }
                    None => run.interpreted,
                };
                program_fits && argument.as_ref().is_none_or(|glob| has_argument(run, glob))
            }
        }
    }
}

fn has_argument(run: &Invocation<'_>, glob: &str) -> bool {
    let script = run.script.is_some_and(|path| glob_matches(glob, path));
    let script_name = run.script_name().is_some_and(|name| glob_matches(glob, name));
    let module = run.module.is_some_and(|name| glob_matches(glob, name));
    script || script_name || module || run.words.iter().any(|word| glob_matches(glob, word))
}

/// Whether `text` is `glob`, where `*` stands for any characters. Takes time linear in the text for each `*`.
pub(crate) fn glob_matches(glob: &str, text: &str) -> bool {
    let Some((head, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(place) => text = &text[place + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, text, expected) in [
            ("claude", "claude", true),
            ("claude", "claude2", false),
            ("mcp-*", "mcp-server-git", true),
            ("mcp-*", "mcp", false),
            ("*-mcp", "github-mcp", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(glob_matches(glob, text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn own_patterns_match_what_they_name_and_not_who_mentions_it() {
        let bot = AgentPattern::own("trader", "bot", None, Some("*/trader/main.py")).unwrap();
        assert!(bot.matches(&["python3", "/srv/trader/main.py", "--live"]));
        assert!(!bot.matches(&["vim", "/srv/trader/main.py"]));
        assert!(!bot.matches(&["tail", "-f", "/srv/trader/main.py"]));
        let both = AgentPattern::own("scout", "bot", Some("scout"), Some("serve")).unwrap();
        assert!(both.matches(&["/opt/bin/scout", "--verbose", "serve"]));
        assert!(both.matches(&["python3", "/opt/bin/scout", "serve"]));
        assert!(!both.matches(&["/opt/bin/scout", "status"]));
        let shell = AgentPattern::own("loop", "bot", Some("bash"), Some("*agent-loop.sh")).unwrap();
        assert!(shell.matches(&["bash", "/srv/agent-loop.sh"]));
    }

    #[test]
    fn bad_patterns_say_what_is_wrong() {
        let error = |name, kind, program, argument| {
            AgentPattern::own(name, kind, program, argument)
                .unwrap_err()
                .to_string()
        };
        assert!(error("x", "bot", None, None).contains("neither program nor argument"));
        assert!(error("x", "bot", Some("**"), None).contains("program \"**\" matches everything"));
        assert!(error("x", "bot", Some("a"), Some("")).contains("argument \"\" matches everything"));
        assert!(error("", "bot", Some("a"), None).contains("name is empty"));
        assert!(error("x", "b\n", Some("a"), None).contains("kind contains a control character"));
        assert!(error("x", "bot", Some("/usr/bin/a"), None).contains("is a path"));
    }
}
