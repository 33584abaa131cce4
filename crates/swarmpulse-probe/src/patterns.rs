//! The shipped list of agents that are recognised by their command lines, one entry each.
//!
//! A process matches when *what it runs* is named here: its program, or behind an interpreter its script, module
//! or package. Arguments alone never match, so `vim claude.md`, `grep codex` and `tail -f celery.log` are no
//! agents; nor do shells and wrappers (`npm exec`, `uvx`, `sudo`), since what they start matches itself.

use crate::command::Invocation;
use crate::pattern::glob_matches;

/// One entry of the list. Every field but the first two and the last may be empty; `*` stands for any characters.
#[derive(Debug)]
pub struct Shipped {
    /// The first part of a found agent's id.
    pub name: &'static str,
    /// The sort of agent.
    pub kind: &'static str,
    /// The last part of the path of the program, or of the script that an interpreter runs.
    pub programs: &'static [&'static str],
    /// Python modules, as in `python -m MODULE`.
    pub modules: &'static [&'static str],
    /// Packages whose folder the script lies in, below `node_modules` or `site-packages`.
    pub packages: &'static [&'static str],
    /// Starts of titles that the process gives itself.
    pub titles: &'static [&'static str],
    /// One of these must be among the arguments; `""` means that no argument at all does as well.
    pub any_word: &'static [&'static str],
    /// None of these may be among the arguments.
    pub no_word: &'static [&'static str],
    /// Why it is recognised so.
    pub why: &'static str,
}

const NONE: Shipped = Shipped {
    name: "",
    kind: "",
    programs: &[],
    modules: &[],
    packages: &[],
    titles: &[],
    any_word: &[],
    no_word: &[],
    why: "",
};

/// The list.
pub const SHIPPED: &[Shipped] = &[
    Shipped {
        name: "claude",
        kind: "claude-code",
        programs: &["claude"],
        packages: &["@anthropic-ai/claude-code"],
        no_word: &["mcp", "update", "doctor", "install"],
        why: "Claude Code: a native binary, or a script of node or bun that titles itself `claude`; its housekeeping commands end by themselves",
        ..NONE
    },
    Shipped {
        name: "claude-agent",
        kind: "claude-agent",
        packages: &["@anthropic-ai/claude-agent-sdk", "claude_agent_sdk"],
        why: "the Claude Agent SDK starts its own copy of the command line from within its package",
        ..NONE
    },
    Shipped {
        name: "codex",
        kind: "codex",
        programs: &["codex", "codex-*-linux-*", "codex-*-apple-*"],
        packages: &["@openai/codex"],
        no_word: &["login", "logout", "completion", "mcp-server"],
        why: "OpenAI Codex: a native binary that a node script starts",
        ..NONE
    },
    Shipped {
        name: "gemini",
        kind: "gemini",
        programs: &["gemini"],
        packages: &["@google/gemini-cli"],
        why: "Gemini CLI: a node script",
        ..NONE
    },
    Shipped {
        name: "qwen",
        kind: "qwen-code",
        programs: &["qwen"],
        packages: &["@qwen-code/qwen-code"],
        why: "Qwen Code: a node script",
        ..NONE
    },
    Shipped {
        name: "aider",
        kind: "aider",
        programs: &["aider"],
        modules: &["aider", "aider.main"],
        why: "Aider: a Python entry point",
        ..NONE
    },
    Shipped {
        name: "opencode",
        kind: "opencode",
        programs: &["opencode"],
        packages: &["opencode-ai"],
        no_word: &["auth", "upgrade", "models", "uninstall"],
        why: "opencode: a native binary, or its launcher",
        ..NONE
    },
    Shipped {
        name: "goose",
        kind: "goose",
        programs: &["goose"],
        any_word: &["", "session", "run", "web", "acp", "serve"],
        no_word: &["up", "down", "status", "create", "fix", "redo", "reset"],
        why: "Goose by Block; the database migration tool of the same name has other subcommands",
        ..NONE
    },
    Shipped {
        name: "goosed",
        kind: "goose",
        programs: &["goosed"],
        why: "the server behind Goose's desktop",
        ..NONE
    },
    Shipped {
        name: "cursor-agent",
        kind: "cursor-agent",
        programs: &["cursor-agent"],
        packages: &["cursor-agent"],
        why: "Cursor's command line agent: a launcher and the node it brings along",
        ..NONE
    },
    Shipped {
        name: "amp",
        kind: "amp",
        programs: &["amp"],
        packages: &["@sourcegraph/amp"],
        any_word: &[
            "",
            "-x",
            "--execute",
            "threads",
            "--stream-json",
            "--dangerously-allow-all",
        ],
        why: "Amp by Sourcegraph; the text editor of the same name is given a file",
        ..NONE
    },
    Shipped {
        name: "copilot",
        kind: "copilot",
        programs: &["copilot"],
        packages: &["@github/copilot"],
        no_word: &[
            "app", "env", "svc", "job", "init", "deploy", "pipeline", "task", "storage", "secret",
        ],
        why: "GitHub Copilot CLI; the AWS tool of the same name has other subcommands",
        ..NONE
    },
    Shipped {
        name: "droid",
        kind: "droid",
        programs: &["droid"],
        any_word: &["", "exec"],
        why: "Factory's Droid: a native binary",
        ..NONE
    },
    Shipped {
        name: "crush",
        kind: "crush",
        programs: &["crush"],
        any_word: &["", "run", "--yolo", "-y"],
        why: "Charm's Crush: a native binary",
        ..NONE
    },
    Shipped {
        name: "openhands",
        kind: "openhands",
        programs: &["openhands", "openhands-cli"],
        modules: &["openhands.*", "openhands"],
        why: "OpenHands: its server, its command line and its action executor run as Python modules",
        ..NONE
    },
    Shipped {
        name: "openhands-server",
        kind: "openhands",
        programs: &["uvicorn"],
        modules: &["uvicorn"],
        any_word: &["openhands.server.listen:app"],
        why: "OpenHands' server under uvicorn",
        ..NONE
    },
    Shipped {
        name: "swe-agent",
        kind: "swe-agent",
        programs: &["sweagent", "mini-swe-agent"],
        modules: &["sweagent", "sweagent.*", "minisweagent", "minisweagent.*"],
        why: "SWE-agent and its small sibling: Python entry points",
        ..NONE
    },
    Shipped {
        name: "crewai",
        kind: "crewai",
        programs: &["crewai", "run_crew", "kickoff"],
        modules: &["crewai", "crewai.*"],
        any_word: &["", "run", "flow", "chat", "kickoff"],
        why: "CrewAI: `crewai run` and the project script `run_crew` or `kickoff` that it starts",
        ..NONE
    },
    Shipped {
        name: "autogen",
        kind: "autogen",
        programs: &["autogenstudio", "magentic-ui", "magentic-one-cli", "m1"],
        modules: &["autogenstudio", "autogenstudio.*", "magentic_ui", "magentic_ui.*"],
        why: "AutoGen's runnable parts; code that merely imports AutoGen needs a pattern of the user's own",
        ..NONE
    },
    Shipped {
        name: "langgraph",
        kind: "langgraph",
        programs: &["langgraph", "langgraphjs"],
        modules: &["langgraph_cli", "langgraph_api.cli"],
        any_word: &["dev", "up"],
        why: "LangGraph's servers",
        ..NONE
    },
    Shipped {
        name: "celery",
        kind: "celery-worker",
        programs: &["celery"],
        modules: &["celery"],
        titles: &["[celeryd:"],
        any_word: &["worker"],
        no_word: &[
            "beat", "flower", "inspect", "status", "control", "purge", "multi", "shell", "events", "report",
        ],
        why: "Celery workers; pool children belong to their parent; with setproctitle the title says celeryd",
        ..NONE
    },
    Shipped {
        name: "celery-beat",
        kind: "celery-beat",
        programs: &["celery"],
        modules: &["celery"],
        titles: &["[celery beat]"],
        any_word: &["beat"],
        why: "Celery's scheduler: when it is gone, nothing is queued",
        ..NONE
    },
    Shipped {
        name: "rq",
        kind: "rq-worker",
        programs: &["rq", "rqworker"],
        modules: &["rq", "rq.cli"],
        titles: &["rq:worker:"],
        any_word: &["worker", "worker-pool", ""],
        no_word: &["info", "empty", "requeue", "suspend", "resume", "enqueue", "cron"],
        why: "RQ workers; work horses belong to their parent",
        ..NONE
    },
    Shipped {
        name: "dramatiq",
        kind: "dramatiq-worker",
        programs: &["dramatiq", "dramatiq-gevent"],
        modules: &["dramatiq"],
        why: "Dramatiq: its command is the worker",
        ..NONE
    },
    Shipped {
        name: "arq",
        kind: "arq-worker",
        programs: &["arq"],
        modules: &["arq"],
        why: "arq: its command is the worker",
        ..NONE
    },
    Shipped {
        name: "huey",
        kind: "huey-worker",
        programs: &["huey_consumer", "huey_consumer.py"],
        modules: &["huey.bin.huey_consumer"],
        why: "Huey's consumer",
        ..NONE
    },
    Shipped {
        name: "huey-django",
        kind: "huey-worker",
        programs: &["manage.py"],
        any_word: &["run_huey", "djangohuey"],
        why: "Huey's consumer as a Django command",
        ..NONE
    },
    Shipped {
        name: "taskiq",
        kind: "taskiq-worker",
        programs: &["taskiq"],
        modules: &["taskiq"],
        any_word: &["worker", "scheduler"],
        why: "Taskiq workers",
        ..NONE
    },
    Shipped {
        name: "temporal",
        kind: "temporal-worker",
        programs: &[
            "temporal-worker",
            "temporal_worker",
            "temporal_worker.py",
            "temporal-worker.js",
        ],
        modules: &["*temporal_worker", "*temporal.worker"],
        why: "Temporal has no worker command; these are the names that projects give theirs",
        ..NONE
    },
    Shipped {
        name: "prefect",
        kind: "prefect-worker",
        programs: &["prefect"],
        modules: &["prefect"],
        any_word: &["worker", "agent", "execute"],
        no_word: &["ls", "inspect", "preview", "delete"],
        why: "Prefect workers and the flow runs that they start",
        ..NONE
    },
    Shipped {
        name: "airflow",
        kind: "airflow-worker",
        programs: &["airflow"],
        modules: &["airflow"],
        titles: &["airflow worker", "airflow triggerer"],
        any_word: &["worker", "triggerer"],
        why: "Airflow's workers and triggerers; task processes belong to their parent",
        ..NONE
    },
    Shipped {
        name: "airflow-scheduler",
        kind: "airflow-scheduler",
        programs: &["airflow"],
        modules: &["airflow"],
        titles: &["airflow scheduler"],
        any_word: &["scheduler"],
        why: "Airflow's scheduler",
        ..NONE
    },
    Shipped {
        name: "ollama",
        kind: "llm-server",
        programs: &["ollama"],
        any_word: &["serve", "runner"],
        why: "Ollama's server; the runner of a model belongs to it",
        ..NONE
    },
    Shipped {
        name: "vllm",
        kind: "llm-server",
        programs: &["vllm"],
        modules: &["vllm.entrypoints.*"],
        any_word: &["", "serve", "--model", "--host", "--port", "--model-path"],
        no_word: &["bench", "chat", "complete"],
        why: "vLLM's server",
        ..NONE
    },
    Shipped {
        name: "llama",
        kind: "llm-server",
        programs: &["llama-server", "llama-swap"],
        modules: &["llama_cpp.server"],
        why: "llama.cpp's server",
        ..NONE
    },
    Shipped {
        name: "sglang",
        kind: "llm-server",
        modules: &["sglang.launch_server"],
        why: "SGLang's server",
        ..NONE
    },
    Shipped {
        name: "tgi",
        kind: "llm-server",
        programs: &["text-generation-launcher", "text-generation-router"],
        why: "Text Generation Inference",
        ..NONE
    },
    Shipped {
        name: "litellm",
        kind: "llm-server",
        programs: &["litellm"],
        modules: &["litellm", "litellm.proxy.*"],
        why: "LiteLLM's proxy",
        ..NONE
    },
    Shipped {
        name: "mcp",
        kind: "mcp-server",
        programs: &[
            "mcp-server-*",
            "mcp-proxy",
            "mcp-remote",
            "*-mcp",
            "*-mcp-server",
            "*_mcp",
            "*_mcp_server",
        ],
        modules: &["mcp_server_*", "*_mcp", "*_mcp_server", "mcp.server.*"],
        packages: &["@modelcontextprotocol/*"],
        why: "Model Context Protocol servers, by the names that their registries ask for",
        ..NONE
    },
];

impl Shipped {
    pub(crate) fn fits(&self, run: &Invocation<'_>) -> bool {
        if self.titles.iter().any(|title| run.title.starts_with(title)) {
            return true;
        }
        self.names(run) && self.words_fit(&run.words)
    }

    fn names(&self, run: &Invocation<'_>) -> bool {
        let named = |globs: &[&str], name: &str| globs.iter().any(|glob| glob_matches(glob, name));
        let program = if run.interpreted {
            run.script_name()
        } else {
            Some(run.program)
        };
        program.is_some_and(|name| named(self.programs, name))
            || run.module.is_some_and(|name| named(self.modules, name))
            || run
                .script
                .is_some_and(|path| self.packages.iter().any(|package| in_package(path, package)))
            || self.packages.iter().any(|package| in_package(run.title, package))
    }

    fn words_fit(&self, words: &[&str]) -> bool {
        if self.no_word.iter().any(|word| words.contains(word)) {
            return false;
        }
        self.any_word.is_empty()
            || self.any_word.iter().any(|word| {
                if word.is_empty() {
                    words.is_empty()
                } else {
                    words.contains(word)
                }
            })
    }
}

/// Whether a path lies in the folder of an installed package.
fn in_package(path: &str, package: &str) -> bool {
    const HOMES: [&str; 4] = ["/node_modules/", "/site-packages/", "/dist-packages/", "/share/"];
    HOMES.iter().any(|home| {
        path.match_indices(home).any(|(place, _)| {
            let inside = &path[place + home.len()..];
            match package.strip_suffix("/*") {
                Some(scope) => inside
                    .strip_prefix(scope)
                    .is_some_and(|rest| rest.starts_with('/')),
                None => inside
                    .strip_prefix(package)
                    .is_some_and(|rest| rest.starts_with('/')),
            }
        })
    })
}

#[cfg(test)]
mod tests;
