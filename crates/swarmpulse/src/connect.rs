//! The arguments that name a server, and the client made of them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command};
use swarmpulse_client::{Client, ClientOptions, Secret};

/// Which server, and with what token.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// The server's address.
    #[arg(
        long,
        value_name = "URL",
        env = "SWARMPULSE_SERVER",
        default_value = "http://127.0.0.1:9870"
    )]
    pub server: String,
    /// A file that holds the bearer token; or put the token into SWARMPULSE_TOKEN.
    #[arg(long, value_name = "FILE", env = "SWARMPULSE_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
}

/// The same before the command's name, as in an alias of a shell: clap hands the values on to the command.
///
/// Hidden, as every command would show them; those that ask a server show [`ServerArgs`].
#[derive(Args, Clone, Debug)]
pub struct ServerBefore {
    /// The server's address.
    #[arg(
        id = "server",
        long = "server",
        value_name = "URL",
        global = true,
        hide = true
    )]
    server: Option<String>,
    /// A file that holds the bearer token.
    #[arg(
        id = "token_file",
        long = "token-file",
        value_name = "FILE",
        global = true,
        hide = true
    )]
    token_file: Option<PathBuf>,
}

/// The command that was given and asks no server, although one was named; by the words of its name.
#[must_use]
pub fn named_in_vain(definition: &Command, matches: &ArgMatches) -> Option<String> {
    let names = |matches: &ArgMatches, id| matches.value_source(id) == Some(ValueSource::CommandLine);
    let (mut definition, mut matches) = (definition, matches);
    let mut path = Vec::new();
    let mut asks = false;
    while let Some((name, inner)) = matches.subcommand() {
        definition = definition.find_subcommand(name)?;
        asks |= definition
            .get_arguments()
            .any(|argument| argument.get_id() == "server");
        path.push(name);
        matches = inner;
    }
    let is_named = names(matches, "server") || names(matches, "token_file");
    (is_named && !asks).then(|| path.join(" "))
}

/// Where the token comes from; the token itself is never printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// There is none.
    None,
    /// SWARMPULSE_TOKEN.
    Variable,
    /// A file.
    File(PathBuf),
}

impl ServerArgs {
    /// Where the token comes from: a file named wins over the variable.
    #[must_use]
    pub fn token_source(&self, environment: &crate::config::Environment) -> TokenSource {
        match (&self.token_file, environment.get("SWARMPULSE_TOKEN")) {
            (Some(file), _) => TokenSource::File(file.clone()),
            (None, Some(_)) => TokenSource::Variable,
            (None, None) => TokenSource::None,
        }
    }

    /// A client of that server, which waits `answer_limit` for each answer.
    ///
    /// # Errors
    /// If the address is none, or the token cannot be read.
    pub fn client(
        &self,
        environment: &crate::config::Environment,
        answer_limit: Duration,
    ) -> anyhow::Result<Client> {
        let mut options = ClientOptions::new(&self.server);
        options.answer_limit = answer_limit;
        options.connect_limit = options.connect_limit.min(answer_limit);
        options.token = self.token(environment)?.filter(|token| !token.is_empty());
        Ok(Client::new(&options)?)
    }

    fn token(&self, environment: &crate::config::Environment) -> anyhow::Result<Option<Secret>> {
        match self.token_source(environment) {
            TokenSource::None => Ok(None),
            TokenSource::Variable => Ok(environment.get("SWARMPULSE_TOKEN").map(Secret::new)),
            TokenSource::File(file) => {
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("read the token from {}", file.display()))?;
                Ok(Some(Secret::new(&text)))
            }
        }
    }
}
