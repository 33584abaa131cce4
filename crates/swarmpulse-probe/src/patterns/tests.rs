//! Command lines as they are seen in the wild, and what they are taken for.

use crate::AgentPattern;

/// The kinds that a command line matches; arguments are separated by single blanks.
fn kinds(line: &str) -> Vec<String> {
    kinds_of(&line.split(' ').collect::<Vec<_>>())
}

fn kinds_of(arguments: &[&str]) -> Vec<String> {
    let patterns = AgentPattern::shipped();
    patterns
        .iter()
        .filter(|pattern| pattern.matches(arguments))
        .map(|pattern| pattern.kind().to_owned())
        .collect()
}

#[test]
fn agents_are_recognised() {
    for (line, kind) in [
        ("claude", "claude-code"),
        ("claude --resume 4f1c -p hello", "claude-code"),
        (
            "/home/u/.local/bin/claude --dangerously-skip-permissions",
            "claude-code",
        ),
        (
            "node /usr/lib/node_modules/@anthropic-ai/claude-code/cli.js",
            "claude-code",
        ),
        (
            "node --no-warnings /home/u/.nvm/versions/node/v22/bin/claude",
            "claude-code",
        ),
        ("bun /opt/bin/claude", "claude-code"),
        (
            "node /app/node_modules/@anthropic-ai/claude-agent-sdk/cli.js --output-format stream-json",
            "claude-agent",
        ),
        ("/usr/bin/codex exec fix it", "codex"),
        (
            "/x/node_modules/@openai/codex/vendor/x86_64/codex/codex --model o3",
            "codex",
        ),
        ("node /usr/bin/codex", "codex"),
        ("node /usr/bin/gemini --yolo", "gemini"),
        (
            "node /usr/lib/node_modules/@google/gemini-cli/dist/index.js",
            "gemini",
        ),
        ("/venv/bin/python /venv/bin/aider --model sonnet", "aider"),
        ("python3 -m aider", "aider"),
        ("opencode", "opencode"),
        ("goose", "goose"),
        ("goose run -t task", "goose"),
        (
            "/home/u/.local/share/cursor-agent/versions/2025.1/node --use-system-ca index.js",
            "cursor-agent",
        ),
        ("cursor-agent -p review", "cursor-agent"),
        ("amp", "amp"),
        ("amp -x do", "amp"),
        ("node /usr/bin/copilot -p hi", "copilot"),
        ("python -m openhands.server", "openhands"),
        (
            "python -m uvicorn openhands.server.listen:app --port 3000",
            "openhands",
        ),
        ("/venv/bin/python /venv/bin/crewai run", "crewai"),
        ("python /p/.venv/bin/run_crew", "crewai"),
        ("autogenstudio ui --port 8081", "autogen"),
        ("python /venv/bin/langgraph dev", "langgraph"),
        (
            "/usr/bin/python3 /usr/bin/celery -A proj worker -l info -c 4",
            "celery-worker",
        ),
        ("python -m celery -A proj worker", "celery-worker"),
        ("celery -A proj beat", "celery-beat"),
        ("celery -A worker beat", "celery-beat"),
        ("prefect flow-run execute 1", "prefect-worker"),
        ("python /venv/bin/rq worker high low", "rq-worker"),
        ("dramatiq app.tasks -p 4", "dramatiq-worker"),
        ("python /venv/bin/arq app.WorkerSettings", "arq-worker"),
        ("python huey_consumer.py app.huey", "huey-worker"),
        ("python manage.py run_huey", "huey-worker"),
        ("python /app/temporal_worker.py", "temporal-worker"),
        ("prefect worker start --pool default", "prefect-worker"),
        ("python /venv/bin/airflow celery worker", "airflow-worker"),
        ("/usr/local/bin/ollama serve", "llm-server"),
        ("vllm serve meta/llama", "llm-server"),
        (
            "python3 -m vllm.entrypoints.openai.api_server --model m",
            "llm-server",
        ),
        ("./llama-server -m model.gguf", "llm-server"),
        (
            "node /x/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js /",
            "mcp-server",
        ),
        ("python /venv/bin/mcp-server-git", "mcp-server"),
        ("python -m mcp_server_fetch", "mcp-server"),
        ("/usr/bin/github-mcp-server stdio", "mcp-server"),
    ] {
        assert_eq!(kinds(line), [kind], "{line}");
    }
}

#[test]
fn titles_that_processes_give_themselves() {
    assert_eq!(
        kinds_of(&["[celeryd: celery@host:MainProcess] -active- (worker -A proj)"]),
        ["celery-worker"]
    );
    assert_eq!(kinds_of(&["airflow worker -- LocalExecutor"]), ["airflow-worker"]);
    assert_eq!(kinds_of(&["rq:worker:4711"]), ["rq-worker"]);
    assert_eq!(kinds_of(&["claude"]), ["claude-code"]);
}

#[test]
fn whoever_only_mentions_an_agent_is_none() {
    for line in [
        "vim claude.md",
        "grep -r codex .",
        "tail -f celery.log",
        "less /usr/bin/aider",
        "python claude_test.py",
        "python test.py claude",
        "python -c claude",
        "node server.js --agent claude",
        "/bin/sh -c claude --resume",
        "bash /usr/local/bin/claude",
        "sudo claude",
        "timeout 60 codex exec x",
        "npm exec @anthropic-ai/claude-code",
        "npx -y @modelcontextprotocol/server-filesystem /",
        "uvx mcp-server-git",
        "swarmpulse watch --name bot-1 -- claude",
        "claude mcp list",
        "claude-desktop",
        "Claude",
        "celery -A proj inspect worker",
        "celery -A proj flower",
        "goose postgres dsn up",
        "goose -dir migrations status",
        "amp notes.txt",
        "copilot svc deploy",
        "rq info",
        "ollama pull llama3",
        "ollama list",
        "airflow webserver",
        "prefect server start",
        "langgraph build",
        "python manage.py runserver",
        "docker run claude",
        "ssh host claude",
        "man celery",
        "systemd",
    ] {
        let found = kinds(line);
        assert!(found.is_empty(), "{line}: {found:?}");
    }
}

#[test]
fn the_list_is_well_formed() {
    for entry in super::SHIPPED {
        let name = entry.name;
        assert!(
            !name.is_empty() && !entry.kind.is_empty() && !entry.why.is_empty(),
            "{name}"
        );
        assert!(
            [entry.programs, entry.modules, entry.packages, entry.titles]
                .iter()
                .any(|list| !list.is_empty()),
            "{name} matches nothing"
        );
        assert!(
            AgentPattern::own(name, entry.kind, Some("x"), None).is_ok(),
            "{name} is no id"
        );
    }
    let mut names: Vec<_> = super::SHIPPED.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), super::SHIPPED.len(), "two entries share a name");
}
